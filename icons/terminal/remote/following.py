"""Following work to its end and keeping its pictures in a folder."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from icons.domain.errors import StudioError
from icons.terminal.remote.client import Client, Json, plain
from icons.terminal.remote.work import Outcome, Work

_DOWNLOADS: Final = 6  # at once
_LABEL: Final = 36  # characters


@dataclass(frozen=True, slots=True)
class Saved:
    """One picture as it ended up here."""

    asked: str
    path: Path | None = None
    error: str = ""


async def follow(client: Client, work: Work, console: Console) -> None:
    """Show how far the work is until it has ended."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task(_label("waiting"), total=100)
        async for event in client.follow(work.events):
            progress.update(bar, completed=_percent(event), description=_label(_told(event)))


async def collect(client: Client, work: Work, folder: Path) -> tuple[str, list[Saved]]:
    """The work's status, and its pictures in the folder. What lies there already is not fetched again."""
    result = await client.get(work.result)
    places = asyncio.Semaphore(_DOWNLOADS)

    async def keep(outcome: Outcome) -> Saved:
        if not outcome.name:
            return Saved(outcome.asked, error=outcome.error or "It is not finished.")
        async with places:
            return await _kept(client, outcome, folder)

    saved = await asyncio.gather(*(keep(outcome) for outcome in work.outcomes(result)))
    return plain(result.get("status", "")), list(saved)


async def _kept(client: Client, outcome: Outcome, folder: Path) -> Saved:
    target = folder / outcome.name
    if target.exists():
        return Saved(outcome.asked, target)
    part = folder / f"{outcome.name}.part"

    async def write(blocks: AsyncIterator[bytes]) -> None:
        with part.open("wb") as file:
            async for block in blocks:
                file.write(block)

    try:
        await client.fetch(f"/api/images/{outcome.name}", write)
        os.replace(part, target)
    except StudioError as error:
        return Saved(outcome.asked, error=error.message)
    except OSError as error:
        raise StudioError(f"{target} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
    return Saved(outcome.asked, target)


def _percent(event: Json) -> float:
    value: Any = event.get("progress")
    return float(value) if isinstance(value, int | float) else 0.0


def _told(event: Json) -> str:
    """The latest word about a job, or a batch's count."""
    if "total" in event:
        return plain(f"{event.get('completed', 0)} of {event['total']} icons")
    return plain(event.get("message") or event.get("stage") or event.get("status") or "")


def _label(text: str) -> str:
    return f"{text[:_LABEL]:<{_LABEL}}"
