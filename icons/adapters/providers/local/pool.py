"""Worker processes for drawing: the renderer holds the interpreter's lock, so threads would not run side by side."""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, TypeVar

from icons.domain.errors import ProviderFailed

P = ParamSpec("P")
T = TypeVar("T")


class Pool:
    """Runs functions in processes that start with the first call and are replaced when one of them dies.

    Several event loops and threads may share a pool.
    """

    def __init__(self, processes: int, prepare: Callable[[], object]) -> None:
        self._processes = processes
        self._prepare = prepare
        self._executor: ProcessPoolExecutor | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Have every process started now, without waiting for it."""
        executor = self._started()
        for _ in range(self._processes):
            executor.submit(os.getpid)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result, or its exception. A cancelled call leaves the pool whole.

        Raises ProviderFailed when the process died under the call.
        """
        executor = self._started()
        try:
            return await asyncio.wrap_future(executor.submit(function, *args, **kwargs))
        except BrokenProcessPool as error:
            self._forget(executor)
            raise ProviderFailed("A drawing process died. The same request can be sent again.") from error

    async def close(self) -> None:
        """Drop what has not started, wait for what runs, end the processes."""
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is not None:
            await asyncio.to_thread(executor.shutdown, cancel_futures=True)

    def _started(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._executor is None:
                # never plain fork: the parent has threads, and a forked child may inherit their locks
                method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
                self._executor = ProcessPoolExecutor(
                    self._processes,
                    mp_context=multiprocessing.get_context(method),
                    initializer=_begin,
                    initargs=(self._prepare,),
                )
            return self._executor

    def _forget(self, broken: ProcessPoolExecutor) -> None:
        """Many calls see the same executor break: the first of them makes way for a new one."""
        with self._lock:
            if self._executor is broken:
                self._executor = None
        broken.shutdown(wait=False)


def _begin(prepare: Callable[[], object]) -> None:
    """First thing in a worker: leave Ctrl-C to the parent, never outlive it, and load what every call needs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    prepare()


def _end_with_parent() -> None:
    """Wait on the pipe that closes with the parent, however it ends; an idle worker would notice nothing else."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)
