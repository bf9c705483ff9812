"""Provider limits that processes share: a row per lane and quantity, changed in one transaction."""

from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa

from icons.adapters.store.database import Database, Transaction
from icons.adapters.store.engine import upsert
from icons.adapters.store.repeating import persistent
from icons.adapters.store.tables import limits
from icons.domain.limits import reserve

PAUSE: Final = "pause"  # a quantity that every reservation respects and none takes up

_OF_LANE: Final = sa.select(limits).where(limits.c.lane == sa.bindparam("in_lane"))
_PUT: Final = upsert(limits, "free_at")


@persistent
class SqlLimits:
    """The port `Limits` over the table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reserve(self, lane: str, taken: Mapping[str, float]) -> float:
        with self._database.write() as tx:
            free = _free(tx, lane)
            # All quantities start together: at the moment from which the last of them is free.
            waits = {name: reserve(free.get(name, 0.0), 0.0, tx.now)[1] for name in (*taken, PAUSE)}
            start = tx.now + max(waits.values())
            _put(tx, lane, {name: reserve(free.get(name, 0.0), 0.0, start)[0] + taken[name] for name in taken})
            return max(waits.values())

    def correct(self, lane: str, taken: Mapping[str, float]) -> None:
        with self._database.write() as tx:
            free = _free(tx, lane)
            _put(tx, lane, {name: max(free.get(name, 0.0), tx.now) + seconds for name, seconds in taken.items()})

    def pause(self, lane: str, seconds: float) -> None:
        with self._database.write() as tx:
            _put(tx, lane, {PAUSE: max(_free(tx, lane).get(PAUSE, 0.0), tx.now + seconds)})


def _free(tx: Transaction, lane: str) -> dict[str, float]:
    """Quantity -> when it is free. Until the end nobody else asks, not even for a quantity that has no row yet."""
    tx.alone(f"lane {lane}")
    return {row["quantity"]: row["free_at"] for row in tx.rows(_OF_LANE, {"in_lane": lane})}


def _put(tx: Transaction, lane: str, free: Mapping[str, float]) -> None:
    tx.run_each(_PUT, [{"lane": lane, "quantity": name, "free_at": at} for name, at in free.items()])
