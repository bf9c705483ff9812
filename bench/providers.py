"""300 icons through a provider that allows 600 requests a minute, beside the ideal time and the openai SDK by itself.

The provider is the tests' fake in a process of its own: 1 s latency, and a sliding window of 100 calls in 10 s.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from openai import AsyncOpenAI, OpenAIError

from app import build_house
from config import Settings
from icons.core import logs
from icons.core.service import Context
from icons.domain.access import Caller, Role
from icons.domain.requests import BatchRequest, IconRequest

ICONS, PER_MINUTE, LATENCY = 300, 600, 1.0
FAKE = f"""
import sys
from tests.fakes.provider import running
with running() as fake:
    fake.latency, fake.limit = {LATENCY}, ({PER_MINUTE // 6}, 10.0)
    print(fake.address("openai"), flush=True)
    while sys.stdin.readline():
        print(len(fake.calls), fake.rejected, flush=True)
"""


class Fake:
    """The provider's process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", FAKE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.address = self._process.stdout.readline().strip()

    def counts(self) -> tuple[int, int]:
        """Calls, and those of them that were too fast."""
        self._process.stdin.write("?\n")
        self._process.stdin.flush()
        calls, rejected = self._process.stdout.readline().split()
        return int(calls), int(rejected)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


def ours(address: str) -> tuple[float, float, int]:
    """Wall seconds, CPU seconds of this process, icons drawn."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None,
            storage_dir=Path(folder),
            openai_api_key="sk-benchmark",
            openai_base_url=address,
            openai_rate_limit_rpm=PER_MINUTE,
            openai_rate_limit_tpm=0,
            openai_concurrency=60,
        )
        house = build_house(settings)
        account, _ = house.accounts.add("bench", None, Role.ADMIN)
        caller = Caller(account.id, account.subject, account.role)
        house.start()
        time.sleep(3)  # the SDK's import is not what is measured
        started, cpu = time.perf_counter(), time.process_time()
        request = BatchRequest(
            tuple(f"thing {number}" for number in range(ICONS)), shared=IconRequest("", size=1024), concurrency=60
        )
        batch = house.service.submit_batch(caller, request, Context())
        ended = house.service.wait_batch(caller, batch.id, 300)
        wall, cpu = time.perf_counter() - started, time.process_time() - cpu
        house.stop()
        return wall, cpu, ended.counts.completed


def plain_sdk(address: str) -> tuple[float, float, int]:
    """The same with what the SDK offers: its own retries, and a semaphore of 60."""

    async def run() -> int:
        client = AsyncOpenAI(api_key="sk-benchmark", base_url=address)
        places, done = asyncio.Semaphore(60), 0

        async def one(number: int) -> None:
            nonlocal done
            async with places:
                try:
                    await client.images.generate(model="gpt-image-2.5-flare", prompt=f"thing {number}")
                except OpenAIError:
                    return
                done += 1

        await asyncio.gather(*[one(number) for number in range(ICONS)])
        await client.close()
        return done

    started, cpu = time.perf_counter(), time.process_time()
    done = asyncio.run(run())
    return time.perf_counter() - started, time.process_time() - cpu, done


def main() -> None:
    """Print the figures."""
    logs.configure("WARNING")
    ideal = (ICONS - 1) * 60 / PER_MINUTE + LATENCY
    for name, run in (("ours", ours), ("SDK + semaphore 60", plain_sdk)):
        fake = Fake()
        wall, cpu, done = run(fake.address)
        calls, rejected = fake.counts()
        fake.close()
        print(
            f"{name}: {done} of {ICONS} icons in {wall:.1f} s (ideal {ideal:.1f} s, ratio {ideal / wall:.2f}), "
            f"{calls} calls, {rejected} too fast, {1000 * cpu / max(1, done):.0f} ms CPU an icon"
        )


if __name__ == "__main__":
    main()
