"""The Socket.IO face: who may connect, what a client may ask, and who has to leave."""

import contextlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final

import structlog
from engineio.exceptions import EngineIOError
from engineio.socket import Socket
from flask import Flask, request
from flask_socketio import ConnectionRefusedError as Refused
from flask_socketio import SocketIO
from socketio.packet import EVENT, Packet

from icons.domain.errors import StudioError, Unauthenticated, Unavailable
from icons.domain.events import Event
from icons.web.live import client_faults
from icons.web.live.asking import Topic, after_of, as_object, token_of, topic_of
from icons.web.live.feed import Feed
from icons.web.live.guard import GuardedSocket, SocketGuard, carrier, speak
from icons.web.live.listeners import Listener, Listeners
from icons.web.live.pings import Pings
from icons.web.live.places import Strangers, address_of
from icons.web.live.sessions import KINDS, Sessions
from icons.web.parts import WebParts
from icons.web.wire import Json, batch_status, job_body

log = structlog.get_logger(__name__)

_MAX_MESSAGE: Final = 16 * 1024  # bytes; a subscription has about 100
_PING_SECONDS: Final = 25
_PONG_SECONDS: Final = 20
_JOIN_SECONDS: Final = 10.0
_NAMESPACE: Final = "/"

_FAILED: Final = "This failed inside the service. Try again."


def attach(app: Flask, parts: WebParts, check_seconds: float = 20.0) -> "Live":
    """Serve Socket.IO on the app; every ``check_seconds`` those whose session has ended are disconnected."""
    sio = SocketIO(
        app,
        async_mode=parts.settings.async_mode,  # never guessed: an eventlet that is merely installed would be taken
        transports=list(parts.settings.socket_transports),
        # A client's events are handled one after the other in its own thread: no flood of threads, no overtaking.
        async_handlers=False,
        cors_allowed_origins=lambda origin, environ: parts.origins.allowed_origin(origin, environ.get("HTTP_HOST")),
        cors_credentials=False,  # no cookie is read here
        max_http_buffer_size=_MAX_MESSAGE,
        ping_interval=_PING_SECONDS,
        ping_timeout=_PONG_SECONDS,
        logger=client_faults.logger("socketio.server"),
        engineio_logger=client_faults.logger("engineio.server"),
    )
    speak(sio, _MAX_MESSAGE)
    places, sessions = parts.places.share(parts.settings.max_listeners + KINDS * parts.places.strangers), Sessions()
    guard = SocketGuard(app.wsgi_app, places, sessions, parts.lines, _PING_SECONDS + _PONG_SECONDS)
    app.wsgi_app = guard  # type: ignore[method-assign]  # Flask's way to add middleware
    live = Live(sio, parts, sessions, check_seconds)
    live.open()
    return live


def _acknowledged(handler: Callable[[Json], Json]) -> Callable[..., Json]:
    """The handler of one event: what it returns, or the error, is the acknowledgement."""

    def answer(*payload: object) -> Json:
        try:
            return {"ok": True, **handler(as_object(payload[0] if len(payload) == 1 else None))}
        except StudioError as error:
            return {"ok": False, "error": {"code": error.code, "message": error.message}}
        except Exception:
            log.exception("socket.event_failed")
            return {"ok": False, "error": {"code": StudioError.code, "message": _FAILED}}

    return answer


