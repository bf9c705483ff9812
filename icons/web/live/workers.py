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
    """WSGI middleware. Each connection holds a thread of the server, and so counts against a limit of its own."""

    def __init__(self, app: Flask, parts: WebParts, dispatcher: Dispatcher, watch: Watch) -> None:
        self._app, self._application = app, app.wsgi_app
        self._parts, self._dispatcher, self._watch = parts, dispatcher, watch
        self._path = parts.settings.ws_path
        self._max_message = parts.pictures.intake.max_bytes * 4 // 3 + _ROOM  # in base64
        self._places = parts.places.share(parts.settings.max_workers)
        self._most_strangers = (parts.settings.max_workers + 1) // 2  # from one address, lest one keeps all others out
        self._sessions: dict[Session, str] = {}  # and the address that each comes from
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
        if self._strangers(_address(environ)) >= self._most_strangers:
            raise Unavailable("Too many connections from your address have yet to authenticate.", retry_after=10)
        if self._closing or not self._places.take():
            raise Unavailable("This server is full. Try again in a minute.", retry_after=60)

    def _strangers(self, address: str) -> int:
        """How many from there have not said who they are."""
        with self._lock:
            return sum(origin == address and not session.known for session, origin in self._sessions.items())

    def _serve(self, environ: "WSGIEnvironment") -> Iterable[bytes]:
        name = next((name for name in SOCKETS if name in environ), None)
        if name is None:
            raise Closed
        socket = WebSocket(environ, environ[name], _FIRST_MESSAGE)
        session = Session(socket, self._dispatcher, self._parts.gate, self._watch, self._max_message)
        with self._lock:
            self._sessions[session] = _address(environ)
        metrics.WORKERS.inc()
        try:
            session.run(self._caller(environ))
        finally:
            with self._lock:
                del self._sessions[session]
            metrics.WORKERS.dec()
        # Ways to tell each server that the connection has been used up.
        if name == "gunicorn.socket":
            raise StopIteration
        raise ConnectionError

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


def _address(environ: "WSGIEnvironment") -> str:
    return str(environ.get("REMOTE_ADDR", ""))
