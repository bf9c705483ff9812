"""The event log as its listeners read it."""

from typing import Final

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


@persistent
class SqlEvents:
    """The port `Events` over the table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def after(
        self, seq: int, limit: int, account: str | None = None, job_id: str | None = None, batch_id: str | None = None
    ) -> list[Event]:
        asked = [(events.c.account, account), (events.c.job_id, job_id), (events.c.batch_id, batch_id)]
        chosen = [column == value for column, value in asked if value is not None]
        newer = sa.select(events).where(events.c.seq > seq, *chosen).order_by(events.c.seq).limit(limit)
        with self._database.read() as tx:
            return [event_of(row) for row in tx.rows(newer)]

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
