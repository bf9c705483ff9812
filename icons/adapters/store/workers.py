"""Workers from outside: who is connected, what is waiting for them, and what waits in vain."""

from collections.abc import Collection, Mapping
from typing import Any, Final

import sqlalchemy as sa

from icons.adapters.store import journal, moves
from icons.adapters.store.database import Database, Row, Transaction
from icons.adapters.store.engine import upsert
from icons.adapters.store.repeating import persistent
from icons.adapters.store.rows import job_of
from icons.adapters.store.tables import jobs, outside_workers, stands, workers
from icons.domain.jobs import State
from icons.domain.workers import BROWSER, Capabilities, Demand, OutsideWorker

_LIVES: Final = upsert(workers, "beat_at")
_JOIN: Final = upsert(outside_workers, "capabilities", "capacity", "available")
_ACTIVE: Final = (
    sa.select(sa.func.count())
    .where(stands(State.ACTIVE), jobs.c.worker == outside_workers.c.id)
    .scalar_subquery()
    .label("active")
)
_CONNECTED: Final = sa.select(outside_workers, workers.c.beat_at, _ACTIVE).join_from(outside_workers, workers)
_BEAT: Final = sa.update(workers).where(workers.c.id.in_(sa.bindparam("ids", expanding=True))).returning(workers.c.id)
_STOPPING: Final = sa.select(jobs.c.id).where(
    stands(State.ACTIVE), jobs.c.worker.in_(sa.bindparam("ids", expanding=True)), jobs.c.cancel_asked
)
# A literal: SQLite does not match a partial index with a parameter.
_FOR_OUTSIDE: Final = stands(State.WAITING) & (jobs.c.kind == sa.literal_column(f"'{BROWSER}'"))
_WAITING: Final = (
    sa.select(jobs.c.lane)
    .where(_FOR_OUTSIDE, jobs.c.account.in_(sa.bindparam("accounts", expanding=True)))
    .group_by(jobs.c.lane)
    .order_by(sa.func.min(jobs.c.priority), sa.func.min(jobs.c.created_at))
)


@persistent
class SqlWorkers:
    """The port `Workers` over the tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def join(self, worker: OutsideWorker) -> None:
        with self._database.write() as tx:
            tx.run(_LIVES, {"id": worker.id, "beat_at": tx.now})
            tx.run(_JOIN, _row_of(tx, worker))

    def connected(self, account: str, silent_for: float) -> list[OutsideWorker]:
        with self._database.read() as tx:
            return _connected(tx, silent_for, outside_workers.c.account == account)

    def beat(self, workers: Collection[str]) -> set[str]:
        with self._database.write() as tx:
            return {row["id"] for row in tx.rows(_BEAT.values(beat_at=tx.now), {"ids": sorted(workers)})}

    def stopping(self, workers: Collection[str]) -> list[str]:
        with self._database.read() as tx:
            return [row["id"] for row in tx.rows(_STOPPING, {"ids": [*workers]})]

    def demands(self, accounts: Collection[str]) -> list[Demand]:
        with self._database.read() as tx:
            return _demands([row["lane"] for row in tx.rows(_WAITING, {"accounts": [*accounts]})])

    def give_up(self, older_than: float, silent_for: float, error: Mapping[str, Any]) -> int:
        with self._database.read() as tx:
            if not _unserved(tx, older_than, silent_for):
                return 0
        with self._database.write() as tx:
            tx.alone(moves.SWEEP)
            lanes = _unserved(tx, older_than, silent_for)
            chosen = _overdue(tx, older_than) & jobs.c.lane.in_(lanes)
            moves.hold_batches(tx, chosen)
            ended = sa.update(jobs).where(chosen).values(moves.ending(tx, State.FAILED, error=error))
            failed = [job_of(row) for row in tx.rows(ended.returning(jobs))]
            journal.ended(tx, failed)
            moves.advance(tx, failed)
            return len(failed)


def _unserved(tx: Transaction, older_than: float, silent_for: float) -> list[str]:
    """Lanes in which a job is overdue and whose demand no connected worker meets."""
    lanes = [row["lane"] for row in tx.rows(sa.select(jobs.c.lane).where(_overdue(tx, older_than)).distinct())]
    demands = _demands(lanes)
    accounts = outside_workers.c.account.in_({demand.account for demand in demands})
    present = _connected(tx, silent_for, accounts) if demands else []
    return [demand.lane for demand in demands if not any(worker.meets(demand) for worker in present)]


def _overdue(tx: Transaction, older_than: float) -> sa.ColumnElement[bool]:
    """Since when a job waits is known as far as it was last begun."""
    since = sa.func.coalesce(jobs.c.started_at, jobs.c.created_at)
    return _FOR_OUTSIDE & jobs.c.lane.startswith(f"{BROWSER}:") & (since < tx.now - older_than)


def _demands(lanes: Collection[str]) -> list[Demand]:
    """Of jobs of the kind: those in other lanes are with the house's own workers."""
    return [demand for lane in lanes if (demand := Demand.of_lane(lane))]


def _connected(tx: Transaction, silent_for: float, chosen: sa.ColumnElement[bool]) -> list[OutsideWorker]:
    heard = workers.c.beat_at > tx.now - silent_for
    rows = tx.rows(_CONNECTED.where(heard, chosen).order_by(outside_workers.c.connected_at, outside_workers.c.id))
    return [_worker_of(row) for row in rows]


def _row_of(tx: Transaction, worker: OutsideWorker) -> dict[str, Any]:
    return {
        "id": worker.id,
        "account": worker.account,
        "name": worker.name,
        "version": worker.version,
        "capabilities": list(worker.capabilities.words),
        "capacity": worker.capacity,
        "available": worker.available,
        "connected_at": tx.now,
    }


def _worker_of(row: Row) -> OutsideWorker:
    return OutsideWorker(
        id=row["id"],
        account=row["account"],
        name=row["name"],
        version=row["version"],
        capabilities=Capabilities(tuple(row["capabilities"])),
        capacity=row["capacity"],
        available=row["available"],
        active=row["active"],
        connected_at=row["connected_at"],
        seen_at=row["beat_at"],
    )
