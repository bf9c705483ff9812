"""Kinds of jobs: a module each."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from icons.core.leases import Kept
from icons.domain.jobs import Completed, Lease

Report = Callable[[str, int, str], Awaitable[None]]
"""(stage, progress 0-100, line) -> recorded."""


class Task(Protocol):
    """One kind of job."""

    async def run(self, lease: Lease, report: Report) -> tuple[Completed, list[Kept]]:
        """Do the job: its outcome and the pictures that are on disk for it. Raises StudioError."""
        ...
