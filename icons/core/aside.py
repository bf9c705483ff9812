"""Asynchronous calls of a process whose standard library is patched for green threads: made in one that is not.

Event loops do not work there: one would stop all green threads, and answers of executors, so of every look-up of a
name, may never wake it (gevent's issue 2213).
"""

import asyncio
import os
import pickle
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final, TypeVar, cast

Result = TypeVar("Result")

_AT_ONCE: Final = threading.BoundedSemaphore(4)  # processes, of some 60 MB each


def is_patched() -> bool:
    """Whether this process runs green threads."""
    return socket.socket.__module__ != "socket"


def complete(call: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """The call's result, or what it raised; call and result have to be picklable. Costs half a second more."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with _AT_ONCE:
        done = subprocess.run(  # noqa: S603 - this very module; secrets go by its input
            [sys.executable, "-m", __name__],
            input=pickle.dumps(call),
            stdout=subprocess.PIPE,
            env=environment,
            check=True,
        )
    good, result = pickle.loads(done.stdout)  # noqa: S301 - by ourselves
    if not good:
        raise result
    return cast(Result, result)


def _main() -> None:
    call: partial[Coroutine[Any, Any, object]] = pickle.load(sys.stdin.buffer)  # noqa: S301 - by ourselves
    outcome: tuple[bool, object]
    try:
        outcome = True, asyncio.run(call())
    except Exception as error:
        outcome = False, error
    pickle.dump(outcome, sys.stdout.buffer)


if __name__ == "__main__":
    _main()
