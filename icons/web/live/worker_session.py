"""One worker's connection to `/ws`: from its first message to its last, and who keeps watch over it meanwhile."""

import queue
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from icons.core.outside.dispatcher import Dispatcher
from icons.core.outside.seat import Seat
from icons.domain.access import Caller
from icons.domain.errors import (
    Conflict,
    InvalidRequest,
    NotFound,
    StudioError,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from icons.domain.jobs import Lease
from icons.domain.workers import Capabilities, OutsideWorker
from icons.web.auth import Gate
from icons.web.live.websocket import Closed, Overlong, WebSocket
from icons.web.live.worker_messages import (
    Authenticate,
    Failure,
    Generated,
    Heartbeat,
    Incoming,
    Progress,
    cancel_message,
    error_message,
    generate_message,
    message,
    named_request,
    parsed,
    received_message,
)

log = structlog.get_logger(__name__)

UNAUTHORIZED, TIMED_OUT, ABUSE, TOO_BIG, GOING, LOST, FULL = 4401, 4408, 1008, 1009, 1001, 1012, 1013
"""Codes that a connection is closed with; from 4000 on they are an application's own."""

_TICK: Final = 0.5  # seconds: how often the watch looks up
_MOST_ERRORS: Final = 20  # within a minute, before the connection is closed
_MINUTE: Final = 60.0
_FAREWELL: Final = 2.0  # seconds for the last messages


@dataclass(frozen=True, slots=True)
class Watch:
    """How long a connection may leave what is expected of it undone; in seconds."""

    silence: float = 8.0  # without any message
    introduction: float = 10.0  # before it has said who it is
    check: float = 20.0  # between two looks whether its credential still counts

    @property
    def heartbeat(self) -> float:
        """How often a worker is told to send a heartbeat."""
        return self.silence / 3


class Session:
    """The `Line` of its seat. The reading thread runs it; another one writes and keeps watch."""

    def __init__(
        self,
        socket: WebSocket,
        dispatcher: Dispatcher,
        gate: Gate,
        watch: Watch,
        max_message: int,
        admitted: Callable[["Session"], None],
    ) -> None:
        """``max_message``: bytes of a message once the worker is known; before that the socket's own bound counts.

        ``admitted`` is told when the peer has shown who it is; Unavailable when there is no place for it.
        """
        self._socket, self._dispatcher, self._gate, self._watch = socket, dispatcher, gate, watch
        self._max_message, self._admitted = max_message, admitted
        self._acknowledges = False
        self._outgoing: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._seat: Seat | None = None
        self._caller: Caller | None = None
        self._errors: deque[float] = deque(maxlen=_MOST_ERRORS)
        self._over = threading.Event()
        self._goodbye = 1000, ""
        self._begun = self._checked = self._pinged = time.monotonic()

    # As the dispatcher sees it

    def welcome(self, worker: OutsideWorker) -> None:
        """See `Line`."""
        pace = round(self._watch.heartbeat * 1000)
        told = {"extensionId": worker.name, "workerId": worker.id}
        bounds = {"heartbeatInterval": pace, "maxMessageSize": self._max_message}
        self._outgoing.put(message("authentication_success", **told, **bounds))

    def assign(self, lease: Lease) -> None:
        """See `Line`."""
        self._outgoing.put(generate_message(lease.job))

    def withdraw(self, lease: Lease) -> None:
        """See `Line`."""
        self._outgoing.put(cancel_message(lease.job))

    def close(self) -> None:
        """See `Line`."""
        self._end(LOST, "come back")

    def leave(self) -> None:
        """The service stops."""
        self._end(GOING, "the service stops")

    def hang_up(self) -> None:
        """Now, without a goodbye: its place is for somebody else."""
        self._end(TIMED_OUT, "no authentication")
        self._socket.hang_up()

    # The reading thread

    def run(self, caller: Caller | None) -> None:
        """Until it ends. ``caller``: whom the connection's own credential stands for, if it brought one."""
        self._caller = caller
        watching = threading.Thread(target=self._keep_watch, name="worker-watch", daemon=True)
        watching.start()
        self._outgoing.put(message("authentication_required"))
        try:
            while not self._over.is_set():
                self._hear()
        except Closed:
            pass
        finally:
            self._over.set()
            if self._seat:
                self._dispatcher.leave(self._seat)
            watching.join(_FAREWELL)
            self._socket.end()

    def _hear(self) -> None:
        request_id = None
        try:
            incoming = parsed(self._socket.receive())
            request_id = getattr(incoming, "request_id", None)
            self._answer(incoming)
        except Unauthenticated as error:
            self._refuse("Authentication failed", error)
            self._end(UNAUTHORIZED, "authentication failed")
        except Overlong as error:
            self._give_up(error)
        except StudioError as error:
            self._refuse(_title(error), error, request_id)
            if self._seat is None and isinstance(error, Unavailable):
                self._end(FULL, "try again later")
        except Closed:
            raise
        except Exception:
            log.exception("worker.message_failed")
            self._refuse("Internal error", StudioError("This failed inside the service."), request_id)

    def _give_up(self, error: Overlong) -> None:
        """Nobody need wait for the request that it was to end. A worker that does not say which one has to leave."""
        held = self._seat if self._seat and self._seat.busy else None
        request_id = held.give_up(error.message, named_request(error.head)) if held else None
        self._refuse(_title(error), error, request_id)
        if held and request_id is None:
            self._end(TOO_BIG, "a message was too large")

    def _refuse(self, title: str, error: StudioError, request_id: str | None = None) -> None:
        now = time.monotonic()
        self._errors.append(now)
        self._outgoing.put(error_message(title, error, request_id))
        if len(self._errors) == _MOST_ERRORS and now - self._errors[0] < _MINUTE:
            log.warning("worker.abuse", worker=self._seat.worker.id if self._seat else None)
            self._end(ABUSE, "too many errors")

    def _answer(self, incoming: Incoming) -> None:
        if self._seat is None:
            if not isinstance(incoming, Authenticate):
                raise Conflict("Authenticate first.", code="UNAUTHORIZED")
            self._welcome(incoming)
            return
        match incoming:
            case Heartbeat():
                self._dispatcher.change(self._seat, available=incoming.status.available)
            case Progress():
                line = incoming.status or "The extension is at work"
                self._seat.report(incoming.request_id, int(incoming.progress), line)
            case Failure():
                self._seat.fail(incoming.request_id, incoming.text, retryable=incoming.retryable)
            case Generated():
                self._seat.deliver(incoming.request_id, incoming.delivery())
                if self._acknowledges:
                    self._outgoing.put(received_message(incoming.request_id))
            case Authenticate():
                raise Conflict("This connection is authenticated already.")

    def _welcome(self, incoming: Authenticate) -> None:
        about = incoming.metadata
        if about.token is not None:
            self._caller = self._gate.caller_from_secret(about.token)
        if self._caller is None:
            raise Unauthenticated
        worker = OutsideWorker(
            id=f"ws-{uuid.uuid4()}",
            account=self._caller.account,
            name=incoming.extension_id,
            version=about.version,
            capabilities=Capabilities.of(about.capabilities),
            capacity=about.capacity,
        )
        self._admitted(self)
        self._seat = self._dispatcher.join(worker, self)
        self._acknowledges, self._socket.max_message = about.acknowledge, self._max_message

    # The other one

    def _keep_watch(self) -> None:
        """Write what is to be sent; now and then see whether the peer is still there and still may be."""
        try:
            while not self._over.is_set():
                self._write(_TICK)
                self._look_up()
            while self._write(0.0):
                pass
            self._socket.close(*self._goodbye)
        except Closed:
            self._over.set()
            self._socket.hang_up()
        except Exception:
            log.exception("worker.watch_failed")
            self._over.set()
            self._socket.hang_up()

    def _write(self, patience: float) -> bool:
        """Send the next message; whether there was one within ``patience`` seconds."""
        try:
            text = self._outgoing.get(timeout=patience)
        except queue.Empty:
            return False
        if text:
            self._socket.send(text)
        return True

    def _look_up(self) -> None:
        now = time.monotonic()
        if self._seat is None:
            if now - self._begun > self._watch.introduction:
                self._end(TIMED_OUT, "no authentication")
        elif self._socket.silence > self._watch.silence:
            log.warning("worker.silent", worker=self._seat.worker.id)
            self._dispatcher.leave(self._seat)  # now: the peer may not even hear the goodbye
            self._end(TIMED_OUT, "no heartbeat")
        if now - self._pinged > self._watch.heartbeat:
            self._pinged = now
            self._socket.ping()
        if self._seat and now - self._checked > self._watch.check:
            self._checked = now
            self._check()

    def _check(self) -> None:
        """The credential may have run out or been revoked. While the store is away nobody is sent away."""
        try:
            good = self._caller is not None and self._gate.still_valid(self._caller)
        except StudioError as error:
            log.error("worker.not_checked", message=error.message)
        else:
            if not good:
                self._end(UNAUTHORIZED, "the session has ended")

    def _end(self, code: int, reason: str) -> None:
        """From any thread, once; what is to be sent goes out first."""
        if not self._over.is_set():
            self._goodbye = code, reason
            self._over.set()
            self._outgoing.put("")  # wakes the writer


def _title(error: StudioError) -> str:
    """The short text of the protocol's error."""
    match error:
        case TooLarge():
            return "Message too large"
        case InvalidRequest():
            return "Invalid message format"
        case NotFound():
            return "Unknown request"
        case Conflict():
            return "Unexpected message"
    return error.title
