"""What a caller may ask: submit, get, wait, cancel, retry, events, statistics. Every verb is the caller's own."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog

from icons.core.directory import Directory
from icons.core.gallery import Gallery
from icons.core.ports import Bus, JobFilter, Queue, Sender, Store
from icons.core.tail import Tail
from icons.domain.access import Caller
from icons.domain.errors import Forbidden, NotFound, RateLimited
from icons.domain.events import Event
from icons.domain.hooks import Hook
from icons.domain.images import Image
from icons.domain.jobs import Batch, Job, NewBatch, NewJob, Priority, State
from icons.domain.pictures import ImageRequest
from icons.domain.platforms import PlatformRequest
from icons.domain.prompts.library import Library
from icons.domain.requests import BatchRequest, IconRequest, fingerprint
from icons.domain.spending import Budget, check_budget

log = structlog.get_logger(__name__)

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Context:
    """What goes with a request beside its body."""

    user_id: str | None = None  # the caller's own label
    correlation_id: str = ""
    hook: Hook | None = None  # whom to tell how it ends


@dataclass(frozen=True, slots=True)
class Limits:
    """What the operator allows."""

    batch_window: int = 5
    max_batch_window: int = 64
    max_open_jobs: int = 5000  # of one account; requests at the same moment may go a little beyond it
    open_jobs: Mapping[Priority, int] = field(
        default_factory=lambda: {Priority.INTERACTIVE: 50, Priority.NORMAL: 1000, Priority.BATCH: 5000}
    )  # of one account, for each priority


@dataclass(frozen=True, slots=True)
class Quote:
    """What icons would cost, in micro-dollars."""

    icons: int  # to be drawn; the others come from the cache
    low: int
    high: int
    unpriced: int  # icons among them whose price nobody knows: they are in neither sum
    left: int | None = None  # of the account's budget of this month, before them; None = without a bound


class Service:
    """The verbs under all faces."""

    def __init__(
        self,
        store: Store,
        queue: Queue,
        bus: Bus,
        tail: Tail,
        gallery: Gallery,
        library: Library,
        directory: Directory,
        limits: Limits = Limits(),
    ) -> None:
        self._store, self._queue, self._bus, self._tail = store, queue, bus, tail
        self._limits = limits
        self.gallery, self.library, self.directory = gallery, library, directory

    # Asking for icons

    def normalise(self, caller: Caller, request: IconRequest) -> IconRequest:
        """The request with the library's and the directory's own names, or InvalidRequest naming the field."""
        target = self.directory.target(caller, request.provider, request.model)
        fallback = [self.directory.target(caller, name, field="fallback") for name in request.fallback]
        return replace(
            request,
            provider=target.lane,
            fallback=tuple(each.lane for each in fallback),
            style=self.library.style(request.style).name,
            color_scheme=self.library.scheme(request.color_scheme).name,
        )

    def estimate(self, caller: Caller, request: BatchRequest) -> Quote:
        """What a batch would cost: icons that the cache answers cost nothing."""
        icons = [self.normalise(caller, icon) for _, icon in request.icons()]
        marks = [self._fingerprint(caller, icon) for icon in icons]
        # Not through the gallery: looking at a price is no use of an answer.
        known = self._store.images.cached(caller.account, marks)
        drawn = [icon for icon, mark in zip(icons, marks, strict=True) if mark not in known]
        return replace(self._quote(caller, drawn), left=self._store.spending.left(caller.account))

    def ask(self, caller: Caller, request: IconRequest, context: Context) -> Job | tuple[Image, ...]:
        """The remembered answer to a normalised request, without a job, or the job that will bring one."""
        mark = self._fingerprint(caller, request)
        if images := self.gallery.remembered(caller.account, [mark]).get(mark):
            return images
        self._check_budget(caller, self._quote(caller, [request]))
        job = NewJob(str(uuid.uuid4()), "icon", request.to_json(), mark, request.provider)
        return self._submit_one(caller, job, context)

    def submit(self, caller: Caller, request: IconRequest, context: Context) -> Job:
        """Store one icon's job; already completed when the cache has the answer."""
        icon = self.normalise(caller, request)
        (job,) = self._new_jobs(caller, [(0, icon)])
        if not job.images:
            self._check_budget(caller, self._quote(caller, [icon]))
        return self._submit_one(caller, job, context)

    def submit_image(self, caller: Caller, request: ImageRequest, context: Context) -> Job:
        """Store the job of a prompt's pictures. It is like no other: who asks again wants other pictures."""
        return self._submit_one(caller, self._picture_job(caller, request), context)

    def submit_images(self, caller: Caller, requests: Sequence[ImageRequest], context: Context) -> Batch:
        """Store a batch of such jobs, one for each prompt in its order, or nothing."""
        jobs = [self._picture_job(caller, request, position) for position, request in enumerate(requests)]
        prompts = tuple(request.prompt for request in requests)
        batch = NewBatch(str(uuid.uuid4()), {"prompts": prompts}, prompts, self._limits.batch_window)
        return self._submit_batch(caller, batch, jobs, context, Priority.BATCH)

    def submit_batch(
        self, caller: Caller, request: BatchRequest, context: Context, priority: Priority = Priority.BATCH
    ) -> Batch:
        """Store a batch and all its jobs, or nothing."""
        icons = [(index, self.normalise(caller, icon)) for index, icon in request.icons()]
        window = min(request.concurrency or self._limits.batch_window, self._limits.max_batch_window)
        batch = NewBatch(str(uuid.uuid4()), request.to_json(), request.categories, window, request.max_cost)
        jobs = self._new_jobs(caller, icons)
        drawn = [icon for (_, icon), job in zip(icons, jobs, strict=True) if not job.images]
        self._check_budget(caller, self._quote(caller, drawn), request.max_cost)
        return self._submit_batch(caller, batch, jobs, context, priority)

    def submit_platforms(
        self, caller: Caller, request: PlatformRequest, context: Context, priority: Priority = Priority.NORMAL
    ) -> Job:
        """Store the job of a prompt's pictures for platforms; already completed when the cache has the answer."""
        icon = self.normalise(caller, request.icon)
        request = replace(request, icon=icon)
        mark = request.fingerprint(self.library, self.directory.target(caller, icon.provider, icon.model).engine)
        images = tuple(image.id for image in self.gallery.remembered(caller.account, [mark]).get(mark, ()))
        if not images:
            self._check_budget(caller, self._quote(caller, [icon]))
        job = NewJob(str(uuid.uuid4()), "platforms", request.to_json(), mark, icon.provider, images=images)
        return self._submit_one(caller, job, context, priority)

    # Looking

    def find(self, caller: Caller, asked: JobFilter, limit: int, after: str | None = None) -> list[Job]:
        """The account's jobs, newest first; ``after`` is the id of the last one seen."""
        return self._store.jobs.find(caller.account, asked, limit, after)

    def job(self, caller: Caller, job_id: str) -> Job:
        """One job."""
        return _found(self._store.jobs.get(caller.account, job_id), "job")

    def batch(self, caller: Caller, batch_id: str) -> Batch:
        """One batch."""
        return _found(self._store.jobs.batch(caller.account, batch_id), "batch")

    def batches(self, caller: Caller, limit: int, before: str | None = None) -> list[Batch]:
        """Batches, newest first; ``before`` is the id of the last one seen."""
        return self._store.jobs.batches(caller.account, limit, before)

    def jobs_of(self, caller: Caller, batch_id: str) -> list[Job]:
        """A batch's jobs in request order."""
        self.batch(caller, batch_id)
        return self._store.jobs.of_batch(caller.account, batch_id)

    def events(
        self, caller: Caller, after: int, limit: int, *, job_id: str | None = None, batch_id: str | None = None
    ) -> list[Event]:
        """The account's events newer than ``after``, all or of one job or batch."""
        if job_id is not None:
            self.job(caller, job_id)
        if batch_id is not None:
            self.batch(caller, batch_id)
        return self._store.events.after(after, limit, caller.account, job_id, batch_id)

    def statistics(self, caller: Caller) -> Mapping[str, Any]:
        """Figures of the caller's account; of all accounts for an administrator."""
        return {**self.queue(caller), "cache": self.gallery.usage(None if caller.is_admin else caller.account)}

    def queue(self, caller: Caller) -> Mapping[str, Any]:
        """Those of them that are about jobs: they cost the same however many there are."""
        return self._store.jobs.statistics(None if caller.is_admin else caller.account)

    def spending(self, caller: Caller, group_by: str, since: float | None = None) -> list[Mapping[str, Any]]:
        """What was spent, by day, model or batch; of all accounts for an administrator. Micro-dollars."""
        return self._store.spending.report(None if caller.is_admin else caller.account, group_by, since)

    def month_spent(self, caller: Caller) -> int:
        """What the caller has spent in this calendar month, UTC; micro-dollars."""
        month = datetime.now(UTC).strftime("%Y-%m")
        days = self._store.spending.report(caller.account, "day")
        return sum(day["cost"] for day in days if day["group"].startswith(month))

    def budget(self, caller: Caller) -> int | None:
        """What the caller may spend in a calendar month, micro-dollars; None = without a bound."""
        return self._store.spending.budget(caller.account)

    def wait(self, caller: Caller, job_id: str, seconds: float) -> Job:
        """The job, once it has ended or ``seconds`` have passed."""
        with self._tail.watching(job_id=job_id) as ended:
            job = self.job(caller, job_id)
            if not job.state.final and ended.wait(seconds):
                job = self.job(caller, job_id)
        return job

    def wait_batch(self, caller: Caller, batch_id: str, seconds: float) -> Batch:
        """The batch, once its last job has ended or ``seconds`` have passed."""
        with self._tail.watching(batch_id=batch_id) as ended:
            batch = self.batch(caller, batch_id)
            if batch.counts.unfinished and ended.wait(seconds):
                batch = self.batch(caller, batch_id)
        return batch

    # Changing one's mind

    def cancel(self, caller: Caller, job_id: str) -> Job:
        """Stop a job. What has ended stays as it is."""
        return self._changed(self._store.jobs.cancel(caller.account, job_id), "job", "job.cancelled", job_id=job_id)

    def cancel_batch(self, caller: Caller, batch_id: str) -> Batch:
        """Stop what has not begun at once, what runs within a second; keep what is finished."""
        batch = self._store.jobs.cancel_batch(caller.account, batch_id)
        return self._changed(batch, "batch", "batch.cancelled", batch_id=batch_id)

    def retry(self, caller: Caller, job_id: str) -> Job:
        """Begin a failed or cancelled job anew."""
        return self._changed(self._store.jobs.retry(caller.account, job_id), "job", "job.retried", job_id=job_id)

    def retry_batch(self, caller: Caller, batch_id: str) -> int:
        """Begin the failed and cancelled jobs of a batch anew; how many."""
        count = self._store.jobs.retry_batch(caller.account, batch_id)
        return self._changed(count, "batch", "batch.retried", batch_id=batch_id)

    def clean(self, caller: Caller, states: Iterable[State], older_than: float, *, everybody: bool = False) -> int:
        """Remove the caller's jobs, or everybody's for an administrator, that ended so many seconds ago; how many."""
        if everybody and not caller.is_admin:
            raise Forbidden("Only an administrator cleans everybody's jobs; leave `all` out to clean your own.")
        removed = self._store.jobs.clean(None if everybody else caller.account, states, older_than)
        log.info("jobs.cleaned", count=removed)
        return removed

    # Inside

    def _submit_one(
        self, caller: Caller, job: NewJob, context: Context, priority: Priority = Priority.INTERACTIVE
    ) -> Job:
        self._check_room(caller, [job], priority)
        self._store.jobs.submit(self._sender(caller, context), [job], priority)
        self._ring()
        log.info("job.submitted", job_id=job.id, cached=bool(job.images), correlation_id=context.correlation_id)
        return self.job(caller, job.id)

    def _submit_batch(
        self, caller: Caller, batch: NewBatch, jobs: Sequence[NewJob], context: Context, priority: Priority
    ) -> Batch:
        self._check_room(caller, jobs, priority)
        self._store.jobs.submit(self._sender(caller, context), jobs, priority, batch)
        self._ring()
        log.info("batch.submitted", batch_id=batch.id, jobs=len(jobs), correlation_id=context.correlation_id)
        return self.batch(caller, batch.id)

    def _picture_job(self, caller: Caller, request: ImageRequest, position: int = 0) -> NewJob:
        job_id = str(uuid.uuid4())
        target = self.directory.target(caller, request.profile_id or request.provider, request.model)
        self.gallery.pictures(caller.account, request.sources)  # refused now rather than by the worker
        asked = replace(request, provider=target.provider).to_json()
        return NewJob(job_id, "image", asked, job_id, target.lane, position, category_index=position)

    def _check_room(self, caller: Caller, jobs: Sequence[NewJob], priority: Priority) -> None:
        new = sum(not job.images for job in jobs)
        caps = {priority: self._limits.open_jobs[priority], None: self._limits.max_open_jobs}
        for tier, most in caps.items():
            if new and self._store.jobs.unfinished(caller.account, tier) + new > most:
                kind = "" if tier is None else f"{tier.name.lower()} "
                raise RateLimited(
                    f"An account has at most {most:,} unfinished {kind}jobs. Wait until some end, or cancel some.",
                    code="JOB_LIMIT_EXCEEDED",
                    retry_after=10,
                )

    def _quote(self, caller: Caller, icons: Sequence[IconRequest]) -> Quote:
        estimates = [self.directory.estimate(caller, icon, self.library) for icon in icons]
        return Quote(
            icons=len(estimates),
            low=sum(each.low or 0 for each in estimates),
            high=sum(each.high or 0 for each in estimates),
            unpriced=sum(each.high is None for each in estimates),
        )

    def _check_budget(self, caller: Caller, quote: Quote, max_cost: int | None = None) -> None:
        """Refuse at the door what cannot be paid for even if it is cheap."""
        if quote.low:
            check_budget(Budget(batch=max_cost), 0, 0, quote.low)
            self._store.spending.check(caller.account, quote.low)

    def _new_jobs(self, caller: Caller, icons: Sequence[tuple[int, IconRequest]]) -> list[NewJob]:
        prints = [self._fingerprint(caller, icon) for _, icon in icons]
        remembered = self.gallery.remembered(caller.account, prints)
        return [
            NewJob(
                id=str(uuid.uuid4()),
                kind="icon",
                request=icon.to_json(),
                fingerprint=mark,
                lane=icon.provider,
                position=position,
                category_index=index,
                images=tuple(image.id for image in remembered.get(mark, ())),
            )
            for position, ((index, icon), mark) in enumerate(zip(icons, prints, strict=True))
        ]

    def _fingerprint(self, caller: Caller, request: IconRequest) -> str:
        engine = self.directory.target(caller, request.provider, request.model).engine
        return fingerprint(request, request.prompt(self.library), engine)

    @staticmethod
    def _sender(caller: Caller, context: Context) -> Sender:
        return Sender(caller.account, context.user_id, context.correlation_id, context.hook)

    def _changed(self, thing: Thing | None, what: str, action: str, **details: str) -> Thing:
        found = _found(thing, what)
        self._ring()
        log.info(action, **details)
        return found

    def _ring(self) -> None:
        self._queue.ring()
        self._bus.ring()


def _found(thing: Thing | None, what: str) -> Thing:
    if thing is None:
        raise NotFound(what)
    return thing
