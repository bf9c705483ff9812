"""What the core needs from the world: each port has IO behind it and more than one real engine."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from icons.domain.access import Account, ApiKey, Caller, Role
from icons.domain.events import Event
from icons.domain.images import CacheEntry, Image, Picture
from icons.domain.jobs import Batch, Job, Lease, NewBatch, NewJob, Outcome, Priority
from icons.domain.requests import Answer, Message, Order, Reply


@dataclass(frozen=True, slots=True)
class Sender:
    """On whose behalf something is stored, and what follows it through job, events and logs."""

    account: str
    user_id: str | None = None  # the caller's own label
    correlation_id: str = ""


class Jobs(Protocol):
    """Jobs and batches as their owner sees them. Every call is one transaction and filters by account."""

    def submit(self, sender: Sender, jobs: Sequence[NewJob], priority: Priority, batch: NewBatch | None = None) -> None:
        """Store the jobs, and the batch they form, with their first events.

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

    def cancel(self, account: str, job_id: str) -> Job | None:
        """Cancel a live job at once, or ask its worker to stop when it is active; ended jobs stay as they are."""
        ...

    def cancel_batch(self, account: str, batch_id: str) -> Batch | None:
        """The same for all of a batch's live jobs."""
        ...

    def retry(self, account: str, job_id: str) -> Job | None:
        """Begin a failed or cancelled job anew; others stay as they are."""
        ...

    def retry_batch(self, account: str, batch_id: str) -> int | None:
        """Begin the failed and cancelled jobs of a batch anew; how many. None: no such batch."""
        ...

    def statistics(self, account: str | None) -> Mapping[str, Any]:
        """Figures of one account, or of all: {"states": {public state: n}, "average_seconds": float | None,
        "active_batches": n, "total_batches": n, "cached": completed jobs the cache answered}."""
        ...


class Leases(Protocol):
    """What a worker may do. A lease is fenced: a stale one raises StaleLease and changes nothing."""

    def enlist(self, worker: str) -> None:
        """Make a worker known; its heart has just beaten."""
        ...

    def claim(self, worker: str, kinds: Sequence[str]) -> Lease | None:
        """The best waiting job (priority, fair tag, age), now active; None when nothing may start.

        A job whose fingerprint equals an active one's of the same account may not start: it waits for that answer.
        """
        ...

    def report(self, lease: Lease, stage: str, progress: int, line: str) -> None:
        """Record progress (0-100) and append a job_output event."""
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
        """Give back all jobs of a worker, or of every worker (None: sure that none lives); how many."""
        ...

    def backlog(self) -> tuple[int, float | None]:
        """How many jobs wait, and for how many seconds the oldest has."""
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


class Images(Protocol):
    """Images and the cache. Blobs are removed only when nothing refers to them."""

    def get(self, account: str, filename: str) -> Image | None:
        """An account's image by its public file name."""
        ...

    def by_filename(self, filename: str) -> Image | None:
        """Anybody's image: only for an address whose signature has been checked."""
        ...

    def many(self, account: str, image_ids: Iterable[str]) -> dict[str, Image]:
        """An account's images by id; unknown ids are left out."""
        ...

    def cached(self, account: str, fingerprints: Sequence[str]) -> dict[str, tuple[Image, ...]]:
        """Remembered answers among these fingerprints."""
        ...

    def touch(self, uses: Mapping[tuple[str, str], int]) -> None:
        """Record that (account, fingerprint) was answered n more times."""
        ...

    def entries(
        self, account: str, limit: int, offset: int, category: str | None = None, style: str | None = None
    ) -> tuple[list[CacheEntry], int]:
        """A page of an account's remembered answers, newest first, and how many there are in all."""
        ...

    def forget(self, account: str | None, category: str | None = None, style: str | None = None) -> int:
        """Drop remembered answers of one account, or of all; how many."""
        ...

    def expire(self, max_age: float | None, max_bytes: int | None) -> int:
        """Drop answers unused for ``max_age`` seconds, then the longest unused until the rest fits; how many."""
        ...

    def purge(self, remove: Callable[[str], None], limit: int = 200) -> tuple[int, int]:
        """Delete images that neither the cache nor a batch shows, and call ``remove`` with each blob that no image
        needs any more, inside the transaction. How many images and how many bytes of blobs."""
        ...

    def usage(self, account: str | None) -> Mapping[str, int]:
        """{"entries", "images", "bytes", "hits"} of one account, or of all."""
        ...


