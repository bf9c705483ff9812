"""The asyncio loop that claims jobs, runs their tasks and settles them."""

import asyncio
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from icons.core import metrics
from icons.core.bridge import Blocking
from icons.core.leases import Desk
from icons.core.ports import Queue
from icons.core.tasks import Task
from icons.domain.errors import ProviderError, StaleLease, StudioError, Unavailable
from icons.domain.jobs import Delayed, Failed, GivenBack, Lease, Outcome, Stopped
from icons.domain.retry import RetryPolicy

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How a worker spends its time; all in seconds but the first."""

    concurrency: int = 4  # jobs at once
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


@dataclass
class Worker:
    """Runs jobs until it is stopped. All its blocking calls go through ``blocking``."""

    desk: Desk
    queue: Queue
    tasks: Mapping[str, Task]
    blocking: Blocking
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    pace: Pace = field(default_factory=Pace)
    id: str = field(default_factory=lambda: f"worker-{uuid.uuid4().hex[:12]}")

    def __post_init__(self) -> None:
        self._running: dict[str, _Running] = {}
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
                log.info("worker.started", worker=self.id, concurrency=self.pace.concurrency)
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
                while len(self._running) < self.pace.concurrency and not self._stopping.is_set():
                    lease = await self.blocking(self.desk.claim, self.id, list(self.tasks))
                    if lease is None:
                        break
                    self._start(lease)
            except Unavailable as error:
                log.error("worker.store_unavailable", worker=self.id, message=error.message)
                await self._pause(self._stopping, self.pace.poll)
            await self._pause(self._wake, self.pace.poll)

    @staticmethod
    async def _pause(event: asyncio.Event, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            pass

    def _start(self, lease: Lease) -> None:
        running = _Running(lease, asyncio.create_task(self._one(lease)))
        self._running[lease.job.id] = running
        metrics.ACTIVE.set(len(self._running))

    async def _one(self, lease: Lease) -> None:
        try:
            await self._settle(lease)
        except StaleLease:
            log.warning("job.stale", job_id=lease.job.id, attempt=lease.attempt, worker=self.id)
        except asyncio.CancelledError:
            log.info("job.interrupted", job_id=lease.job.id, worker=self.id)
        except Exception:
            # The lease stays open: the sweeper gives the job back once this worker's claim on it has run out.
            log.exception("job.unsettled", job_id=lease.job.id, worker=self.id)
        finally:
            self._running.pop(lease.job.id, None)
            metrics.ACTIVE.set(len(self._running))
            self._wake.set()

    async def _settle(self, lease: Lease) -> None:
        async def report(stage: str, progress: int, line: str) -> None:
            await self.blocking(self.desk.report, lease, stage, progress, line)

        try:
            outcome, kept = await self.tasks[lease.job.kind].run(lease, report)
        except asyncio.CancelledError:
            stopped = self._running[lease.job.id].cancelled
            await self.blocking(self.desk.settle, lease, Stopped() if stopped else GivenBack())
        except StaleLease:
            raise
        except StudioError as error:
            await self._settle_error(lease, error)
        except Exception as error:
            log.exception("job.crashed", job_id=lease.job.id, correlation_id=lease.job.correlation_id)
            await self._settle_error(lease, StudioError("The job failed for a reason inside the service."), error)
        else:
            await self.blocking(self.desk.settle, lease, outcome, kept)

    async def _settle_error(self, lease: Lease, error: StudioError, cause: Exception | None = None) -> None:
        attempts = lease.job.failures + 1
        pause = self.retry.delay(error, attempts, random.random())  # noqa: S311 - jitter, not a secret
        described = {
            "code": error.code,
            "message": error.message,
            "attempts": attempts,
            "final": pause is None and isinstance(error, ProviderError) and not error.transient,
        }
        outcome: Outcome = Failed(described) if pause is None else Delayed(described, pause)
        await self.blocking(self.desk.settle, lease, outcome)
        if pause is not None and self._loop:
            self._loop.call_later(pause, self._resume, lease.job.id)

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
        if running and not running.cancelled:
            running.cancelled = True
            running.task.cancel()

    async def _drain(self) -> None:
        """Let what runs finish for a while, then give the rest back."""
        tasks = [running.task for running in self._running.values()]
        if not tasks:
            return
        log.info("worker.draining", worker=self.id, jobs=len(tasks), seconds=self.pace.drain)
        _, late = await asyncio.wait(tasks, timeout=self.pace.drain)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
