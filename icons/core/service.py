"""What a caller may ask: submit, get, wait, cancel, retry, events, statistics. Every verb is the caller's own."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import structlog

from icons.core.gallery import Gallery
from icons.core.ports import Bus, Provider, Queue, Sender, Store
from icons.core.tail import Tail
from icons.domain.access import Caller
from icons.domain.errors import InvalidRequest, NotFound
from icons.domain.events import Event
from icons.domain.images import Image
from icons.domain.jobs import Batch, Job, NewBatch, NewJob, Priority
from icons.domain.prompts.library import Library
from icons.domain.requests import BatchRequest, IconRequest, fingerprint

log = structlog.get_logger(__name__)

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Context:
    """What goes with a request beside its body."""

    user_id: str | None = None  # the caller's own label
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the operator allows."""

    batch_window: int = 5
    max_batch_window: int = 64


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
        providers: Mapping[str, Provider],
        limits: Limits = Limits(),
    ) -> None:
        self._store, self._queue, self._bus, self._tail = store, queue, bus, tail
        self._providers, self._limits = providers, limits
        self.gallery, self.library = gallery, library

    # Asking for icons

    def normalise(self, request: IconRequest) -> IconRequest:
        """The request with the library's own names, or InvalidRequest naming the field."""
        if request.provider not in self._providers:
            known = ", ".join(sorted(self._providers))
            raise InvalidRequest(f"Providers set up here: {known}.", {"provider": "unknown"})
        return replace(
            request,
            style=self.library.style(request.style).name,
            color_scheme=self.library.scheme(request.color_scheme).name,
        )

    def ask(self, caller: Caller, request: IconRequest, context: Context) -> Job | tuple[Image, ...]:
        """The remembered answer to a normalised request, without a job, or the job that will bring one."""
        mark = self._fingerprint(request)
        if images := self.gallery.remembered(caller.account, [mark]).get(mark):
            return images
        return self._submit_one(caller, NewJob(str(uuid.uuid4()), "icon", request.to_json(), mark), context)

    def submit(self, caller: Caller, request: IconRequest, context: Context) -> Job:
        """Store one icon's job; already completed when the cache has the answer."""
        (job,) = self._new_jobs(caller.account, [(0, self.normalise(request))])
        return self._submit_one(caller, job, context)

    def submit_batch(
        self, caller: Caller, request: BatchRequest, context: Context, priority: Priority = Priority.BATCH
    ) -> Batch:
        """Store a batch and all its jobs, or nothing."""
        icons = [(index, self.normalise(icon)) for index, icon in request.icons()]
        window = min(request.concurrency or self._limits.batch_window, self._limits.max_batch_window)
        batch = NewBatch(str(uuid.uuid4()), request.to_json(), request.categories, window)
        jobs = self._new_jobs(caller.account, icons)
        self._store.jobs.submit(self._sender(caller, context), jobs, priority, batch)
        self._ring()
        log.info("batch.submitted", batch_id=batch.id, jobs=len(jobs), correlation_id=context.correlation_id)
        return self.batch(caller, batch.id)

    # Looking

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
        account = None if caller.is_admin else caller.account
        return {**self._store.jobs.statistics(account), "cache": self.gallery.usage(account)}

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

    # Inside

    def _submit_one(self, caller: Caller, job: NewJob, context: Context) -> Job:
        self._store.jobs.submit(self._sender(caller, context), [job], Priority.INTERACTIVE)
        self._ring()
        log.info("job.submitted", job_id=job.id, cached=bool(job.images), correlation_id=context.correlation_id)
        return self.job(caller, job.id)

    def _new_jobs(self, account: str, icons: Sequence[tuple[int, IconRequest]]) -> list[NewJob]:
        prints = [self._fingerprint(icon) for _, icon in icons]
        remembered = self.gallery.remembered(account, prints)
        return [
            NewJob(
                id=str(uuid.uuid4()),
                kind="icon",
                request=icon.to_json(),
                fingerprint=mark,
                position=position,
                category_index=index,
                images=tuple(image.id for image in remembered.get(mark, ())),
            )
            for position, ((index, icon), mark) in enumerate(zip(icons, prints, strict=True))
        ]

    def _fingerprint(self, request: IconRequest) -> str:
        return fingerprint(request, request.prompt(self.library), self._providers[request.provider].engine)

    @staticmethod
    def _sender(caller: Caller, context: Context) -> Sender:
        return Sender(caller.account, context.user_id, context.correlation_id)

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
