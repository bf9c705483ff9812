"""The place of one connected worker: the jobs it holds, and what it may say about them."""

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from icons.core.leases import Desk, Kept
from icons.domain.errors import (
    InvalidRequest,
    NotFound,
    ProviderFailed,
    RequestRefused,
    StaleLease,
    TooLarge,
    Unavailable,
    WorkerFailed,
    WorkerTimeout,
)
from icons.domain.images import Picture
from icons.domain.jobs import Completed, Delayed, Failed, Forwarded, GivenBack, Lease, Outcome, Stopped
from icons.domain.pictures import ImageRequest
from icons.domain.retry import RetryPolicy, failure
from icons.domain.workers import BROWSER, DELIVERED, ERRANDS, OutsideWorker

_REPORTS_APART: Final = 0.2  # seconds: what a worker says about a job more often than that is not written down
_MADE: Final = 90  # % of a job whose pictures are still to be fetched


class Line(Protocol):
    """The way to the worker. No call waits for it."""

    def welcome(self, worker: OutsideWorker) -> None:
        """It is known from now on; jobs follow."""
        ...

    def assign(self, lease: Lease) -> None:
        """Have it do a job."""
        ...

    def withdraw(self, lease: Lease) -> None:
        """Have it stop."""
        ...

    def close(self) -> None:
        """Break off; the worker may come back."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a worker brings for a request: pictures, or the addresses where they lie."""

    pictures: tuple[bytes, ...] = ()
    addresses: tuple[str, ...] = ()
    model: str = ""  # that drew them, as the worker says
    metadata: Mapping[str, str] = field(default_factory=dict)  # in the worker's words


@dataclass(slots=True)
class _Held:
    lease: Lease
    since: float = field(default_factory=time.monotonic)
    reported: float = 0.0


