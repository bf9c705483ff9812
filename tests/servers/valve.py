"""A pipe to a server that can be shut: who speaks to the server then waits, as for one that hangs."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Valve:
    """Passes everything on to a port of this machine while it is open."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._open = threading.Event()
        self._open.set()
        self._lock = threading.Lock()
        self.held = 0
        """How many wait for it to be opened again."""
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Connections are taken, and what is said on any is kept until the end."""
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    def close(self) -> None:
        """Take no more connections."""
        self._door.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                self._connect(self._door.accept()[0])

    def _connect(self, caller: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._to))
        except OSError:  # it is away: whoever comes is told at once
            caller.close()
            return
        for ends in ((caller, server), (server, caller)):
            threading.Thread(target=self._pass, args=ends, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._wait()
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _wait(self) -> None:
        with self._lock:
            self.held += 1
        self._open.wait()
        with self._lock:
            self.held -= 1
