"""The opened house: every part of the service, started and stopped in the right order."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import structlog

from icons.core import tracing
from icons.core.accounts import Accounts
from icons.core.bridge import Blocking, LoopThread
from icons.core.chats import Chats
from icons.core.courier import Body, Courier, Tour
from icons.core.directory import Directory
from icons.core.figures import Figures
from icons.core.gallery import Gallery, Retention
from icons.core.hooks import Hooks
from icons.core.lanes import Lanes
from icons.core.leases import Desk
from icons.core.outside.dispatcher import Dispatcher, Rounds
from icons.core.paying import FREE, PaidCalls
from icons.core.pictures import Intake, Pictures
from icons.core.ports import Bus, Fetcher, Files, Provider, Queue, Renderer, Signer, Store
from icons.core.profiles import Profiles, TestConnection
from icons.core.service import Service
from icons.core.submitting import Limits, Submissions
from icons.core.tail import Tail
from icons.core.tasks import Task
from icons.core.tasks.chat import AnswerChat
from icons.core.tasks.collect import Collect
from icons.core.tasks.generate import Generate
from icons.core.tasks.image import DrawPictures
from icons.core.tasks.platforms import MakePlatforms
from icons.core.vault import Vault
from icons.core.worker import Pace, Worker
from icons.domain.access import Connection
from icons.domain.breaker import Circuit
from icons.domain.errors import StudioError
from icons.domain.models import Catalogue
from icons.domain.prompts.library import Library
from icons.domain.retry import RetryPolicy
from icons.domain.workers import BROWSER

log = structlog.get_logger(__name__)

_LOOKUPS: Final = 64  # at once: a look-up may go on for twice as long as the attempt at a webhook that began it


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
    hook_fetcher: Fetcher  # for webhooks
    hook_body: Body
    signer: Signer | None = None  # with it, browsers fetch pictures from where the files lie


@dataclass(frozen=True, slots=True)
class Rules:
    """The operator's choices for the core; times in seconds."""

    limits: Limits = field(default_factory=Limits)
    retention: Retention = field(default_factory=Retention)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    pace: Pace = field(default_factory=Pace)
    rounds: Rounds = field(default_factory=Rounds)
    workers_per_account: int = 50  # connected from outside
    tour: Tour = field(default_factory=Tour)
    provider_timeout: float = 300.0
    retry_unknown: int = 1  # times that a call is repeated when an earlier one may have been paid for
    allow_private: bool = False  # profiles may name inner addresses, and http
    intake: Intake = field(default_factory=Intake)
    sweep_every: float = 60.0
    events_max_age: float = 7 * 86400.0
    webhooks_max_age: float = 30 * 86400.0  # since they ended