class Seat:
    """Used by three threads: the dispatcher's, the connection's reader and its writer."""

    def __init__(
        self,
        worker: OutsideWorker,
        line: Line,
        desk: Desk,
        retry: RetryPolicy,
        redrawn: Callable[[bytes], Picture],
    ) -> None:
        """``redrawn``: a stranger's picture as a PNG of ours; ProviderFailed, TooLarge, Unavailable."""
        self.worker, self._line = worker, line
        self._desk, self._retry, self._redrawn = desk, retry, redrawn
        self._held: dict[str, _Held] = {}
        self._lock = threading.Lock()
        self._left = self._changed = False
        self.tardy = False
        """It has let a job run out of time, and delivered none since: it gets one at a time, and others come first."""

    @property
    def load(self) -> float:
        """Share of its capacity that is in use; 1.0 when it takes nothing more."""
        capacity = 1 if self.tardy else self.worker.capacity
        with self._lock:
            return min(1.0, len(self._held) / capacity) if self._takes else 1.0

    @property
    def busy(self) -> bool:
        """Whether it holds a job."""
        return bool(self._held)

    @property
    def _takes(self) -> bool:
        return self.worker.available and not self._left

    # From the dispatcher

    def assign(self, lease: Lease) -> None:
        """Give it a job; one that comes too late is given back."""
        with self._lock:
            if not self._left:
                self._held[lease.job.id] = _Held(lease)
                self._line.assign(lease)
                return
        with suppress(StaleLease):  # whoever went has been dismissed, and its jobs with it
            self._desk.settle(lease, GivenBack())

    def stop(self, job_ids: Iterable[str]) -> None:
        """End those of the jobs that it holds: their owner wants no more of them."""
        for job_id in job_ids:
            self._withdraw(job_id, Stopped())

    def expire(self, seconds: float) -> None:
        """End what it has held for so long."""
        before = time.monotonic() - seconds
        with self._lock:
            late = [held.lease.job for held in self._held.values() if held.since < before]
        for job in late:
            error = WorkerTimeout(f"{self.worker.name} has not delivered within {seconds:g} s.")
            self.tardy = True
            self._withdraw(job.id, failure(error, job.failures + 1))

    def news(self) -> bool:
        """Whether what is known of the worker has changed since this was last asked."""
        with self._lock:
            changed, self._changed = self._changed, False
        return changed

    def leave(self) -> bool:
        """Take nothing more; whether that is new."""
        with self._lock:
            first, self._left = not self._left, True
            self._held.clear()
        return first

    def hang_up(self) -> None:
        """Break the connection off."""
        self._line.close()

    # From the worker

    def change(self, *, available: bool) -> None:
        """Whether it takes new jobs from now on."""
        with self._lock:
            self._changed |= self.worker.available != available
            self.worker = replace(self.worker, available=available)

    def report(self, job_id: str, progress: int, line: str) -> None:
        """Say how far a job is (0-100). NotFound when it is not this worker's."""
        now = time.monotonic()
        with self._lock:
            held = self._find(job_id)
            if now - held.reported < _REPORTS_APART:
                return
            held.reported = now
        try:
            self._desk.report(held.lease, "processing", progress, line)
        except StaleLease:
            raise NotFound("request") from None

    def deliver(self, job_id: str, delivery: Delivery) -> None:
        """End a job with what it was to bring, or have that fetched. NotFound when it is not this worker's.

        InvalidRequest when a picture is none; the job is then tried again or fails, as the retry policy says.
        """
        with self._ending(job_id) as held:
            try:
                outcome, kept = self._outcome(held, delivery)
            except (ProviderFailed, TooLarge) as error:
                again = not isinstance(error, TooLarge)  # a picture that is no smaller for being drawn once more
                self._desk.settle(held.lease, self._failed(held.lease, _failure(error.message, retryable=again)))
                wrong = error.message
            else:
                self._desk.settle(held.lease, outcome, kept)
                self.tardy = False
                return
        raise InvalidRequest(wrong, {"imageData": wrong})

    def fail(self, job_id: str, reason: str, *, retryable: bool) -> None:
        """End a job without a picture. NotFound when it is not this worker's."""
        with self._ending(job_id) as held:
            self._desk.settle(held.lease, self._failed(held.lease, _failure(reason, retryable=retryable)))

    def give_up(self, reason: str, job_id: str | None) -> str | None:
        """End the job whose pictures cannot arrive: its id, or None when nobody knows it.

        Unnamed it is the only one. Of several each may be meant: all wait for another worker, each a failure the
        richer, lest they go round for ever.
        """
        with self._lock:
            held = list(self._held)
        known = job_id or (held[0] if len(held) == 1 else None)
        for each in [known] if known else held:
            # It has ended meanwhile, was never its own, or the store is away: then it will run out of time.
            with suppress(NotFound, Unavailable):
                self.fail(each, reason, retryable=known is None)
        return known

    # Inside

    def _outcome(self, held: _Held, delivery: Delivery) -> tuple[Completed | Forwarded, list[Kept]]:
        job = held.lease.job
        request = ImageRequest.from_json(job.request)
        facts = {
            "provider": BROWSER,
            "worker": self.worker.name,
            "prompt": request.prompt,
            "model": delivery.model or request.model or BROWSER,
            "generation_time": round(time.monotonic() - held.since, 3),
            "worker_metadata": dict(delivery.metadata),
        }
        if delivery.addresses:
            delivered = {"lane": job.lane, "addresses": delivery.addresses, "facts": facts}
            return Forwarded(ERRANDS, {**job.request, DELIVERED: delivered}, "downloading", _MADE), []
        drawn: list[tuple[Picture, Mapping[str, Any]]] = [(self._redrawn(each), facts) for each in delivery.pictures]
        return self._desk.completed(held.lease, request, drawn)

    def _failed(self, lease: Lease, error: WorkerFailed | RequestRefused) -> Failed | Delayed:
        return self._retry.outcome(error, lease.job.failures + 1, random.random())  # noqa: S311 - jitter, not a secret

    def _withdraw(self, job_id: str, outcome: Outcome) -> None:
        with suppress(NotFound), self._ending(job_id) as held:  # unless the worker has just ended it
            self._desk.settle(held.lease, outcome)
            self._line.withdraw(held.lease)

    def _find(self, job_id: str) -> _Held:
        if job_id not in self._held:
            raise NotFound("request")
        return self._held[job_id]

    @contextmanager
    def _ending(self, job_id: str) -> Iterator[_Held]:
        """Whoever takes a job out may end it. It is put back when that fails for now, so that it can be repeated."""
        with self._lock:
            held = self._find(job_id)
            del self._held[job_id]
        try:
            yield held
        except StaleLease:
            raise NotFound("request") from None
        except Exception:
            with self._lock:
                if not self._left:
                    self._held[job_id] = held
            raise


def _failure(reason: str, *, retryable: bool) -> WorkerFailed | RequestRefused:
    return WorkerFailed(reason) if retryable else RequestRefused(reason, code=WorkerFailed.code)
