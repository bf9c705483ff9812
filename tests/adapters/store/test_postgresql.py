"""PostgreSQL alone: opening it, what is wrong with an address, values it does not take, connections that break."""

import multiprocessing
import threading

import psycopg
import pytest
import sqlalchemy as sa

from icons.adapters.store import open_store
from icons.adapters.store.database import Database
from icons.adapters.store.repeating import persistent
from icons.adapters.store.tables import metadata
from icons.core.ports import Sender
from icons.domain.access import Role
from icons.domain.errors import InvalidRequest, SettingsError
from icons.domain.jobs import NewJob, Priority

from ...conftest import free_port
from ...servers.postgres import PASSWORD, PostgresServer, new_database, postgres  # noqa: F401 - fixtures

SCHEMA = """
select 'column', table_name || '.' || column_name, concat_ws(' ', data_type, character_maximum_length, is_nullable,
       column_default) from information_schema.columns where table_schema = 'public'
union all select 'index', indexname, indexdef from pg_indexes where schemaname = 'public'
union all select 'constraint', conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) from pg_constraint
       where connamespace = 'public'::regnamespace
union all select 'function', proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace
union all select 'trigger', tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
"""


def schema(url: str) -> set[tuple[str, str, str]]:
    """Everything of the database that statements depend on."""
    with psycopg.connect(url) as connection:
        return {row for row in connection.execute(SCHEMA) if "alembic_version" not in " ".join(row)}


def start(url: str) -> None:
    open_store(url).ping()


def test_the_migrations_make_the_tables_of_the_code(new_database):  # noqa: F811
    """The migrated schema is the one that the queries are written against; triggers and index conditions included."""
    migrated, direct = new_database(), new_database(empty=True)
    metadata.create_all(Database(direct).engine)
    assert schema(migrated) == schema(direct)


def test_processes_that_start_together_make_one_database(new_database):  # noqa: F811
    """One runs the migrations, the others wait for it; nobody fails."""
    url = new_database(empty=True)
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=start, args=(url,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=60)
    assert [process.exitcode for process in processes] == [0] * 3


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_the_scheme_opens(postgres, new_database, scheme):  # noqa: F811
    """By the port, with a password that has to be quoted."""
    url = postgres.url_by_port(sa.make_url(new_database()).database)
    store = open_store(url.replace("postgresql", scheme, 1))
    store.ping()
    assert store.kind == "PostgreSQL"
    store.close()


def wrong_addresses(server: PostgresServer) -> dict[str, str]:
    """Address -> what the message says."""
    return {
        server.url_by_port("postgres", password="wrong horse"): "refuses",
        server.url_by_port("postgres", user="nobody"): "refuses",
        server.url_by_port("missing"): "refuses",
        f"postgresql://icons:secret@127.0.0.1:{free_port()}/x": "No PostgreSQL",
        "postgresql://icons@/x?host=/nowhere": "No PostgreSQL",
        "postgresql://icons:secret@host:port/x": "not a URL",
    }


def test_a_wrong_address_is_a_wrong_setting(postgres):  # noqa: F811
    """The message says what is wrong, at once, and never the password; neither does the error's history."""
    for url, said in wrong_addresses(postgres).items():
        with pytest.raises(SettingsError, match=said) as refused:
            open_store(url)
        history = repr([refused.value, refused.value.__cause__, refused.value.message])
        assert not any(secret in history for secret in (PASSWORD, "correct%2Fhorse", "wrong horse", "secret"))


def test_a_user_who_may_create_nothing_is_refused(postgres, new_database):  # noqa: F811
    """Since version 15 a database's public schema is its owner's alone."""
    name = sa.make_url(new_database(empty=True)).database
    postgres.execute("CREATE ROLE guest LOGIN")
    with pytest.raises(SettingsError, match="may not create tables"):
        open_store(postgres.url(name).replace("icons@", "guest@"))


def test_another_programs_database_is_refused(new_database):  # noqa: F811
    """No table is added to what is not ours."""
    url = new_database(empty=True)
    with psycopg.connect(url) as connection:
        connection.execute("create table ledger (id integer)")
    with pytest.raises(SettingsError, match="another program"):
        open_store(url)
    assert {name for kind, name, _ in schema(url) if kind == "column"} == {"ledger.id"}


@pytest.mark.parametrize("name", ["nul \0 byte", "x" * 300])
def test_a_text_that_no_column_takes_is_the_callers_mistake(new_database, name):  # noqa: F811
    """PostgreSQL keeps no NUL and minds lengths; the transaction leaves nothing behind."""
    store = open_store(new_database())
    with pytest.raises(InvalidRequest):
        store.accounts.add(name, Role.USER, None)
    assert store.accounts.all() == []
    store.close()


def test_broken_connections_are_replaced_unseen(postgres, new_database):  # noqa: F811
    """After the server has ended every connection the next read and the next write go through."""
    url = new_database()
    store = open_store(url)
    ann = store.accounts.add("ann", Role.USER, None)
    for verb in (lambda: store.accounts.get(ann.id), lambda: store.accounts.set_rates(ann.id, {}), store.ping):
        postgres.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'icon-studio'"
        )
        verb()
    store.close()


def test_a_claim_reads_no_more_than_it_takes(new_database):  # noqa: F811
    """With many jobs waiting the best one is the first of its index."""
    store = open_store(new_database())
    ann = store.accounts.add("ann", Role.USER, None)
    store.jobs.submit(Sender(ann.id), [NewJob(f"job {n}", "icon", {}, f"{n}") for n in range(500)], Priority.BATCH)
    plans = []

    def explain(connection, cursor, statement, parameters, _context, _many):
        if statement.startswith("SELECT candidate"):
            with connection.connection.driver_connection.cursor() as beside:
                beside.execute("ANALYZE jobs")
                plans.extend(row[0] for row in beside.execute(f"EXPLAIN {statement}", parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", explain)
    try:
        assert store.leases.claim("one", ["icon"], "local")
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", explain)
        store.close()
    plan = "\n".join(plans)
    assert "jobs_waiting" in plan
    assert "Sort" not in plan
    assert "Seq Scan" not in plan


@persistent
class Crossing:
    """A verb that holds two accounts in the order it is told."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.meeting = threading.Barrier(2)
        self.tries = 0

    def hold(self, first: str, second: str) -> None:
        accounts = metadata.tables["accounts"]
        with self._database.write() as tx:
            self.tries += 1
            tx.hold(sa.select(accounts.c.id).where(accounts.c.id == first))
            if self.tries <= 2:
                self.meeting.wait(timeout=10)
            tx.hold(sa.select(accounts.c.id).where(accounts.c.id == second))


def test_a_deadlock_is_tried_again(new_database):  # noqa: F811
    """Two transactions that wait for each other both succeed: the one that was ended begins anew."""
    url = new_database()
    store = open_store(url)
    ann, bob = (store.accounts.add(name, Role.USER, None).id for name in ("ann", "bob"))
    crossing = Crossing(Database(url))
    other = threading.Thread(target=crossing.hold, args=(bob, ann))
    other.start()
    crossing.hold(ann, bob)
    other.join(timeout=30)
    assert not other.is_alive()
    assert crossing.tries == 3
    store.close()


def test_a_server_that_comes_back_is_waited_for(postgres, new_database):  # noqa: F811
    """A verb waits some seconds for its database and answers as soon as it is back."""
    store = open_store(new_database())
    postgres.stop()
    back = threading.Timer(1.0, postgres.start)
    back.start()
    assert store.accounts.all() == []
    back.join()
    store.close()
