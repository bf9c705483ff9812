"""What a fleet carries: 1, 2, 4 workers; a provider's limit shared by 4; 1,000 listeners of the embedded process, of
one web process and of two.

`python -m bench.fleet [workers] [limits] [listeners]` starts PostgreSQL, Redis, S3, web and worker processes itself.
"""

import asyncio
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import aiohttp
import requests

from app import build_house
from config import Settings
from icons.core import logs
from icons.core.house import House
from icons.core.service import Context
from icons.domain.access import Caller, Role
from icons.domain.requests import BatchRequest, IconRequest
from tests.conftest import PASSWORD, log_in
from tests.fleet.machines import Fleet
from tests.servers.postgres import PostgresServer
from tests.servers.redis import running_redis
from tests.servers.s3 import KEY, SECRET, running_s3

SMALL = "256x256"  # what the slow provider draws, so that it is not its pictures that are measured
AT_ONCE = 16  # calls of one worker process to the slow provider
STRANGERS = 32  # listeners that connect at once
FAKE = """
import json, sys
from tests.fakes.provider import running
with running() as fake:
    fake.latency, fake.limit = float(sys.argv[1]), (int(sys.argv[2]), 60.0) if len(sys.argv) > 2 else None
    print(fake.address("openai"), flush=True)
    sys.stdin.readline()
    print(json.dumps({"times": [call.time for call in fake.calls], "rejected": fake.rejected}), flush=True)
"""


