"""What a store of a million jobs answers in, beside one of a thousand: the same questions, and their query plans."""

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from icons.adapters.store import open_store
from icons.core.ports import JobFilter, Store
from icons.domain.access import Role
from icons.domain.jobs import State

SMALL, LARGE = 1_000, 1_000_000
ROUNDS = 200
FACTOR = 2.0  # the most that the large store may take of the small one's time

# Of a hundred jobs 96 are completed, two failed and one was cancelled; one waits. A tenth belongs to another account.
_FILL = """
WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :count)
INSERT INTO jobs (id, account, position, category_index, kind, lane, state, priority, tag, request, fingerprint,
                  attempt, failures, progress, stage, user_id, correlation_id, created_at, started_at, finished_at,
                  cancel_asked, cached, facts)
SELECT printf('%08x-job', n), CASE WHEN n % 10 = 0 THEN :other ELSE :account END, 0, 0, 'icon', 'local',
       CASE n % 100 WHEN 1 THEN 'waiting' WHEN 2 THEN 'failed' WHEN 3 THEN 'failed' WHEN 4 THEN 'cancelled'
                    ELSE 'completed' END,
       1, n, '{"category": "bench"}', printf('%08x', n), 1, 0, 100, 'bench', 'user ' || (n % 50), 'bench',
       n * 0.5, n * 0.5 + 1, n * 0.5 + 3, 0, n % 4 = 0, '{}'
FROM numbers
"""

Question = Callable[[], object]


@contextmanager
def filled(folder: Path, count: int) -> Iterator[tuple[Store, str]]:
    """A store with so many jobs, and the account that nine of ten belong to."""
    path = folder / f"{count}.db"
    store = open_store(f"sqlite:///{path}")
    account = store.accounts.add("bench", Role.USER, None).id
    other = store.accounts.add("other", Role.USER, None).id
    started = time.perf_counter()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -200000")
        connection.execute(_FILL, {"count": count, "account": account, "other": other})
        connection.commit()
    connection.close()
    print(f"{count:>9,} jobs in {time.perf_counter() - started:.1f} s, {path.stat().st_size / 1e6:,.0f} MB")
    store.leases.enlist("bench")
    try:
        yield store, account
    finally:
        store.close()


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
    """How SQLite finds each statement's rows."""
    found: list[str] = []

    def explain(connection: sa.Connection, _: object, statement: str, parameters: object, *__: object) -> None:
        if statement.startswith(("SELECT", "UPDATE jobs", "WITH")):
            plan = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            found.append("; ".join(row[3] for row in plan))

    sa.event.listen(sa.Engine, "before_cursor_execute", explain)
    try:
        question()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", explain)
    return [plan for plan in found if "jobs" in plan or "tallies" in plan]


def main() -> None:
    """Print the figures."""
    with (
        tempfile.TemporaryDirectory() as folder,
        filled(Path(folder), SMALL) as small,
        filled(Path(folder), LARGE) as large,
    ):
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
