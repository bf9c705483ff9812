"""Kinds of jobs: a module each."""

from collections.abc import Awaitable
from typing import Protocol

from icons.core.leases import Kept
from icons.core.ports import Preview
from icons.domain.jobs import Completed, Lease
from icons.domain.requests import Answer, Order


class Draw(Protocol):
    """Has the provider of the job's lane carry out an order. Raises StudioError."""

    def __call__(self, lease: Lease, order: Order, preview: Preview | None = None) -> Awaitable[Answer]:
        """``preview`` is called with unfinished pictures, where the model streams them."""
        ...


class Report(Protocol):
    """Records how far a job is: progress 0-100, and perhaps an unfinished picture as a data URL."""

    def __call__(self, stage: str, progress: int, line: str, preview: str = "") -> Awaitable[None]:
        """Listeners hear of it."""
        ...


class Task(Protocol):
    """One kind of job."""

    async def run(self, lease: Lease, report: Report) -> tuple[Completed, list[Kept]]:
        """Do the job: its outcome and the pictures that are on disk for it. Raises StudioError."""
        ...
