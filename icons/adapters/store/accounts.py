"""Accounts, API keys, ended sessions and tickets."""

import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import sqlalchemy as sa

from icons.adapters.store.database import Database
from icons.adapters.store.engine import Clock, insert_missing, upsert
from icons.adapters.store.repeating import persistent
from icons.adapters.store.rows import account_of, key_of
from icons.adapters.store.tables import accounts, api_keys, ended_sessions, tickets
from icons.domain.access import Account, ApiKey, Caller, Role
from icons.domain.errors import Conflict, Unavailable

_USE_NOTED_EVERY: Final = 60.0  # seconds: `last_used_at` is for people, and a write for every request is not

# Who comes in is asked often, so these are built once: see `images`.
_LIVE_KEY: Final = sa.select(api_keys, Clock().label("now")).where(
    api_keys.c.secret_hash == sa.bindparam("secret"),
    api_keys.c.revoked_at.is_(None),
    sa.or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > Clock()),
)
_ENABLED: Final = sa.select(accounts).where(accounts.c.id == sa.bindparam("of"), ~accounts.c.disabled)
_ENDED: Final = sa.select(
    sa.or_(
        sa.exists().where(ended_sessions.c.session == sa.bindparam("of")),
        sa.exists().where(api_keys.c.id == sa.bindparam("of"), api_keys.c.revoked_at.is_not(None)),
    ).label("ended")
)


@persistent
class SqlAccounts:
    """The port `Accounts` over the tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, subject: str, role: Role, password_hash: str | None) -> Account:
        row = {"id": str(uuid.uuid4()), "subject": subject, "role": role, "password_hash": password_hash}
        try:
            with self._database.write() as tx:
                added = sa.insert(accounts).values(**row, created_at=tx.now, disabled=False, rates={})
                return account_of(tx.one(added.returning(accounts)))
        except sa.exc.IntegrityError:
            raise Conflict(f"There is an account named {subject} already.") from None

    def get(self, account_id: str) -> Account | None:
        return self._one(accounts.c.id == account_id)

    def by_subject(self, subject: str) -> Account | None:
        return self._one(accounts.c.subject == subject)

    def _one(self, condition: sa.ColumnElement[bool]) -> Account | None:
        with self._database.look() as tx:
            row = tx.row(sa.select(accounts).where(condition))
        return account_of(row) if row else None

    def all(self) -> list[Account]:
        with self._database.read() as tx:
            return [account_of(row) for row in tx.rows(sa.select(accounts).order_by(accounts.c.created_at))]

    def set_password(self, account_id: str, password_hash: str) -> None:
        self._change(account_id, password_hash=password_hash)

    def set_disabled(self, account_id: str, *, disabled: bool) -> None:
        self._change(account_id, disabled=disabled)

    def set_rates(self, account_id: str, rates: Mapping[str, str]) -> None:
        self._change(account_id, rates=dict(rates))

    def _change(self, account_id: str, **values: Any) -> None:
        with self._database.write() as tx:
            tx.run(sa.update(accounts).where(accounts.c.id == account_id).values(values))

    def add_key(self, account_id: str, name: str, secret_hash: str, hint: str, expires_at: float | None) -> ApiKey:
        row = {"id": str(uuid.uuid4()), "account": account_id, "name": name, "hint": hint, "secret_hash": secret_hash}
        with self._database.write() as tx:
            if known := tx.row(sa.select(api_keys).where(api_keys.c.secret_hash == secret_hash)):
                return key_of(known)  # repeated although it had succeeded: nobody else has the secret
            added = sa.insert(api_keys).values(**row, created_at=tx.now, expires_at=expires_at)
            return key_of(tx.one(added.returning(api_keys)))

    def keys(self, account_id: str) -> list[ApiKey]:
        mine = sa.select(api_keys).where(api_keys.c.account == account_id, api_keys.c.revoked_at.is_(None))
        with self._database.read() as tx:
            return [key_of(row) for row in tx.rows(mine.order_by(api_keys.c.created_at))]

    def revoke_key(self, account_id: str, key_id: str) -> bool:
        live = (api_keys.c.id == key_id) & (api_keys.c.account == account_id) & api_keys.c.revoked_at.is_(None)
        with self._database.write() as tx:
            return tx.run(sa.update(api_keys).where(live).values(revoked_at=tx.now)) == 1

    def by_key(self, secret_hash: str) -> tuple[Account, ApiKey] | None:
        with self._database.read() as tx:
            key = tx.row(_LIVE_KEY, {"secret": secret_hash})
            owner = tx.row(_ENABLED, {"of": key["account"]}) if key else None
        if not key or not owner:
            return None
        if (key["last_used_at"] or 0.0) < key["now"] - _USE_NOTED_EVERY:
            self._note_use(key["id"])
        return account_of(owner), key_of(key)

    def _note_use(self, key_id: str) -> None:
        # A database that takes no data at present must not lock out who only wants to read.
        with suppress(Unavailable), self._database.write() as tx:
            tx.run(sa.update(api_keys).where(api_keys.c.id == key_id).values(last_used_at=tx.now))

    def end_session(self, session: str, expires_at: float) -> None:
        with self._database.write() as tx:
            tx.run(sa.delete(ended_sessions).where(ended_sessions.c.expires_at <= tx.now))
            tx.run(upsert(ended_sessions, "expires_at"), {"session": session, "expires_at": expires_at})

    def session_ended(self, session: str) -> bool:
        with self._database.look() as tx:
            return bool(tx.one(_ENDED, {"of": session})["ended"])

    def put_ticket(self, ticket_hash: str, caller: Caller, seconds: float) -> None:
        with self._database.write() as tx:
            tx.run(sa.delete(tickets).where(tickets.c.expires_at <= tx.now))
            row = {
                "ticket_hash": ticket_hash,
                "account": caller.account,
                "session": caller.session,
                "by_key": caller.by_key,
                "proof_expires_at": caller.expires_at,
                "expires_at": tx.now + seconds,
            }
            tx.run(insert_missing(tickets), row)

    def take_ticket(self, ticket_hash: str) -> Caller | None:
        used = sa.delete(tickets).where(tickets.c.ticket_hash == ticket_hash)
        with self._database.write() as tx:
            ticket = tx.row(used.where(tickets.c.expires_at > tx.now).returning(tickets))
            owner = tx.row(_ENABLED, {"of": ticket["account"]}) if ticket else None
        if not ticket or not owner:
            return None
        return Caller(
            account=owner["id"],
            subject=owner["subject"],
            role=owner["role"],
            session=ticket["session"],
            by_key=ticket["by_key"],
            expires_at=ticket["proof_expires_at"],
            rates=owner["rates"],
        )
