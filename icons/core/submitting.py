"""What stands behind asking for something: fingerprints, jobs not yet stored, prices, and what is allowed."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from icons.core import metrics
from icons.core.directory import Directory
from icons.core.gallery import Gallery
from icons.core.outside.choosing import demand_of
from icons.core.ports import Store
from icons.domain.access import Caller
from icons.domain.jobs import REPEATABLE, Job, NewJob, Priority
from icons.domain.pictures import ImageRequest
from icons.domain.platforms import PlatformRequest
from icons.domain.prompts.library import Library
from icons.domain.requests import IconRequest, fingerprint
from icons.domain.room import Room
from icons.domain.spending import Budget, BudgetSpent, check_budget
from icons.domain.workers import BROWSER, SILENT


@dataclass(frozen=True, slots=True)
class Limits:
    """What the operator allows."""

    batch_window: int = 5
    max_batch_window: int = 64
    max_open_jobs: int = 5000  # of one account
    open_jobs: Mapping[Priority, int] = field(
        default_factory=lambda: {Priority.INTERACTIVE: 50, Priority.NORMAL: 1000, Priority.BATCH: 5000}
    )  # of one account, for each priority

    def room(self, priority: Priority) -> Room:
        """For an account's jobs of this priority."""
        return Room(self.open_jobs[priority], self.max_open_jobs)

    def window(self, asked: int | None) -> int:
        """How many of a batch's jobs wait or run at once; None = as usual."""
        return min(asked or self.batch_window, self.max_batch_window)


@dataclass(frozen=True, slots=True)
class Quote:
    """What icons would cost, in micro-dollars."""

    icons: int  # to be drawn; the others come from the cache
    low: int
    high: int
    unpriced: int  # icons among them whose price nobody knows: they are in neither sum
    left: int | None = None  # of the account's budget of this month, before them; None = without a bound


class Submissions:
    """Makes jobs of normalised requests, and knows their price and whether it may be paid. It stores nothing."""

    def __init__(self, store: Store, gallery: Gallery, library: Library, directory: Directory, limits: Limits) -> None:
        self._store = store
        self.gallery, self.library, self.directory, self.limits = gallery, library, directory, limits

    # Jobs

    def fingerprint(self, caller: Caller, request: IconRequest) -> str:
        """The icon's cache key."""
        return fingerprint(request, request.prompt(self.library), self._engine(caller, request))

    def icon_jobs(self, caller: Caller, icons: Sequence[tuple[int, IconRequest]]) -> list[NewJob]:
        """A job for each (index of its category, request), with its images where the cache has the answer."""
        prints = [self.fingerprint(caller, icon) for _, icon in icons]
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

    def platforms_job(self, caller: Caller, request: PlatformRequest) -> NewJob:
        """The job of a prompt's pictures for platforms, with its images where the cache has the answer."""
        mark = request.fingerprint(self.library, self._engine(caller, request.icon))
        images = tuple(image.id for image in self.gallery.remembered(caller.account, [mark]).get(mark, ()))
        return NewJob(str(uuid.uuid4()), "platforms", request.to_json(), mark, request.icon.provider, images=images)

    def picture_job(self, caller: Caller, request: ImageRequest, position: int = 0) -> NewJob:
        """The job of a prompt's pictures. It is like no other: who asks again wants other pictures.

        InvalidRequest names what is wrong; NoWorker: only one from outside could do it, and none is there.
        """
        job_id = str(uuid.uuid4())
        if demand := demand_of(caller.account, request, self._store.workers.connected(caller.account, SILENT)):
            asked = replace(request, provider=BROWSER).to_json()
            return NewJob(job_id, BROWSER, asked, job_id, demand.lane, position, category_index=position)
        provider, model = self.directory.named(request.provider, request.model)
        target = self.directory.target(caller, request.profile_id or provider, model)
        self.gallery.pictures(caller.account, request.sources)  # refused now rather than by the worker
        asked = replace(request, provider=target.provider, model=model).to_json()
        return NewJob(job_id, "image", asked, job_id, target.lane, position, category_index=position)

    # Prices

    def quote(self, caller: Caller, icons: Sequence[IconRequest]) -> Quote:
        """What drawing them would cost."""
        estimates = [self.directory.estimate(caller, icon, self.library) for icon in icons]
        return Quote(
            icons=len(estimates),
            low=sum(each.low or 0 for each in estimates),
            high=sum(each.high or 0 for each in estimates),
            unpriced=sum(each.high is None for each in estimates),
        )

    def afford(self, caller: Caller, icons: Sequence[IconRequest], max_cost: int | None = None) -> Quote:
        """The quote of what may be asked for. BudgetSpent: it cannot be paid for even if it turns out cheap."""
        quote = self.quote(caller, icons)
        if quote.low:
            with self.affording():
                check_budget(Budget(batch=max_cost), 0, 0, quote.low)
                self._store.spending.check(caller.account, quote.low)
        return quote

    def again(self, caller: Caller, jobs: Sequence[Job]) -> tuple[Room, int]:
        """Under what those of a batch's jobs, or of one job alone, that can be repeated are begun anew: the room for
        them, and what they cost if they turn out cheap, as `afford` asks it."""
        begun = [job for job in jobs if job.state in REPEATABLE]
        known = self._store.images.cached(caller.account, [job.fingerprint for job in begun])
        drawn = [job for job in begun if job.fingerprint not in known]
        icons = [replace(icon, provider=job.lane) for job in drawn if (icon := _icon_of(job))]
        return self.limits.room(jobs[0].priority), self.quote(caller, icons).low

    @staticmethod
    @contextmanager
    def affording() -> Iterator[None]:
        """Counts what a budget refuses."""
        try:
            yield
        except BudgetSpent:
            metrics.OVER_BUDGET.inc()
            raise

    def _engine(self, caller: Caller, request: IconRequest) -> str:
        return self.directory.target(caller, request.provider, request.model).engine


def _icon_of(job: Job) -> IconRequest | None:
    """What a job draws, if its price is asked for before it is taken."""
    match job.kind:
        case "icon":
            return IconRequest.from_json(job.request)
        case "platforms":
            return PlatformRequest.from_json(job.request).icon
        case _:
            return None
