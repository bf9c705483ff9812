"""Kinds of jobs: a module each."""

from collections.abc import Awaitable
from typing import Protocol

from icons.core.bridge import Blocking
from icons.core.leases import Kept
from icons.core.ports import Images, Preview
from icons.domain.jobs import Completed, Job, Lease
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


async def remembered(images: Images, job: Job, blocking: Blocking) -> Completed | None:
    """The outcome without any work when an equal request has been answered while this one waited."""
    found = (await blocking(images.cached, job.account, [job.fingerprint])).get(job.fingerprint)
    return Completed(found, {**found[0].facts, "generation_time": 0.0}, cached=True) if found else None


class Task(Protocol):
    """One kind of job."""

    async def run(self, lease: Lease, report: Report) -> tuple[Completed, list[Kept]]:
        """Do the job: its outcome and the pictures that are on disk for it. Raises StudioError."""
        ...
