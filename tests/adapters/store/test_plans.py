"""Questions about an account are answered from the index that was made for them, so that they cost the same whatever
else it has."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from icons.core.ports import JobFilter, Store
from icons.domain.access import Role
from icons.domain.hooks import DeliveryState
from icons.domain.images import Search, Sorting
from icons.domain.jobs import FINAL, State

from ...contracts.conftest import fresh_store  # noqa: F401 - a fixture
from ...servers.postgres import new_database, postgres  # noqa: F401 - fixtures

Question = Callable[[Store, str], object]

FAILED = frozenset({State.FAILED})
QUESTIONS: dict[str, Question] = {
    "jobs_of_account": lambda store, account: store.jobs.find(account, JobFilter(), 20),
    "jobs_of_user": lambda store, account: store.jobs.find(account, JobFilter(FAILED, user_id="ann"), 20),
    "jobs_of_batch": lambda store, account: store.jobs.find(account, JobFilter(batch_id="batch"), 20),
    "jobs_ended": lambda store, account: store.jobs.clean(account, FINAL, 60),
    "jobs_answered": lambda store, account: store.jobs.statistics(account),
    "batches_open": lambda store, account: store.jobs.statistics(account),
    "jobs_for_outside": lambda store, account: store.workers.demands([account]),
    "deliveries_in_state": lambda store, account: store.hooks.find(account, DeliveryState.FAILED, 20),
    "chats_of_user": lambda store, account: store.chats.find(account, "ann", 20),
    "calls_of_account": lambda store, account: store.spending.report(account, "model"),
    "cache_of_account": lambda store, account: store.images.entries(account, 20, 0),
    "images_by_age": lambda store, account: store.records.find(account, Search(), 20, 0),
    "images_by_size": lambda store, account: store.records.find(account, Search(sorting=Sorting.LARGEST), 20, 0),
    "images_by_title": lambda store, account: store.records.find(account, Search(sorting=Sorting.NAME), 20, 0),
    **{
        f"images_of_{name}": lambda store, account, name=name: store.records.find(account, Search(**{name: "x"}), 20, 0)
        for name in ("source", "category", "style", "color_scheme", "model", "provider")
    },
    "images_of_tag": lambda store, account: store.records.find(account, Search(tag_id="x"), 20, 0),
}


@contextmanager
def explained() -> Iterator[list[str]]:
    """The plans of all statements, as if the tables were large."""
    plans: list[str] = []

    def explain(connection: sa.Connection, _: object, statement: str, parameters: object, *__: object) -> None:
        if not statement.startswith(("SELECT", "WITH")) or "pg_advisory" in statement:
            return
        cursor = connection.connection.cursor()
        if connection.dialect.name == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        words = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        cursor.execute(f"{words} {statement}", parameters)
        plans.append("\n".join(str(row[-1]) for row in cursor.fetchall()))

    sa.event.listen(sa.Engine, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", explain)


@pytest.mark.parametrize("index", QUESTIONS)
def test_an_index_answers(fresh_store, index: str) -> None:  # noqa: F811
    """Its name is in the plan, on either engine."""
    store = fresh_store()
    account = store.accounts.add("ann", Role.USER, None).id
    with explained() as plans:
        QUESTIONS[index](store, account)
    assert any(f" {index} " in f"{plan} " for plan in plans), "\n\n".join(plans)
