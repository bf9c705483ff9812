"""The ledger of provider calls, and what may be spent."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from icons.adapters.store.database import Database, Row, Transaction
from icons.adapters.store.repeating import persistent
from icons.adapters.store.tables import accounts, batches, calls
from icons.domain.spending import COUNTED, Budget, Call, CallState, NewCall, check_budget

_COST: Final = sa.func.coalesce(calls.c.cost, calls.c.estimate)
_COUNTS: Final = calls.c.state.in_(COUNTED)
_DAY: Final = 86400.0  # seconds
_GROUPS: Final[Mapping[str, sa.ColumnElement[Any]]] = {
    "day": sa.cast(sa.func.floor(calls.c.created_at / _DAY), sa.Integer),
    "model": calls.c.model,
    "batch": calls.c.batch_id,
}


@persistent
class SqlSpending:
    """The port `Spending` over the tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def intend(self, call: NewCall) -> None:
        with self._database.write() as tx:
            tx.alone(f"budget {call.account}")
            if tx.row(sa.select(calls.c.id).where(calls.c.id == call.id)):
                return  # repeated although it had succeeded
            check_spending(tx, call.account, call.batch_id, call.estimate)
            row = {name: getattr(call, name) for name in NewCall.__slots__}
            begun = {"state": CallState.INTENDED, "usage": {}, "waived": False, "created_at": tx.now}
            tx.run(sa.insert(calls), {**row, **begun})

    def conclude(
        self, call_id: str, state: CallState, cost: int | None = None, usage: Mapping[str, Any] | None = None
    ) -> None:
        known = {"cost": cost} if cost is not None else {}
        with self._database.write() as tx:
            change = sa.update(calls).where(calls.c.id == call_id)
            tx.run(change.values(state=state, ended_at=tx.now, usage=dict(usage or {}), **known))

    def calls(self, job_id: str) -> list[Call]:
        with self._database.read() as tx:
            rows = tx.rows(sa.select(calls).where(calls.c.job_id == job_id).order_by(calls.c.created_at, calls.c.id))
        return [_call_of(row) for row in rows]

    def check(self, account: str, estimate: int) -> None:
        with self._database.read() as tx:
            check_spending(tx, account, None, estimate)

    def report(self, account: str | None, group_by: str, since: float | None = None) -> list[Mapping[str, Any]]:
        group = _GROUPS[group_by].label("grouped")
        unknown = calls.c.state == CallState.UNKNOWN
        sums = sa.select(
            group,
            sa.func.count().filter(_COUNTS).label("calls"),
            sa.func.coalesce(sa.func.sum(_COST).filter(_COUNTS), 0).label("cost"),
            sa.func.count().filter(unknown).label("unknown"),
            sa.func.coalesce(sa.func.sum(_COST).filter(unknown), 0).label("unknown_cost"),
        ).group_by(group)
        if account is not None:
            sums = sums.where(calls.c.account == account)
        if since is not None:
            sums = sums.where(calls.c.created_at >= since)
        order = group.desc() if group_by == "day" else sa.literal_column("cost").desc()
        with self._database.read() as tx:
            rows = tx.rows(sums.order_by(order))
        return [{**row, "group": _shown(group_by, row["grouped"])} for row in rows]

    def budget(self, account: str) -> int | None:
        with self._database.read() as tx:
            found: int | None = tx.value(sa.select(accounts.c.month_budget).where(accounts.c.id == account))
        return found

    def left(self, account: str) -> int | None:
        budget = self.budget(account)
        if budget is None:
            return None
        with self._database.read() as tx:
            return max(0, budget - _spent(tx, _this_month(account, tx.now)))

    def set_budget(self, account: str, month: int | None) -> None:
        with self._database.write() as tx:
            tx.run(sa.update(accounts).where(accounts.c.id == account).values(month_budget=month))


def check_spending(tx: Transaction, account: str, batch_id: str | None, estimate: int) -> None:
    """BudgetSpent when so much more would go beyond the account's month or the batch's bound."""
    month = tx.value(sa.select(accounts.c.month_budget).where(accounts.c.id == account))
    bound = tx.value(sa.select(batches.c.max_cost).where(batches.c.id == batch_id)) if batch_id else None
    spent_month = _spent(tx, _this_month(account, tx.now)) if month is not None else 0
    spent_batch = _spent(tx, calls.c.batch_id == batch_id) if bound is not None else 0
    check_budget(Budget(month, bound), spent_month, spent_batch, estimate)


def _spent(tx: Transaction, chosen: sa.ColumnElement[bool]) -> int:
    return int(tx.value(sa.select(sa.func.coalesce(sa.func.sum(_COST), 0)).where(chosen, _COUNTS)))


def _this_month(account: str, now: float) -> sa.ColumnElement[bool]:
    """The account's calls in this calendar month (UTC)."""
    begin = datetime.fromtimestamp(now, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (calls.c.account == account) & (calls.c.created_at >= begin.timestamp())


def _shown(group_by: str, value: Any) -> str | None:
    if group_by == "day":
        return datetime.fromtimestamp(value * _DAY, UTC).date().isoformat()
    return value if value is None else str(value)


def _call_of(row: Row) -> Call:
    return Call(**{name: row[name] for name in Call.__slots__})
