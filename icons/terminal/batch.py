"""`batch`: a catalogue of categories into a folder of icons."""

from collections import defaultdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from icons.core.service import Context
from icons.domain.jobs import Job, State
from icons.terminal import output
from icons.terminal.catalogue import read, with_notation
from icons.terminal.generate import checked
from icons.terminal.opening import Opening, working_house
from icons.terminal.running import finish


def command(opening: Opening) -> click.Command:
    """`batch`."""

    @click.command("batch")
    @click.argument("catalogue", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
    @with_notation
    @click.option("-o", "--out", default="out", show_default=True, type=click.Path(path_type=Path), help="Folder.")
    def batch(catalogue: str, notation: str | None, out: Path) -> None:
        """Draw all icons of a CATALOGUE into a folder: YAML, CSV or a category a line; - reads standard input."""
        request = checked(read(catalogue, notation))
        output.prepare(out)
        with working_house(opening) as (house, caller):
            stored = house.service.submit_batch(caller, request, Context())
            jobs = finish(house, caller, stored.id)
            saved = output.save(house, caller, jobs, out)
        Console().print(_summary(jobs))
        click.echo(f"{len(saved)} of {len(jobs)} icons in {out}/")
        raise SystemExit(0 if len(saved) == len(jobs) else 1)

    return batch


def _summary(jobs: list[Job]) -> Table:
    table = Table("category", "icons", "from cache", "seconds", "trouble")
    by_category: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        by_category[job.request["category"]].append(job)
    for category, group in by_category.items():
        done = sum(job.state is State.COMPLETED for job in group)
        seconds = sum(job.facts.get("generation_time", 0.0) for job in group if not job.cached)
        trouble = next((str(job.error["message"]) for job in group if job.error), "")
        cached = sum(job.cached for job in group)
        table.add_row(category, f"{done} of {len(group)}", str(cached), f"{seconds:.2f}", trouble)
    return table
