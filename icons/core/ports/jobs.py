"""What the store keeps about work: jobs and batches, leases, events."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from icons.domain.events import Event
from icons.domain.hooks import Hook
from icons.domain.jobs import Batch, Job, Lease, NewBatch, NewJob, Outcome, Priority, State
from icons.domain.room import ENDLESS, Room


@dataclass(frozen=True, slots=True)
class Sender:
    """On whose behalf something is stored, and what follows it through job, events and logs."""

    account: str
    user_id: str | None = None  # the caller's own label
    correlation_id: str = ""
    hook: Hook | None = None  # whom to tell how it ends


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs; None filters nothing. Times are epoch seconds, UTC."""

    states: frozenset[State] | None = None
    user_id: str | None = None
    batch_id: str | None = None
    since: float | None = None  # created then or later
    until: float | None = None  # created before


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for a worker in one lane with one priority."""

    lane: str
    priority: Priority
    jobs: int
    oldest: float  # seconds that the longest waiting has waited


class Jobs(Protocol):
    """Jobs and batches as their owner sees them. Every call is one transaction and filters by account."""

    def submit(
        self,
        sender: Sender,
        jobs: Sequence[NewJob],
        priority: Priority,
        batch: NewBatch | None = None,
        room: Room = ENDLESS,
    ) -> None:
        """Store the jobs, and the batch they form, with their first events; RateLimited when there is no room.

        A job with images is stored completed. Of a batch's other jobs the first ``window`` wait, the rest are held.
        """
        ...

    def get(self, account: str, job_id: str) -> Job | None:
        """One job."""
        ...

    def of_batch(self, account: str, batch_id: str) -> list[Job]:
        """A batch's jobs by position; empty when there is no such batch."""
        ...

    def batch(self, account: str, batch_id: str) -> Batch | None:
        """One batch."""
        ...

    def batches(self, account: str, limit: int, before: str | None = None) -> list[Batch]:
        """Batches, newest first; ``before`` is the id of the last one seen."""
        ...

    def first_images(self, account: str, batch_ids: Sequence[str], limit: int) -> Mapping[str, Sequence[str]]:
        """Of each batch the ids of its first so many images, in request order."""
        ...

    def cancel(self, account: str, job_id: str) -> Job | None:
        """Cancel a live job at once, or ask its worker to stop when it is active; ended jobs stay as they are."""
        ...

    def cancel_batch(self, account: str, batch_id: str) -> Batch | None:
        """The same for all of a batch's live jobs."""
        ...

    def retry(self, account: str, job_id: str, room: Room = ENDLESS, cost: int = 0) -> Job | None:
        """Begin a failed or cancelled job anew; others stay as they are. RateLimited when there is no room for it,
        BudgetSpent when ``cost`` micro-dollars more would go beyond the account's month or the batch's bound."""
        ...

    def retry_batch(self, account: str, batch_id: str, room: Room = ENDLESS, cost: int = 0) -> int | None:
        """The same for all of a batch's failed and cancelled jobs, or none of them; how many. None: no such batch."""
        ...

    def find(self, account: str, asked: JobFilter, limit: int, after: str | None = None) -> list[Job]:
        """Jobs, newest first; ``after`` is the id of the last one seen."""
        ...

    def clean(self, account: str | None, states: Iterable[State], older_than: float) -> int:
        """Remove jobs in these final states, of one account or of all, that ended so many seconds ago; how many. The
        jobs of batches stay, because their batch shows them."""
        ...

    def unfinished(self, account: str, priority: Priority | None = None) -> int:
        """How many of an account's jobs, of one priority or of all, have not ended."""
        ...

    def statistics(self, account: str | None) -> Mapping[str, Any]:
        """Figures of one account, or of all: {"states": {public state: n}, "active_batches": n, "total_batches": n,
        "cached": completed jobs the cache answered, "oldest_waiting": epoch seconds | None}, and of the latest jobs
        which it did not answer {"average_seconds", "median_seconds", "p95_seconds": float | None}."""
        ...


class Leases(Protocol):
    """What a worker may do. A lease is fenced: a stale one raises StaleLease and changes nothing."""

    def enlist(self, worker: str) -> None:
        """Make a worker known; its heart has just beaten."""
        ...

    def lanes(self) -> list[tuple[str, str]]:
        """The lanes in which jobs wait, each with the account of one of them: a profile's lane has no other."""
        ...

    def claim(self, worker: str, kinds: Sequence[str], lane: str) -> Lease | None:
        """The best waiting job of a lane (priority, fair tag, age), now active; None when nothing may start.

        A job whose fingerprint equals an active one's of the same account may not start: it waits for that answer.
        """
        ...

    def report(self, lease: Lease, stage: str, progress: int, line: str, preview: str = "") -> None:
        """Record progress (0-100) and append a job_output event, with an unfinished picture (data URL) if there is."""
        ...

    def settle(self, lease: Lease, outcome: Outcome) -> None:
        """End the lease: job, images, cache entry, events and the batch's next held job in one transaction."""
        ...

    def beat(self, worker: str, alive_for: float) -> list[str]:
        """Say that the worker lives, by the database's clock; give back the jobs of workers silent for ``alive_for``
        seconds and wake delayed jobs that are due. Ids of this worker's active jobs that shall stop."""
        ...

    def wake(self, job_ids: Iterable[str]) -> None:
        """Make delayed jobs wait again: their pause, measured by the worker's monotonic clock, is over."""
        ...

    def dismiss(self, worker: str | None) -> int:
        """Give back all jobs of a worker, or of every one of the house (None: sure that none lives); how many."""
        ...

    def backlog(self) -> list[Backlog]:
        """What waits, by lane and priority; nothing of where nothing does."""
        ...


class Events(Protocol):
    """The event log."""

    def after(
        self, seq: int, limit: int, account: str | None = None, job_id: str | None = None, batch_id: str | None = None
    ) -> list[Event]:
        """Entries newer than ``seq`` in order; None filters nothing (only the house itself asks so)."""
        ...

    def last_seq(self) -> int:
        """Number of the newest entry, 0 when there is none."""
        ...

    def forget(self, older_than: float) -> int:
        """Drop entries of ended jobs older than so many seconds; how many."""
        ...
