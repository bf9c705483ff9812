"""What the benchmarks of the web share: the real server on a temporary storage, and a load of GET or POST requests."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import IO
from urllib.parse import urlsplit

import requests

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    url: str
    key: str


@contextmanager
def serving(port: int) -> Iterator[Running]:
    """`python app.py serve` as a user starts it, on a storage of its own: it logs and counts, up to a far limit."""
    with tempfile.TemporaryDirectory() as storage, (Path(storage) / "log").open("w") as log:
        limits = dict.fromkeys(("LIMIT_ICONS", "LIMIT_FILES"), "1000000 per minute")
        environment = {**os.environ, "STORAGE_DIR": storage, "PORT": str(port), "LOG_LEVEL": "INFO", **limits}
        url = f"http://127.0.0.1:{port}"
        with process([sys.executable, str(ROOT / "app.py"), "serve"], environment, url + "/health", log):
            yield Running(url, (Path(storage) / "secrets" / "operator.key").read_text().strip())


@contextmanager
def process(command: list[str], environment: dict[str, str], probe: str, log: IO[str] | None = None) -> Iterator[None]:
    """A process, once its probe address answers; ``log`` takes what it says."""
    running = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log)
    try:
        end = time.monotonic() + 60
        while True:
            try:
                requests.get(probe, timeout=1)
                break
            except requests.RequestException:
                if time.monotonic() > end or running.poll() is not None:
                    raise
                time.sleep(0.1)
        yield
    finally:
        running.terminate()
        running.wait(30)


def rate(url: str, headers: dict[str, str], body: bytes | None = None, *, connections: int = 16, total: int = 3000):
    """Answers per second over kept-alive connections; every answer must be 200 or 206."""
    return asyncio.run(_rate(url, headers, body, connections, total))


async def _rate(url: str, headers: dict[str, str], body: bytes | None, connections: int, total: int) -> float:
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{'POST' if body is not None else 'GET'} {target} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    message = "\r\n".join([*lines, "", ""]).encode() + (body or b"")

    async def client(count: int) -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        for _ in range(count):
            writer.write(message)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head[9:12] in (b"200", b"206"), head[:200]
            await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*[client(total // connections) for _ in range(connections)])
    return total / (time.perf_counter() - started)


def compare(name: str, ours, baseline, *, rounds: int = 3, unit: str = "/s") -> None:
    """Measure both in turn, several times; print the medians and their ratio."""
    pairs = [(ours(), baseline()) for _ in range(rounds)]
    mine, theirs = (median(values) for values in zip(*pairs, strict=True))
    ratio = median(a / b for a, b in pairs)
    print(f"{name}: {mine:,.0f}{unit}, baseline {theirs:,.0f}{unit}, ratio {ratio:.2f}")
