"""A receiver of webhooks over real HTTP, good or bad by its path."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass
class Call:
    """A webhook as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> Any:
        """The message, as the official library lets it through."""
        return Webhook(secret).verify(self.body, self.headers)


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver = self.server.receiver
        receiver.calls.append(Call(self.path, headers, body))
        kind = self.path.strip("/").split("/")[0]
        status, extra = receiver.answers[kind].pop(0) if receiver.answers[kind] else (200, {})
        match kind:
            case "slow":
                receiver.release.wait(10)
            case "closing":
                self.connection.close()
                return
            case "away":
                status, extra = 307, {"Location": f"{receiver.url}/secret"}
        self.send_response(status)
        for name, value in extra.items():
            self.send_header(name, value)
        if kind == "endless":
            self.end_headers()
            self._pour()
            return
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _pour(self) -> None:
        while not self.server.receiver.release.is_set():
            try:
                self.server.receiver.poured += self.wfile.write(b"x" * 65536)
            except OSError:
                return

    def log_message(self, *_: object) -> None:
        """Silence."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    receiver: "Receiver"

    def handle_error(self, *_: object) -> None:
        """A caller that hangs up is no news."""


@dataclass
class Receiver:
    """What came, and what is answered: by the first part of the path, these (status, headers) in turn, then 200."""

    port: int
    calls: list[Call] = field(default_factory=list)
    answers: defaultdict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=lambda: defaultdict(list))
    release: threading.Event = field(default_factory=threading.Event)  # lets those go who are held at /slow
    poured: int = 0  # bytes that /endless could send

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def at(self, path: str) -> list[Call]:
        """What came there."""
        return [call for call in self.calls if call.path == path]


@contextmanager
def receiving(port: int = 0) -> Iterator[Receiver]:
    """A receiver on a port of its own, or on this one."""
    server = _Server(("127.0.0.1", port), _Handler)
    server.receiver = receiver = Receiver(server.server_port)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield receiver
    finally:
        receiver.release.set()
        server.shutdown()
        server.server_close()
