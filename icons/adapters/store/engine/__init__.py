"""The kinds of database: which one a URL names, and the words that all of them share."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Insert, insert

from icons.adapters.store.engine import postgresql, sqlite
from icons.adapters.store.engine.kinds import Clock, Kind
from icons.domain.errors import SettingsError

__all__ = ["Clock", "Kind", "insert_missing", "kind_of", "upsert"]

_KINDS: Final = {"sqlite": sqlite.KIND, "postgresql": postgresql.KIND, "postgres": postgresql.KIND}
_WRITE: Final = "Write sqlite:///storage/icons.db or postgresql://user:password@host/database, for example."


def kind_of(url: str) -> tuple[Kind, sa.URL]:
    """Which kind of database the URL names, and the URL taken apart; SettingsError when it names none."""
    try:
        address = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):  # ValueError: a port that is no number
        raise SettingsError(f"DATABASE_URL is not a URL. {_WRITE}") from None
    kind = _KINDS.get(address.drivername.partition("+")[0])
    if kind is None:
        raise SettingsError(f"DATABASE_URL names an unknown database. {_WRITE}")
    return kind, address


def upsert(table: sa.Table, *update: str, growing: bool = False, where: sa.ColumnElement[bool] | None = None) -> Insert:
    """Insert rows; where the primary key is there already, these columns take the new values.

    ``growing``: only where all of the new values are greater. ``where``: only where the present row is so.
    PostgreSQL's construct, which speaks SQLite as well: the clause is the same in both.
    """
    statement = insert(table)
    new = {name: statement.excluded[name] for name in update}
    if growing:
        where = sa.and_(*(value > table.c[name] for name, value in new.items()))
    return statement.on_conflict_do_update(index_elements=[*table.primary_key.columns], set_=new, where=where)


def insert_missing(table: sa.Table) -> Insert:
    """Insert the rows whose primary key is not there yet."""
    return insert(table).on_conflict_do_nothing(index_elements=[*table.primary_key.columns])