class Accounts(Protocol):
    """Accounts, API keys, and what ends a session. Secrets come as hashes only."""

    def add(self, subject: str, role: Role, password_hash: str | None) -> Account:
        """A new account; Conflict when the subject is taken."""
        ...

    def get(self, account_id: str) -> Account | None: ...

    def by_subject(self, subject: str) -> Account | None: ...

    def all(self) -> list[Account]: ...

    def set_password(self, account_id: str, password_hash: str) -> None: ...

    def add_key(self, account_id: str, name: str, secret_hash: str, hint: str, expires_at: float | None) -> ApiKey: ...

    def keys(self, account_id: str) -> list[ApiKey]: ...

    def revoke_key(self, account_id: str, key_id: str) -> bool:
        """Whether there was such a key."""
        ...

    def by_key(self, secret_hash: str) -> tuple[Account, ApiKey] | None:
        """The live key with this hash and its account; expired or revoked ones do not count."""
        ...

    def end_session(self, session: str, expires_at: float) -> None:
        """No token with this jti is accepted any more; remembered until it would have expired anyway."""
        ...

    def session_ended(self, session: str) -> bool:
        """Whether `end_session` was called for it, or it is the id of a revoked key."""
        ...

    def put_ticket(self, ticket_hash: str, caller: Caller, seconds: float) -> None:
        """A single-use credential that stands for the caller, with the end of the caller's own proof."""
        ...

    def take_ticket(self, ticket_hash: str) -> Caller | None:
        """Use a ticket up; None when unknown, used, expired, or of a disabled account."""
        ...


class Store(Protocol):
    """The truth. Engines: SQLite, PostgreSQL."""

    @property
    def jobs(self) -> Jobs: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def events(self) -> Events: ...
    @property
    def images(self) -> Images: ...
    @property
    def accounts(self) -> Accounts: ...

    def ping(self) -> None:
        """Raise when the database does not answer."""
        ...

    def close(self) -> None: ...


class Files(Protocol):
    """Named, immutable bytes. Engines: a folder, S3."""

    def put(self, name: str, data: bytes) -> None:
        """Durable and whole when it returns; a reader never sees half of it."""
        ...

    def open(self, name: str) -> BinaryIO:
        """A seekable reader; FileNotFoundError when there is no such name."""
        ...

    def exists(self, name: str) -> bool: ...

    def delete(self, name: str) -> None:
        """Also when it is gone already."""
        ...


class Queue(Protocol):
    """Wakes workers. Carries no decisions: losing every ring costs a sweep, never a job."""

    def ring(self) -> None:
        """Something may be runnable."""
        ...

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Have ``wake`` called, from any thread, at each ring; the answer stops that."""
        ...

    def enlist(self) -> bool:
        """Whether this process may run jobs now. True means, too, that it holds what makes it the only one where the
        engine allows one only."""
        ...

    @property
    def exclusive(self) -> bool:
        """Whether one process at a time runs jobs: once enlisted, every older lease is dead."""
        ...

    def close(self) -> None: ...


class Bus(Protocol):
    """Tells listeners that the event log has grown. Losing a ring costs a poll, never an event."""

    def ring(self) -> None: ...

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Have ``wake`` called, from any thread, at each ring; the answer stops that."""
        ...

    def close(self) -> None: ...


Preview = Callable[[Picture], Awaitable[None]]


class Provider(Protocol):
    """Draws. Engines: the local draughtsman, OpenAI, and others by profile."""

    @property
    def name(self) -> str: ...

    @property
    def engine(self) -> str:
        """Name and generation of what draws ("local/1"): part of the fingerprint."""
        ...

    async def open(self) -> None:
        """Get ready on the running loop, so that the first order need not wait. Called before any other call."""
        ...

    async def draw(self, order: Order, preview: Preview | None = None) -> Answer:
        """Raises ProviderError: transient ones are worth another try. ``preview`` is called with unfinished pictures
        where the model streams them."""
        ...

    async def reply(self, messages: Sequence[Message], model: str = "") -> Reply:
        """Go on with a conversation. Raises ProviderError; RequestRefused when it cannot chat."""
        ...

    async def close(self) -> None: ...
