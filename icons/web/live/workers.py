"""The door for workers from outside, a WebSocket beside the Flask application: who may come in, and how many."""

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import structlog
from flask import Flask
from werkzeug.datastructures import EnvironHeaders
from werkzeug.wrappers import Request

from icons.core import metrics
from icons.core.outside.dispatcher import Dispatcher
from icons.domain.access import Caller
from icons.domain.errors import Forbidden, InvalidRequest, StudioError, Unavailable
from icons.web import errors
from icons.web.live.guard import SOCKETS
from icons.web.live.places import Strangers, address_of
from icons.web.live.websocket import Closed, WebSocket
from icons.web.live.worker_session import Session, Watch
from icons.web.parts import WebParts

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = structlog.get_logger(__name__)

_FIRST_MESSAGE: Final = 32 * 1024  # bytes, from somebody who is not known yet
_ROOM: Final = 64 * 1024  # bytes of a message beside its picture


def attach(app: Flask, parts: WebParts, dispatcher: Dispatcher, check_seconds: float = 20.0) -> "Door":
    """Serve workers on the app; every ``check_seconds`` those whose session has ended are sent away.

    To be called before Socket.IO is attached, whose guard then is in front of both.
    """
    door = Door(app, parts, dispatcher, Watch(silence=parts.settings.worker_silence, check=check_seconds))
    app.wsgi_app = door  # type: ignore[method-assign]  # Flask's way to add middleware
    return door


class Door:
    """WSGI middleware. Each connection holds threads of the server, and so counts against a limit of its own.

    Workers have their places; those who have yet to say who they are have others, so that no crowd of strangers keeps
    a worker out: whoever comes finds room among them (`Strangers`), and a place once it has shown its credential.
    """

    def __init__(self, app: Flask, parts: WebParts, dispatcher: Dispatcher, watch: Watch) -> None:
        self._app, self._application = app, app.wsgi_app
        self._parts, self._dispatcher, self._watch = parts, dispatcher, watch
        self._path = parts.settings.ws_path
        self._max_message = parts.pictures.intake.max_bytes * 4 // 3 + _ROOM  # in base64
        self._most = parts.settings.max_workers
        self._places = parts.places.share(self._most + parts.places.strangers)
        self._strangers = Strangers[Session](parts.places.strangers)
        self._sessions: set[Session] = set()
        self._known: set[Session] = set()
        self._lock = threading.Lock()
        self._closing = False

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ.get("PATH_INFO") != self._path:
            return self._application(environ, start_response)
        try:
            self._check(environ)
        except StudioError as error:
            return self._refused(error, environ, start_response)
        try:
            return self._serve(environ)
        except Closed:
            return self._refused(InvalidRequest("This is no WebSocket's greeting."), environ, start_response)
        finally:
            self._places.give()

    def close(self) -> None:
        """Send every worker away and let nobody in."""
        with self._lock:
            self._closing, sessions = True, list(self._sessions)
        for session in sessions:
            session.leave()

    def _check(self, environ: "WSGIEnvironment") -> None:
        """Raises what keeps a peer out; otherwise it has a place."""
        if environ.get("HTTP_UPGRADE", "").lower() != "websocket":
            error = InvalidRequest("Connect here with a WebSocket.", code="UPGRADE_REQUIRED")
            error.status, error.title = 426, "Upgrade required"
            raise error
        if not self._parts.origins.allowed_origin(environ.get("HTTP_ORIGIN"), environ.get("HTTP_HOST")):
            raise Forbidden("Pages of this origin may not connect; the operator's CORS_ORIGINS names those that may.")
        if self._closing or len(self._known) >= self._most or not self._places.take():
            raise _full()

    def _serve(self, environ: "WSGIEnvironment") -> Iterable[bytes]:
        name = next((name for name in SOCKETS if name in environ), None)
        if name is None:
            raise Closed
        socket = WebSocket(environ, environ[name], _FIRST_MESSAGE)
        session = Session(socket, self._dispatcher, self._parts.gate, self._watch, self._max_message, self._admit)
        metrics.WORKERS.inc()
        try:
            self._enter(session, address_of(environ))
            session.run(self._caller(environ))
        finally:
            self._leave(session)
            metrics.WORKERS.dec()
        # Ways to tell each server that the connection has been used up.
        if name == "gunicorn.socket":
            raise StopIteration
        raise ConnectionError

    def _enter(self, session: Session, address: str) -> None:
        with self._lock:
            self._sessions.add(session)
            if self._closing:  # meanwhile
                session.leave()
        if leaving := self._strangers.enter(session, address):
            log.debug("worker.displaced", reason="too many have not said who they are")
            leaving.hang_up()

    def _admit(self, session: Session) -> None:
        """It has shown who it is. Unavailable when all places are taken."""
        with self._lock:
            if len(self._known) >= self._most:
                raise _full()
            self._known.add(session)
        self._strangers.leave(session)

    def _leave(self, session: Session) -> None:
        self._strangers.leave(session)
        with self._lock:
            self._sessions.discard(session)
            self._known.discard(session)

    def _caller(self, environ: "WSGIEnvironment") -> Caller | None:
        """Whom a credential at the connection stands for; None when there is none that counts. The first message may
        bring another, and whoever has none is told so then."""
        try:
            ticket = Request(environ).args.get("ticket")
            if ticket:
                return self._parts.accounts.take_ticket(ticket)
            return self._parts.gate.caller_from_header(EnvironHeaders(environ))
        except StudioError:
            return None

    def _refused(
        self, error: StudioError, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        with self._app.app_context():
            return errors.answer(error)(environ, start_response)


def _full() -> Unavailable:
    return Unavailable("This server is full. Try again in a minute.", retry_after=60)