@contextmanager
def provider(latency: float, *limit: int) -> Iterator[tuple[str, subprocess.Popen]]:
    """A provider in a process of its own, which allows ``limit`` calls in any 60 s; its address."""
    process = subprocess.Popen(
        [sys.executable, "-c", FAKE, str(latency), *map(str, limit)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process.stdout.readline().strip(), process
    finally:
        process.kill()
        process.wait()


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """PostgreSQL, Redis and S3, as settings."""
    os.environ |= {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    postgres = PostgresServer()
    postgres.start()
    with tempfile.TemporaryDirectory() as folder, running_redis(Path(folder)) as redis, running_s3() as s3:
        try:
            postgres.execute("CREATE DATABASE bench TEMPLATE template0")
            url = postgres.url("bench")
            keys = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "ADMIN_PASSWORD": PASSWORD}
            yield {"DATABASE_URL": url, "QUEUE_URL": url, "BUS_URL": redis.url, "STORAGE_URL": s3.url("bench"), **keys}
        finally:
            postgres.remove()


class Bench:
    """The side of a fleet that submits and waits."""

    def __init__(self, folder: Path, settings: dict[str, str], **more: object) -> None:
        values = {name.lower(): value for name, value in settings.items() if name.lower() in Settings.model_fields}
        self.house: House = build_house(Settings(_env_file=None, storage_dir=folder / "bench", **{**values, **more}))
        known = {account.subject: account for account in self.house.accounts.all()}
        account = known.get("ada") or self.house.accounts.add("ada", PASSWORD, Role.ADMIN)[0]
        self.caller = Caller(account.id, account.subject, account.role)
        self.house.start(work=False)
        self._round = time.time_ns()

    def draw(self, icons: int, size: int = 512) -> float:
        """Seconds from submitting so many new icons to the end of the last."""
        self._round += 1
        names = tuple(f"thing {self._round} {number}" for number in range(icons))
        started = time.perf_counter()
        request = BatchRequest(names, shared=IconRequest("", size=size), concurrency=64)
        batch = self.house.service.submit_batch(self.caller, request, Context())
        ended = self.house.service.wait_batch(self.caller, batch.id, 600)
        assert ended.counts.completed == icons, ended.counts
        return time.perf_counter() - started


def memory(process: subprocess.Popen) -> float:
    """MB of its group in RAM; pages that processes share count once for each."""
    listed = subprocess.run(["ps", "-o", "rss=", "-g", str(process.pid)], capture_output=True, text=True, check=True)
    return sum(map(int, listed.stdout.split())) / 1024


@contextmanager
def crew(folder: Path, settings: dict[str, str], size: int) -> Iterator[tuple[Fleet, Bench]]:
    """So many warm workers."""
    fleet = Fleet(folder, {**settings, "DRAW_PROCESSES": "1"})
    bench = Bench(folder, settings)
    try:
        for _ in range(size):
            fleet.add_worker()
        bench.draw(4 * size)
        time.sleep(3)
        bench.draw(4 * size)
        yield fleet, bench
    finally:
        fleet.close()
        bench.house.stop()


def workers(settings: dict[str, str], folder: Path) -> None:
    """Icons a second by how many workers, from a provider that takes 1 s and from the local draughtsman."""
    with provider(1.0) as (address, _):
        paid = {
            "OPENAI_API_KEY": "sk-benchmark",
            "OPENAI_BASE_URL": address,
            "OPENAI_RATE_LIMIT_RPM": "0",
            "OPENAI_RATE_LIMIT_TPM": "0",
            "OPENAI_CONCURRENCY": str(AT_ONCE),
            "OPENAI_IMAGE_SIZE": SMALL,
        }
        for name, own, icons in (("provider of 1 s", paid, 128), ("local", {}, 60)):
            for size in (1, 2, 4):
                with crew(folder, {**settings, **own}, size) as (fleet, bench):
                    seconds = bench.draw(icons)
                    used = max(memory(each) for each in fleet.workers)
                ideal = f", ideal {size * AT_ONCE}" if own else ""
                rate = icons / seconds
                print(f"{name}, {size} workers: {rate:.1f} icons/s{ideal}; {used:.0f} MB a worker", flush=True)


def limits(settings: dict[str, str], folder: Path, per_minute: int = 600, icons: int = 720) -> None:
    """How much of a sliding window of 60 s four processes use, and how often they are told that they are too fast."""
    with provider(1.0, per_minute) as (address, fake):
        own = {
            "OPENAI_API_KEY": "sk-benchmark",
            "OPENAI_BASE_URL": address,
            "OPENAI_RATE_LIMIT_RPM": str(per_minute),
            "OPENAI_RATE_LIMIT_TPM": "0",
            "OPENAI_IMAGE_SIZE": SMALL,
        }
        with crew(folder, {**settings, **own}, 4) as (_, bench):
            seconds = bench.draw(icons)
        fake.stdin.write("?\n")
        fake.stdin.flush()
        told = json.loads(fake.stdout.readline())
    times = [each for each in told["times"] if each > told["times"][-1] - seconds]
    busiest = max(sum(start <= each < start + 60 for each in times) for start in times)
    print(
        f"limit of {per_minute}/min, 4 workers: {icons} in {seconds:.1f} s (ideal {icons * 60 / per_minute:.0f}), "
        f"at most {busiest} starts in 60 s ({busiest / per_minute:.1%}), {told['rejected']} answers 429",
        flush=True,
    )


async def listen(url: str, token: str, delays: list[float], ready: asyncio.Semaphore) -> None:
    """A Socket.IO client until a batch ends, without its library: a thousand of those would be what is measured."""
    address = f"{url}/socket.io/?EIO=4&transport=websocket"
    async with aiohttp.ClientSession() as session, session.ws_connect(address, timeout=60) as socket:
        await socket.receive_str()
        await socket.send_str("40" + json.dumps({"token": token}))
        async for message in socket:
            now = time.time()
            if message.data == "2":
                await socket.send_str("3")
            elif message.data.startswith("42"):
                name, body = json.loads(message.data[2:])
                delays.append(now - datetime.fromisoformat(body["at"]).timestamp())
                if name == "batch_completed":
                    return
            elif message.data.startswith("40"):
                ready.release()


async def hear(urls: list[str], count: int, icons: int) -> list[float]:
    """Seconds from each event's moment to its arrival at each of ``count`` listeners, in order."""
    tokens = [log_in(url, "admin") for url in urls]
    delays: list[float] = []
    ready = asyncio.Semaphore(STRANGERS)  # more at once than a server takes would displace each other
    places = itertools.cycle(zip(urls, tokens, strict=True))
    async with asyncio.timeout(600), asyncio.TaskGroup() as listeners:
        for _ in range(count):
            await ready.acquire()
            listeners.create_task(listen(*next(places), delays, ready))
        for _ in range(STRANGERS):
            await ready.acquire()
        await asyncio.to_thread(submit, urls[0], tokens[0], icons)
    return sorted(delays)


def submit(url: str, token: str, icons: int) -> None:
    """A batch of new icons, of one web process."""
    names = [f"heard {time.time_ns()} {number}" for number in range(icons)]
    body, headers = {"categories": names, "size": 64, "concurrency": 64}, {"Authorization": f"Bearer {token}"}
    requests.post(f"{url}/api/icons/generate/batch", json=body, headers=headers, timeout=60).raise_for_status()


def tell(name: str, fleet: Fleet, first: list[float] | None = None, count: int = 1000, icons: int = 10) -> list[float]:
    """Print p50 and p99 of ``count`` listeners of its web processes; in brackets, as multiples of the ``first``."""
    delays = asyncio.run(hear([web.url for web in fleet.webs], count, icons))
    told = [delays[int(len(delays) * part)] for part in (0.5, 0.99)]
    ratios = [own / base for own, base in zip(told, first or told, strict=True)]
    print(
        f"{count} listeners, {name}: {len(delays) / count:.1f} events each, p50 {1000 * told[0]:.0f} ms "
        f"({ratios[0]:.2f}), p99 {1000 * told[1]:.0f} ms ({ratios[1]:.2f}); "
        f"{memory(fleet.webs[0].process):.0f} MB a web process",
        flush=True,
    )
    return told


def listeners(settings: dict[str, str], folder: Path) -> None:
    """How long after an event its listeners hear of it: on SQLite in the one process that also draws, then in a fleet
    whose worker draws, on one web process and on two."""
    live = {"MAX_LISTENERS": "1000", "WEB_THREADS": "6000", "ADMIN_PASSWORD": PASSWORD, "DRAW_PROCESSES": "1"}
    alone = folder / "alone"
    alone.mkdir()
    with closing(Fleet(alone, live)) as single:
        single.add_web()
        embedded = tell("embedded", single)
    with crew(folder, {**settings, **live, "WEB_RUNTIME": "gevent"}, 1) as (fleet, _):
        for webs in (1, 2):
            fleet.add_web()
            tell(f"{webs} web processes", fleet, embedded)


def main() -> None:
    """Print the figures."""
    logs.configure("ERROR")
    parts = {"workers": workers, "limits": limits, "listeners": listeners}
    with servers() as settings, tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or parts:
            parts[name](settings, Path(folder))


if __name__ == "__main__":
    main()
