"""A doorbell within one process: many may ring, many may listen."""

import threading
from collections.abc import Callable


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
