"""What depends on the kind of database: opening it, its clock, its upsert, and which of its errors pass."""

import sqlite3
import time
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import Insert, insert

from icons.domain.errors import SettingsError

# Milliseconds are all SQLite knows; 2440587.5 is the Julian day of 1970-01-01.
CLOCK: Final = sa.literal_column("((julianday('now') - 2440587.5) * 86400.0)", sa.Double)

READ_ONLY: Final = "store_read_only"  # execution option: this connection will not write

_PATIENCE: Final = 10.0  # seconds to wait for another process's transaction, or for a free connection
_CONNECTIONS: Final = 32  # reading at once; further threads queue for one

_PASSING: Final = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
}
_FOREIGN: Final = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}


def create_engine(url: str) -> sa.Engine:
    """An engine for ``sqlite:///<path>``; SettingsError for anything else. Nothing is opened yet."""
    try:
        address = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise SettingsError("DATABASE_URL is not a URL. Write sqlite:///storage/icons.db, for example.") from None
    if address.get_backend_name() != "sqlite":
        raise SettingsError("DATABASE_URL names an unknown database. Write sqlite:///storage/icons.db, for example.")
    if address.database in (None, "", ":memory:"):
        raise SettingsError("DATABASE_URL names no file. Write sqlite:///storage/icons.db, for example.")
    if "timeout" not in address.query:
        address = address.update_query_dict({"timeout": str(_PATIENCE)})
    engine = sa.create_engine(address, pool_size=_CONNECTIONS, max_overflow=0, pool_timeout=_PATIENCE)
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin in _begin alone
    _use_write_ahead_log(connection)
    # FULL: what has been answered survives a power cut, at the cost of one fsync a transaction.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch to it. SQLite's own waiting does not cover the switch, which another process may be at just now."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _begin(connection: sa.Connection) -> None:
    # A deferred transaction that reads and then writes fails at once when another has written in between.
    read_only = connection.get_execution_options().get(READ_ONLY)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def upsert(table: sa.Table, *update: str, growing: bool = False) -> Insert:
    """Insert rows; where the primary key is there already, these columns take the new values.

    ``growing``: only where all of the new values are greater.
    """
    statement = insert(table)
    new = {name: statement.excluded[name] for name in update}
    greater = sa.and_(*(value > table.c[name] for name, value in new.items())) if growing else None
    return statement.on_conflict_do_update(index_elements=[*table.primary_key.columns], set_=new, where=greater)


def insert_missing(table: sa.Table) -> Insert:
    """Insert the rows whose primary key is not there yet."""
    return insert(table).on_conflict_do_nothing(index_elements=[*table.primary_key.columns])


def passes(error: sa.exc.DBAPIError) -> bool:
    """Whether the same statement may succeed later: the database is locked, full or out of reach."""
    return _code(error) in _PASSING


def is_foreign(error: sa.exc.DBAPIError) -> bool:
    """Whether the file is no database, or a broken one."""
    return _code(error) in _FOREIGN


def is_out_of_reach(error: sa.exc.DBAPIError) -> bool:
    """Whether the file cannot be opened or not be written."""
    return _code(error) in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}


def _code(error: sa.exc.DBAPIError) -> int:
    """The primary result code (https://sqlite.org/rescode.html): the low byte of the extended one."""
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
