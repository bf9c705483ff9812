"""Connections that last, and their end: a peer that does not read must not hold up a service that stops."""

import contextlib
import socket
import threading


class Lines:
    """All of a process."""

    def __init__(self) -> None:
        self._held: set[socket.socket] = set()
        self._changed = threading.Condition()

    def hold(self, connection: socket.socket) -> None:
        """It has begun to last."""
        with self._changed:
            self._held.add(connection)

    def release(self, connection: socket.socket) -> None:
        """It has ended."""
        with self._changed:
            self._held.discard(connection)
            self._changed.notify_all()

    def cut(self, patience: float) -> None:
        """End those that have not ended by themselves within ``patience`` seconds; who writes on one is woken."""
        with self._changed:
            self._changed.wait_for(lambda: not self._held, patience)
            held = list(self._held)
        for connection in held:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
