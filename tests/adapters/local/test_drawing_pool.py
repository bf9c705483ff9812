"""Drawing processes: they work beside the event loop, survive crashes and cancellations, and die with their parent."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import pytest

from icons.adapters.providers.local.pool import Pool
from icons.domain.errors import ProviderFailed
from tests.conftest import eventually

T = TypeVar("T")

IMPORTS = """
import asyncio, os, signal, time
from icons.adapters.providers.local.pool import Pool
"""
BUSY_FOR_LONG = f"""{IMPORTS}
async def main():
    pool = Pool(2, int)
    pids = await asyncio.gather(*(pool.run(os.getpid) for _ in range(2)))
    print(*set(pids), flush=True)
    await pool.run(time.sleep, 600)

asyncio.run(main())
"""
INTERRUPTS_ITS_WORKER = f"""{IMPORTS}
async def main():
    pool = Pool(1, int)
    before = await pool.run(os.getpid)
    time.sleep(0.2)  # until it waits for work
    os.kill(before, signal.SIGINT)
    time.sleep(0.2)
    print(before == await pool.run(os.getpid))
    await pool.close()

signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs of a shell start with it ignored
asyncio.run(main())
"""


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool(2, int)
    yield pool
    asyncio.run(pool.close())


def during(work: Callable[[], Awaitable[T]]) -> T:
    """The result of a coroutine in a loop of its own."""

    async def main() -> T:
        return await work()

    return asyncio.run(main())


def with_path() -> dict[str, str]:
    """This process's environment, for a Python that finds the same modules."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}


def runs(pid: int) -> bool:
    """Whether a process is there and more than an entry nobody has collected."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def test_work_is_done_in_other_processes(pool: Pool) -> None:
    """Calls run outside this process, and the loop goes on meanwhile."""

    async def work() -> tuple[int, int]:
        ticks = 0
        call = asyncio.ensure_future(pool.run(time.sleep, 0.5))
        while not call.done():
            await asyncio.sleep(0.01)
            ticks += 1
        return ticks, await pool.run(os.getpid)

    ticks, pid = during(work)
    assert ticks > 5
    assert pid != os.getpid()


def test_an_exception_of_the_work_arrives(pool: Pool) -> None:
    """What the function raises is raised here."""
    with pytest.raises(ValueError, match="invalid literal"):
        during(lambda: pool.run(int, "x"))


def test_a_crash_is_a_transient_failure_and_the_next_call_works(pool: Pool) -> None:
    """A dead process fails the calls it takes along, in the domain's terms; it is replaced at once."""

    async def work() -> list[object]:
        crashed = await asyncio.gather(pool.run(os._exit, 3), pool.run(time.sleep, 0.5), return_exceptions=True)
        return [*crashed, await pool.run(abs, -7)]

    *crashed, after = during(work)
    assert any(isinstance(error, ProviderFailed) and error.transient for error in crashed)
    assert after == 7


def test_a_cancelled_call_leaves_the_pool_whole(pool: Pool) -> None:
    """Cancelling more calls than there are processes, running or waiting, keeps the others going."""

    async def work() -> int:
        calls = [asyncio.ensure_future(pool.run(time.sleep, 0.3)) for _ in range(6)]
        await asyncio.sleep(0.05)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        assert all(call.cancelled() for call in calls)
        return await pool.run(abs, -7)

    assert during(work) == 7


def test_an_interrupt_is_left_to_the_parent() -> None:
    """Ctrl-C reaches every process of the terminal: a worker ignores it and goes on."""
    run = subprocess.run(
        [sys.executable, "-c", INTERRUPTS_ITS_WORKER],
        env=with_path(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.stdout.strip() == "True", run.stderr


def test_killing_the_parent_leaves_no_orphans() -> None:
    """Idle and busy workers end by themselves when the parent is killed without a chance to tell them."""
    command = [sys.executable, "-c", BUSY_FOR_LONG]
    quiet = subprocess.DEVNULL  # its resource tracker reports what the killed parent left
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=quiet, text=True, env=with_path()) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert pids
        assert all(runs(pid) for pid in pids)
        parent.kill()
    eventually(lambda: not any(runs(pid) for pid in pids))
