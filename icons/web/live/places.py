"""How many connections may last: each holds a thread of the server, and requests need threads, too."""

import threading


class Places:
    """What all kinds of lasting connections of a process share."""

    def __init__(self, total: int = 750) -> None:
        self._free = threading.BoundedSemaphore(total)

    def share(self, most: int) -> "Share":
        """For one kind: at most ``most`` of them, while there are free ones."""
        return Share(self._free, threading.BoundedSemaphore(most))


class Share:
    """The places that one kind of connection may take."""

    def __init__(self, *bounds: threading.BoundedSemaphore) -> None:
        self._all, self._own = bounds

    def take(self) -> bool:
        """Take one; False when there is none."""
        if not self._own.acquire(blocking=False):
            return False
        if not self._all.acquire(blocking=False):
            self._own.release()
            return False
        return True

    def give(self) -> None:
        """Give it back."""
        self._all.release()
        self._own.release()
