"""Gives waiting jobs to the workers from outside that are connected to this process, and sees to it that they live."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from icons.core.leases import Desk
from icons.core.outside.seat import Line, Seat
from icons.core.ports import Bus, Workers
from icons.domain.errors import NoWorker, StudioError, Unavailable
from icons.domain.images import Picture
from icons.domain.retry import RetryPolicy, failure
from icons.domain.workers import BROWSER, SILENT, Demand, OutsideWorker

log = structlog.get_logger(__name__)

_FAREWELL: Final = 5.0  # seconds for the last round


@dataclass(frozen=True, slots=True)
class Rounds:
    """How a dispatcher spends its time, in seconds."""

    poll: float = 1.0  # looks for jobs this often even when nobody rings
    breath: float = 0.05  # between two rounds
    beat: float = 2.0  # says this often that the connected workers live
    clearing: float = 5.0  # looks this often for jobs that wait in vain
    timeout: float = 300.0  # that a job may wait for a worker, and that one worker may hold it


class Dispatcher:
    """One of each process. The store decides who gets what; this one asks it on behalf of its own connections."""

    def __init__(
        self,
        desk: Desk,
        workers: Workers,
        bus: Bus,
        retry: RetryPolicy,
        redrawn: Callable[[bytes], Picture],
        rounds: Rounds = Rounds(),
        most: int = 50,
    ) -> None:
        """``most``: workers that one account may have connected."""
        self._desk, self._workers, self._bus = desk, workers, bus
        self._retry, self._redrawn, self._rounds, self._most = retry, redrawn, rounds, most
        self._seats: dict[str, Seat] = {}  # by the worker's id
        self._lock, self._joining = threading.Lock(), threading.Lock()
        self._rung, self._stopping = threading.Event(), threading.Event()
        self._beaten = self._cleared = 0.0
        self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)

    def start(self) -> None:
        """Begin to give out jobs."""
        self._unlisten = self._bus.listen(self._rung.set)
        self._thread.start()

    def halt(self) -> None:
        """Give out nothing more. Returns at once; `stop` waits."""
        self._stopping.set()
        self._rung.set()

    def stop(self) -> None:
        """End; what the workers still hold is given back."""
        self.halt()
        if self._thread.ident:
            self._unlisten()
            self._thread.join(_FAREWELL)
        for seat in self._all():
            self.leave(seat)

    # From the connections

    def join(self, worker: OutsideWorker, line: Line) -> Seat:
        """A seat for a worker that has connected. Unavailable when its account has as many as it may."""
        with self._joining:  # lest many at once are each the last one that may
            if len(self._workers.connected(worker.account, SILENT)) >= self._most:
                raise Unavailable(f"Your account has {self._most} workers connected, and may have no more.")
            self._workers.join(worker)
        seat = Seat(worker, line, self._desk, self._retry, self._redrawn)
        line.welcome(worker)
        with self._lock:
            self._seats[worker.id] = seat
        log.info("worker.connected", worker=worker.id, name=worker.name, account=worker.account)
        self._rung.set()
        return seat

    def change(self, seat: Seat, *, available: bool) -> None:
        """The worker says whether it takes new jobs. It may say so often: it is written down with the next beat."""
        seat.change(available=available)
        if available:
            self._rung.set()

    def leave(self, seat: Seat) -> None:
        """The worker has gone: what it held waits for another."""
        if not seat.leave():
            return
        with self._lock:
            self._seats.pop(seat.worker.id, None)
        log.info("worker.disconnected", worker=seat.worker.id, account=seat.worker.account)
        try:
            self._desk.dismiss(seat.worker.id)
        except StudioError as error:  # it will be missed, because nobody says any more that it lives
            log.error("worker.not_dismissed", worker=seat.worker.id, message=error.message)

    # Inside

    def _all(self) -> list[Seat]:
        with self._lock:
            return list(self._seats.values())

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._rung.wait(self._rounds.poll)
            self._rung.clear()
            try:
                self._round()
            except StudioError as error:
                log.error("dispatcher.store_unavailable", message=error.message)
            except Exception:
                log.exception("dispatcher.round_failed")
            self._stopping.wait(self._rounds.breath)

    def _round(self) -> None:
        now = time.monotonic()
        if now - self._cleared >= self._rounds.clearing:
            self._cleared = now
            self._clear()
        if seats := self._all():
            if now - self._beaten >= self._rounds.beat:
                self._beaten = now
                self._beat(seats)
            self._look_after([seat for seat in seats if seat.busy])
            self._hand_out(seats)

    def _clear(self) -> None:
        """Fail what has waited in vain for long enough."""
        if count := self._workers.give_up(self._rounds.timeout, SILENT, failure(NoWorker(), 1).error):
            log.warning("job.unserved", count=count, code=NoWorker.code)
            self._bus.ring()

    def _beat(self, seats: list[Seat]) -> None:
        """Who was given up for dead, because this process stood still for too long, has to come back."""
        known = self._workers.beat([seat.worker.id for seat in seats])
        for seat in seats:
            if seat.worker.id not in known:
                self.leave(seat)
                seat.hang_up()
            elif seat.news():
                self._workers.join(seat.worker)

    def _look_after(self, busy: list[Seat]) -> None:
        if not busy:
            return
        stopping = self._workers.stopping([seat.worker.id for seat in busy])
        for seat in busy:
            seat.stop(stopping)
            seat.expire(self._rounds.timeout)

    def _hand_out(self, seats: list[Seat]) -> None:
        """To each demand the least loaded worker that meets it, until no job or no free worker is left.

        What could wait for a worker that delivers is not given to one that does not: its job would be lost to it.
        """
        accounts = {seat.worker.account for seat in seats if seat.load < 1}
        for demand in self._workers.demands(accounts) if accounts else ():
            able = [seat for seat in seats if seat.worker.meets(demand)]
            able = [seat for seat in able if seat.worker.available and not seat.tardy] or able
            while not self._stopping.is_set() and (seat := _freest(able)) and self._assign(seat, demand):
                pass

    def _assign(self, seat: Seat, demand: Demand) -> bool:
        """Whether there was a job for it."""
        lease = self._desk.claim(seat.worker.id, (BROWSER,), demand.lane)
        if lease:
            seat.assign(lease)
            log.info(
                "job.assigned",
                job_id=lease.job.id,
                worker=seat.worker.id,
                attempt=lease.attempt,
                correlation_id=lease.job.correlation_id,
            )
        return lease is not None


def _freest(seats: list[Seat]) -> Seat | None:
    free = [(load, seat) for seat in seats if (load := seat.load) < 1]
    return min(free, key=lambda each: each[0])[1] if free else None
