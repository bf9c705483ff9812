"""The opened house: every part of the service, started and stopped in the right order."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from icons.core import metrics
from icons.core.accounts import Accounts
from icons.core.bridge import Blocking, LoopThread
from icons.core.gallery import Gallery, Retention
from icons.core.leases import Desk
from icons.core.ports import Bus, Files, Provider, Queue, Store
from icons.core.service import Limits, Service
from icons.core.tail import Tail
from icons.core.tasks.generate import Generate
from icons.core.worker import Pace, Worker
from icons.domain.errors import StudioError
from icons.domain.prompts.library import Library
from icons.domain.retry import RetryPolicy

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Engines:
    """What stands behind the ports."""

    store: Store
    files: Files
    queue: Queue
    bus: Bus
    providers: Mapping[str, Provider]


@dataclass(frozen=True, slots=True)
class Rules:
    """The operator's choices for the core; times in seconds."""

    limits: Limits = field(default_factory=Limits)
    retention: Retention = field(default_factory=Retention)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    pace: Pace = field(default_factory=Pace)
    provider_timeout: float = 300.0
    sweep_every: float = 60.0
    events_max_age: float = 7 * 86400.0


class House:
    """Service, gallery and accounts for the faces; a tail for listeners; a worker when `start` is told so."""

    def __init__(self, engines: Engines, library: Library, rules: Rules) -> None:
        self.engines, self._rules = engines, rules
        self.gallery = Gallery(engines.store, engines.files, rules.retention)
        self.accounts = Accounts(engines.store.accounts)
        self.tail = Tail(engines.store.events, engines.bus)
        self.service = Service(
            engines.store,
            engines.queue,
            engines.bus,
            self.tail,
            self.gallery,
            library,
            engines.providers,
            rules.limits,
        )
        self._library = library
        self._worker: Worker | None = None
        self._engine: LoopThread | None = None

    def start(self, *, work: bool = True) -> None:
        """Begin to listen and, with ``work``, to run jobs in a thread of its own."""
        self.tail.start()
        if work:
            blocking = Blocking(threads=4)
            desk = Desk(self.engines.store, self.engines.files, self.engines.queue, self.engines.bus)
            task = Generate(
                self.engines.providers,
                self._library,
                self.engines.store.images,
                desk,
                blocking,
                self._rules.provider_timeout,
            )
            worker = Worker(desk, self.engines.queue, {"icon": task}, blocking, self._rules.retry, self._rules.pace)
            self._worker = worker
            self._engine = LoopThread("engine", lambda: self._run_engine(worker, blocking))
            self._engine.start()

    def halt(self) -> None:
        """Take no new job; what runs may finish, then waiting callers are let go. Returns at once; `stop` waits."""
        if self._worker:
            self._worker.stop()
        else:
            self.tail.release()

    def stop(self) -> None:
        """Finish or give back what runs, then close everything."""
        self.halt()
        if self._engine and not self._engine.join(self._rules.pace.drain + 10):
            log.error("house.engine_hangs")
        self.tail.stop()
        self.close()

    def close(self) -> None:
        """Close the engines of a house that was never started."""
        self.engines.queue.close()
        self.engines.bus.close()
        self.engines.store.close()

    def checks(self) -> dict[str, str]:
        """Each part that must work to serve, with "ok" or what is wrong."""
        checks = {"store": "ok", "worker": "ok"}
        try:
            self.engines.store.ping()
        except StudioError as error:
            checks["store"] = error.message
        if self._engine and not self._engine.alive:
            checks["worker"] = "The worker has ended; restart the service and look at its log."
        return checks

    async def _run_engine(self, worker: Worker, blocking: Blocking) -> None:
        sweeper = asyncio.create_task(self._sweep(blocking))
        try:
            for provider in self.engines.providers.values():
                await provider.open()
            await worker.run()
        finally:
            sweeper.cancel()
            await asyncio.gather(sweeper, return_exceptions=True)
            self.tail.release()
            for provider in self.engines.providers.values():
                await provider.close()
            blocking.close()

    async def _sweep(self, blocking: Blocking) -> None:
        """Retention and gauges, every now and then."""
        while True:
            try:
                await blocking(self.gallery.sweep)
                await blocking(self.engines.store.events.forget, self._rules.events_max_age)
                waiting, oldest = await blocking(self.engines.store.leases.backlog)
                metrics.WAITING.set(waiting)
                metrics.OLDEST.set(oldest or 0.0)
            except StudioError as error:
                log.error("house.sweep_failed", message=error.message)
            await asyncio.sleep(self._rules.sweep_every)
