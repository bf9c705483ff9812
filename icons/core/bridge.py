"""The only crossing between threads and an event loop."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

from icons.core import aside

Args = ParamSpec("Args")
Result = TypeVar("Result")


class Blocking:
    """Runs blocking calls of an event loop in a few threads of its own, so that none of them stops the loop."""

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="blocking")

    async def __call__(self, call: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs) -> Result:
        """The call's result; a cancelled waiter leaves the call to finish by itself."""
        return await asyncio.wrap_future(self._threads.submit(call, *args, **kwargs))

    def close(self) -> None:
        """Wait for what runs."""
        self._threads.shutdown(wait=True)


def complete(call: Callable[Args, Coroutine[Any, Any, Result]], *args: Args.args, **kwargs: Args.kwargs) -> Result:
    """The result of an asynchronous call, on a loop of its own: for threads that have none and may wait."""
    if aside.is_patched():
        return aside.complete(partial(call, *args, **kwargs))
    return asyncio.run(call(*args, **kwargs))


class LoopThread:
    """An event loop in an OS thread of its own, running one coroutine until it returns."""

    def __init__(self, name: str, main: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._main = main
        self._done: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def join(self, timeout: float | None = None) -> bool:
        """Whether the coroutine has returned within ``timeout`` seconds; raises what it raised."""
        if not self._thread.ident:
            return True
        self._thread.join(timeout)
        if self._thread.is_alive():
            return False
        self._done.result()
        return True

    @property
    def alive(self) -> bool:
        """Whether the coroutine still runs."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:
            self._done.set_exception(error)
        else:
            self._done.set_result(None)
