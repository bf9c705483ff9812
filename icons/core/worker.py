"""The asyncio loop that claims jobs, runs their tasks and settles them."""

import asyncio
import random
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from icons.core import metrics, tracing
from icons.core.bridge import Blocking
from icons.core.lanes import Lane, Lanes
from icons.core.leases import Desk, Kept
from icons.core.ports import Queue
from icons.core.tasks import Task
from icons.domain.errors import ProviderError, RequestRefused, StaleLease, StudioError, Unavailable
from icons.domain.jobs import Completed, Delayed, Failed, GivenBack, Job, Lease, Outcome, Stopped
from icons.domain.retry import RetryPolicy, failure
from icons.domain.workers import is_outside

log = structlog.get_logger(__name__)

_BUG: Final = StudioError("The job failed for a reason inside the service.")


@dataclass(frozen=True, slots=True)
class Pace:
    """How a worker spends its time, in seconds."""

    poll: float = 1.0  # looks for jobs this often even when nobody rings
    beat: float = 5.0  # says that it lives at least this often
    quick_beat: float = 0.25  # and, when somebody rings, at most this often: cancelling a running job takes one beat
    alive_for: float = 15.0  # a worker silent for longer has lost its jobs
    drain: float = 10.0  # what runs when the stop comes may take this long to finish


@dataclass(slots=True)
class _Running:
    lease: Lease
    task: asyncio.Task[None]
    cancelled: bool = False  # by request of its owner, not because the worker stops
    handing_in: bool = False  # what it came to is known: too late to cancel


