"""Jobs and batches: their states, the table of moves, progress arithmetic."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Final

from icons.domain.hooks import Hook
from icons.domain.images import Image, Tag


class State(StrEnum):
    """Where a job stands. ``held`` is `waiting` outside its batch's window; faces show it as waiting."""

    HELD = "held"
    WAITING = "waiting"
    ACTIVE = "active"
    DELAYED = "delayed"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def public(self) -> str:
        """The name that callers see."""
        return State.WAITING.value if self is State.HELD else self.value

    @property
    def final(self) -> bool:
        """Whether the job has ended (a manual retry may still begin it anew)."""
        return self in FINAL


FINAL: Final = frozenset({State.COMPLETED, State.FAILED, State.CANCELLED})
LIVE: Final = frozenset(State) - FINAL
REPEATABLE: Final = frozenset({State.FAILED, State.CANCELLED})  # by hand

MOVES: Final[Mapping[State, frozenset[State]]] = {
    State.HELD: frozenset({State.WAITING, State.CANCELLED}),
    State.WAITING: frozenset({State.ACTIVE, State.CANCELLED}),
    State.ACTIVE: frozenset({State.COMPLETED, State.FAILED, State.DELAYED, State.CANCELLED, State.WAITING}),
    State.DELAYED: frozenset({State.WAITING, State.CANCELLED}),
    State.COMPLETED: frozenset(),
    State.FAILED: frozenset({State.HELD, State.WAITING}),  # by hand
    State.CANCELLED: frozenset({State.HELD, State.WAITING}),  # by hand
}


class Priority(IntEnum):
    """Smaller runs first: somebody waits for an interactive job, nobody stares at a batch."""

    INTERACTIVE = 0
    NORMAL = 1
    BATCH = 2


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be stored. ``fingerprint`` equal to an active job's of the same account makes it wait for that one."""

    id: str
    kind: str  # the module in core/tasks that does it: "icon"
    request: Mapping[str, Any]  # JSON, what the task reads
    fingerprint: str
    lane: str = "local"  # whose capacity it takes: a provider of the operator's, or a profile's id
    position: int = 0  # in its batch, from 0, request order
    category_index: int = 0  # which of the batch's categories it belongs to
    images: tuple[str, ...] = ()  # image ids when the cache answered: the job is stored completed


