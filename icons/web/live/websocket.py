"""A WebSocket read by one thread: whole messages in, whole messages out, nothing larger than is allowed."""

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING, Final

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Event, Message, Ping, Request, TextMessage
from wsproto.utilities import ProtocolError

from icons.domain.errors import TooLarge
from icons.domain.limits import reserve

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_CHUNK: Final = 64 * 1024
_GOODBYE: Final = 1.0  # seconds for the peer to close after us
_FRAMES_APART: Final = 0.01  # seconds, on average, from one message or ping to the next: each may cost a transaction
_PIECES_APART: Final = 0.0005  # and from one part of a message to the next
_BURST: Final = 1.0  # seconds' worth of them that may come at once
_MOST_PASSED: Final = 4  # times the bound on a message: what is longer than that is taken for endless
_HEAD: Final = 4096  # bytes of a message's beginning


class Closed(Exception):
    """The connection has ended."""


class Overlong(TooLarge):
    """A message is larger than is allowed; ``head`` is how it began."""

    def __init__(self, most: int, head: str) -> None:
        super().__init__(f"A message has at most {most:,} bytes.")
        self.head = head


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
        self._unfinished = False  # more of the same message is to come
        self._free_at = time.monotonic()
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

        Overlong as soon as it is that; the next call passes over what is left of it. Closed when no more will come.
        """
        self._waiting = time.monotonic()
        try:
            self._pass_over()
            return self._whole()
        finally:
            self._waiting = None

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

    def _whole(self) -> str:
        gathered = bytearray()  # not a list: pieces may be of one character, or of none, and endlessly many
        size = 0
        while True:
            piece, is_text = self._next_piece()
            size += len(piece)
            if size > self.max_message:
                raise Overlong(self.max_message, gathered[:_HEAD].decode(errors="replace"))
            if is_text:
                gathered += piece
            if not self._unfinished:
                return gathered.decode()

    def _pass_over(self) -> None:
        """What is left of a message that was too long. Closed when it does not end."""
        passed = 0
        while self._unfinished:
            piece, _ = self._next_piece()
            passed += len(piece)
            if passed > _MOST_PASSED * self.max_message:
                self.hang_up()
                raise self._gone()

    def _next_piece(self) -> tuple[bytes, bool]:
        """Of a message that somebody still wants, and whether it is text."""
        while True:
            event = self._next_event()
            if isinstance(event, Message) and not self._closing:
                self._waiting = time.monotonic()
                self._unfinished = not event.message_finished
                is_text = isinstance(event, TextMessage)
                return (event.data.encode() if is_text else bytes(event.data)), is_text

    def _next_event(self) -> Event:
        """What has come; pings and the goodbye are answered here."""
        try:
            while (event := next(self._protocol.events(), None)) is None:
                data = self._connection.recv(_CHUNK)
                self._protocol.receive_data(data or None)  # None: the peer is gone
            self._breathe(event)
            if isinstance(event, Ping):
                self._write(event.response())
        except (OSError, ProtocolError) as error:
            raise self._gone() from error
        if isinstance(event, CloseConnection):
            with contextlib.suppress(Closed):
                self._write(event.response())
            raise self._gone()
        return event

    def _breathe(self, event: Event) -> None:
        """Hear no more than so much a second; a peer that says more is held up by its own full line."""
        part = isinstance(event, Message) and not event.message_finished
        apart = _PIECES_APART if part else _FRAMES_APART
        self._free_at, ahead = reserve(self._free_at, apart, time.monotonic())
        if ahead > _BURST:
            time.sleep(ahead - _BURST)

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
