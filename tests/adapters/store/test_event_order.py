"""Event numbers on PostgreSQL: whoever has seen one never misses a smaller one that several processes write."""

import multiprocessing
from collections.abc import Callable

from icons.adapters.store import open_store
from icons.core.ports import Sender
from icons.domain.access import Role
from icons.domain.jobs import NewJob, Priority

from ...servers.postgres import new_database, postgres  # noqa: F401 - fixtures

WRITERS = 4
LINES = 150


def write(url: str, account: str, number: int) -> None:
    """Work on a job and say so many times how it goes."""
    store = open_store(url)
    job = NewJob(f"job {number}", "icon", {}, f"work {number}")
    store.jobs.submit(Sender(account), [job], Priority.BATCH)
    lease = store.leases.claim(f"worker {number}", ["icon"], "local")
    assert lease
    for line in range(LINES):
        store.leases.report(lease, "drawing", 50, f"line {line}")
    store.close()


def test_a_reader_misses_no_event_of_many_writers(new_database: Callable[..., str]) -> None:  # noqa: F811
    """A tail that reads on from the newest number it has seen ends up with the whole log."""
    url = new_database()
    store = open_store(url)
    account = store.accounts.add("ann", Role.USER, None).id
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=write, args=(url, account, number)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    heard: list[int] = []
    while any(writer.is_alive() for writer in writers):
        heard += [event.seq for event in store.events.after(heard[-1] if heard else 0, 500)]
    heard += [event.seq for event in store.events.after(heard[-1], 5000)]
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    assert heard == [event.seq for event in store.events.after(0, 5000)]
    assert len(heard) == WRITERS * (LINES + 1)
    store.close()