@dataclass(frozen=True, slots=True)
class Job:
    """One unit of work as the store holds it. Times are epoch seconds, UTC."""

    id: str
    account: str
    batch_id: str | None
    position: int
    category_index: int
    kind: str
    lane: str
    state: State
    priority: Priority
    request: Mapping[str, Any]
    fingerprint: str
    attempt: int  # claims so far: the fencing number
    failures: int  # automatic retries used since the job was submitted or retried by hand
    progress: int  # 0-100
    stage: str
    user_id: str | None  # the caller's own label; grants nothing
    correlation_id: str
    created_at: float
    started_at: float | None
    finished_at: float | None
    images: tuple[str, ...]  # ids, when completed
    cached: bool
    error: Mapping[str, Any] | None  # {"code", "message", "attempts", "final"} when failed
    facts: Mapping[str, Any] = field(default_factory=dict)  # result facts: model, generation_time (s)...
    hook: Hook | None = None  # whom to tell of its end

    @property
    def end_user(self) -> str:
        """The same for all jobs of one user of one account, and nobody's name: for those who watch for abuse."""
        return hashlib.sha256(f"{self.account}\0{self.user_id or ''}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A batch to be stored together with its jobs, all or nothing."""

    id: str
    request: Mapping[str, Any]  # JSON, as the caller sent it, for display
    categories: tuple[str, ...]
    window: int  # how many of its jobs may be waiting or active at once
    max_cost: int | None = None  # micro-dollars that its provider calls may cost; None = without a bound


@dataclass(frozen=True, slots=True)
class Counts:
    """How many jobs of a batch are in each state."""

    held: int = 0
    waiting: int = 0
    active: int = 0
    delayed: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.unfinished + self.finished

    @property
    def finished(self) -> int:
        """Those that have ended."""
        return self.completed + self.failed + self.cancelled

    @property
    def unfinished(self) -> int:
        """Those still to come."""
        return self.held + self.waiting + self.active + self.delayed


class BatchState(StrEnum):
    """Where a batch stands, derived from its jobs alone."""

    PENDING = "pending"  # nothing has begun
    RUNNING = "running"
    COMPLETED = "completed"  # every icon is there
    PARTIAL = "partial"  # some icons are there
    FAILED = "failed"  # none is there
    CANCELLED = "cancelled"  # stopped on request; what was finished is kept


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as the store holds it."""

    id: str
    account: str
    categories: tuple[str, ...]
    window: int
    request: Mapping[str, Any]
    counts: Counts
    cancelled: bool  # cancelling was asked for (and no retry since)
    user_id: str | None
    correlation_id: str
    created_at: float
    started_at: float | None
    finished_at: float | None
    completed_categories: int = 0  # with no unfinished job
    current_category: str | None = None  # of the earliest job that is active, else of the next to come
    seq: int = 0  # number of its newest event
    hook: Hook | None = None  # whom to tell of its end

    @property
    def state(self) -> BatchState:
        """See `BatchState`."""
        return batch_state(self.counts, self.cancelled)

    @property
    def progress(self) -> int:
        """Share of jobs that have ended, 0-100, 100 only when all have."""
        return percent(self.counts.finished, self.counts.total)


def batch_state(counts: Counts, cancelled: bool) -> BatchState:
    """The state of a batch whose jobs stand as counted."""
    if counts.unfinished:
        begun = counts.active or counts.delayed or counts.finished
        return BatchState.RUNNING if begun else BatchState.PENDING
    if counts.completed == counts.total:
        return BatchState.COMPLETED
    if cancelled:
        return BatchState.CANCELLED
    return BatchState.PARTIAL if counts.completed else BatchState.FAILED


def percent(done: int, total: int) -> int:
    """Whole percent, rounded down so that 100 means finished."""
    return 100 if total == 0 else math.floor(100 * done / total)


def remaining_seconds(finished: int, total: int, elapsed: float) -> float | None:
    """Seconds until a batch ends at the pace so far; None before the first job has ended and after the last."""
    if not 0 < finished < total:
        return None
    return elapsed / finished * (total - finished)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to settle one job: the store accepts it only while ``attempt`` is still the job's."""

    worker: str
    job: Job

    @property
    def attempt(self) -> int:
        """The fencing number."""
        return self.job.attempt


@dataclass(frozen=True, slots=True)
class Completed:
    """The job delivered: its pictures, already on disk."""

    images: tuple[Image, ...]
    facts: Mapping[str, Any]
    cached: bool = False  # another run had delivered them meanwhile
    tags: tuple[Tag, ...] = ()  # put on each image
    remembered: bool = True  # equal requests are answered with these images from now on
    reply: str = ""  # what is said in a chat


@dataclass(frozen=True, slots=True)
class Failed:
    """The job ended without a picture."""

    error: Mapping[str, Any]  # {"code", "message", "attempts", "final"}


@dataclass(frozen=True, slots=True)
class Delayed:
    """The job is tried again in ``seconds``, in another ``lane`` when one is named: there its failures count anew."""

    error: Mapping[str, Any]
    seconds: float
    lane: str | None = None
    counted: bool = True  # as one of the failures that end a job when there are too many


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What is left of the job is for another ``lane``: it waits there, with a request that says what has been done."""

    lane: str
    request: Mapping[str, Any]
    stage: str  # "downloading"...
    progress: int  # 0-100


@dataclass(frozen=True, slots=True)
class Stopped:
    """The job was cancelled while it ran."""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The worker stops; the job waits for another and no attempt is counted against it."""


Outcome = Completed | Failed | Delayed | Forwarded | Stopped | GivenBack
