"""Opening the SQL store: migrations, files that are no database, several processes, and what the engine is asked."""

import multiprocessing
import re
import sqlite3
import threading
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from icons.adapters.store import migrations, open_store
from icons.adapters.store.database import Database
from icons.adapters.store.tables import images, metadata
from icons.core.ports import Sender
from icons.domain.access import Role
from icons.domain.errors import SettingsError, Unavailable
from icons.domain.images import Facets, Format, Image, Search, Tag, TagType
from icons.domain.jobs import Completed, NewJob, Priority


def url_of(path: Path, **options: object) -> str:
    return f"sqlite:///{path}?" + "&".join(f"{name}={value}" for name, value in options.items())


def schema(path: Path) -> set[str]:
    """Every statement that made the database, without regard to spaces."""
    with sqlite3.connect(path) as connection:
        made = connection.execute("select sql from sqlite_master where sql is not null and name != 'alembic_version'")
        return {re.sub(r"\s+", " ", sql).replace(" ,", ",") for (sql,) in made}


def test_the_migrations_make_the_tables_of_the_code(tmp_path):
    """The migrated schema is the one that the queries are written against, index conditions included."""
    open_store(url_of(tmp_path / "migrated.db")).close()
    metadata.create_all(sa.create_engine(url_of(tmp_path / "direct.db")))
    assert schema(tmp_path / "migrated.db") == schema(tmp_path / "direct.db")


def test_a_store_keeps_what_it_has_when_it_is_opened_again(tmp_path):
    """Opening an up-to-date database changes nothing."""
    first = open_store(url_of(tmp_path / "icons.db"))
    ann = first.accounts.add("ann", Role.USER, None)
    first.close()
    again = open_store(url_of(tmp_path / "icons.db"))
    assert again.accounts.all() == [ann]
    again.ping()
    again.close()


def test_an_earlier_versions_pictures_are_counted(tmp_path):
    """What was there before the counters is in them once the database has been brought up to date."""
    database, config = Database(url_of(tmp_path / "icons.db")), Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with database.write() as tx:
        config.attributes["connection"] = tx.connection
        command.upgrade(config, "0002")
        tx.run(sa.text("insert into accounts values ('ann', 'ann', 'user', null, 1, false, '{}', null)"))
        picture = Image("sun", "ann", "sun.png", "blob", Format.PNG, 64, 64, 100, 1.0, {"provider": "openai"})
        tx.run(sa.insert(images), {column.name: getattr(picture, column.name) for column in images.c})
        tx.run(sa.text("insert into image_tags values ('sun', 0, 'THEME', 'home')"))
    database.close()
    store = open_store(url_of(tmp_path / "icons.db"))
    home = Tag(TagType.THEME, "home")
    assert store.records.facets("ann", 10) == Facets(((home, 1),), (), (("openai", 1),))
    assert store.records.find("ann", Search(), 10, 0)[1] == 1
    store.close()


