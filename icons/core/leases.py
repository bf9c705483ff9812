"""What a worker may do with a job, ours or a browser extension's: claim, report, keep pictures, settle."""

import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from icons.core import metrics
from icons.core.gallery import Gallery
from icons.core.imaging import SHOWN_WIDTH, measure, thumbnail, thumbnail_name
from icons.core.ports import Bus, Files, Queue, Store
from icons.domain.images import Image, Picture, delivered_name
from icons.domain.jobs import Completed, Lease, Outcome
from icons.domain.pictures import ImageRequest

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """An image whose bytes are on disk and whose row is still to come."""

    image: Image
    data: bytes


class Desk:
    """Where jobs are handed out and results handed in. Rings the doorbells after each commit."""

    def __init__(self, store: Store, files: Files, queue: Queue, bus: Bus) -> None:
        self._store, self._files, self._queue, self._bus = store, files, queue, bus

    def enlist(self, worker: str) -> None:
        """Make a worker known. Where only one process may work, jobs of all earlier ones are given back."""
        if self._queue.exclusive:
            returned = self._store.leases.dismiss(None)
            if returned:
                log.warning("job.recovered", count=returned, reason="earlier worker is gone")
        self._store.leases.enlist(worker)

    def lanes(self) -> list[tuple[str, str]]:
        """Where jobs wait: (lane, an account with a job in it)."""
        return self._store.leases.lanes()

    def claim(self, worker: str, kinds: Sequence[str], lane: str) -> Lease | None:
        """The best job of a lane that may start now."""
        lease = self._store.leases.claim(worker, kinds, lane)
        if lease:
            self._bus.ring()
        return lease

    def report(self, lease: Lease, stage: str, progress: int, line: str, preview: str = "") -> None:
        """Say how far a job is (0-100), perhaps with an unfinished picture as a data URL."""
        self._store.leases.report(lease, stage, progress, line, preview)
        self._bus.ring()

    def keep(self, lease: Lease, picture: Picture, asked: int, facts: Mapping[str, Any]) -> Kept:
        """Put a picture's bytes on disk, durably, under the name of their content. ``asked`` is the size in px."""
        image = Image.of(picture, str(uuid.uuid4()), lease.job.account, measure(picture, asked), facts)
        image = replace(
            image, generation_prompt=str(facts.get("prompt", "")), generation_model=str(facts.get("model", ""))
        )
        self._files.put(image.blob, picture.data)
        return Kept(image, picture.data)

    def completed(
        self, lease: Lease, request: ImageRequest, drawn: Sequence[tuple[Picture, Mapping[str, Any]]]
    ) -> tuple[Completed, list[Kept]]:
        """Put a prompt's pictures, each with its facts, on disk under the request's name and tags; to be settled.

        Their thumbnails are made now: who asked for them shows them next, and while a provider draws there is time.
        """
        moment, asked = round(time.time() * 1000), request.dimensions[0]
        kept = [self.keep(lease, picture, asked, facts) for picture, facts in drawn]
        for number, each in enumerate(kept, start=1):
            name = delivered_name(lease.job.id, moment, number, each.image.format)
            image = replace(each.image, filename=name, profile_id=request.profile_id or None, kept=True)
            kept[number - 1] = replace(each, image=image)
            if Gallery.has_thumbnail(image, SHOWN_WIDTH):
                self._files.put(thumbnail_name(image.blob, SHOWN_WIDTH), thumbnail(each.data, SHOWN_WIDTH))
        images = tuple(each.image for each in kept)
        return Completed(images, images[0].facts, tags=request.tags, remembered=False), kept

    def settle(self, lease: Lease, outcome: Outcome, kept: Sequence[Kept] = ()) -> None:
        """End a lease. StaleLease when the job has been given to another meanwhile."""
        self._store.leases.settle(lease, outcome)
        for each in kept:
            # A purge may have removed the same bytes between `keep` and the row. From the row on it no longer can.
            if not self._files.exists(each.image.blob):
                self._files.put(each.image.blob, each.data)
        self._log(lease, outcome)
        self._bus.ring()
        self._queue.ring()

    def beat(self, worker: str, alive_for: float) -> list[str]:
        """Say that a worker lives; ids of its jobs that shall stop."""
        return self._store.leases.beat(worker, alive_for)

    def wake(self, job_ids: Iterable[str]) -> None:
        """End the pause of delayed jobs."""
        self._store.leases.wake(job_ids)
        self._queue.ring()

    def dismiss(self, worker: str) -> int:
        """Give back what a leaving worker still holds; how many."""
        returned = self._store.leases.dismiss(worker)
        self._bus.ring()
        self._queue.ring()
        return returned

    @staticmethod
    def _log(lease: Lease, outcome: Outcome) -> None:
        ending = type(outcome).__name__.lower()
        metrics.SETTLED.labels(kind=lease.job.kind, outcome=ending).inc()
        details: Mapping[str, Any] = {} if isinstance(outcome, Completed) else getattr(outcome, "error", {})
        log.info(
            "job.settled",
            outcome=ending,
            job_id=lease.job.id,
            batch_id=lease.job.batch_id,
            attempt=lease.attempt,
            correlation_id=lease.job.correlation_id,
            **{name: details[name] for name in ("code", "message") if name in details},
        )
