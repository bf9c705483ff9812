"""The outbox of webhooks as owners and couriers see it, and the secrets that sign what is in it."""

import math
import uuid
from collections.abc import Callable, Collection, Sequence
from typing import Final

import sqlalchemy as sa

from icons.adapters.store.database import Database, Row, Transaction, chunks
from icons.adapters.store.engine import upsert
from icons.adapters.store.outbox import digest
from icons.adapters.store.repeating import persistent
from icons.adapters.store.tables import accounts, deliveries, hook_secrets, silenced_hooks
from icons.core.ports.hooks import Due, Ending, HookSecret, Owed
from icons.domain.errors import Conflict
from icons.domain.hooks import MAX_SECRETS, Delivery, DeliveryState

_AT_ONCE: Final = 500  # messages dropped in one transaction, so that no writer waits long
# A literal: SQLite does not match a partial index with a parameter.
_PENDING: Final = deliveries.c.state == sa.literal_column(f"'{DeliveryState.PENDING}'")
_FENCE: Final = (
    deliveries.c.id == sa.bindparam("message"),
    deliveries.c.attempts == sa.bindparam("attempt"),
    deliveries.c.begun_at == sa.bindparam("begun"),
    _PENDING,
)
_SETTLE: Final = (
    sa.update(deliveries)
    .where(*_FENCE)
    .values(
        {name: sa.bindparam(f"new_{name}") for name in ("state", "next_at", "ended_at", "last_status", "last_error")}
    )
)


