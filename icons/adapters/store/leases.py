"""What a worker may do: claim jobs, report on them, settle them, and be missed when it dies."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa

from icons.adapters.store import journal, moves, settling
from icons.adapters.store.database import Database, Row, Transaction, chunks
from icons.adapters.store.engine import insert_missing, upsert
from icons.adapters.store.repeating import persistent
from icons.adapters.store.rows import job_of
from icons.adapters.store.tables import jobs, outside_workers, stands, virtual_times, workers
from icons.core.ports import Backlog
from icons.domain.errors import StaleLease, Unavailable
from icons.domain.jobs import Job, Lease, Outcome, Priority, State

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


def _lanes() -> sa.Select[Any]:
    """Each lane in which jobs wait, with the account of its best job. It skips from lane to lane in the index, however
    many jobs wait in each."""
    first = sa.select(sa.func.min(jobs.c.lane).label("lane")).where(stands(State.WAITING))
    found = first.cte("found", recursive=True)
    following = first.where(jobs.c.lane > found.c.lane).scalar_subquery()
    found = found.union_all(sa.select(following).select_from(found).where(found.c.lane.is_not(None)))
    best = sa.select(jobs.c.account).where(stands(State.WAITING), jobs.c.lane == found.c.lane)
    best = best.order_by(jobs.c.priority, jobs.c.tag).limit(1)
    return sa.select(found.c.lane, best.scalar_subquery().label("account")).where(found.c.lane.is_not(None))


_LANES: Final = _lanes()
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
_OUTSIDE: Final = sa.select(outside_workers.c.id)
_FORWARD: Final = upsert(virtual_times, "tag", growing=True)
_APPEAR: Final = insert_missing(workers)
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
        with self._database.read() as tx:
            return [(row["lane"], row["account"]) for row in tx.rows(_LANES)]

    def claim(self, worker: str, kinds: Sequence[str], lane: str) -> Lease | None:
        claimed_at: float | None = None
        try:
            with self._database.write() as tx:
                tx.alone(f"claims {lane}")  # who chooses at the same time would choose the same job
                job: Job | None = None
                while job is None and (best := tx.row(_BEST, {"kinds": list(kinds), "in_lane": lane})):
                    job = _take(tx, worker, best["id"])
                claimed_at = tx.now if job else None
        except sa.exc.IntegrityError:  # its twin in another lane was claimed at the same moment; it is at work by now
            return self.claim(worker, kinds, lane)
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
            if row is not None:
                settling.settle(tx, row, outcome)
            elif not settling.is_settled(tx, lease, outcome):
                raise _stale(lease)

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
    tx.run(_APPEAR, {"id": worker, "beat_at": tx.now})  # who claims lives, even if it was given up for dead
    moves.hold_batches(tx, jobs.c.id == job_id)
    row = tx.row(_CLAIM, {"claimant": worker, "chosen": job_id, "at": tx.now})
    if row is None:
        return None
    job = job_of(row)
    tx.at_end(_pass_time, [row])  # claims in all lanes meet here: as late as can be, and before the events
    journal.output(tx, job, "Started.")
    moves.advance(tx, [job])
    return job


def _pass_time(tx: Transaction, claimed: Sequence[Row]) -> None:
    """Move the virtual time to a claimed job's tag; one that had been given back does not turn it back."""
    tx.run_each(_FORWARD, [{"priority": row["priority"], "tag": row["tag"]} for row in claimed])


def _beat(tx: Transaction, worker: str) -> None:
    tx.run(_BEAT, {"id": worker, "beat_at": tx.now})


def _wake(tx: Transaction, chosen: sa.ColumnElement[bool]) -> None:
    moves.hold_batches(tx, chosen & stands(State.DELAYED))
    due = sa.update(jobs).where(chosen, stands(State.DELAYED)).values(state=State.WAITING, stage="waiting", run_at=None)
    moves.advance(tx, [job_of(row) for row in tx.rows(due.returning(jobs))])
