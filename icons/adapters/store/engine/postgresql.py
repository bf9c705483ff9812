"""PostgreSQL: many writers at a time, in many processes."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from icons.adapters.store.engine.kinds import Clock, Kind

_CONNECTIONS: Final = 5  # kept open by a process
_MORE: Final = 15  # while many threads ask; a server takes 100 in all unless it is told otherwise
_PATIENCE: Final = 10  # seconds to wait for a connection, or for a free one of this process

# What an address may say otherwise. A partner that went silent is given up within half a minute.
_DEFAULTS: Final = {
    "connect_timeout": str(_PATIENCE),
    "application_name": "icon-studio",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
# A process that stands still in a transaction, and holds its locks, loses them after a minute.
_SESSION: Final = """SELECT set_config('lock_timeout', '30s', false),
set_config('idle_in_transaction_session_timeout', '60s', false)"""

# Beginnings of SQLSTATE codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
_BROKEN_OFF: Final = (
    "08",  # connection exception
    "25006",  # read-only transaction: the server has become a standby
    "25P03",  # idle in transaction for too long
    "40",  # serialization failure, deadlock
    "57P",  # the server stops, crashes or starts
)
_PASSING: Final = (
    *_BROKEN_OFF,
    "53",  # no memory, disk space or connection left
    "55P03",  # a lock was not to be had in time
    "57014",  # cancelled by an operator
    "58",  # trouble outside the server, such as with its disk
)
_NOT_ALLOWED: Final = "42501"  # insufficient privilege


@compiles(Clock, "postgresql")
def _clock(_element: Clock, _compiler: Any, **_: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) AS double precision)"


def _create_engine(address: sa.URL) -> sa.Engine:
    given = {name: value for name, value in _DEFAULTS.items() if name not in address.query}
    engine = sa.create_engine(
        address.set(drivername="postgresql+psycopg").update_query_dict(given),
        pool_size=_CONNECTIONS,
        max_overflow=_MORE,
        pool_timeout=_PATIENCE,
        isolation_level="READ COMMITTED",  # the server's default may be another, and locks are taken with this in mind
        hide_parameters=True,
    )
    sa.event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    connection.execute(_SESSION)
    connection.commit()


def _passes(error: sa.exc.DBAPIError) -> bool:
    return _lost(error) or _state(error).startswith(_PASSING)


def _again(error: sa.exc.DBAPIError) -> bool:
    return _lost(error) or _state(error).startswith(_BROKEN_OFF)


def _refusal(address: sa.URL, error: sa.exc.DBAPIError) -> str | None:
    if _state(error) == _NOT_ALLOWED:
        return "The user that DATABASE_URL names may not create tables. Make it the owner of the database."
    if not _lost(error) or "the database system is" in str(error.orig):  # it starts or stops
        return None
    # The driver gives no code here; "FATAL" is what a server says, and a silent one does not.
    if "FATAL" in str(error.orig):
        return "PostgreSQL refuses the user, the password or the database that DATABASE_URL names. Correct them."
    return f"No PostgreSQL answers at {_place(address)}. Start it, or correct DATABASE_URL."


def _place(address: sa.URL) -> str:
    return f"{address.host}:{address.port or 5432}" if address.host else "the socket that DATABASE_URL names"


def _lost(error: sa.exc.DBAPIError) -> bool:
    """Whether there is no connection, or no longer: the driver then has no code from the server."""
    return isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError) and not _state(error)


def _state(error: sa.exc.DBAPIError) -> str:
    """The server's SQLSTATE; empty when it has not said one."""
    return getattr(error.orig, "sqlstate", None) or ""


KIND: Final = Kind(
    "PostgreSQL",
    _create_engine,
    {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
    {"isolation_level": "AUTOCOMMIT"},
    True,
    _passes,
    _again,
    _refusal,
)
