"""Engine.IO's pings, sent to all connections by one thread."""

import time
import weakref
from collections.abc import Callable
from typing import Any

import structlog
from engineio.packet import PING, Packet
from engineio.server import Server
from engineio.socket import Socket

log = structlog.get_logger(__name__)


class Pings:
    """Each ping is due one interval after it was asked for, so that they fall due in the order of asking.

    Engine.IO itself starts a thread that sleeps for each, also for connections that have gone meanwhile: a stranger who
    opens a thousand a second would have the process run out of threads, and there is no option for it.
    """

    def __init__(self, engine: Server) -> None:
        self._engine = engine
        self._due = engine.create_queue()  # of (when, to whom); None at the end
        self._start_task: Callable[..., Any] = engine.start_background_task
        engine.start_background_task = self._start
        self._start_task(self._run)

    def close(self) -> None:
        """Send no more once those that wait are done."""
        self._due.put(None)

    def _start(self, task: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """In place of the engine's own: every other task is started as ever."""
        connection = getattr(task, "__self__", None)
        if not isinstance(connection, Socket) or task != connection._send_ping:
            return self._start_task(task, *arguments, **options)
        self._due.put((time.monotonic() + self._engine.ping_interval, weakref.ref(connection)))
        return None

    def _run(self) -> None:
        while entry := self._due.get():
            due, reference = entry
            self._engine.sleep(max(0.0, due - time.monotonic()))
            if connection := reference():
                try:
                    _ping(connection)
                except Exception:
                    log.exception("socket.ping_failed")


def _ping(connection: Socket) -> None:
    """As the engine does it once it has slept."""
    if not connection.closing and not connection.closed:
        connection.last_ping = time.time()
        connection.send(Packet(PING))
