"""The opened house: every part of the service, started and stopped in the right order."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog

from icons.core import metrics
from icons.core.accounts import Accounts
from icons.core.bridge import Blocking, LoopThread
from icons.core.directory import Directory
from icons.core.gallery import Gallery, Retention
from icons.core.lanes import Lanes
from icons.core.leases import Desk
from icons.core.paying import FREE, Drawing
from icons.core.pictures import Intake, Pictures
from icons.core.ports import Bus, Fetcher, Files, Provider, Queue, Renderer, Store
from icons.core.profiles import Profiles, TestConnection
from icons.core.service import Limits, Service
from icons.core.tail import Tail
from icons.core.tasks import Task
from icons.core.tasks.generate import Generate
from icons.core.tasks.image import DrawPictures
from icons.core.tasks.platforms import MakePlatforms
from icons.core.vault import Vault
from icons.core.worker import Pace, Worker
from icons.domain.access import Connection
from icons.domain.errors import StudioError
from icons.domain.models import Catalogue
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
    own: Mapping[str, tuple[Connection, Provider]]  # the operator's, by name; the first one draws by default
    connect: Callable[[Connection], Provider]  # for profiles
    catalogue: Catalogue
    renderer: Renderer
    fetcher: Fetcher
    vault: Vault
    test_connection: TestConnection


@dataclass(frozen=True, slots=True)
class Rules:
    """The operator's choices for the core; times in seconds."""

    limits: Limits = field(default_factory=Limits)
    retention: Retention = field(default_factory=Retention)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    pace: Pace = field(default_factory=Pace)
    provider_timeout: float = 300.0
    retry_unknown: int = 1  # times that a call is repeated when an earlier one may have been paid for
    allow_private: bool = False  # profiles may name inner addresses, and http
    intake: Intake = field(default_factory=Intake)
    sweep_every: float = 60.0
    events_max_age: float = 7 * 86400.0


class House:
    """Service, gallery and accounts for the faces; a tail for listeners; a worker when `start` is told so."""

    def __init__(self, engines: Engines, library: Library, rules: Rules) -> None:
        self.engines, self._rules = engines, rules
        self.gallery = Gallery(engines.store, engines.files, rules.retention)
        self.accounts = Accounts(engines.store.accounts)
        self.profiles = Profiles(
            engines.store.profiles,
            engines.vault,
            engines.test_connection,
            allow_private=rules.allow_private,
            timeout=rules.provider_timeout,
        )
        self.pictures = Pictures(engines.store.records, engines.files, self.gallery, engines.fetcher, rules.intake)
        self.tail = Tail(engines.store.events, engines.bus)
        directory = Directory(
            {name: connection for name, (connection, _) in engines.own.items()},
            next(iter(engines.own)),
            {name: provider.engine for name, (_, provider) in engines.own.items() if name in FREE},
            self.profiles,
            engines.catalogue,
        )
        self.service = Service(
            engines.store,
            engines.queue,
            engines.bus,
            self.tail,
            self.gallery,
            library,
            directory,
            rules.limits,
        )
        self._library = library
        self._worker: Worker | None = None
        self._engine: LoopThread | None = None
        self._lanes: Lanes | None = None

    def start(self, *, work: bool = True) -> None:
        """Begin to listen and, with ``work``, to run jobs in a thread of its own."""
        self.tail.start()
        if work:
            blocking = Blocking(threads=4)
            self._lanes = lanes = Lanes(
                self.engines.own, self.profiles.connection, self.engines.connect, self.engines.store.limits, blocking
            )
            worker = self._new_worker(lanes, blocking)
            self._worker = worker
            self._engine = LoopThread("engine", lambda: self._run_engine(worker, lanes, blocking))
            self._engine.start()

    def _new_worker(self, lanes: Lanes, blocking: Blocking) -> Worker:
        store, rules = self.engines.store, self._rules
        desk = Desk(store, self.engines.files, self.engines.queue, self.engines.bus)
        drawing = Drawing(
            lanes, store.spending, self.engines.files, self.engines.catalogue, blocking, rules.retry_unknown
        )
        library, images = self._library, store.images
        tasks: dict[str, Task] = {
            "icon": Generate(drawing.draw, library, images, desk, blocking),
            "image": DrawPictures(drawing.draw, library, self.gallery, desk, blocking),
            "platforms": MakePlatforms(drawing.draw, self.engines.renderer, library, images, desk, blocking),
        }
        return Worker(
            desk, self.engines.queue, lanes, tasks, drawing.settled, blocking, retry=rules.retry, pace=rules.pace
        )

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

    def circuits(self) -> dict[str, str]:
        """The state of each lane's circuit breaker in this process: closed is well."""
        return {name: circuit.value for name, circuit in self._lanes.circuits().items()} if self._lanes else {}

    async def _run_engine(self, worker: Worker, lanes: Lanes, blocking: Blocking) -> None:
        sweeper = asyncio.create_task(self._sweep(blocking))
        try:
            await lanes.open()
            await worker.run()
        finally:
            sweeper.cancel()
            await asyncio.gather(sweeper, return_exceptions=True)
            self.tail.release()
            await lanes.close()
            blocking.close()

    async def _sweep(self, blocking: Blocking) -> None:
        """Retention and gauges, every now and then."""
        while True:
            try:
                await blocking(self.gallery.sweep)
                await blocking(self.engines.store.events.forget, self._rules.events_max_age)
                await blocking(self.engines.store.replies.prune)
                waiting, oldest = await blocking(self.engines.store.leases.backlog)
                metrics.WAITING.set(waiting)
                metrics.OLDEST.set(oldest or 0.0)
            except StudioError as error:
                log.error("house.sweep_failed", message=error.message)
            await asyncio.sleep(self._rules.sweep_every)
