"""The live end of the event log: one reader per process, handing each new entry to this process's listeners."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import structlog

from icons.core.ports import Bus, Events
from icons.domain.errors import StudioError
from icons.domain.events import Event, EventType

log = structlog.get_logger(__name__)

Argument = TypeVar("Argument")
Listener = Callable[[list[Event]], None]


class Tail:
    """Reads on at each ring of the bus, and every ``poll`` seconds in case a ring was lost."""

    def __init__(self, events: Events, bus: Bus, poll: float = 1.0, page: int = 500) -> None:
        self._events, self._bus, self._poll, self._page = events, bus, poll, page
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()
        self._actions: deque[Callable[[int], None]] = deque()
        self._rung = threading.Event()
        self._watchers: set[threading.Event] = set()
        self._stopping = self._released = False
        self._thread = threading.Thread(target=self._run, name="event-tail", daemon=True)
        self.position = 0
        """Number of the newest entry that every listener has been handed."""

    def start(self) -> None:
        """Begin at the log's present end."""
        self.position = self._events.last_seq()
        self._unlisten = self._bus.listen(self._rung.set)
        self._thread.start()

    def stop(self) -> None:
        """Stop reading; listeners get nothing more."""
        self._stopping = True
        self._rung.set()
        self._unlisten()
        self._thread.join(timeout=5)

    def call(self, action: Callable[[int], None]) -> None:
        """Have ``action`` called soon in the tail's thread, between two pages, with the position then.

        Actions run in the order of the calls. Whoever starts to listen in one misses nothing and hears nothing twice.
        """
        self._actions.append(action)
        self._rung.set()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Have ``listener`` called in the tail's thread with each page of new entries; the answer stops that."""
        with self._lock:
            self._listeners.append(listener)

        def unlisten() -> None:
            with self._lock:
                self._listeners.remove(listener)

        return unlisten

    def release(self) -> None:
        """Let everybody go who waits in `watching`, now and from now on: the house is closing."""
        self._released = True
        with self._lock:
            watchers = list(self._watchers)
        for watcher in watchers:
            watcher.set()

    @contextmanager
    def watching(self, *, job_id: str | None = None, batch_id: str | None = None) -> Iterator[threading.Event]:
        """A flag that is set once the job, or the whole batch, has ended after now, or `release` is called."""
        ended = threading.Event()
        with self._lock:
            self._watchers.add(ended)
        if self._released:
            ended.set()

        def listener(entries: list[Event]) -> None:
            for entry in entries:
                of_job = job_id is not None and entry.type is EventType.JOB_COMPLETED and entry.job_id == job_id
                of_batch = (
                    batch_id is not None and entry.type is EventType.BATCH_COMPLETED and entry.batch_id == batch_id
                )
                if of_job or of_batch:
                    ended.set()

        unlisten = self.listen(listener)
        try:
            yield ended
        finally:
            unlisten()
            with self._lock:
                self._watchers.discard(ended)

    def _run(self) -> None:
        while not self._stopping:
            self._rung.wait(self._poll)
            self._rung.clear()
            try:
                self._read()
            except StudioError as error:
                log.error("tail.unreadable", message=error.message)

    def _read(self) -> None:
        more = True
        while more and not self._stopping:
            self._act()
            entries = self._events.after(self.position, self._page)
            more = len(entries) == self._page
            if not entries:
                return
            with self._lock:
                listeners = list(self._listeners)
            for listener in listeners:
                _safely(listener, entries)
            self.position = entries[-1].seq

    def _act(self) -> None:
        while self._actions:
            _safely(self._actions.popleft(), self.position)


def _safely(call: Callable[[Argument], None], argument: Argument) -> None:
    """One listener's trouble is not the others'."""
    try:
        call(argument)
    except Exception:
        log.exception("tail.listener_failed")
