"""The fleet's queue: wake-up tokens of Procrastinate, in PostgreSQL."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Final

import psycopg
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.connector import Notify
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status
from procrastinate.schema import SchemaManager
from psycopg import sql

from icons.core.bell import Line, Ringer
from icons.core.bridge import LoopThread
from icons.domain.errors import SettingsError, Unavailable

_QUEUE: Final = "icon-studio"
_TASK: Final = "wake"  # also the lock that lets one token wait at most: a flood of rings is one row
_PATIENCE: Final = 5  # seconds for PostgreSQL to answer
_SILENCE: Final = 1.0  # seconds without a notification after which the connection is tried: libpq hides its end
_SCHEMA_LOCK: Final = 0x1C0_57D10  # advisory lock: one process makes the tables, the others wait for it

# What becomes of the connection is logged here, once; Procrastinate and its pool would add a traceback a second.
for _name in ("procrastinate", "psycopg.pool"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class ProcrastinateQueue:
    """Many processes may work. A ring defers one token: its notification wakes every worker that listens, and the
    token itself one that could not, or that was looking just then."""

    exclusive = False

    def __init__(self, url: str) -> None:
        """SettingsError when this PostgreSQL cannot be used."""
        self._url = url
        _make_tables(url)
        self._line = Line("queue")
        self._app = App(connector=SyncPsycopgConnector(**_pool(url), min_size=0, max_size=1))
        self._app.open()
        self._token = self._app.configure_task(_TASK, queue=_QUEUE, queueing_lock=_TASK)
        self._ringer = Ringer(self._line, self._defer)
        self._ears: list[_Ear] = []

    def ring(self) -> None:
        """See `Queue.ring`."""
        self._ringer.ring()

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        """See `Queue.listen`. ``wake`` is also called after each connection: rings may have been missed before it."""
        ear = _Ear(self._url, wake, self._line)
        ear.start()
        self._ears.append(ear)
        return ear.stop

    def enlist(self) -> bool:
        """Always: claims are fenced by the store."""
        return True

    def close(self) -> None:
        """Send the last ring, and stop listening."""
        self._ringer.close()
        for ear in self._ears:
            ear.stop()
            ear.join(_PATIENCE)
        self._app.close()

    def _defer(self) -> None:
        try:
            self._token.defer()
        except AlreadyEnqueued:
            pass  # the token that waits will be found after what this ring was about
        except ConnectorException as error:
            raise Unavailable(_reason(error)) from error


class _Ear:
    """Procrastinate's worker in a thread of its own, begun anew whenever its connection is lost."""

    def __init__(self, url: str, wake: Callable[[], None], line: Line) -> None:
        self._url, self._wake, self._line = url, wake, line
        self._left: Future[None] = Future()
        self._thread = LoopThread("queue-listener", self._run)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """From any thread; returns at once."""
        if not self._left.done():
            self._left.set_result(None)

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    async def _run(self) -> None:
        left = asyncio.wrap_future(self._left)
        while not left.done():
            self._working = asyncio.create_task(self._work())
            await asyncio.wait({self._working, left}, return_when=asyncio.FIRST_COMPLETED)
            self._working.cancel()
            (reason,) = await asyncio.gather(self._working, return_exceptions=True)
            if not left.done():
                if not isinstance(reason, asyncio.CancelledError):
                    self._line.lost(_reason(reason))
                await asyncio.wait({left}, timeout=self._line.pause())

    async def _work(self) -> None:
        """Until it is cancelled or the connection is lost."""
        app = App(connector=_Connector(self._url, self._heard, self._lost))

        @app.task(name=_TASK, queue=_QUEUE)
        async def heard() -> None:
            self._wake()

        async with app.open_async():
            await _drop_orphans(app)
            await app.run_worker_async(queues=[_QUEUE], delete_jobs="always", install_signal_handlers=False)

    def _heard(self) -> None:
        self._line.found()
        self._wake()

    def _lost(self, error: Exception) -> None:
        self._line.lost(_reason(error))
        self._working.cancel()


class _Connector(PsycopgConnector):
    """Calls ``heard`` at each notification: a token goes to one worker, its notification to all. Calls ``lost`` when
    there will be none: Procrastinate's own may take half a minute to notice, or go on without."""

    def __init__(self, url: str, heard: Callable[[], None], lost: Callable[[Exception], None]) -> None:
        super().__init__(**_pool(url), min_size=0, max_size=2)
        self._url, self._heard, self._lost = url, heard, lost

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Until the connection is lost."""
        try:
            await self._listen(on_notification, channels)
        except psycopg.Error as error:
            self._lost(error)

    async def _listen(self, on_notification: Notify, channels: Iterable[str]) -> None:
        connecting = psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=_PATIENCE)
        async with await connecting as connection:
            for channel in channels:
                await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            self._heard()
            while True:
                async for notification in connection.notifies(timeout=_SILENCE):
                    self._heard()
                    await on_notification(channel=notification.channel, payload=notification.payload)
                await connection.execute("SELECT 1")


async def _drop_orphans(app: App) -> None:
    """Remove tokens that killed workers had taken."""
    for job in await app.job_manager.get_stalled_jobs(queue=_QUEUE):
        with suppress(ConnectorException):  # another worker was quicker
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)


def _pool(url: str) -> dict[str, Any]:
    """Options of a pool that gives up at once on a server that is away, instead of trying ever more rarely."""
    return {"conninfo": url, "kwargs": {"connect_timeout": _PATIENCE}, "timeout": 1.0, "reconnect_timeout": 0.1}


def _reason(error: BaseException | None) -> str:
    """What has happened, without the address that the text of the error names."""
    return type(error.__cause__ or error).__name__ if error else "stopped by itself"


def _make_tables(url: str) -> None:
    """Procrastinate's tables, in the first schema of the connection's search path."""
    try:
        with psycopg.connect(url, connect_timeout=_PATIENCE) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_SCHEMA_LOCK])
            (found,) = connection.execute("SELECT to_regclass('procrastinate_jobs') IS NOT NULL").fetchone() or (False,)
            if not found:
                connection.execute(SchemaManager.get_schema())
    except psycopg.Error as error:
        raise SettingsError(
            "QUEUE_URL: this PostgreSQL does not answer, or does not let its user make tables; write "
            "postgresql://user:password@host/database of one that does."
        ) from error
