"""What a store of a million jobs answers in, beside one of a thousand: the same questions, and their query plans.

`python -m bench.store_scale` asks SQLite; with the URL of a PostgreSQL database whose user may create others, that
server. Two databases are made there and dropped.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from icons.adapters.store import open_store
from icons.adapters.store.database import Database
from icons.core.ports import JobFilter, Store
from icons.domain.access import Role
from icons.domain.jobs import State

SMALL, LARGE = 1_000, 1_000_000
ROUNDS = 200
FACTOR = 2.0  # the most that the large store may take of the small one's time

# Of a hundred jobs 96 are completed, two failed and one was cancelled; one waits. A tenth belongs to another account.
_FILL = """
WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {count})
INSERT INTO jobs (id, account, position, category_index, kind, lane, state, priority, tag, request, fingerprint,
                  attempt, failures, progress, stage, user_id, correlation_id, created_at, started_at, finished_at,
                  cancel_asked, cached, facts)
SELECT {number} || '-job', CASE WHEN n % 10 = 0 THEN '{other}' ELSE '{account}' END, 0, 0, 'icon', 'local',
       CASE n % 100 WHEN 1 THEN 'waiting' WHEN 2 THEN 'failed' WHEN 3 THEN 'failed' WHEN 4 THEN 'cancelled'
                    ELSE 'completed' END,
       1, n, {empty}, {number}, 1, 0, 100, 'bench', 'user ' || (n % 50), 'bench',
       n * 0.5, n * 0.5 + 1, n * 0.5 + 3, false, n % 4 = 0, {empty}
FROM numbers
"""
_WORDS = {
    "sqlite": {"number": "printf('%08x', n)", "empty": "'{}'"},
    "postgresql": {"number": "lpad(to_hex(n), 8, '0')", "empty": "CAST('{}' AS json)"},
}
# PostgreSQL keeps each version of a row until the transaction ends: a million steps of one counter become one.
_AT_ONCE = """
INSERT INTO tallies (account, priority, held, waiting, active, delayed, completed, failed, cancelled, cached)
SELECT account, priority, 0, count(*) FILTER (WHERE state = 'waiting'), 0, 0,
       count(*) FILTER (WHERE state = 'completed'), count(*) FILTER (WHERE state = 'failed'),
       count(*) FILTER (WHERE state = 'cancelled'), count(*) FILTER (WHERE state = 'completed' AND cached)
FROM jobs GROUP BY account, priority
"""
_FILLING = {
    "sqlite": ("PRAGMA synchronous = OFF", "PRAGMA cache_size = -200000", _FILL),
    "postgresql": (
        *("ALTER TABLE jobs DISABLE TRIGGER USER", _FILL, _AT_ONCE),
        *("ALTER TABLE jobs ENABLE TRIGGER USER", "ANALYZE"),
    ),
}

Question = Callable[[], object]


@contextmanager
def database(server: str | None, count: int) -> Iterator[str]:
    """The URL of an empty database: on the server, or in a temporary file."""
    if server is None:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'icons.db'}"
        return
    name = f"icons_bench_{count}"
    own = Database(server).engine.execution_options(isolation_level="AUTOCOMMIT")
    with own.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            yield own.url.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def filled(server: str | None, count: int) -> Iterator[tuple[Store, str]]:
    """A store with so many jobs, and the account that nine of ten belong to."""
    with database(server, count) as url:
        store = open_store(url)
        accounts = {name: store.accounts.add(name, Role.USER, None).id for name in ("account", "other")}
        started = time.perf_counter()
        fill(url, count, accounts)
        print(f"{count:>9,} jobs in {time.perf_counter() - started:.1f} s")
        store.leases.enlist("bench")
        try:
            yield store, accounts["account"]
        finally:
            store.close()


def fill(url: str, count: int, accounts: dict[str, str]) -> None:
    engine = Database(url).engine
    kind = engine.dialect.name
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in _FILLING[kind]:
            words = {**_WORDS[kind], **accounts, "count": count}
            connection.execute(sa.text(statement.format(**words) if statement is _FILL else statement))
    engine.dispose()


def questions(store: Store, account: str, count: int) -> dict[str, Question]:
    """What callers, operators and workers ask."""
    deep = f"{int(count * 0.9) // 10 * 10 + 5:08x}-job"
    old = f"{int(count * 0.1) // 10 * 10 + 5:08x}-job"
    everything, failed = JobFilter(), JobFilter(states=frozenset({State.FAILED, State.CANCELLED}))
    jobs = store.jobs
    return {
        "list": lambda: jobs.find(account, everything, 20),
        "deep page": lambda: jobs.find(account, everything, 20, old),
        "list by status": lambda: jobs.find(account, failed, 20),
        "deep page by status": lambda: jobs.find(account, failed, 20, old),
        "list by user": lambda: jobs.find(account, JobFilter(user_id="user 7"), 20),
        "statistics": lambda: jobs.statistics(account),
        "statistics of all": lambda: jobs.statistics(None),
        "unfinished": lambda: jobs.unfinished(account),
        "status": lambda: jobs.get(account, deep),
        "claim": lambda: store.leases.claim("bench", ["icon"], "local"),
    }


def milliseconds(question: Question, rounds: int) -> float:
    """Median time of one answer."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        assert question() is not None
        times.append(time.perf_counter() - started)
    return 1000 * median(times)


def plans(question: Question) -> list[str]:
    """How the engine finds each statement's rows."""
    found: list[str] = []

    def explain(connection: sa.Connection, _: object, statement: str, parameters: object, *__: object) -> None:
        if statement.startswith(("SELECT", "UPDATE jobs", "WITH")):
            words = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
            cursor = connection.connection.cursor()
            cursor.execute(f"{words} {statement}", parameters)
            found.append("; ".join(str(row[-1]).strip() for row in cursor.fetchall()))

    sa.event.listen(sa.Engine, "before_cursor_execute", explain)
    try:
        question()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", explain)
    return [plan for plan in found if "jobs" in plan or "tallies" in plan]


def main() -> None:
    """Print the figures."""
    server = sys.argv[1] if len(sys.argv) > 1 else None
    with filled(server, SMALL) as small, filled(server, LARGE) as large:
        few, many = questions(*small, SMALL), questions(*large, LARGE)
        for name, question in many.items():
            rounds = 5 if name == "claim" else ROUNDS  # ten jobs of the small store wait
            one, other = milliseconds(few[name], rounds), milliseconds(question, rounds)
            verdict = "" if other <= FACTOR * one else f"  ABOVE {FACTOR:g}x"
            print(f"{name:<20} {one:7.2f} ms  {other:7.2f} ms  ratio {other / one:.2f}{verdict}")
        for name, question in many.items():
            for plan in plans(question):
                print(f"{name}: {plan}")


if __name__ == "__main__":
    main()
