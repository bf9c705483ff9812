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
from typing import Any

import sqlalchemy as sa

from bench.filling import fill
from icons.adapters.store import open_store
from icons.adapters.store.database import Database
from icons.core.ports import JobFilter, Store
from icons.domain.access import Role
from icons.domain.hooks import DeliveryState
from icons.domain.images import Search, Sorting, TagType
from icons.domain.jobs import FINAL, LIVE, State

SMALL, LARGE = 1_000, 1_000_000
ROUNDS = 50
SECONDS = 5.0  # or fewer rounds, where one takes long
FACTOR = 2.0  # the most that the large store may take of the small one's time

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
        account = store.accounts.add("account", Role.USER, None).id
        started = time.perf_counter()
        fill(url, account, count)
        print(f"{count:>9,} jobs in {time.perf_counter() - started:.1f} s")
        store.leases.enlist("bench")
        try:
            yield store, account
        finally:
            store.close()


def questions(store: Store, account: str, count: int) -> dict[str, Question]:
    """What callers, operators and workers ask."""
    old, batch = f"{int(count * 0.1) // 10 * 10 + 5:08x}-job", f"{count // 100:08x}-batch"
    jobs, records, now = store.jobs, store.records, time.time()
    failed = frozenset({State.FAILED, State.CANCELLED})
    return {
        "jobs": lambda: jobs.find(account, JobFilter(), 20),
        "jobs, deep page": lambda: jobs.find(account, JobFilter(), 20, old),
        "jobs by status": lambda: jobs.find(account, JobFilter(failed), 20),
        "jobs by status, deep page": lambda: jobs.find(account, JobFilter(failed), 20, old),
        "jobs by user": lambda: jobs.find(account, JobFilter(user_id="user 7"), 20),
        "jobs by user and status": lambda: jobs.find(account, JobFilter(LIVE, user_id="user 7"), 20),
        "jobs of a batch": lambda: jobs.find(account, JobFilter(batch_id=batch), 20),
        "batches": lambda: jobs.batches(account, 20),
        "statistics": lambda: jobs.statistics(account),
        "statistics of all": lambda: jobs.statistics(None),
        "unfinished": lambda: jobs.unfinished(account),
        "status": lambda: jobs.get(account, old),
        "cleaning": lambda: jobs.clean(account, FINAL, 100 * 86400),
        "gallery": lambda: records.find(account, Search(), 24, 0),
        "gallery by name": lambda: records.find(account, Search(sorting=Sorting.NAME), 24, 0),
        "gallery by size": lambda: records.find(account, Search(sorting=Sorting.LARGEST), 24, 0),
        "gallery of a category": lambda: records.find(account, Search(category="category 7"), 24, 0),
        "gallery of a model": lambda: records.find(account, Search(model="model 3"), 24, 0),
        "gallery of a tag": lambda: records.find(account, Search(tag_type=TagType.THEME, tag_id="theme 7"), 24, 0),
        "gallery, deep page": lambda: records.find(account, Search(), 24, count // 8),
        "gallery since": lambda: records.find(account, Search(since=now - 45 * 86400), 24, 0),
        "gallery by text": lambda: records.find(account, Search(text="icon of a 7"), 24, 0),
        "facets": lambda: records.facets(account, 200),
        "cache": lambda: store.images.entries(account, 20, 0),
        "usage": lambda: store.images.usage(account),
        "spending by day": lambda: store.spending.report(account, "day"),
        "budget": lambda: store.spending.left(account),
        "deliveries": lambda: store.hooks.find(account, None, 20),
        "deliveries by status": lambda: store.hooks.find(account, DeliveryState.FAILED, 20),
        "deliveries due": lambda: store.hooks.due(20, [], []),
        "chats of a user": lambda: store.chats.find(account, "user 7", 20),
        "events": lambda: store.events.after(count // 2, 100, account),
        "lanes": store.leases.lanes,
        "backlog": store.leases.backlog,
        "beat": lambda: store.leases.beat("bench", 60),
        "claim": lambda: store.leases.claim("bench", ["icon"], "local"),
    }


def milliseconds(question: Question, rounds: int) -> float:
    """Shortest time of one answer: whatever else the machine does makes it longer."""
    times: list[float] = []
    while len(times) < rounds and sum(times) < SECONDS:
        started = time.perf_counter()
        assert question() is not None
        times.append(time.perf_counter() - started)
    return 1000 * min(times)


def plans(question: Question) -> list[str]:
    """How the engine finds each statement's rows."""
    found: list[str] = []

    def explain(connection: sa.Connection, _: object, statement: str, parameters: Any, *__: object) -> None:
        if statement.startswith(("SELECT", "WITH")) and "pg_advisory" not in statement:
            words = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
            cursor = connection.connection.cursor()
            cursor.execute(f"{words} {statement}", parameters)
            found.append("; ".join(str(row[-1]).strip() for row in cursor.fetchall()))

    sa.event.listen(sa.Engine, "before_cursor_execute", explain)
    try:
        question()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", explain)
    return found


def main() -> None:
    """Print the figures."""
    server = sys.argv[1] if len(sys.argv) > 1 else None
    with filled(server, SMALL) as small, filled(server, LARGE) as large:
        for store, account in (small, large):
            store.spending.set_budget(account, 10**15)
        few, many = questions(*small, SMALL), questions(*large, LARGE)
        for name, question in many.items():
            rounds = 4 if name == "claim" else ROUNDS  # five jobs of the small store wait in this lane
            one, other = milliseconds(few[name], rounds), milliseconds(question, rounds)
            verdict = "" if other <= FACTOR * one else f"  ABOVE {FACTOR:g}x"
            print(f"{name:<26} {one:7.2f} ms  {other:7.2f} ms  ratio {other / one:.2f}{verdict}")
        for name, question in many.items():
            for plan in plans(question):
                print(f"{name}: {plan}")


if __name__ == "__main__":
    main()