@persistent
class SqlHooks:
    """The port `Hooks` over the tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # As their owner sees them

    def find(self, account: str, state: DeliveryState | None, limit: int, after: str | None = None) -> list[Delivery]:
        age = sa.tuple_(deliveries.c.created_at, deliveries.c.id)
        page = sa.select(deliveries).where(deliveries.c.account == account)
        if state is not None:
            page = page.where(deliveries.c.state == state)
        if after is not None:
            seen = sa.select(deliveries.c.created_at, deliveries.c.id).where(*_one(account, after))
            page = page.where(age < seen.scalar_subquery())
        newest_first = deliveries.c.created_at.desc(), deliveries.c.id.desc()
        with self._database.read() as tx:
            return [_delivery_of(row) for row in tx.rows(page.order_by(*newest_first).limit(limit))]

    def get(self, account: str, delivery_id: str) -> Delivery | None:
        with self._database.read() as tx:
            row = tx.row(sa.select(deliveries).where(*_one(account, delivery_id)))
        return _delivery_of(row) if row else None

    def redeliver(self, account: str, delivery_id: str) -> Delivery | None:
        anew = sa.update(deliveries).where(*_one(account, delivery_id)).returning(deliveries)
        with self._database.write() as tx:
            beginning = {"begun_at": tx.now, "next_at": tx.now, "ended_at": None}
            row = tx.row(anew.values(state=DeliveryState.PENDING, attempts=0, **beginning))
            if row is None:
                return None
            address = silenced_hooks.c.account == account, silenced_hooks.c.digest == digest(row["url"])
            tx.run(sa.delete(silenced_hooks).where(*address))
        return _delivery_of(row)

    # Secrets

    def secrets(self, account: str) -> list[HookSecret]:
        with self._database.read() as tx:
            return _signing(tx, account)

    def add_secret(self, account: str, sealed: str) -> list[HookSecret]:
        with self._database.write() as tx:
            _hold(tx, account)
            if not (present := _signing(tx, account)):
                _add_secret(tx, account, sealed)
            return present or _signing(tx, account)

    def rotate(self, account: str, sealed: str, overlap: float) -> list[HookSecret]:
        replaced = sa.update(hook_secrets).where(hook_secrets.c.account == account, hook_secrets.c.expires_at.is_(None))
        # Repeated after it succeeded, it makes one secret more; the one before signs along as it should.
        with self._database.write() as tx:
            _hold(tx, account)
            if len(_signing(tx, account)) >= MAX_SECRETS:
                raise Conflict(f"{MAX_SECRETS} secrets sign at present; wait until the oldest has run out.")
            tx.run(replaced.values(expires_at=tx.now + overlap))
            _add_secret(tx, account, sealed)
            return _signing(tx, account)

    def reseal(self, seal: Callable[[str, str], str]) -> int:
        change = sa.update(hook_secrets).where(hook_secrets.c.id == sa.bindparam("secret"))
        with self._database.write() as tx:
            found = tx.rows(sa.select(hook_secrets))
            rows = [{"secret": row["id"], "anew": seal(row["account"], row["sealed"])} for row in found]
            tx.run_each(change.values(sealed=sa.bindparam("anew")), rows)
        return len(rows)

    # As their couriers see them

    def due(self, limit: int, busy_hosts: Collection[str], busy_accounts: Collection[str]) -> list[Due]:
        waiting = sa.select(deliveries.c.id, deliveries.c.account, deliveries.c.host).order_by(deliveries.c.next_at)
        others = deliveries.c.host.not_in(busy_hosts), deliveries.c.account.not_in(busy_accounts)
        with self._database.read() as tx:
            rows = tx.rows(waiting.where(_PENDING, deliveries.c.next_at <= tx.now, *others).limit(limit))
        return [Due(row["id"], row["account"], row["host"]) for row in rows]

    def claim(self, delivery_ids: Sequence[str], lease: float) -> list[Owed]:
        with self._database.write() as tx:
            still = deliveries.c.id.in_(delivery_ids), _PENDING, deliveries.c.next_at <= tx.now
            # Evaluated once, whatever the planner makes of it; who comes second finds the rows taken. Repeated after it
            # succeeded, it finds them so, too: then they are sent when the lease has run out.
            free = sa.select(deliveries.c.id).where(*still).with_for_update(skip_locked=True).cte("free")
            taken = sa.update(deliveries).where(deliveries.c.id.in_(sa.select(free.c.id))).returning(deliveries)
            rows = tx.rows(taken.values(attempts=deliveries.c.attempts + 1, next_at=tx.now + lease))
            return [Owed(_delivery_of(row), row["data"], row["begun_at"], tx.now - row["begun_at"]) for row in rows]

    def settle(self, owed: Owed, ending: Ending) -> None:
        message, pending = owed.delivery, ending.state is DeliveryState.PENDING
        with self._database.write() as tx:
            told = {
                "state": ending.state,
                "next_at": tx.now + ending.pause if pending else None,
                "ended_at": None if pending else tx.now,
                "last_status": ending.status,
                "last_error": ending.error,
            }
            fence = {"message": message.id, "attempt": message.attempts, "begun": owed.begun_at}
            settled = tx.run(_SETTLE, {**fence, **{f"new_{name}": value for name, value in told.items()}})
            if settled and ending.state is DeliveryState.DISABLED:
                _silence(tx, message)

    def backlog(self) -> tuple[int, float | None]:
        pending = sa.select(sa.func.count().label("n"), sa.func.min(deliveries.c.begun_at).label("since"))
        with self._database.read() as tx:
            row = tx.one(pending.where(_PENDING))
            return row["n"], None if row["since"] is None else tx.now - row["since"]

    def forget(self, older_than: float) -> int:
        forgotten = 0
        while some := self._forget_some(older_than):
            forgotten += some
        with self._database.write() as tx:
            tx.run(sa.delete(hook_secrets).where(hook_secrets.c.expires_at <= tx.now))
        return forgotten

    def _forget_some(self, older_than: float) -> int:
        with self._database.write() as tx:
            old = sa.select(deliveries.c.id).where(deliveries.c.ended_at <= tx.now - older_than).limit(_AT_ONCE)
            ids = [row["id"] for row in tx.rows(old)]
            for some in chunks(ids):
                tx.run(sa.delete(deliveries).where(deliveries.c.id.in_(some)))
        return len(ids)


def _one(account: str, delivery_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return deliveries.c.id == delivery_id, deliveries.c.account == account


def _silence(tx: Transaction, message: Delivery) -> None:
    """Its address has answered 410 Gone: what is still owed there is not sent."""
    tx.run(upsert(silenced_hooks, "at"), {"account": message.account, "digest": digest(message.url), "at": tx.now})
    same = deliveries.c.account == message.account, deliveries.c.url == message.url, _PENDING
    disabled = {"state": DeliveryState.DISABLED, "next_at": None, "ended_at": tx.now}
    tx.run(sa.update(deliveries).where(*same).values(disabled))


def _hold(tx: Transaction, account: str) -> None:
    """Nobody else decides about this account's secrets meanwhile."""
    tx.hold(sa.select(accounts.c.id).where(accounts.c.id == account))


def _add_secret(tx: Transaction, account: str, sealed: str) -> None:
    new = {"id": str(uuid.uuid4()), "account": account, "sealed": sealed, "created_at": tx.now, "expires_at": None}
    tx.run(sa.insert(hook_secrets), new)


def _signing(tx: Transaction, account: str) -> list[HookSecret]:
    live = sa.or_(hook_secrets.c.expires_at.is_(None), hook_secrets.c.expires_at > tx.now)
    mine = sa.select(hook_secrets).where(hook_secrets.c.account == account, live)
    secrets = [HookSecret(row["sealed"], row["created_at"], row["expires_at"]) for row in tx.rows(mine)]
    return sorted(secrets, key=lambda secret: secret.expires_at or math.inf, reverse=True)


def _delivery_of(row: Row) -> Delivery:
    return Delivery(
        id=row["id"],
        account=row["account"],
        event=row["event"],
        url=row["url"],
        job_id=row["job_id"],
        batch_id=row["batch_id"],
        correlation_id=row["correlation_id"],
        state=row["state"],
        attempts=row["attempts"],
        created_at=row["created_at"],
        next_at=row["next_at"],
        ended_at=row["ended_at"],
        last_status=row["last_status"],
        last_error=row["last_error"],
    )
