"""`python -m tests.faults.dying_worker STEP`: a worker that is killed -9 at one step of a paid call."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from app import build_house
from config import load_settings
from icons.adapters.files.disk import DiskFiles
from icons.adapters.store.spending import SqlSpending
from icons.core.lanes import Lane
from icons.core.leases import Desk
from icons.domain.spending import CallState


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def around(owner: type, name: str, *, before: bool = False, when: Callable[..., bool] = lambda *_: True) -> None:
    """Die before or after this method, when its arguments say so."""
    original = getattr(owner, name)

    def dying(*arguments: Any, **options: Any) -> Any:
        if before and when(*arguments):
            die()
        result = original(*arguments, **options)
        if when(*arguments):
            die()
        return result

    setattr(owner, name, dying)


def in_call() -> None:
    """Die once the request is on its way and before its answer."""
    original = Lane._called

    async def dying(self: Lane, call: Any) -> Any:
        asyncio.get_running_loop().call_later(0.4, die)
        return await original(self, call)

    Lane._called = dying


STEPS: dict[str, Callable[[], None]] = {
    "before the intent": lambda: around(SqlSpending, "intend", before=True),
    "after the intent": lambda: around(SqlSpending, "intend"),
    "in the call": in_call,
    "after the spool": lambda: around(DiskFiles, "put", when=lambda _, name, __: name.startswith("spool/")),
    "after the answer": lambda: around(
        SqlSpending, "conclude", when=lambda _, __, state, *___: state is CallState.ANSWERED
    ),
    "after the picture": lambda: around(Desk, "keep"),
    "after the settling": lambda: around(Desk, "settle"),
}

if __name__ == "__main__":
    STEPS[sys.argv[1]]()
    build_house(load_settings()).start()
    signal.pause()