def test_a_newer_programs_database_is_refused(tmp_path):
    """An older program does not touch tables it does not know."""
    path = tmp_path / "icons.db"
    open_store(url_of(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    with pytest.raises(SettingsError, match=r"icons\.db was written by a newer"):
        open_store(url_of(path))


def test_another_programs_database_is_refused(tmp_path):
    """No table is added to what is not ours."""
    path = tmp_path / "accounts.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table ledger (id integer)")
    with pytest.raises(SettingsError, match="another program"):
        open_store(url_of(path))
    assert schema(path) == {"CREATE TABLE ledger (id integer)"}


@pytest.mark.parametrize("content", [b"GIF89a" + bytes(5000), b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_refused(tmp_path, content):
    """The message names the file, and no more of the path."""
    path = tmp_path / "icons.db"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as refused:
        open_store(url_of(path))
    assert "icons.db" in refused.value.message
    assert str(tmp_path) not in refused.value.message
    assert path.read_bytes() == content


def test_a_folder_that_cannot_hold_a_database_is_refused(tmp_path):
    """A missing folder, or a path that leads through a file, is a wrong setting."""
    (tmp_path / "file").write_text("no folder")
    for path in (tmp_path / "missing" / "icons.db", tmp_path / "file" / "icons.db"):
        with pytest.raises(SettingsError, match="cannot be opened"):
            open_store(url_of(path))


@pytest.mark.parametrize("url", ["", "icons.db", "mysql://host/icons", "sqlite://", "sqlite:///:memory:"])
def test_a_url_that_names_no_database_file_is_refused(url):
    """The message says what to write instead."""
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        open_store(url)


def test_a_locked_database_is_unavailable_and_recovers(tmp_path):
    """While another process holds the lock writers hear 503; readers and keys go on, and afterwards all is well."""
    path = tmp_path / "icons.db"
    store = open_store(url_of(path, timeout=0.05))
    ann = store.accounts.add("ann", Role.USER, None)
    store.accounts.add_key(ann.id, "laptop", "hash", "wxyz", None)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(Unavailable) as busy:
        store.accounts.add("bob", Role.USER, None)
    assert busy.value.retry_after
    assert store.accounts.all() == [ann]
    assert store.accounts.by_key("hash")
    other.execute("rollback")
    assert store.accounts.add("bob", Role.USER, None) in store.accounts.all()
    other.close()
    store.close()


def test_a_full_disk_is_unavailable_and_recovers(tmp_path):
    """A submission that finds no room is refused as a whole."""
    limit = "pragma max_page_count = 200"

    def fill(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(limit)

    sa.event.listen(sa.pool.Pool, "connect", fill)
    try:
        store = open_store(url_of(tmp_path / "icons.db"))
        ann = store.accounts.add("ann", Role.USER, None)
        job = NewJob(str(uuid.uuid4()), "icon", {"text": "x" * 1_000_000}, "large")
        with pytest.raises(Unavailable):
            store.jobs.submit(Sender(ann.id), [job], Priority.BATCH)
        assert store.jobs.get(ann.id, job.id) is None
        store.close()
    finally:
        sa.event.remove(sa.pool.Pool, "connect", fill)
    store = open_store(url_of(tmp_path / "icons.db"))
    store.jobs.submit(Sender(ann.id), [job], Priority.BATCH)
    assert store.jobs.get(ann.id, job.id)
    store.close()


def test_processes_that_start_together_make_one_database(tmp_path):
    """One runs the migrations, the others wait for it; nobody fails."""
    fork = multiprocessing.get_context("fork")
    together = fork.Barrier(4)

    def start() -> None:
        together.wait(timeout=30)
        open_store(url_of(tmp_path / "icons.db")).ping()

    processes = [fork.Process(target=start) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=60)
    assert [process.exitcode for process in processes] == [0] * 4


def test_a_claim_reads_no_more_than_it_takes(tmp_path):
    """The best job is the first of an index that holds waiting jobs only: no scan, no sorting, however many wait."""
    store = open_store(url_of(tmp_path / "icons.db"))
    plans = []

    def explain(_connection, cursor, statement, parameters, _context, _many):
        if statement.startswith("SELECT candidate"):
            plans.extend(step for *_, step in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", explain)
    try:
        store.leases.claim("one", ["icon"], "local")
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", explain)
        store.close()
    assert any("candidate USING INDEX jobs_waiting" in step for step in plans), plans
    assert any("twin USING INDEX jobs_at_work" in step for step in plans), plans
    assert not any("TEMP B-TREE" in step or step.startswith("SCAN jobs") for step in plans), plans


def test_a_reader_waits_for_no_writer(tmp_path):
    """Reads go on while a write transaction of the same process is open."""
    store = open_store(url_of(tmp_path / "icons.db"))
    ann = store.accounts.add("ann", Role.USER, None)
    seen = []

    def read_meanwhile(_blob: str) -> None:
        reader = threading.Thread(target=lambda: seen.append(store.accounts.get(ann.id)))
        reader.start()
        reader.join(timeout=10)

    store.jobs.submit(Sender(ann.id), [NewJob("job", "icon", {}, "sun")], Priority.BATCH)
    image = Image("image", ann.id, "image.png", "im/image.png", Format.PNG, 64, 64, 100, 1.5, {})
    lease = store.leases.claim("one", ["icon"], "local")
    store.leases.settle(lease, Completed((image,), {}))
    store.images.forget(None)
    store.images.purge(read_meanwhile)
    assert seen == [ann]
    store.close()
