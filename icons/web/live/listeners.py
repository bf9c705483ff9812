"""Who listens on this process's sockets, and what each has been sent already."""

import threading
from dataclasses import dataclass, field

from icons.core import metrics
from icons.domain.access import Caller
from icons.domain.events import Event


@dataclass(eq=False, slots=True)
class Listener:
    """One connection."""

    sid: str
    channel: str
    """Id of the Engine.IO connection that carries it."""
    caller: Caller
    start: int = 0
    """Every entry of the account with a greater number reaches this connection without being asked for."""
    replayed: dict[str, int] = field(default_factory=dict)
    """Batch or job id -> entries of it with a greater number have been replayed on request."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while replaying: a client that polls may ask for two replays at once."""

    def has(self, event: Event) -> bool:
        """Whether this connection was sent the entry, or will be."""
        replayed = [self.replayed[topic] for topic in (event.batch_id, event.job_id) if topic in self.replayed]
        return event.seq > min([self.start, *replayed])


class Listeners:
    """All connections, by id and, once they have joined, by account.

    Not Socket.IO's rooms: python-socketio changes them without a lock, and one tab that leaves an account's room while
    another enters could take the other's place in it away.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._all: dict[str, Listener] = {}
        self._joined: dict[str, dict[str, Listener]] = {}  # account -> id -> listener

    def admit(self, listener: Listener) -> bool:
        """Give it a place; False when all are taken or it has one already."""
        with self._lock:
            if len(self._all) >= self._limit or listener.sid in self._all:
                return False
            self._all[listener.sid] = listener
        metrics.LISTENERS.inc()
        return True

    def join(self, listener: Listener) -> None:
        """From now on it is among its account's listeners, unless it has left meanwhile."""
        with self._lock:
            if listener.sid in self._all:
                self._joined.setdefault(listener.caller.account, {})[listener.sid] = listener

    def leave(self, sid: str) -> None:
        """Free its place."""
        with self._lock:
            listener = self._all.pop(sid, None)
            if listener is None:
                return
            others = self._joined.get(listener.caller.account, {})
            others.pop(sid, None)
            if not others:
                self._joined.pop(listener.caller.account, None)
        metrics.LISTENERS.dec()

    def get(self, sid: str) -> Listener | None:
        """The listener with this connection id."""
        return self._all.get(sid)

    def of(self, account: str) -> list[Listener]:
        """An account's listeners."""
        with self._lock:
            return list(self._joined.get(account, {}).values())

    def all(self) -> list[Listener]:
        """Every listener, joined or not."""
        with self._lock:
            return list(self._all.values())
