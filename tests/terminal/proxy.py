"""A reverse proxy over real HTTP: puts a service behind a path, and loses answers on demand."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests


@dataclass
class Proxy:
    """What a test sets and reads."""

    target: str
    prefix: str = "/studio"
    lose: int = 0  # so many answers to POST requests never arrive
    away: int = 0  # so many requests are answered 502 with a page, as gateways do
    seen: list[tuple[str, str]] = field(default_factory=list)  # method and path
    url: str = ""


class Handler(BaseHTTPRequestHandler):
    """One request on its way."""

    proxy: Proxy

    def do_GET(self) -> None:
        self._pass_on("GET")

    def do_POST(self) -> None:
        self._pass_on("POST")

    def log_message(self, *_) -> None:
        pass

    def _pass_on(self, method: str) -> None:
        proxy = self.proxy
        proxy.seen.append((method, self.path))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if proxy.away:
            proxy.away -= 1
            self.send_response(502)
            self.end_headers()
            self.wfile.write(b"<h1>Bad gateway</h1>")
            return
        headers = {name: value for name, value in self.headers.items() if name != "Host"}
        url = proxy.target + self.path.removeprefix(proxy.prefix)
        with requests.request(method, url, data=body, headers=headers, stream=True, timeout=60) as answer:
            if method == "POST" and proxy.lose:
                proxy.lose -= 1
                return  # the work is done, and nobody hears of it
            self._relay(answer)

    def _relay(self, answer: requests.Response) -> None:
        self.send_response(answer.status_code)
        for name in ("Content-Type", "Retry-After"):
            if name in answer.headers:
                self.send_header(name, answer.headers[name])
        self.end_headers()
        for chunk in answer.iter_content(None):
            self.wfile.write(chunk)
            self.wfile.flush()


@contextmanager
def proxied(target: str) -> Iterator[Proxy]:
    """A proxy on a free port in front of ``target``."""
    proxy = Proxy(target)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"proxy": proxy}))
    proxy.url = f"http://127.0.0.1:{server.server_port}{proxy.prefix}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield proxy
    server.shutdown()
    server.server_close()
