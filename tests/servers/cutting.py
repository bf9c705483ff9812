"""A proxy that cuts a database connection right after a commit: the commit took place and nobody was told."""

import socket
import threading
from contextlib import suppress


class CuttingProxy:
    """Passes everything on to a port of this machine, until the first commit after `cut_next_commit`."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._armed = threading.Event()
        self._after = b""
        self.cuts = 0
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def cut_next_commit(self, after: str = "") -> None:
        """``after``: of the first transaction that sends a statement with these words, whoever else commits before."""
        self._after = after.encode()
        self._armed.set()

    def close(self) -> None:
        self._door.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._door.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
                cut = threading.Event()
                threading.Thread(target=self._ask, args=(caller, server, cut), daemon=True).start()
                threading.Thread(target=self._answer, args=(server, caller, cut), daemon=True).start()

    def _ask(self, caller: socket.socket, server: socket.socket, cut: threading.Event) -> None:
        said = False
        with suppress(OSError):
            while data := caller.recv(65536):
                said = self._armed.is_set() and (said or self._after in data)
                if b"COMMIT\0" in data and said:
                    self._armed.clear()
                    self.cuts += 1
                    cut.set()
                server.sendall(data)
        server.close()

    @staticmethod
    def _answer(server: socket.socket, caller: socket.socket, cut: threading.Event) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if cut.is_set():
                    break
                caller.sendall(data)
        for end in (caller, server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