class Live:
    """The Socket.IO server of this process and its listeners.

    A client of an account is sent everything of the account, so that `subscribe` adds what was missed, not what is to
    come: live entries always come in order and once.
    """

    def __init__(self, sio: SocketIO, parts: WebParts, sessions: Sessions, check_seconds: float) -> None:
        self._sio, self._parts, self._sessions, self._check_seconds = sio, parts, sessions, check_seconds
        self._listeners = Listeners(parts.settings.max_listeners)
        self._feed = Feed(parts.service, parts.gallery, parts.signer, self._listeners, self._send)
        self._engine, self._manager = sio.server.eio, sio.server.manager
        self._pings = Pings(self._engine)
        self._closing = threading.Event()
        self._newcomers = Strangers[str](parts.places.strangers)
        self._strangers: set[str] = set()
        self._greet, self._part = (self._engine.handlers[name] for name in ("connect", "disconnect"))

    def open(self) -> None:
        """Begin to hand out events."""
        for name, handler in (
            ("connect", self._connect),
            ("disconnect", self._disconnect),
            ("subscribe", _acknowledged(self._subscribe)),
            ("unsubscribe", _acknowledged(self._unsubscribe)),
        ):
            self._sio.on_event(name, handler)
        self._engine.on("connect", self._arrived)
        self._engine.on("disconnect", self._gone)
        self._unlisten = self._parts.tail.listen(self._hand_out)
        self._sio.start_background_task(self._watch)

    def close(self) -> None:
        """Close every connection and accept no more."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._unlisten()
        for connection in list(self._engine.sockets.values()):
            _close(connection)
        self._pings.close()
        self._sio.server.shutdown()

    # What clients send

    def _connect(self, auth: object = None) -> None:
        sid = _sid()
        if self._listeners.get(sid):  # an ordinary event that a client chose to name so
            return
        try:
            self._welcome(sid, auth)
        except StudioError as error:
            self._listeners.leave(sid)
            raise Refused(error.message, {"code": error.code}) from error
        except Exception as error:
            log.exception("socket.connect_failed")
            self._listeners.leave(sid)
            raise Refused(_FAILED, {"code": StudioError.code}) from error

    def _disconnect(self, *_: object) -> None:
        sid = _sid()
        if not self._manager.is_connected(sid, _NAMESPACE):  # else an event that a client chose to name so
            self._listeners.leave(sid)

    def _subscribe(self, asked: Json) -> Json:
        """Status of a batch or job and, with ``after``, its missed events. Events up to ``seq`` are in the status."""
        listener, topic, after = self._listener(), topic_of(asked), after_of(asked)
        seq = self._parts.tail.position
        status = self._status(listener, topic)
        if after is not None:
            self._feed.replay(listener, after, topic)
        return {"seq": seq, "status": status}

    def _unsubscribe(self, asked: Json) -> Json:
        """Forget what was replayed of it: who subscribes again may hear it again."""
        self._listener().replayed.pop(topic_of(asked).id, None)
        return {}

    # Before anybody is known

    def _arrived(self, channel: str, environ: Json) -> object:
        """A connection has been opened; where too many belong to nobody yet, one of them has to leave for it."""
        if leaving := self._newcomers.enter(channel, address_of(environ)):
            self._displace(leaving)
        return self._greet(channel, environ)

    def _displace(self, channel: str) -> None:
        """Without waiting for its own goodbye, which may never come."""
        environ = self._sio.server.environ.get(channel, {})
        _close(self._engine.sockets.pop(channel, None))
        self._sessions.hang_up(channel)
        connection = environ.get(carrier(environ))
        if isinstance(connection, GuardedSocket):  # a WebSocket from its beginning
            connection.hang_up()

    def _gone(self, channel: str, *reason: object) -> object:
        self._newcomers.leave(channel)
        return self._part(channel, *reason)

    # Inside

    def _welcome(self, sid: str, auth: object) -> None:
        """Check the credential, find a place, send what was missed, join; the last two without gap or repetition."""
        asked = as_object(auth)
        caller = self._parts.gate.caller_from_secret(token_of(asked))
        listener = Listener(sid, self._manager.eio_sid_from_sid(sid, _NAMESPACE), caller)
        self._newcomers.leave(listener.channel)
        after = after_of(asked)
        if self._closing.is_set() or not self._listeners.admit(listener):
            raise Unavailable("This server is full. Try again in a minute.", retry_after=60)
        position = self._parts.tail.position
        listener.start = position if after is None else min(after, position)
        self._feed.catch_up(listener, listener.start, position)
        self._join(listener, position)

    def _join(self, listener: Listener, position: int) -> None:
        """Let live entries follow the one at ``position``.

        The long replay is done by now, in the client's own thread. What was appended since is few, and sent in the
        tail's thread, where no live entry can slip in between.
        """
        joined: Future[None] = Future()

        def join(now: int) -> None:
            try:
                self._feed.catch_up(listener, position, now)
                self._listeners.join(listener)
                joined.set_result(None)
            except Exception as error:
                joined.set_exception(error)

        self._parts.tail.call(join)
        try:
            joined.result(_JOIN_SECONDS)
        except TimeoutError as error:
            raise Unavailable("This server is busy. Try again in a minute.", retry_after=60) from error

    def _status(self, listener: Listener, topic: Topic) -> Json:
        service, gallery, caller = self._parts.service, self._parts.gallery, listener.caller
        if topic.batch_id is not None:
            return batch_status(service.batch(caller, topic.batch_id))
        job = service.job(caller, topic.id)
        return job_body(job, gallery.images(caller, job.images), self._parts.signer)

    def _listener(self) -> Listener:
        listener = self._listeners.get(_sid())
        if listener is None:
            raise Unauthenticated
        return listener

    def _hand_out(self, events: list[Event]) -> None:
        """Send new entries. Whoever would miss some is cut off instead: a client that comes back resumes."""
        try:
            self._feed.broadcast(events)
        except Exception:
            log.exception("socket.broadcast_failed")
            for account in {event.account for event in events}:
                for listener in self._listeners.of(account):
                    _close(self._engine.sockets.get(listener.channel))

    def _send(self, listeners: Sequence[Listener], name: str, body: Json) -> None:
        """Queue an event for each; its own thread writes it, so that a slow reader holds up nobody else.

        Encoded once, unlike by one ``emit`` to each; and unlike by one ``emit`` to all, somebody who goes at this very
        moment, which raises, does not keep it from the rest.
        """
        packet = Packet(EVENT, [name, body]).encode()
        for listener in listeners:
            with contextlib.suppress(EngineIOError):
                self._engine.send(listener.channel, packet)

    # Sessions

    def _watch(self) -> None:
        while not self._closing.wait(self._check_seconds):
            try:
                self._expel_ended()
                self._expel_strangers()
            except Exception:
                log.exception("socket.check_failed")

    def _expel_ended(self) -> None:
        """Disconnect whose credential is no longer good, and forget who went without a word."""
        listeners = self._listeners.all()
        good = {caller: self._parts.gate.still_valid(caller) for caller in {each.caller for each in listeners}}
        for listener in listeners:
            if not good[listener.caller]:
                log.info("socket.session_ended", account=listener.caller.account)
                self._hang_up(listener)
            elif listener.channel not in self._engine.sockets:
                self._listeners.leave(listener.sid)

    def _expel_strangers(self) -> None:
        """Close connections that for a whole round have belonged to no listener."""
        known = {listener.channel for listener in self._listeners.all()}
        strangers = set(self._engine.sockets.copy()) - known
        for channel in strangers & self._strangers:
            self._displace(channel)
        self._strangers = strangers

    def _hang_up(self, listener: Listener) -> None:
        """Say goodbye, which keeps a client from coming back, and close the connection under it."""
        connection = self._engine.sockets.get(listener.channel)
        with contextlib.suppress(EngineIOError):
            self._sio.server.disconnect(listener.sid)
        _close(connection)
        self._listeners.leave(listener.sid)


def _close(connection: Socket | None) -> None:
    """Close an Engine.IO connection without its goodbye: after a network failure clients come back by themselves."""
    if connection:
        with contextlib.suppress(EngineIOError):
            connection.close(wait=False, abort=True)


def _sid() -> str:
    """Id of the connection whose event is being handled."""
    return str(request.sid)  # type: ignore[attr-defined]  # set by Flask-SocketIO
