"""Guards between Socket.IO and its peers: whole frames, deadlines, bounded threads, no giant messages."""

import contextlib
import socket
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from flask_socketio import SocketIO

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Where gunicorn and Werkzeug's server put the connection for whoever upgrades it.
_SOCKETS: Final = ("gunicorn.socket", "werkzeug.socket")
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
                self._hang_up()
                raise
        return len(data)

    def _hang_up(self) -> None:
        """Wake the thread that reads, too; the peer may have gone first."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class SocketGuard:
    """WSGI middleware in front of Socket.IO: guards upgraded connections, and bounds how many threads they hold.

    Each WebSocket and each waiting poll holds one, before anybody has shown a credential. What is over ``places`` is
    answered with 503, so that there are always threads left for everything else.
    """

    def __init__(self, application: "WSGIApplication", places: int, seconds: float) -> None:
        """``seconds``: deadline of a `GuardedSocket`."""
        self._application, self._seconds = application, seconds
        self._places = threading.BoundedSemaphore(places)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        self._guard_upgrade(environ)
        if not environ.get("PATH_INFO", "").startswith(_PATH):
            return self._application(environ, start_response)
        if not self._places.acquire(blocking=False):
            start_response("503 Service Unavailable", [("Retry-After", "60"), ("Content-Length", "0")])
            return []
        try:
            return self._application(environ, start_response)  # returns when the connection has ended
        finally:
            self._places.release()

    def _guard_upgrade(self, environ: "WSGIEnvironment") -> None:
        if environ.get("HTTP_UPGRADE", "").lower() != "websocket":
            return
        # No permessage-deflate: it would cost about 140 KB per connection for messages of a few hundred bytes.
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        for name in _SOCKETS:
            if name in environ:
                environ[name] = GuardedSocket(environ[name], self._seconds)


def limit_messages(sio: SocketIO, size: int) -> None:
    """Refuse incoming WebSocket messages above ``size`` bytes while they arrive.

    Engine.IO measures a message only when it is complete, so that a peer could fill the memory with one. There is no
    option for it: its drivers make the socket by this entry, and all but eventlet's, which has a limit of its own, by
    simple-websocket with ``server_args``.
    """
    engine = sio.server.eio
    driver = engine._async["websocket"]

    def limited(*args: Any) -> Any:
        upgrade = driver(*args)
        if hasattr(upgrade, "server_args"):
            upgrade.server_args["max_message_size"] = size
        return upgrade

    engine._async = {**engine._async, "websocket": limited}
