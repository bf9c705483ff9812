"""What a caller may ask: submit, get, wait, cancel, retry, events, statistics. Every verb is the caller's own."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog

from icons.core.ports import Bus, JobFilter, Queue, Sender, Store
from icons.core.submitting import Quote, Submissions
from icons.core.tail import Tail
from icons.domain.access import Caller
from icons.domain.errors import Forbidden, NotFound
from icons.domain.events import Event
from icons.domain.hooks import Hook
from icons.domain.images import Image
from icons.domain.jobs import Batch, Job, NewBatch, NewJob, Priority, State
from icons.domain.pictures import ImageRequest
from icons.domain.platforms import PlatformRequest
from icons.domain.requests import BatchRequest, IconRequest
from icons.domain.workers import SILENT, OutsideWorker

log = structlog.get_logger(__name__)

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Context:
    """What goes with a request beside its body."""

    user_id: str | None = None  # the caller's own label
    correlation_id: str = ""
    hook: Hook | None = None  # whom to tell how it ends

    def sender(self, caller: Caller) -> Sender:
        """As the store takes it."""
        return Sender(caller.account, self.user_id, self.correlation_id, self.hook)


class Service:
    """The verbs under all faces."""

    def __init__(self, store: Store, queue: Queue, bus: Bus, tail: Tail, submissions: Submissions) -> None:
        self._store, self._queue, self._bus, self._tail = store, queue, bus, tail
        self._submissions = submissions
        self.gallery, self.library, self.directory = submissions.gallery, submissions.library, submissions.directory

    # Asking

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
        marks = [self._submissions.fingerprint(caller, icon) for icon in icons]
        # Not through the gallery: looking at a price is no use of an answer.
        known = self._store.images.cached(caller.account, marks)
        drawn = [icon for icon, mark in zip(icons, marks, strict=True) if mark not in known]
        return self._with_left(caller, self._submissions.quote(caller, drawn))

    def ask(self, caller: Caller, request: IconRequest, context: Context) -> Job | tuple[Image, ...]:
        """The remembered answer to a normalised request, without a job, or the job that will bring one."""
        mark = self._submissions.fingerprint(caller, request)
        if images := self.gallery.remembered(caller.account, [mark]).get(mark):
            return images
        self._submissions.afford(caller, [request])
        job = NewJob(str(uuid.uuid4()), "icon", request.to_json(), mark, request.provider)
        return self._submit_one(caller, job, context)

    def submit(self, caller: Caller, request: IconRequest, context: Context) -> Job:
        """Store one icon's job; already completed when the cache has the answer."""
        icon = self.normalise(caller, request)
        (job,) = self._submissions.icon_jobs(caller, [(0, icon)])
        if not job.images:
            self._submissions.afford(caller, [icon])
        return self._submit_one(caller, job, context)

    def submit_batch(
        self, caller: Caller, request: BatchRequest, context: Context, priority: Priority = Priority.BATCH
    ) -> Batch:
        """Store a batch and all its jobs, or nothing."""
        return self.submit_quoted(caller, request, context, priority)[0]

    def submit_quoted(
        self, caller: Caller, request: BatchRequest, context: Context, priority: Priority = Priority.BATCH
    ) -> tuple[Batch, Quote]:
        """The same, and what it will cost, as `estimate` says it."""
        icons = [(index, self.normalise(caller, icon)) for index, icon in request.icons()]
        jobs = self._submissions.icon_jobs(caller, icons)
        drawn = [icon for (_, icon), job in zip(icons, jobs, strict=True) if not job.images]
        quote = self._with_left(caller, self._submissions.afford(caller, drawn, request.max_cost))
        window = self._submissions.limits.window(request.concurrency)
        batch = NewBatch(str(uuid.uuid4()), request.to_json(), request.categories, window, request.max_cost)
        return self._submit_batch(caller, batch, jobs, context, priority), quote

    def submit_image(self, caller: Caller, request: ImageRequest, context: Context) -> Job:
        """Store the job of a prompt's pictures."""
        return self._submit_one(caller, self._submissions.picture_job(caller, request), context)

    def submit_images(self, caller: Caller, requests: Sequence[ImageRequest], context: Context) -> Batch:
        """Store a batch of such jobs, one for each prompt in its order, or nothing."""
        jobs = [self._submissions.picture_job(caller, request, place) for place, request in enumerate(requests)]
        prompts = tuple(request.prompt for request in requests)
        window = self._submissions.limits.window(None)
        batch = NewBatch(str(uuid.uuid4()), {"prompts": prompts}, prompts, window)
        return self._submit_batch(caller, batch, jobs, context, Priority.BATCH)

    def submit_platforms(
        self, caller: Caller, request: PlatformRequest, context: Context, priority: Priority = Priority.NORMAL
    ) -> Job:
        """Store the job of a prompt's pictures for platforms; already completed when the cache has the answer."""
        icon = self.normalise(caller, request.icon)
        job = self._submissions.platforms_job(caller, replace(request, icon=icon))
        if not job.images:
            self._submissions.afford(caller, [icon])
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

    def first_images(self, caller: Caller, batches: Sequence[Batch], limit: int) -> Mapping[str, Sequence[Image]]:
        """Of each batch, by its id, the first so many images, in request order."""
        ids = self._store.jobs.first_images(caller.account, [batch.id for batch in batches], limit)
        images = self.gallery.images(caller, [image_id for some in ids.values() for image_id in some])
        return {batch_id: [images[each] for each in some if each in images] for batch_id, some in ids.items()}

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

    def workers(self, caller: Caller) -> list[OutsideWorker]:
        """The workers from outside that are connected for the caller, to whichever process."""
        return self._store.workers.connected(caller.account, SILENT)

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
        """Begin a failed or cancelled job anew, under the bounds of a new one."""
        job = self.job(caller, job_id)
        with self._submissions.affording():
            room, cost = self._submissions.again(caller, [job])
            again = self._store.jobs.retry(caller.account, job_id, room, cost)
        return self._changed(again, "job", "job.retried", job_id=job_id)

    def retry_batch(self, caller: Caller, batch_id: str) -> int:
        """Begin the failed and cancelled jobs of a batch anew, all or none; how many."""
        jobs = self.jobs_of(caller, batch_id)
        with self._submissions.affording():
            room, cost = self._submissions.again(caller, jobs)
            count = self._store.jobs.retry_batch(caller.account, batch_id, room, cost)
        return self._changed(count, "batch", "batch.retried", batch_id=batch_id)

    def clean(self, caller: Caller, states: Iterable[State], older_than: float, *, everybody: bool = False) -> int:
        """Remove the caller's jobs, or everybody's for an administrator, that ended so many seconds ago; how many."""
        if everybody and not caller.is_admin:
            raise Forbidden("Only an administrator cleans everybody's jobs; leave `all` out to clean your own.")
        removed = self._store.jobs.clean(None if everybody else caller.account, states, older_than)
        log.info("jobs.cleaned", count=removed)
        return removed

    def ring(self) -> None:
        """Wake workers and listeners."""
        self._queue.ring()
        self._bus.ring()

    # Inside

    def _submit_one(
        self, caller: Caller, job: NewJob, context: Context, priority: Priority = Priority.INTERACTIVE
    ) -> Job:
        room = self._submissions.limits.room(priority)
        self._store.jobs.submit(context.sender(caller), [job], priority, room=room)
        self.ring()
        log.info("job.submitted", job_id=job.id, cached=bool(job.images), correlation_id=context.correlation_id)
        return self.job(caller, job.id)

    def _submit_batch(
        self, caller: Caller, batch: NewBatch, jobs: Sequence[NewJob], context: Context, priority: Priority
    ) -> Batch:
        room = self._submissions.limits.room(priority)
        self._store.jobs.submit(context.sender(caller), jobs, priority, batch, room)
        self.ring()
        log.info("batch.submitted", batch_id=batch.id, jobs=len(jobs), correlation_id=context.correlation_id)
        return self.batch(caller, batch.id)

    def _with_left(self, caller: Caller, quote: Quote) -> Quote:
        return replace(quote, left=self._store.spending.left(caller.account))

    def _changed(self, thing: Thing | None, what: str, action: str, **details: str) -> Thing:
        found = _found(thing, what)
        self.ring()
        log.info(action, **details)
        return found


def _found(thing: Thing | None, what: str) -> Thing:
    if thing is None:
        raise NotFound(what)
    return thing
