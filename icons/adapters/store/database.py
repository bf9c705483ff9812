"""Transactions: who may write when, one moment for all of it, and database errors in the product's own terms."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final

import sqlalchemy as sa

from icons.adapters.store.engine import CLOCK, READ_ONLY, create_engine, passes
from icons.domain.errors import Unavailable

Row = Mapping[Any, Any]  # columns by name, as they are read
Values = Mapping[str, Any]  # parameters or columns by name, as they are written

CHUNK: Final = 500  # values in one IN (...): old SQLite takes 999 parameters a statement
_NOW: Final = sa.select(CLOCK)
_TURN: Final = 30.0  # seconds a thread waits for its turn to write


class Transaction:
    """An open transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection

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


class Database:
    """An engine, and the order in which this process's threads write to it."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)
        self._reader = self.engine.execution_options(**{READ_ONLY: True})
        # One writer at a time is all SQLite allows. Queueing here wakes the next thread at once; SQLite's own waiting
        # sleeps in growing steps, takes no turns, and would hold a connection meanwhile.
        self._turn = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A consistent view that stops no writer."""
        with translated(), self._reader.begin() as connection:
            yield Transaction(connection)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """All or nothing, one at a time. Unavailable when the database is locked, full or out of reach."""
        if not self._turn.acquire(timeout=_TURN):
            raise Unavailable("The database is busy. Try again in a few seconds.", retry_after=5)
        try:
            with translated(), self.engine.begin() as connection:
                yield Transaction(connection)
        finally:
            self._turn.release()

    def ping(self) -> None:
        """Raise when the database does not answer."""
        with self.read() as tx:
            tx.value(sa.select(1))

    def close(self) -> None:
        """Close the connections that are not in use."""
        self.engine.dispose()


@contextmanager
def translated() -> Iterator[None]:
    """Turn errors that pass into Unavailable; others are bugs and go through."""
    try:
        yield
    except sa.exc.TimeoutError as error:
        raise Unavailable("All database connections are in use. Try again in a second.", retry_after=1) from error
    except sa.exc.DBAPIError as error:
        if not passes(error):
            raise
        raise Unavailable(
            "The database takes no data at present. Try again in a few seconds.", retry_after=5
        ) from error


def chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """The values in pieces that fit into one statement."""
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))
