"""Calls that a process of green threads must not make as they are, because each would stop all of them.

Asynchronous ones are made in another process: here an event loop would never give way, and answers of executors, so of
every look-up of a name, may never wake it (gevent's issue 2213). Those that wait or compute in native code, of which a
patched standard library knows nothing, are made in native threads.
"""

import asyncio
import os
import pickle
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine
from functools import cache, partial
from typing import Any, Final, ParamSpec, TypeVar, cast

Args = ParamSpec("Args")
Result = TypeVar("Result")
_Outcome = tuple[bool, Any]  # whether it went well, and the result or what was raised

_AT_ONCE: Final = threading.BoundedSemaphore(4)  # processes, of some 60 MB each
_THREADS: Final = 32  # of gevent's; eventlet has 20, or EVENTLET_THREADPOOL_SIZE


def is_patched() -> bool:
    """Whether this process runs green threads."""
    return _runtime() != "socket"


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
    return cast(Result, _told(pickle.loads(done.stdout)))  # noqa: S301 - by ourselves


def natively(call: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs) -> Result:
    """The call's result, or what it raised. It must use nothing that is patched, such as a lock or a socket of ours."""
    outcome = partial(_outcome, partial(call, *args, **kwargs))
    match _runtime():
        case "gevent":
            return cast(Result, _told(_gevent_threads().apply(outcome)))
        case "eventlet":
            from eventlet import tpool

            return cast(Result, _told(tpool.execute(outcome)))
    return call(*args, **kwargs)


def _runtime() -> str:
    """What sockets are made by: gevent, eventlet, or the standard library."""
    return socket.socket.__module__.partition(".")[0]


@cache
def _gevent_threads() -> Any:
    """A pool, not the hub's ten: names are looked up in those."""
    from gevent.threadpool import ThreadPool

    return ThreadPool(_THREADS)


def _outcome(call: Callable[[], Any]) -> _Outcome:
    """An error is kept rather than raised: gevent would print it, and no pipe carries it."""
    try:
        return True, call()
    except Exception as error:
        return False, error


def _told(outcome: _Outcome) -> Any:
    good, result = outcome
    if not good:
        raise result
    return result


def _main() -> None:
    call: partial[Coroutine[Any, Any, object]] = pickle.load(sys.stdin.buffer)  # noqa: S301 - by ourselves
    pickle.dump(_outcome(lambda: asyncio.run(call())), sys.stdout.buffer)


if __name__ == "__main__":
    _main()
