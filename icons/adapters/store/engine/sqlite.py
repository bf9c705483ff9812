"""SQLite: one writer at a time, in a file."""

import sqlite3
import time
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from icons.adapters.store.engine.kinds import Clock, Kind
from icons.domain.errors import SettingsError

_READ_ONLY: Final = "store_read_only"  # execution option: this connection will not write

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
_OUT_OF_REACH: Final = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}


@compiles(Clock, "sqlite")
def _clock(_element: Clock, _compiler: Any, **_: Any) -> str:
    # Milliseconds are all SQLite knows; 2440587.5 is the Julian day of 1970-01-01.
    return "((julianday('now') - 2440587.5) * 86400.0)"


def _create_engine(address: sa.URL) -> sa.Engine:
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
    if connection.get_execution_options().get(_READ_ONLY):
        connection.connection.cursor().execute("BEGIN")  # touches no file, so there is no error to translate
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _passes(error: sa.exc.DBAPIError) -> bool:
    return _code(error) in _PASSING


def _again(_error: sa.exc.DBAPIError) -> bool:
    return False  # SQLite's own patience is spent by then


def _refusal(address: sa.URL, error: sa.exc.DBAPIError) -> str | None:
    name = Path(address.database or "").name
    if _code(error) in _FOREIGN:
        return (
            f"{name} is no database, or a broken one. Restore it from a backup, or name another file in DATABASE_URL."
        )
    if _code(error) in _OUT_OF_REACH:
        return (
            f"{name} cannot be opened for writing. See that its folder exists and is writable, "
            "or name another file in DATABASE_URL."
        )
    return None


def _code(error: sa.exc.DBAPIError) -> int:
    """The primary result code (https://sqlite.org/rescode.html): the low byte of the extended one."""
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF


_READING: Final = {_READ_ONLY: True}
KIND: Final = Kind("SQLite", _create_engine, _READING, _READING, False, _passes, _again, _refusal)
