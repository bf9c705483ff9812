"""What the core needs from the world: each port has IO behind it and more than one real engine."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from icons.domain.access import Account, ApiKey, Caller, Role
from icons.domain.events import Event
from icons.domain.images import CacheEntry, Image, Picture, Record, Search, Tag
from icons.domain.jobs import Batch, Job, Lease, NewBatch, NewJob, Outcome, Priority, State
from icons.domain.profiles import Profile
from icons.domain.replies import Claim, Kept, StoredReply
from icons.domain.requests import Answer, Message, Order, Reply
from icons.domain.spending import Call, CallState, NewCall


@dataclass(frozen=True, slots=True)
class Sender:
    """On whose behalf something is stored, and what follows it through job, events and logs."""

    account: str
    user_id: str | None = None  # the caller's own label
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs; None filters nothing. Times are epoch seconds, UTC."""

    states: frozenset[State] | None = None
    user_id: str | None = None
    batch_id: str | None = None
    since: float | None = None  # created then or later
    until: float | None = None  # created before


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
        """Figures of one account, or of all: {"states": {public state: n}, "average_seconds": float | None,
        "active_batches": n, "total_batches": n, "cached": completed jobs the cache answered}."""
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


class Records(Protocol):
    """The gallery: an account's images with their tags, as their owner keeps them."""

    def add(self, record: Record) -> Record:
        """Store an image whose blob lies in the files, with its tags; the store's clock dates it."""
        ...

    def get(self, account: str, image_id: str) -> Record | None: ...

    def many(self, account: str, image_ids: Sequence[str]) -> list[Record]:
        """Those of the ids that are the account's, in this order."""
        ...

    def find(self, account: str, search: Search, limit: int, offset: int) -> tuple[list[Record], int]:
        """A page of an account's images, newest first, and how many fit the search in all."""
        ...

    def change(self, account: str, image_id: str, name: str | None, tags: Sequence[Tag] | None) -> Record | None:
        """Rename or tag an image; None leaves as it is. What is changed is kept from then on."""
        ...

    def remove(self, account: str, image_id: str, remove: Callable[[str], None]) -> bool:
        """Delete an image, and the remembered answers that show it; ``remove`` is called, inside the transaction, with
        its blob when no other image needs it. Whether there was such an image."""
        ...


class Profiles(Protocol):
    """Connection profiles. Keys come sealed only."""

    def add(self, profile: Profile) -> Profile:
        """Store a profile; the store's clock dates it. Conflict when the account has MAX_PROFILES."""
        ...

    def get(self, account: str, profile_id: str) -> Profile | None: ...

    def all(self, account: str) -> list[Profile]:
        """An account's profiles, oldest first."""
        ...

    def put(self, profile: Profile) -> Profile | None:
        """Replace what is stored under the profile's id; None when it has been deleted."""
        ...

    def remove(self, account: str, profile_id: str) -> bool:
        """Whether there was such a profile."""
        ...

    def reseal(self, seal: Callable[[str, str], str]) -> int:
        """Replace every sealed key by ``seal(account, sealed key)``, all or none; how many."""
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

    def set_rates(self, account_id: str, rates: Mapping[str, str]) -> None:
        """Policy -> rate, in place of what everybody has."""
        ...

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


class Spending(Protocol):
    """The ledger of provider calls, and budgets. Money is whole micro-dollars."""

    def intend(self, call: NewCall) -> None:
        """Write down a call that is about to be made; BudgetSpent, and nothing written, when it would go beyond the
        account's month or its batch's bound. Calls of other states than refused count, by cost or else estimate."""
        ...

    def conclude(
        self, call_id: str, state: CallState, cost: int | None = None, usage: Mapping[str, Any] | None = None
    ) -> None:
        """Say what has become of a call. Settling is the lease's: `Leases.settle` does it with the job."""
        ...

    def calls(self, job_id: str) -> list[Call]:
        """A job's calls, oldest first. Those of unknown outcome are waived once somebody retries the job by hand."""
        ...

    def check(self, account: str, estimate: int) -> None:
        """BudgetSpent when so much more would go beyond the account's month."""
        ...

    def report(self, account: str | None, group_by: str, since: float | None = None) -> list[Mapping[str, Any]]:
        """Sums by "day", "model" or "batch" of one account, or of all: {"group", "calls", "cost", "unknown",
        "unknown_cost"}, newest or dearest first."""
        ...

    def budget(self, account: str) -> int | None:
        """What the account may spend in a calendar month; None = without a bound."""
        ...

    def set_budget(self, account: str, month: int | None) -> None: ...


class Limits(Protocol):
    """Provider limits that all processes share. One transaction answers when to start; nobody polls."""

    def reserve(self, lane: str, taken: Mapping[str, float]) -> float:
        """Take so many seconds (see `Quantity.seconds`) of each quantity; the seconds to wait before the start."""
        ...

    def correct(self, lane: str, taken: Mapping[str, float]) -> None:
        """Take more, or give back (negative), after the fact; delays nobody by itself."""
        ...

    def pause(self, lane: str, seconds: float) -> None:
        """Let nobody start in this lane for so long."""
        ...


class Replies(Protocol):
    """Answers kept under the caller's own key. See `domain/replies.py`."""

    def claim(self, claim: Claim, seconds: float) -> Kept | None:
        """Take a key for so many seconds; what it stands for already when it is taken."""
        ...

    def keep(self, claim: Claim, reply: StoredReply, seconds: float) -> bool:
        """Put the answer in the place of the claim; whether the claim still held."""
        ...

    def release(self, claim: Claim) -> None:
        """Let the next request with this key try."""
        ...

    def prune(self) -> int:
        """Drop what has expired; how many."""
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
    def records(self) -> Records: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def profiles(self) -> Profiles: ...
    @property
    def replies(self) -> Replies: ...
    @property
    def spending(self) -> Spending: ...
    @property
    def limits(self) -> Limits: ...

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


class Renderer(Protocol):
    """Turns vector pictures into pixels. Engine: the local draughtsman's processes."""

    async def render(self, svg: bytes, size: int) -> bytes:
        """A PNG with alpha, ``size`` px wide and high. Raises ProviderError."""
        ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """What lies at an address."""

    data: bytes
    media_type: str


class Fetcher(Protocol):
    """Gets what lies at addresses that users or workers name. Engines: guarded, and free to go inside."""

    def check(self, url: str) -> None:
        """InvalidRequest unless the address may be called, as far as its text tells; nothing is looked up."""
        ...

    async def get(self, url: str, max_bytes: int, timeout: float, accept: Collection[str]) -> Fetched:
        """The bytes, of one of the media types in ``accept``; ``timeout`` in seconds bounds all of it.

        Raises InvalidRequest (not an address that may be called, a redirect, another media type), TooLarge,
        ProviderTimeout, ProviderFailed.
        """
        ...
