"""The laptop's queue: a bell in the process, and a file lock that elects the one process that works."""

import fcntl
import os
from pathlib import Path

from icons.core.bell import Bell


class EmbeddedQueue(Bell):
    """The kernel drops the lock when its holder dies, so a successor knows at once that every older lease is dead."""

    exclusive = True

    def __init__(self, lock: Path) -> None:
        super().__init__()
        self._path = lock
        self._handle: int | None = None

    def enlist(self) -> bool:
        """Whether this process holds the lock."""
        if self._handle is not None:
            return True
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def close(self) -> None:
        """Let the next process work."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
