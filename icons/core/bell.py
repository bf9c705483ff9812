"""Doorbells: within one process, and to others over a line that may be down."""

import threading
from collections.abc import Callable
from typing import Final

import structlog

from icons.domain.errors import Unavailable

log = structlog.get_logger(__name__)

_BREATH: Final = 0.01  # seconds between two rings of a process: what happens meanwhile is told at once
_FAREWELL: Final = 2.0  # seconds for the last ring
_FIRST_PAUSE: Final = 0.1  # seconds before a lost line is tried again
_LONGEST_PAUSE: Final = 5.0


class Bell:
    """Thread-safe. Whoever listens is called in the thread that rings, and should only set a flag."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    def ring(self) -> None:
        """Call every listener."""
        with self._lock:
            listeners = list(self._listeners)
        for wake in listeners:
            wake()

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Have ``wake`` called at each ring; the answer stops that."""
        with self._lock:
            self._listeners.append(wake)

        def unlisten() -> None:
            with self._lock:
                if wake in self._listeners:
                    self._listeners.remove(wake)

        return unlisten


class Line:
    """The way to a server that carries rings. Its loss and its return are logged once each, not at every try."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._down = False
        self._pause = _FIRST_PAUSE

    def lost(self, reason: str) -> None:
        """Something did not get through."""
        with self._lock:
            first, self._down = not self._down, True
        if first:
            log.warning("line.lost", line=self._name, reason=reason)

    def pause(self) -> float:
        """Seconds for a listener to wait before it tries again: more each time, until something gets through."""
        with self._lock:
            pause, self._pause = self._pause, min(2 * self._pause, _LONGEST_PAUSE)
        return pause

    def found(self) -> None:
        """Something got through."""
        with self._lock:
            again, self._down = self._down, False
            self._pause = _FIRST_PAUSE
        if again:
            log.info("line.found", line=self._name)


class Ringer:
    """Rings for other processes from a thread of its own: who rings never waits, and a ring that fails is dropped.

    Rings that come while one is on its way are sent as one.
    """

    def __init__(self, line: Line, send: Callable[[], None]) -> None:
        """``send`` raises Unavailable when the far side is out of reach."""
        self._line, self._send = line, send
        self._rung, self._closed = threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        """Returns at once."""
        self._rung.set()
        with self._lock:
            # Not before the first ring: a thread does not survive the fork of a web server.
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._run, name="ringer", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Send what was rung last, then stop."""
        with self._lock:
            self._closed.set()
        if self._thread:
            self._rung.set()
            self._thread.join(_FAREWELL)

    def _run(self) -> None:
        while not self._closed.is_set():
            self._rung.wait()
            self._rung.clear()
            self._deliver()
            self._closed.wait(_BREATH)
        if self._rung.is_set():
            self._deliver()

    def _deliver(self) -> None:
        try:
            self._send()
        except Unavailable as error:
            self._line.lost(error.message)
        else:
            self._line.found()
