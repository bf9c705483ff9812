"""What a worker may do: claim jobs, report on them, settle them, and be missed when it dies."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa

from icons.adapters.store import journal, moves
from icons.adapters.store.database import Database, Row, Transaction, chunks
from icons.adapters.store.engine import upsert
from icons.adapters.store.images import keep, known, remember, show
from icons.adapters.store.records import put_tags
from icons.adapters.store.rows import job_of
from icons.adapters.store.tables import calls, jobs, stands, virtual_times, workers
from icons.domain.errors import StaleLease
from icons.domain.jobs import Completed, Delayed, Failed, GivenBack, Lease, Outcome, State, Stopped
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
    .with_for_update(skip_locked=True)
)
# Skips from lane to lane in the index, however many jobs wait in each.
_NEXT_LANE: Final = (
    sa.select(jobs.c.lane, jobs.c.account)
    .where(stands(State.WAITING), jobs.c.lane > sa.bindparam("after"))
    .order_by(jobs.c.lane)
    .limit(1)
)
_CLAIM: Final = (
    sa.update(jobs)
    .where(jobs.c.id == _BEST.scalar_subquery())
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
_FORWARD: Final = upsert(virtual_times, "tag", growing=True)
_BEAT: Final = upsert(workers, "beat_at")


class SqlLeases:
    """The port `Leases` over the tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
        with self._database.write() as tx:
            row = tx.row(_CLAIM, {"claimant": worker, "kinds": list(kinds), "in_lane": lane, "at": tx.now})
            if row is None:
                return None
            job = job_of(row)
            _beat(tx, worker)  # who claims lives, even if it was given up for dead
            _pass_time(tx, row)
            journal.output(tx, job, "Started.")
            moves.advance(tx, [job])
        return Lease(worker, job)

    def report(self, lease: Lease, stage: str, progress: int, line: str, preview: str = "") -> None:
        with self._database.write() as tx:
            row = tx.row(_REPORT, {**_fence(lease), "stage": stage, "progress": progress})
            if row is None:
                raise _stale(lease)
            journal.output(tx, job_of(row), line, preview)

    def settle(self, lease: Lease, outcome: Outcome) -> None:
        with self._database.write() as tx:
            row = tx.row(_LEASED, _fence(lease))
            if row is None:
                raise _stale(lease)
            _settle(tx, row, _in_force(tx, row, outcome))

    def beat(self, worker: str, alive_for: float) -> list[str]:
        mine = stands(State.ACTIVE) & (jobs.c.worker == worker)
        with self._database.write() as tx:
            _beat(tx, worker)
            silent = workers.c.beat_at < tx.now - alive_for, workers.c.id != worker
            tx.run(sa.delete(workers).where(*silent))
            moves.give_back(tx, jobs.c.worker.not_in(sa.select(workers.c.id)))
            _wake(tx, jobs.c.run_at <= tx.now)
            return [row["id"] for row in tx.rows(sa.select(jobs.c.id).where(mine, jobs.c.cancel_asked))]

    def wake(self, job_ids: Iterable[str]) -> None:
        with self._database.write() as tx:
            for some in chunks([*job_ids]):
                _wake(tx, jobs.c.id.in_(some))

    def dismiss(self, worker: str | None) -> int:
        everyone = worker is None
        with self._database.write() as tx:
            tx.run(sa.delete(workers).where(sa.true() if everyone else workers.c.id == worker))
            return moves.give_back(tx, sa.true() if everyone else jobs.c.worker == worker)

    def backlog(self) -> tuple[int, float | None]:
        waiting = sa.select(sa.func.count().label("n"), sa.func.min(jobs.c.created_at).label("since"))
        with self._database.read() as tx:
            row = tx.one(waiting.where(stands(State.WAITING)))
            return row["n"], None if row["since"] is None else tx.now - row["since"]


def _fence(lease: Lease) -> dict[str, Any]:
    return {"leased": lease.job.id, "holder": lease.worker, "number": lease.attempt}


def _stale(lease: Lease) -> StaleLease:
    return StaleLease(f"Attempt {lease.attempt} at job {lease.job.id} is no longer this worker's.")


def _pass_time(tx: Transaction, claimed: Row) -> None:
    """Move the virtual time to a claimed job's tag; one that had been given back does not turn it back."""
    tx.run(_FORWARD, {"priority": claimed["priority"], "tag": claimed["tag"]})


def _beat(tx: Transaction, worker: str) -> None:
    tx.run(_BEAT, {"id": worker, "beat_at": tx.now})


def _wake(tx: Transaction, chosen: sa.ColumnElement[bool]) -> None:
    due = sa.update(jobs).where(chosen, stands(State.DELAYED)).values(state=State.WAITING, stage="waiting", run_at=None)
    moves.advance(tx, [job_of(row) for row in tx.rows(due.returning(jobs))])


def _in_force(tx: Transaction, row: Row, outcome: Outcome) -> Outcome:
    """What the outcome comes to by now."""
    match outcome:
        case Delayed() if row["cancel_asked"]:
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
        tx.run(_PAID, {"job": job.id, "at": tx.now})
    if isinstance(outcome, Delayed):
        journal.output(tx, job, f"Another try in {outcome.seconds:.0f} s.")
    else:
        journal.ended(tx, [job])
    moves.advance(tx, [job])


def _columns(tx: Transaction, row: Row, outcome: Completed | Failed | Delayed | Stopped) -> dict[str, Any]:
    match outcome:
        case Completed(facts=facts, cached=cached):
            return moves.ending(tx, State.COMPLETED, progress=100, facts=facts, cached=cached)
        case Failed(error=error):
            return moves.ending(tx, State.FAILED, error=error)
        case Stopped():
            return moves.ending(tx, State.CANCELLED)
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
