"""The three runtimes of the web, one after the other: cached answers a second, and events to many listeners.

Run as: python -m bench.runtimes [listeners]
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import aiohttp

from bench.serving import ROOT, process, rate

EVENTS = 50
PORT = 3599


def main() -> None:
    """Print a table; ratios are to threads of the same run."""
    listeners = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    print(f"{'':9} {'requests/s':>12} {'ratio':>6} {f'{EVENTS} events x {listeners}':>18} {'ratio':>6}")
    first: tuple[float, float] | None = None
    for runtime in ("threads", "gevent", "eventlet"):
        answers, seconds = measure(runtime, listeners)
        first = first or (answers, seconds)
        print(f"{runtime:9} {answers:12.0f} {answers / first[0]:6.2f} {seconds:16.2f} s {first[1] / seconds:6.2f}")


def measure(runtime: str, listeners: int) -> tuple[float, float]:
    """(requests/s, seconds until the last listener has heard the last event)."""
    with tempfile.TemporaryDirectory() as storage:
        quiet = {"LOG_LEVEL": "ERROR", "RATELIMIT_ENABLED": "false", "ADMIN_PASSWORD": "only for this run"}
        room = {"WEB_THREADS": "4000", "MAX_LISTENERS": str(listeners), "WEB_RUNTIME": runtime, "PORT": str(PORT)}
        environment = {**os.environ, "STORAGE_DIR": storage, "PYTHONWARNINGS": "ignore", **quiet, **room}
        url = f"http://127.0.0.1:{PORT}"
        with process([sys.executable, str(ROOT / "app.py"), "serve"], environment, url + "/ready"):
            key = (Path(storage) / "secrets" / "operator.key").read_text().strip()
            worker = subprocess.Popen([sys.executable, ROOT / "app.py", "worker"], env=environment, stdout=-3)
            try:
                return cached(url, key), asyncio.run(fan_out(url, key, listeners))
            finally:
                worker.terminate()
                worker.wait(30)


def cached(url: str, key: str) -> float:
    """The same icon again and again."""
    body = json.dumps({"category": "benchmark", "size": 64}).encode()
    headers = {"X-API-Key": key, "Prefer": "wait=60"}
    address = f"{url}/api/icons/generate"
    rate(address, headers, body, connections=1, total=1)  # drawn
    return rate(address, headers, body, connections=16, total=2000)


async def fan_out(url: str, key: str, listeners: int) -> float:
    """Seconds; a batch that is cancelled at once makes the events."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(headers={"X-API-Key": key}, connector=connector) as session:
        sockets = [await joined(session, url, key) for _ in range(listeners)]
        categories = {"categories": [f"event {number}" for number in range(EVENTS)], "concurrency": EVENTS, "size": 64}
        hearing = [asyncio.create_task(heard(each)) for each in sockets]
        started = time.perf_counter()
        async with session.post(f"{url}/api/icons/generate/batch", json=categories) as answer:
            batch_id = (await answer.json())["batch_id"]
        await (await session.post(f"{url}/api/icons/batch/{batch_id}/cancel")).read()
        await asyncio.gather(*hearing)
        return time.perf_counter() - started


async def joined(session: aiohttp.ClientSession, url: str, key: str) -> aiohttp.ClientWebSocketResponse:
    """A listener that has been let in."""
    socket = await session.ws_connect(f"{url}/socket.io/?EIO=4&transport=websocket", compress=0)
    await socket.receive_str()
    await socket.send_str("40" + json.dumps({"token": key}))
    await socket.receive_str()
    return socket


async def heard(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Until the batch has ended."""
    while True:
        text = await socket.receive_str()
        if text == "2":
            await socket.send_str("3")
        elif text.startswith('42["batch_completed"'):
            return


if __name__ == "__main__":
    main()