@dataclass
class Worker:
    """Runs jobs until it is stopped. All its blocking calls go through ``blocking``."""

    desk: Desk
    queue: Queue
    lanes: Lanes
    tasks: Mapping[str, Task]
    settled: Callable[[Job], Awaitable[None]]  # called once a job has its pictures
    blocking: Blocking
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    pace: Pace = field(default_factory=Pace)
    id: str = field(default_factory=lambda: f"worker-{uuid.uuid4().hex[:12]}")

    def __post_init__(self) -> None:
        self._running: dict[str, _Running] = {}
        self._fillers: dict[str, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._rung = asyncio.Event()  # the heart's own bell
        self._stopping = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop_asked = False

    def stop(self) -> None:
        """From any thread: finish or give back what runs, then return from `run`."""
        self._stop_asked = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Work until `stop`."""
        self._loop = asyncio.get_running_loop()
        if self._stop_asked:
            return
        unlisten = self.queue.listen(self._ring)
        try:
            if await self._enlist():
                heart = asyncio.create_task(self._heart())
                try:
                    await self._work()
                finally:
                    await self._drain()
                    heart.cancel()
                    await asyncio.gather(heart, return_exceptions=True)
                    await self.blocking(self.desk.dismiss, self.id)
        finally:
            unlisten()
            log.info("worker.stopped", worker=self.id)

    def _ring(self) -> None:
        """From any thread: there may be something to claim or to stop."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)
            self._loop.call_soon_threadsafe(self._rung.set)

    async def _enlist(self) -> bool:
        """Wait until this process may work; whether it may (False: stopped before)."""
        waiting = False
        while not self._stopping.is_set():
            if await self.blocking(self.queue.enlist):
                await self.blocking(self.desk.enlist, self.id)
                log.info("worker.started", worker=self.id)
                return True
            if not waiting:
                waiting = True
                log.info("worker.standby", worker=self.id, reason="another process works on this storage")
            await self._pause(self._stopping, self.pace.poll)
        return False

    async def _work(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                for name, account in await self.blocking(self.desk.lanes):
                    if name not in self._fillers and not is_outside(name):
                        self._fillers[name] = asyncio.create_task(self._fill(name, account))
            except Unavailable as error:
                log.error("worker.store_unavailable", worker=self.id, message=error.message)
                await self._pause(self._stopping, self.pace.poll)
            await self._pause(self._wake, self.pace.poll)

    async def _fill(self, name: str, account: str) -> None:
        """Start jobs of a lane while it has room: first the provider's slot, then the best job of that moment."""
        try:
            lane = await self._lane(name, account)
            while not self._stopping.is_set() and lane.places > 0 and not lane.closed_for():
                await lane.slot()
                lease = await self.blocking(self.desk.claim, self.id, list(self.tasks), name)
                if lease is None:
                    await lane.return_slot()
                    return
                self._start(lease, lane)
            if (seconds := lane.closed_for()) and self._loop:
                self._loop.call_later(seconds, self._wake.set)
        except Unavailable as error:
            log.error("worker.store_unavailable", worker=self.id, message=error.message)
        except Exception:
            log.exception("worker.lane_failed", worker=self.id, lane=name)
        finally:
            del self._fillers[name]

    async def _lane(self, name: str, account: str) -> Lane:
        """The lane; where it cannot be opened, one whose jobs fail with the reason."""
        try:
            return await self.lanes.get(name, account)
        except RequestRefused:
            return self.lanes.closed(name)

    @staticmethod
    async def _pause(event: asyncio.Event, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            pass

    def _start(self, lease: Lease, lane: Lane) -> None:
        lane.running += 1
        running = _Running(lease, asyncio.create_task(self._one(lease, lane)))
        self._running[lease.job.id] = running
        metrics.ACTIVE.set(len(self._running))

    async def _one(self, lease: Lease, lane: Lane) -> None:
        try:
            outcome, kept = await self._outcome(lease)
            await self._hand_in(lease, outcome, kept)
        except StaleLease:
            log.warning("job.stale", job_id=lease.job.id, attempt=lease.attempt, worker=self.id)
        except asyncio.CancelledError:
            log.info("job.interrupted", job_id=lease.job.id, worker=self.id)
        except Exception:
            # The lease stays open: the job is given back when this worker stops.
            log.exception("job.unsettled", job_id=lease.job.id, worker=self.id)
        finally:
            lane.running -= 1
            self._running.pop(lease.job.id, None)
            metrics.ACTIVE.set(len(self._running))
            self._wake.set()

    async def _outcome(self, lease: Lease) -> tuple[Outcome, Sequence[Kept]]:
        """What the job comes to. Raises StaleLease."""

        async def report(stage: str, progress: int, line: str, preview: str = "") -> None:
            await self.blocking(self.desk.report, lease, stage, progress, line, preview)

        job = lease.job
        try:
            with tracing.span(
                "job", job.correlation_id, job_id=job.id, kind=job.kind, lane=job.lane, attempt=lease.attempt
            ):
                return await self.tasks[job.kind].run(lease, report)
        except asyncio.CancelledError:
            return Stopped() if self._running[job.id].cancelled else GivenBack(), ()
        except StaleLease:
            raise
        except StudioError as error:
            return self._failure(job, error), ()
        except Exception:
            log.exception("job.crashed", job_id=job.id, correlation_id=job.correlation_id)
            return self._failure(job, _BUG), ()

    def _failure(self, job: Job, error: StudioError) -> Failed | Delayed:
        outcome = self.retry.outcome(error, job.failures + 1, random.random())  # noqa: S311 - jitter, no secret
        elsewhere = _next_lane(job) if isinstance(error, ProviderError) else None
        if elsewhere and isinstance(outcome, Failed):
            log.info("job.fallback", job_id=job.id, lane=job.lane, next=elsewhere, code=error.code)
            return Delayed(outcome.error, 0.0, elsewhere)
        return outcome

    async def _hand_in(self, lease: Lease, outcome: Outcome, kept: Sequence[Kept]) -> None:
        """Settle, however long the store is away: what was drawn, and perhaps paid, is not thrown away for that."""
        job, settled = lease.job, False
        self._running[job.id].handing_in = True
        while not settled:
            try:
                with tracing.span("settle", job.correlation_id, job_id=job.id):
                    await self.blocking(self.desk.settle, lease, outcome, kept)
                settled = True
            except Unavailable as error:
                log.error("job.not_settled_yet", job_id=job.id, worker=self.id, message=error.message)
                await asyncio.sleep(self.pace.poll)
            except StaleLease:
                raise
            except Exception:
                if isinstance(outcome, Failed):
                    raise
                log.exception("job.not_settled", job_id=job.id, worker=self.id)
                outcome, kept = failure(_BUG, job.failures + 1), ()
        if isinstance(outcome, Delayed) and self._loop:
            self._loop.call_later(outcome.seconds, self._resume, job.id)
        if isinstance(outcome, Completed):
            await self.settled(job)

    def _resume(self, job_id: str) -> None:
        """A delayed job's pause, measured by the monotonic clock, is over. A restart leaves that to the sweeper."""
        if not self._stopping.is_set() and self._loop:
            waking = self._loop.create_task(self.blocking(self.desk.wake, [job_id]))
            waking.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _heart(self) -> None:
        """Beat, sooner when somebody rings: a ring may mean that an owner wants a job stopped."""
        while True:
            await asyncio.sleep(self.pace.quick_beat)
            await self._pause(self._rung, self.pace.beat)
            self._rung.clear()
            try:
                for job_id in await self.blocking(self.desk.beat, self.id, self.pace.alive_for):
                    self._cancel(job_id)
            except Unavailable as error:
                log.error("worker.store_unavailable", worker=self.id, message=error.message)

    def _cancel(self, job_id: str) -> None:
        running = self._running.get(job_id)
        if running and not running.cancelled and not running.handing_in:
            running.cancelled = True
            running.task.cancel()

    async def _drain(self) -> None:
        """Let what runs finish for a while, then give the rest back."""
        for filler in self._fillers.values():
            filler.cancel()
        tasks = [running.task for running in self._running.values()]
        if not tasks:
            return
        log.info("worker.draining", worker=self.id, jobs=len(tasks), seconds=self.pace.drain)
        _, late = await asyncio.wait(tasks, timeout=self.pace.drain)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


def _next_lane(job: Job) -> str | None:
    """Where the job goes once its lane has failed it: the next of the chain that it was asked with."""
    chain = [*job.request.get("fallback", ())]
    return next(iter(chain[chain.index(job.lane) + 1 :] if job.lane in chain else chain), None)
