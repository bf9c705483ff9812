"""What is under way of each Engine.IO session: it may ask for little at a time, and nothing outlasts it."""

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Request = tuple[str, str]  # whose it is, and its kind

KINDS: Final = 3  # a poll, a message, and the change from polls to a WebSocket


class Sessions:
    """At most one request of each kind of each session.

    Engine.IO lets any number of polls wait for the same session, and wakes one of them when it ends.
    """

    def __init__(self) -> None:
        self._under_way: dict[Request, socket.socket | None] = {}
        self._lock = threading.Lock()

    def begin(self, request: Request, connection: socket.socket | None) -> bool:
        """Whether it may: there is none of its kind. ``connection`` carries it."""
        with self._lock:
            if request in self._under_way:
                return False
            self._under_way[request] = connection
        return True

    def end(self, request: Request) -> None:
        """It has been answered."""
        with self._lock:
            del self._under_way[request]

    def hang_up(self, session: str) -> None:
        """End the connections that carry something of a session: whoever reads from one is woken."""
        with self._lock:
            carrying = [line for (whose, _), line in self._under_way.items() if whose == session and line]
        for connection in carrying:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def request_of(environ: "WSGIEnvironment") -> Request | None:
    """Whose request it is and of which kind; None when it begins a session."""
    session = parse_qs(environ.get("QUERY_STRING", "")).get("sid")
    upgrade = environ.get("HTTP_UPGRADE", "").lower()
    return (session[0], upgrade or environ.get("REQUEST_METHOD", "")) if session else None
