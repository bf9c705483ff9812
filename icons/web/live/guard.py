"""Guards between Socket.IO and its peers: whole frames, deadlines, bounded threads, no giant messages."""

import contextlib
import socket
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from engineio.async_drivers._websocket_wsgi import SimpleWebSocketWSGI
from flask_socketio import SocketIO
from simple_websocket import ConnectionClosed

from icons.web.live.lines import Lines
from icons.web.live.places import Share
from icons.web.live.sessions import Sessions, request_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Where gunicorn and Werkzeug's server put the connection for whoever upgrades it.
SOCKETS: Final = ("gunicorn.socket", "werkzeug.socket")
_PATH: Final = "/socket.io"


class GuardedSocket:
    """A connection whose ``send`` sends everything or, after ``seconds``, ends the connection.

    simple-websocket ignores how much ``socket.send`` took (its issue 45), which tears frames under gevent, and lets a
    peer that stops reading hold the writing thread for ever. Two of its threads write: the lock keeps frames apart.
    """

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        """``seconds`` bounds reads too: they must be longer than the peer's heartbeat."""
        self._connection = connection
        self._lock = threading.Lock()
        connection.settimeout(seconds)

    def send(self, data: bytes) -> int:
        """All of ``data`` is with the kernel; TimeoutError when the peer did not make room for it."""
        with self._lock:
            try:
                self._connection.sendall(data)
            except TimeoutError:
                self.hang_up()
                raise
        return len(data)

    def hang_up(self) -> None:
        """End it, and wake the thread that reads; the peer may have gone first."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class SocketGuard:
    """WSGI middleware in front of Socket.IO: guards upgraded connections, and bounds how many threads they hold.

    Each WebSocket and each waiting poll holds one, before anybody has shown a credential. What is over ``places``, or
    too much for one session, is answered with 503, so that there are always threads left for everything else.
    """

    def __init__(
        self, application: "WSGIApplication", places: Share, sessions: Sessions, lines: Lines, seconds: float
    ) -> None:
        """``seconds``: deadline of a `GuardedSocket`."""
        self._application, self._places, self._sessions = application, places, sessions
        self._lines, self._seconds = lines, seconds

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        connection = self._guard_upgrade(environ)
        if connection is None:
            return self._passed(environ, start_response)
        self._lines.hold(connection)
        try:
            return self._passed(environ, start_response)
        finally:
            self._lines.release(connection)

    def _passed(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if not environ.get("PATH_INFO", "").startswith(_PATH):
            return self._application(environ, start_response)
        request = request_of(environ)
        if request is None:
            return self._placed(environ, start_response)
        name = carrier(environ)
        if not self._sessions.begin(request, environ[name] if name else None):
            return _refused(start_response)
        try:
            return self._placed(environ, start_response)
        finally:
            self._sessions.end(request)

    def _placed(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if not self._places.take():
            return _refused(start_response)
        try:
            return self._application(environ, start_response)  # returns when the connection has ended
        finally:
            self._places.give()

    def _guard_upgrade(self, environ: "WSGIEnvironment") -> socket.socket | None:
        """The connection of a WebSocket; a guarded one takes its place."""
        if environ.get("HTTP_UPGRADE", "").lower() != "websocket":
            return None
        # No permessage-deflate: it would cost about 140 KB per connection for messages of a few hundred bytes.
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        name = carrier(environ)
        if name is None:
            return None
        connection: socket.socket = environ[name]
        environ[name] = GuardedSocket(connection, self._seconds)
        return connection


def carrier(environ: "WSGIEnvironment") -> str | None:
    """Where in it the connection is found."""
    return next((name for name in SOCKETS if name in environ), None)


def _refused(start_response: "StartResponse") -> Iterable[bytes]:
    start_response("503 Service Unavailable", [("Retry-After", "60"), ("Content-Length", "0")])
    return []


class Upgrade(SimpleWebSocketWSGI):  # type: ignore[misc]  # Engine.IO ships no types
    """Engine.IO's WebSocket, whose goodbye may come too late: the peer, or the reader, may have closed before."""

    def close(self) -> None:
        """Without it each such goodbye ends its writer's thread with a traceback."""
        with contextlib.suppress(OSError, ConnectionClosed):
            super().close()


def speak(sio: SocketIO, size: int) -> None:
    """Have WebSockets made by `Upgrade`, in all runtimes, refusing messages above ``size`` bytes while they arrive.

    Engine.IO measures a message only when it is complete, so that a peer could fill the memory with one; there is no
    option for it. gevent's driver differs by no more than its threads, which are green anyway, and eventlet's demands
    eventlet's own server.
    """
    engine = sio.server.eio

    def upgrade(handler: Any, _: Any) -> Upgrade:
        return Upgrade(handler, None, max_message_size=size)

    engine._async = {**engine._async, "websocket": upgrade}
