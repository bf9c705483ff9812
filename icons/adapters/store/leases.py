"""What a worker may do: claim jobs, report on them, settle them, and be missed when it dies."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa

from icons.adapters.store import chats, journal, moves
from icons.adapters.store.database import Database, Row, Transaction, chunks
from icons.adapters.store.engine import upsert
from icons.adapters.store.images import keep, known, remember, show
from icons.adapters.store.records import put_tags
from icons.adapters.store.repeating import persistent
from icons.adapters.store.rows import job_of
from icons.adapters.store.tables import calls, jobs, outside_workers, stands, virtual_times, workers
from icons.core.ports import Backlog
from icons.domain.errors import StaleLease, Unavailable
from icons.domain.jobs import (
    Completed,
    Delayed,
    Failed,
    Forwarded,
    GivenBack,
    Job,
    Lease,
    Outcome,
    Priority,
    State,
    Stopped,
)
from icons.domain.spending import CallState

_CANDIDATE: Final = jobs.alias("candidate")
_TWIN: Final = jobs.alias("twin")
_TWIN_AT_WORK: Final = sa.exists().where(
    stands(State.ACTIVE, table=_TWIN),
    _TWIN.c.account == _CANDIDATE.c.account,
    _TWIN.c.fingerprint == _CANDIDATE.c.fingerprint,
)
_BEST: Final = (
    sa.select(_CANDIDATE.c.id)
    .where(
        stands(State.WAITING, table=_CANDIDATE),
        _CANDIDATE.c.lane == sa.bindparam("in_lane"),
        _CANDIDATE.c.kind.in_(sa.bindparam("kinds", expanding=True)),
        ~_TWIN_AT_WORK,
    )
    .order_by(_CANDIDATE.c.priority, _CANDIDATE.c.tag, _CANDIDATE.c.created_at, _CANDIDATE.c.id)
    .limit(1)
)
# Skips from lane to lane in the index, however many jobs wait in each.
_NEXT_LANE: Final = (
    sa.select(jobs.c.lane, jobs.c.account)
    .where(stands(State.WAITING), jobs.c.lane > sa.bindparam("after"))
    .order_by(jobs.c.lane)
    .limit(1)
)
_BACKLOG: Final = (
    sa.select(
        jobs.c.lane,
        jobs.c.priority,
        sa.func.count().label("n"),
        sa.func.min(jobs.c.created_at).label("since"),
    )
    .where(stands(State.WAITING))
    .group_by(jobs.c.lane, jobs.c.priority)
)
_CLAIM: Final = (
    sa.update(jobs)
    .where(jobs.c.id == sa.bindparam("chosen"), stands(State.WAITING))
    .values(
        state=State.ACTIVE,
        stage="started",
        progress=0,
        worker=sa.bindparam("claimant"),
        attempt=jobs.c.attempt + 1,
        started_at=sa.bindparam("at"),
    )
    .returning(jobs)
)
_HELD_UNDER: Final = sa.and_(
    jobs.c.id == sa.bindparam("leased"),
    jobs.c.worker == sa.bindparam("holder"),
    jobs.c.attempt == sa.bindparam("number"),
    stands(State.ACTIVE),
)
_LEASED: Final = sa.select(jobs).where(_HELD_UNDER).with_for_update()
_REPORT: Final = sa.update(jobs).where(_HELD_UNDER).returning(jobs)
_SETTLE: Final = sa.update(jobs).where(jobs.c.id == sa.bindparam("leased")).returning(jobs)
_PAID: Final = (
    sa.update(calls)
    .where(calls.c.job_id == sa.bindparam("job"), calls.c.state == CallState.ANSWERED)
    .values(state=CallState.SETTLED, ended_at=sa.bindparam("at"))
)
_OUTSIDE: Final = sa.select(outside_workers.c.id)
_FORWARD: Final = upsert(virtual_times, "tag", growing=True)
_BEAT: Final = upsert(workers, "beat_at")


@persistent
class SqlLeases:
    """The port `Leases` over the tables."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Claims whose commit got no answer, by worker and moment. If they took place nobody works on them: the next
        # beat gives them back.
        self._doubtful: list[tuple[str, float]] = []

    def enlist(self, worker: str) -> None:
        with self._database.write() as tx:
            _beat(tx, worker)

    def lanes(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        with self._database.read() as tx:
            while row := tx.row(_NEXT_LANE, {"after": found[-1][0] if found else ""}):
                found.append((row["lane"], row["account"]))
        return found

    def claim(self, worker: str, kinds: Sequence[str], lane: str) -> Lease | None:
        claimed_at: float | None = None
        try:
            with self._database.write() as tx:
                tx.alone("claims")  # who chooses at the same time would choose the same job, or its twin
                job: Job | None = None
                while job is None and (best := tx.row(_BEST, {"kinds": list(kinds), "in_lane": lane})):
                    job = _take(tx, worker, best["id"])
                claimed_at = tx.now if job else None
        except Unavailable:
            if claimed_at is not None:
                self._doubtful.append((worker, claimed_at))
            raise
        return Lease(worker, job) if job else None

    def report(self, lease: Lease, stage: str, progress: int, line: str, preview: str = "") -> None:
        with self._database.write() as tx:
            row = tx.row(_REPORT, {**_fence(lease), "stage": stage, "progress": progress})
            if row is None:
                raise _stale(lease)
            journal.output(tx, job_of(row), line, preview)

    def settle(self, lease: Lease, outcome: Outcome) -> None:
        with self._database.write() as tx:
            moves.hold_batches(tx, jobs.c.id == lease.job.id)
            row = tx.row(_LEASED, _fence(lease))
            if row is None:
                raise _stale(lease)
            _settle(tx, row, _in_force(tx, row, outcome))

    def beat(self, worker: str, alive_for: float) -> list[str]:
        mine, doubtful = stands(State.ACTIVE) & (jobs.c.worker == worker), [*self._doubtful]
        with self._database.write() as tx:
            tx.alone(moves.SWEEP)
            _beat(tx, worker)
            silent = workers.c.beat_at < tx.now - alive_for, workers.c.id != worker
            tx.run(sa.delete(workers).where(*silent))
            moves.give_back(tx, jobs.c.worker.not_in(sa.select(workers.c.id)))
            for claimant, at in doubtful:
                moves.give_back(tx, (jobs.c.worker == claimant) & (jobs.c.started_at == at))
            _wake(tx, jobs.c.run_at <= tx.now)
            stopping = [row["id"] for row in tx.rows(sa.select(jobs.c.id).where(mine, jobs.c.cancel_asked))]
        self._doubtful = [claim for claim in self._doubtful if claim not in doubtful]
        return stopping

    def wake(self, job_ids: Iterable[str]) -> None:
        with self._database.write() as tx:
            tx.alone(moves.SWEEP)
            for some in chunks([*job_ids]):
                _wake(tx, jobs.c.id.in_(some))

    def dismiss(self, worker: str | None) -> int:
        def chosen(column: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
            return column.not_in(_OUTSIDE) if worker is None else column == worker

        with self._database.write() as tx:
            tx.alone(moves.SWEEP)
            tx.run(sa.delete(workers).where(chosen(workers.c.id)))
            return moves.give_back(tx, chosen(jobs.c.worker))

    def backlog(self) -> list[Backlog]:
        with self._database.read() as tx:
            return [
                Backlog(row["lane"], Priority(row["priority"]), row["n"], max(0.0, tx.now - row["since"]))
                for row in tx.rows(_BACKLOG)
            ]


def _fence(lease: Lease) -> dict[str, Any]:
    return {"leased": lease.job.id, "holder": lease.worker, "number": lease.attempt}


def _stale(lease: Lease) -> StaleLease:
    return StaleLease(f"Attempt {lease.attempt} at job {lease.job.id} is no longer this worker's.")


def _take(tx: Transaction, worker: str, job_id: str) -> Job | None:
    """Make a waiting job this worker's; None when it was cancelled after it had been chosen."""
    _beat(tx, worker)  # who claims lives, even if it was given up for dead
    moves.hold_batches(tx, jobs.c.id == job_id)
    row = tx.row(_CLAIM, {"claimant": worker, "chosen": job_id, "at": tx.now})
    if row is None:
        return None
    job = job_of(row)
    _pass_time(tx, row)
    journal.output(tx, job, "Started.")
    moves.advance(tx, [job])
    return job


def _pass_time(tx: Transaction, claimed: Row) -> None:
    """Move the virtual time to a claimed job's tag; one that had been given back does not turn it back."""
    tx.run(_FORWARD, {"priority": claimed["priority"], "tag": claimed["tag"]})


def _beat(tx: Transaction, worker: str) -> None:
    tx.run(_BEAT, {"id": worker, "beat_at": tx.now})


def _wake(tx: Transaction, chosen: sa.ColumnElement[bool]) -> None:
    moves.hold_batches(tx, chosen & stands(State.DELAYED))
    due = sa.update(jobs).where(chosen, stands(State.DELAYED)).values(state=State.WAITING, stage="waiting", run_at=None)
    moves.advance(tx, [job_of(row) for row in tx.rows(due.returning(jobs))])


def _in_force(tx: Transaction, row: Row, outcome: Outcome) -> Outcome:
    """What the outcome comes to by now."""
    match outcome:
        case Delayed() | Forwarded() if row["cancel_asked"]:
            return Stopped()
        case Completed(images=pictures, cached=True):
            # The cache has been cleaned since it answered: the job is still to be done.
            ids = [picture.id for picture in pictures]
            return outcome if known(tx, row["account"], ids) >= set(ids) else GivenBack()
    return outcome


def _settle(tx: Transaction, row: Row, outcome: Outcome) -> None:
    if isinstance(outcome, GivenBack):
        moves.give_back(tx, jobs.c.id == row["id"])
        return
    settled = tx.one(_SETTLE, {"leased": row["id"], **_columns(tx, row, outcome)})
    job = job_of(settled, tuple(picture.id for picture in outcome.images) if isinstance(outcome, Completed) else ())
    if isinstance(outcome, Completed):
        keep(tx, outcome.images)
        put_tags(tx, job.images, outcome.tags)
        show(tx, {job.id: job.images})
        if job.images and outcome.remembered:
            remember(tx, job)
        if outcome.reply:
            chats.answer(tx, job, outcome.reply)
        tx.run(_PAID, {"job": job.id, "at": tx.now})
    if isinstance(outcome, Delayed):
        journal.output(tx, job, f"Another try in {outcome.seconds:.0f} s.")
    elif isinstance(outcome, Forwarded):
        journal.output(tx, job, "Made; it goes on from here.")
    else:
        journal.ended(tx, [job])
    moves.advance(tx, [job])


def _columns(tx: Transaction, row: Row, outcome: Completed | Failed | Delayed | Forwarded | Stopped) -> dict[str, Any]:
    match outcome:
        case Completed(facts=facts, cached=cached):
            return moves.ending(tx, State.COMPLETED, progress=100, facts=facts, cached=cached)
        case Failed(error=error):
            return moves.ending(tx, State.FAILED, error=error)
        case Stopped():
            return moves.ending(tx, State.CANCELLED)
        case Forwarded(lane=lane, request=request, stage=stage, progress=progress):
            moved = {"lane": lane, "request": request, "stage": stage, "progress": progress}
            return {**moved, "state": State.WAITING, "worker": None, "failures": 0}
        case Delayed(error=error, seconds=seconds, lane=lane):
            return {
                "lane": lane or row["lane"],
                "state": State.DELAYED,
                "stage": "delayed",
                "progress": 0,
                "worker": None,
                "error": error,
                "failures": 0 if lane else row["failures"] + 1,
                "run_at": tx.now + seconds,
            }