class House:
    """Service, gallery and accounts for the faces; a tail for listeners; worker and courier when `start` is told so."""

    def __init__(self, engines: Engines, library: Library, rules: Rules) -> None:
        self.engines, self._rules = engines, rules
        self.gallery = Gallery(engines.store, engines.files, rules.retention, engines.signer)
        self.accounts = Accounts(engines.store.accounts)
        self.profiles = Profiles(
            engines.store.profiles,
            engines.vault,
            engines.test_connection,
            allow_private=rules.allow_private,
            timeout=rules.provider_timeout,
        )
        self.pictures = Pictures(
            *(engines.store.records, engines.files, engines.bus, self.gallery, engines.fetcher, rules.intake)
        )
        self.hooks = Hooks(engines.store.hooks, engines.vault, engines.hook_fetcher, engines.queue)
        self.tail = Tail(engines.store.events, engines.bus)
        directory = Directory(
            {name: connection for name, (connection, _) in engines.own.items()},
            next(iter(engines.own)),
            {name: engines.renderer.engine for name in engines.own if name in FREE},
            self.profiles,
            engines.catalogue,
        )
        submissions = Submissions(engines.store, self.gallery, library, directory, rules.limits)
        self.service = Service(engines.store, engines.queue, engines.bus, self.tail, submissions)
        self.chats = Chats(engines.store.chats, self.service, submissions)
        self._desk = Desk(engines.store, engines.files, engines.queue, engines.bus)
        self.dispatcher = Dispatcher(
            *(self._desk, engines.store.workers, engines.bus, rules.retry, self.pictures.redrawn, rules.rounds),
            rules.workers_per_account,
        )
        self.figures = Figures(engines.store, engines.own.keys(), self.circuits).registry
        self._library = library
        self._worker: Worker | None = None
        self._courier: Courier | None = None
        self._engine: LoopThread | None = None
        self._lanes: Lanes | None = None

    def start(self, *, work: bool = True) -> None:
        """Begin to listen and, with ``work``, to run jobs in a thread of its own."""
        self.tail.start()
        self.dispatcher.start()
        if work:
            blocking = Blocking(threads=4)
            self._lanes = lanes = Lanes(
                self.engines.own, self.profiles.connection, self.engines.connect, self.engines.store.limits, blocking
            )
            worker = self._new_worker(lanes, blocking)
            courier = self._new_courier()
            self._worker, self._courier = worker, courier
            self._engine = LoopThread("engine", lambda: self._run_engine(worker, courier, lanes, blocking))
            self._engine.start()

    def _new_worker(self, lanes: Lanes, blocking: Blocking) -> Worker:
        store, rules = self.engines.store, self._rules
        calls = PaidCalls(
            lanes, store.spending, self.engines.files, self.engines.catalogue, blocking, rules.retry_unknown
        )
        desk, library, images = self._desk, self._library, store.images
        tasks: dict[str, Task] = {
            BROWSER: Collect(self.engines.fetcher, rules.intake, desk, blocking),
            "chat": AnswerChat(calls.reply, store.chats, blocking),
            "icon": Generate(calls.draw, library, images, desk, blocking),
            "image": DrawPictures(calls.draw, library, self.gallery, desk, blocking),
            "platforms": MakePlatforms(calls.draw, self.engines.renderer, library, images, desk, blocking),
        }
        return Worker(
            desk, self.engines.queue, lanes, tasks, calls.settled, blocking, retry=rules.retry, pace=rules.pace
        )

    def _new_courier(self) -> Courier:
        engines = self.engines
        return Courier(
            self.hooks,
            engines.store.hooks,
            engines.store.images,
            engines.hook_fetcher,
            engines.hook_body,
            engines.queue,
            Blocking(threads=2),  # its own: a job's blocking calls never stand in line behind a message's
            self._rules.tour,
        )

    def halt(self) -> None:
        """Take no new job; what runs may finish, then waiting callers are let go. Returns at once; `stop` waits."""
        self.dispatcher.halt()
        if self._courier:
            self._courier.stop()
        if self._worker:
            self._worker.stop()
        else:
            self.tail.release()

    def stop(self) -> None:
        """Finish or give back what runs, then close everything."""
        self.halt()
        if self._engine and not self._engine.join(self._rules.pace.drain + 10):
            log.error("house.engine_hangs")
        self.dispatcher.stop()
        self.tail.stop()
        self.close()

    def close(self) -> None:
        """Close the engines of a house that was never started."""
        tracing.close()
        self.engines.queue.close()
        self.engines.bus.close()
        self.engines.store.close()

    @property
    def working(self) -> bool:
        """Whether its worker runs."""
        return self._engine is not None and self._engine.alive

    def checks(self) -> dict[str, str]:
        """Each part that must work to serve, with "ok" or what is wrong."""
        checks = {"store": "ok", "worker": "ok"}
        try:
            self.engines.store.ping()
        except StudioError as error:
            checks["store"] = error.message
        if self._engine and not self.working:
            checks["worker"] = "The worker has ended; restart the service and look at its log."
        return checks

    def circuits(self) -> dict[str, Circuit]:
        """The state of each lane's circuit breaker in this process: closed is well."""
        return self._lanes.circuits() if self._lanes else {}

    async def _run_engine(self, worker: Worker, courier: Courier, lanes: Lanes, blocking: Blocking) -> None:
        # The loop looks names up in these. By default there are four more than processors, and as few names that no
        # server answers for would hold up everybody's webhooks and providers.
        names = ThreadPoolExecutor(_LOOKUPS, thread_name_prefix="names")
        asyncio.get_running_loop().set_default_executor(names)
        sweeper = asyncio.create_task(self._sweep(blocking))
        delivering = asyncio.create_task(courier.run())
        try:
            await lanes.open()
            await worker.run()
        finally:
            sweeper.cancel()
            courier.stop()
            await asyncio.gather(sweeper, delivering, return_exceptions=True)
            self.tail.release()
            await lanes.close()
            courier.blocking.close()
            blocking.close()

    async def _sweep(self, blocking: Blocking) -> None:
        """Retention, every now and then."""
        while True:
            try:
                await blocking(self.gallery.sweep)
                await blocking(self.engines.store.events.forget, self._rules.events_max_age)
                await blocking(self.engines.store.replies.prune)
                await blocking(self.engines.store.hooks.forget, self._rules.webhooks_max_age)
            except StudioError as error:
                log.error("house.sweep_failed", message=error.message)
            await asyncio.sleep(self._rules.sweep_every)
