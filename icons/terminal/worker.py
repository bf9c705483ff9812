"""`worker`: draws what others ask for, in one process or in several that are watched over."""

import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from typing import Final

import click
import structlog
from prometheus_client import start_http_server

from icons.core.house import House
from icons.domain.errors import SettingsError
from icons.terminal.forked import started
from icons.terminal.opening import Opening

log = structlog.get_logger(__name__)

_ATTENTION: Final = 0.2  # seconds between two looks at the processes
_GROWN_UP: Final = 10.0  # seconds of life after which the end of a process is bad luck rather than a fault
_FIRST_PAUSE: Final = 0.5  # seconds before a process is replaced; doubles while its successors die young
_LONGEST_PAUSE: Final = 30.0
_GRACE: Final = 15.0  # seconds beyond DRAIN_SECONDS after which a process that does not end is killed


def command(opening: Opening) -> click.Command:
    """`worker`."""

    @click.command("worker")
    @click.option(
        "--processes",
        default=1,
        show_default=True,
        type=click.IntRange(1, 256),
        help="Worker processes, each with DRAW_PROCESSES and WORKER_CONCURRENCY of its own. One that dies is replaced.",
    )
    def worker(processes: int) -> None:
        """Draw what others ask for, without serving.

        With a queue in PostgreSQL as many workers as you start share the work, on any number of machines. With
        QUEUE_URL=embedded: one process at a time works; the others stand by and take over when it ends.
        """
        stop = threading.Event()
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: stop.set())
        if processes == 1:
            _work(opening, stop, 0)
        else:
            parent = os.getpid()
            crew = Crew(processes, lambda number: _work(opening, stop, number, parent))
            crew.run(stop, opening.drain + _GRACE)

    return worker


def _work(opening: Opening, stop: threading.Event, number: int, parent: int | None = None) -> None:
    """Work until ``stop``, or until the process ``parent`` is gone; raises when the engine ends by itself."""
    house = opening.house()
    opening.log()
    house.start()
    _tell(opening, house, number)
    click.echo("Working. Stop with Ctrl-C; running jobs are finished or given back.")
    while house.working and not stop.wait(1):
        if parent and os.getppid() != parent:
            break
    house.stop()


def _tell(opening: Opening, house: House, number: int) -> None:
    """Let Prometheus ask this process, the crew's ``number``th."""
    if not opening.metrics.port:
        return
    port = opening.metrics.port + number
    try:
        start_http_server(port, opening.metrics.host, house.figures)
    except OSError as error:
        raise SettingsError(
            f"Nothing can listen on {opening.metrics.host}:{port} ({error.strerror}); "
            "set METRICS_HOST and METRICS_PORT."
        ) from error


@dataclass
class _Place:
    """One of the crew's places, and who has it."""

    number: int
    process: ForkProcess | None = None
    begun: float = 0.0  # monotonic
    due: float = 0.0  # monotonic: when it may be filled
    pause: float = _FIRST_PAUSE


class Crew:
    """Processes that do the same. One that ends is replaced, after a pause that grows while they die young.

    Signal handlers come with the fork: a process that is stopped at its very beginning knows it.
    """

    def __init__(self, size: int, work: Callable[[int], None]) -> None:
        self._work = work
        self._places = [_Place(number) for number in range(size)]

    def run(self, stop: threading.Event, patience: float) -> None:
        """Until ``stop``; then each process is told to, and killed when it has not ended after ``patience`` seconds."""
        while not stop.is_set():
            for place in self._places:
                self._look_at(place)
            wait([place.process.sentinel for place in self._places if place.process], _ATTENTION)
        self._dismiss(patience)

    def _look_at(self, place: _Place) -> None:
        now = time.monotonic()
        if place.process and not place.process.is_alive():
            log.error("worker.died", pid=place.process.pid, exit_code=place.process.exitcode)
            place.pause = _FIRST_PAUSE if now - place.begun > _GROWN_UP else min(2 * place.pause, _LONGEST_PAUSE)
            place.process, place.due = None, now + place.pause
        if not place.process and now >= place.due:
            place.process, place.begun = started(partial(self._work, place.number)), now

    def _dismiss(self, patience: float) -> None:
        end = time.monotonic() + patience
        crew = [place.process for place in self._places if place.process]
        for process in crew:
            process.terminate()
        for process in crew:
            process.join(max(0.0, end - time.monotonic()))
            if process.is_alive():
                log.error("worker.killed", pid=process.pid)
                process.kill()
