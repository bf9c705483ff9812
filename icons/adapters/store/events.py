"""The event log as its listeners read it."""

from functools import cache
from typing import Any, Final

import sqlalchemy as sa

from icons.adapters.store.database import Database
from icons.adapters.store.repeating import persistent
from icons.adapters.store.rows import event_of
from icons.adapters.store.tables import batches, events, jobs, stands
from icons.domain.events import Event
from icons.domain.jobs import LIVE

_AT_ONCE: Final = 5000  # entries dropped in one transaction, so that no writer waits long
_STILL_OPEN: Final = sa.or_(
    sa.exists().where(jobs.c.id == events.c.job_id, stands(*LIVE)),
    sa.exists().where(batches.c.id == events.c.batch_id, batches.c.finished_at.is_(None)),
)


@cache
def _newer(*asked: str) -> sa.Select[Any]:
    """Built once: the tail asks at each ring. ``asked`` are the columns that must have a given value."""
    chosen = [events.c[name] == sa.bindparam(name) for name in asked]
    newer = sa.select(events).where(events.c.seq > sa.bindparam("after"), *chosen).order_by(events.c.seq)
    return newer.limit(sa.bindparam("most", type_=sa.Integer))


@persistent
class SqlEvents:
    """The port `Events` over the table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def after(
        self, seq: int, limit: int, account: str | None = None, job_id: str | None = None, batch_id: str | None = None
    ) -> list[Event]:
        named = {"account": account, "job_id": job_id, "batch_id": batch_id}
        asked = {name: value for name, value in named.items() if value is not None}
        with self._database.look() as tx:
            rows = tx.rows(_newer(*asked), {**asked, "after": seq, "most": limit})
        return [event_of(row) for row in rows]

    def last_seq(self) -> int:
        with self._database.read() as tx:
            return int(tx.value(sa.select(sa.func.coalesce(sa.func.max(events.c.seq), 0))))

    def forget(self, older_than: float) -> int:
        forgotten = 0
        while dropped := self._forget_some(older_than):
            forgotten += dropped
        return forgotten

    def _forget_some(self, older_than: float) -> int:
        with self._database.write() as tx:
            old = sa.select(events.c.seq).where(events.c.at < tx.now - older_than, ~_STILL_OPEN).limit(_AT_ONCE)
            return tx.run(sa.delete(events).where(events.c.seq.in_(old)))
