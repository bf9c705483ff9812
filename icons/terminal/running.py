"""Waiting for a batch in this process, and stopping it cleanly."""

import time

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from icons.core.house import House
from icons.domain.access import Caller
from icons.domain.jobs import Batch, Job

INTERRUPTED = 130  # the shell's exit code for Ctrl-C


def finish(house: House, caller: Caller, batch_id: str) -> list[Job]:
    """The batch's jobs once all have ended, with a progress bar on a terminal. Ctrl-C keeps what is finished."""
    try:
        _follow(house, caller, batch_id)
    except KeyboardInterrupt:
        house.service.cancel_batch(caller, batch_id)
        batch = house.service.wait_batch(caller, batch_id, 5)
        click.echo(
            f"Stopped. {batch.counts.completed} of {batch.counts.total} icons are finished and kept. Run the same "
            "command again to go on: what is finished comes from the cache.",
            err=True,
        )
        raise SystemExit(INTERRUPTED) from None
    return house.service.jobs_of(caller, batch_id)


def _follow(house: House, caller: Caller, batch_id: str) -> None:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        batch = house.service.batch(caller, batch_id)
        bar = progress.add_task(_label(batch), total=batch.counts.total)
        while batch.counts.unfinished:
            progress.update(bar, completed=batch.counts.finished, description=_label(batch))
            time.sleep(0.1)
            batch = house.service.batch(caller, batch_id)
        progress.update(bar, completed=batch.counts.finished, description="done")


def _label(batch: Batch) -> str:
    return f"{(batch.current_category or 'drawing')[:28]:<28}"
