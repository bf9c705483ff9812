"""Connection profiles, their keys sealed."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

import sqlalchemy as sa

from icons.adapters.store.database import Database, Row
from icons.adapters.store.engine import insert_missing
from icons.adapters.store.repeating import persistent
from icons.adapters.store.tables import profiles
from icons.domain.errors import Conflict
from icons.domain.profiles import MAX_PROFILES, Profile, ProfileLimits

_LIMITS: Final = ("requests_per_minute", "tokens_per_minute", "images_per_minute", "concurrency")
_PLAIN: Final = ("id", "account", "name", "provider", "base_url", "model", "sealed_key", "key_hint")


@persistent
class SqlProfiles:
    """The port `Profiles` over the tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, profile: Profile) -> Profile:
        mine = sa.select(sa.func.count()).select_from(profiles).where(profiles.c.account == profile.account)
        with self._database.write() as tx:
            tx.alone(f"profiles {profile.account}")
            if tx.value(mine) >= MAX_PROFILES:
                raise Conflict(f"An account has up to {MAX_PROFILES} profiles; delete one first.")
            row = {**_columns(profile), "created_at": tx.now, "updated_at": tx.now}
            tx.run(insert_missing(profiles), row)
            return _profile_of(tx.one(sa.select(profiles).where(*_one(profile.account, profile.id))))

    def get(self, account: str, profile_id: str) -> Profile | None:
        with self._database.read() as tx:
            row = tx.row(sa.select(profiles).where(*_one(account, profile_id)))
        return _profile_of(row) if row else None

    def all(self, account: str) -> list[Profile]:
        mine = sa.select(profiles).where(profiles.c.account == account)
        with self._database.read() as tx:
            return [_profile_of(row) for row in tx.rows(mine.order_by(profiles.c.created_at, profiles.c.id))]

    def put(self, profile: Profile) -> Profile | None:
        change = sa.update(profiles).where(*_one(profile.account, profile.id))
        with self._database.write() as tx:
            row = tx.row(change.values({**_columns(profile), "updated_at": tx.now}).returning(profiles))
        return _profile_of(row) if row else None

    def remove(self, account: str, profile_id: str) -> bool:
        with self._database.write() as tx:
            return tx.run(sa.delete(profiles).where(*_one(account, profile_id))) == 1

    def reseal(self, seal: Callable[[str, str], str]) -> int:
        sealed = sa.select(profiles.c.id, profiles.c.account, profiles.c.sealed_key).where(profiles.c.sealed_key != "")
        change = sa.update(profiles).where(profiles.c.id == sa.bindparam("profile"))
        with self._database.write() as tx:
            rows = [{"profile": row["id"], "anew": seal(row["account"], row["sealed_key"])} for row in tx.rows(sealed)]
            tx.run_each(change.values(sealed_key=sa.bindparam("anew")), rows)
        return len(rows)


def _one(account: str, profile_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return profiles.c.id == profile_id, profiles.c.account == account


def _columns(profile: Profile) -> dict[str, Any]:
    return {name: getattr(profile, name) for name in _PLAIN} | asdict(profile.limits)


def _profile_of(row: Row) -> Profile:
    return Profile(
        **{name: row[name] for name in _PLAIN},
        limits=ProfileLimits(**{name: row[name] for name in _LIMITS}),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
