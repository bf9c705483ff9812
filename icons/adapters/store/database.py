"""Transactions: who may write when, one moment for all of it, and database errors in the product's own terms."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final, TypeVar

import sqlalchemy as sa

from icons.adapters.store.engine import Clock, Kind, kind_of
from icons.core import metrics
from icons.domain.errors import InvalidRequest, Unavailable

Row = Mapping[Any, Any]  # columns by name, as they are read
Values = Mapping[str, Any]  # parameters or columns by name, as they are written
Value = TypeVar("Value")

CHUNK: Final = 500  # values in one IN (...): old SQLite takes 999 parameters a statement
_NOW: Final = sa.select(Clock())
_ALONE: Final = sa.select(
    sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.bindparam("what"), sa.literal_column("0")))
)
_TURN: Final = 30.0  # seconds a thread waits for its turn to write


class Transaction:
    """An open transaction."""

    def __init__(self, connection: sa.Connection, *, shared: bool) -> None:
        self.connection, self._shared = connection, shared
        self._at_end: dict[Callable[[Transaction, list[Any]], None], list[Any]] = {}

    @cached_property
    def now(self) -> float:
        """The moment of the transaction by the database's clock, epoch seconds; read once."""
        return float(self.connection.execute(_NOW).scalar_one())

    def rows(self, statement: sa.Executable, values: Values | None = None) -> Sequence[Row]:
        """All rows of the answer."""
        return self.connection.execute(statement, values).mappings().all()

    def row(self, statement: sa.Executable, values: Values | None = None) -> Row | None:
        """The first row of the answer; None when there is none."""
        return self.connection.execute(statement, values).mappings().first()

    def one(self, statement: sa.Executable, values: Values | None = None) -> Row:
        """The only row of an answer that has exactly one."""
        return self.connection.execute(statement, values).mappings().one()

    def value(self, statement: sa.Executable) -> Any:
        """The only value of the answer; None when there is no row."""
        return self.connection.execute(statement).scalar_one_or_none()

    def run(self, statement: sa.Executable, values: Values | None = None) -> int:
        """Run a statement that answers with no rows; how many rows it has changed."""
        return self.connection.execute(statement, values).rowcount

    def run_each(self, statement: sa.Executable, values: Sequence[Values]) -> None:
        """Run a statement once for each set of values, in their order; for none it does nothing."""
        if values:
            self.connection.execute(statement, values)

    def hold(self, rows: sa.Select[Any]) -> None:
        """Let no other transaction change these rows, or refer to them anew, until the end. They are taken in the
        order of the statement; where one transaction writes at a time there is nothing to do."""
        if self._shared:
            self.connection.execute(rows.with_for_update())

    def alone(self, what: str) -> None:
        """Until the end, be the only transaction that is at ``what``: for decisions that no row stands for."""
        if self._shared:
            self.connection.execute(_ALONE, {"what": f"icon-studio {what}"})

    def at_end(self, step: Callable[["Transaction", list[Any]], None], items: Sequence[Any]) -> None:
        """Have ``step`` called once, just before the commit, with the items of all calls."""
        self._at_end.setdefault(step, []).extend(items)

    def finish(self) -> None:
        """Take the steps that were put off."""
        for step, items in self._at_end.items():
            step(self, items)


class Database:
    """An engine, and the order in which this process's threads write to it."""

    def __init__(self, url: str) -> None:
        self.kind, address = kind_of(url)
        self.engine = self.kind.create_engine(address)
        sa.event.listen(self.engine, "checkout", lambda *_: metrics.CONNECTIONS.inc())
        sa.event.listen(self.engine, "checkin", lambda *_: metrics.CONNECTIONS.dec())
        self._reader = self.engine.execution_options(**self.kind.reading)
        self._looker = self.engine.execution_options(**self.kind.looking)
        # One writer at a time is all SQLite allows. Queueing here wakes the next thread at once; SQLite's own waiting
        # sleeps in growing steps, takes no turns, and would hold a connection meanwhile.
        self._turns = threading.Semaphore(1) if not self.kind.shared else None

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A consistent view that stops no writer."""
        with translated(self.kind), self._reader.begin() as connection:
            yield Transaction(connection, shared=self.kind.shared)

    @contextmanager
    def look(self) -> Iterator[Transaction]:
        """A consistent view for one statement: a way to the database and back where `read` takes three."""
        with translated(self.kind), self._looker.connect() as connection:
            yield Transaction(connection, shared=self.kind.shared)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """All or nothing. Unavailable when the database is locked, full or out of reach."""
        with self._turn(), translated(self.kind), self.engine.begin() as connection:
            transaction = Transaction(connection, shared=self.kind.shared)
            yield transaction
            transaction.finish()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._turns is None:
            yield
            return
        if not self._turns.acquire(timeout=_TURN):
            raise Unavailable("The database is busy. Try again in a few seconds.", retry_after=5)
        try:
            yield
        finally:
            self._turns.release()

    def ping(self) -> None:
        """Raise when the database does not answer. That a connection broke while nobody used it is no reason."""
        try:
            self._ask()
        except Unavailable:
            self._ask()

    def _ask(self) -> None:
        with self.read() as tx:
            tx.value(sa.select(1))

    def close(self) -> None:
        """Close the connections that are not in use."""
        self.engine.dispose()


@contextmanager
def translated(kind: Kind) -> Iterator[None]:
    """Turn errors that pass into Unavailable, values that no column takes into InvalidRequest; others are bugs."""
    try:
        yield
    except sa.exc.TimeoutError as error:
        metrics.UNAVAILABLE.inc()
        raise Unavailable("All database connections are in use. Try again in a second.", retry_after=1) from error
    except sa.exc.DataError as error:
        raise InvalidRequest("A value is too long, too large, or holds a character that cannot be kept.") from error
    except sa.exc.DBAPIError as error:
        if not kind.passes(error):
            raise
        metrics.UNAVAILABLE.inc()
        raise Unavailable(
            "The database takes no data at present. Try again in a few seconds.", retry_after=5
        ) from error


def chunks(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """The values in pieces that fit into one statement."""
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))
