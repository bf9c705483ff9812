"""A WebSocket read by one thread: whole messages in, whole messages out, nothing larger than is allowed."""

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Event, Message, Ping, Request, TextMessage
from wsproto.utilities import ProtocolError

from icons.domain.errors import TooLarge

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_CHUNK: Final = 64 * 1024
_GOODBYE: Final = 1.0  # seconds for the peer to close after us


class Closed(Exception):
    """The connection has ended."""


class WebSocket:
    """The server's end. One thread reads; any thread may send.

    Not simple-websocket's: that one keeps what arrives faster than it is handled without a bound, ends the connection
    at a message that is too large, and takes a third thread.
    """

    def __init__(self, environ: "WSGIEnvironment", connection: socket.socket, max_message: int) -> None:
        """``connection`` sends all it is given; ``max_message`` in bytes. Closed when the greeting is none."""
        self._connection, self.max_message = connection, max_message
        self._protocol = WSConnection(ConnectionType.SERVER)
        self._lock = threading.Lock()
        self._ended, self._closing = threading.Event(), False
        self._waiting: float | None = None
        try:
            self._protocol.receive_data(_greeting(environ))
        except ProtocolError as error:
            raise Closed from error
        if not isinstance(next(self._protocol.events(), None), Request):
            raise Closed
        self._write(AcceptConnection())

    @property
    def silence(self) -> float:
        """Seconds since the last piece of a message came; 0 while nobody waits for one."""
        since = self._waiting
        return 0.0 if since is None else time.monotonic() - since

    def receive(self) -> str:
        """The next message; one that is not text counts as an empty one.

        TooLarge, once it has gone by and the next may come. Closed when none will come.
        """
        gathered = bytearray()  # not a list: pieces may be of one character, or of none, and endlessly many
        size = 0
        self._waiting = time.monotonic()
        try:
            while True:
                message = self._next_piece()
                self._waiting = time.monotonic()
                piece = message.data.encode() if isinstance(message, TextMessage) else message.data
                size += len(piece)
                if size > self.max_message:
                    gathered.clear()
                elif isinstance(message, TextMessage):
                    gathered += piece
                if message.message_finished:
                    break
        finally:
            self._waiting = None
        if size > self.max_message:
            raise TooLarge(f"A message has at most {self.max_message:,} bytes.")
        return gathered.decode()

    def send(self, text: str) -> None:
        """All of it is with the kernel. Closed when it cannot be."""
        self._write(Message(data=text))

    def ping(self) -> None:
        """Have the peer answer: a line without any traffic may be cut by those it goes through."""
        self._write(Ping())

    def close(self, code: int, reason: str) -> None:
        """Say goodbye. The reader is woken, if need be after the second in which the peer may say so, too."""
        with contextlib.suppress(Closed):
            self._write(CloseConnection(code, reason))
        self._closing = True
        if self._waiting is not None and not self._ended.wait(_GOODBYE):
            self.hang_up()

    def end(self) -> None:
        """By the reader, last of all: hear the peer's goodbye, so that it hears ours."""
        with contextlib.suppress(Closed):
            self._connection.settimeout(_GOODBYE)
            until = time.monotonic() + _GOODBYE
            while time.monotonic() < until:
                self._next_event()
        self.hang_up()

    def hang_up(self) -> None:
        """End it without a word."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def _next_piece(self) -> Message[Any]:
        """Of a message that somebody still wants."""
        while True:
            event = self._next_event()
            if isinstance(event, Message) and not self._closing:
                return event

    def _next_event(self) -> Event:
        """What has come; pings and the goodbye are answered here."""
        try:
            while (event := next(self._protocol.events(), None)) is None:
                data = self._connection.recv(_CHUNK)
                self._protocol.receive_data(data or None)  # None: the peer is gone
            if isinstance(event, Ping):
                self._write(event.response())
        except (OSError, ProtocolError) as error:
            raise self._gone() from error
        if isinstance(event, CloseConnection):
            with contextlib.suppress(Closed):
                self._write(event.response())
            raise self._gone()
        return event

    def _write(self, event: Event) -> None:
        try:
            with self._lock:
                self._connection.send(self._protocol.send(event))
        except (OSError, ProtocolError) as error:
            raise Closed from error

    def _gone(self) -> Closed:
        self._ended.set()
        return Closed()


def _greeting(environ: "WSGIEnvironment") -> bytes:
    """The peer's request, as it came as far as WebSockets care."""
    headers = [(key[5:].replace("_", "-"), value) for key, value in environ.items() if key.startswith("HTTP_")]
    lines = ["GET / HTTP/1.1", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace")
