"""What queues and buses promise: rings arrive, and one process at a time works on an embedded storage."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import structlog

from icons.adapters.buses import open_bus
from icons.adapters.queues import open_queue
from icons.core.ports import Bus, Queue
from icons.domain.errors import SettingsError

from ..conftest import eventually, free_port
from ..servers.postgres import PostgresServer, new_database, postgres  # noqa: F401 - fixtures
from ..servers.redis import RedisServer, redis_server  # noqa: F401 - a fixture

HOLD = """
import sys, time
from pathlib import Path
from icons.adapters.queues import open_queue
queue = open_queue("embedded:", Path(sys.argv[1]))
print(queue.enlist(), flush=True)
time.sleep(60)
"""
TOKENS = "SELECT status::text FROM procrastinate_jobs"
Opener = Callable[[], Queue | Bus]


@pytest.fixture(params=["embedded", "procrastinate", "memory", "redis"])
def open_bell(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Opens the same bell as often as asked: of one process, or as several processes would."""
    match request.param:
        case "embedded":
            return lambda: open_queue("embedded:", tmp_path)
        case "procrastinate":
            url = request.getfixturevalue("new_database")(empty=True)
            return lambda: open_queue(url, tmp_path)
        case "memory":
            return lambda: open_bus("memory:")
        case _:
            url = request.getfixturevalue("redis_server").url
            return lambda: open_bus(url)


@pytest.fixture
def bell(open_bell: Opener) -> Iterator[Queue | Bus]:
    bell = open_bell()
    yield bell
    bell.close()


class Ear:
    """Listens, and knows whether it was called since it was asked last."""

    def __init__(self, bell: Queue | Bus) -> None:
        self._heard = threading.Event()
        self.leave = bell.listen(self._heard.set)

    def hears(self, seconds: float = 20.0) -> bool:
        heard = self._heard.wait(seconds)
        self._heard.clear()
        return heard

    def settle(self) -> None:
        """Wait until no more of earlier rings comes."""
        while self.hears(0.5):
            pass


def test_every_listener_hears_a_ring(bell: Queue | Bus) -> None:
    """Two listeners hear it; one that has left does not; leaving twice is no error."""
    first, second = Ear(bell), Ear(bell)
    ring_until(bell, first.hears)
    ring_until(bell, second.hears)
    first.leave()
    first.leave()
    time.sleep(1.2)  # a listener of a server looks once a second whether it shall leave
    first.settle()
    ring_until(bell, second.hears)
    assert not first.hears(0.2)
    second.leave()


def test_a_flood_of_rings_costs_the_ringer_nothing(bell: Queue | Bus) -> None:
    """Ten thousand take no more time than it takes to set a flag, and the last one is heard."""
    ear = Ear(bell)
    ring_until(bell, ear.hears)
    for _ in range(10_000):
        bell.ring()
    assert ear.hears()
    ear.settle()
    bell.ring()
    assert ear.hears(10)
    ear.leave()


@pytest.mark.parametrize("open_bell", ["procrastinate", "redis"], indirect=True)
def test_the_ring_of_one_process_is_heard_in_others(open_bell: Opener) -> None:
    """The last ring before a process leaves included."""
    near, far = open_bell(), open_bell()
    ear = Ear(far)
    ring_until(near, ear.hears)
    ear.settle()
    near.ring()
    near.close()
    assert ear.hears()
    ear.leave()
    far.close()


def test_a_redis_that_comes_and_goes_stops_nobody(redis_server: RedisServer) -> None:  # noqa: F811
    """Rings are dropped without an error or a wait; listeners hear again once it is back, of their own accord."""
    bus = open_bus(redis_server.url)
    ear = Ear(bus)
    ring_until(bus, ear.hears)
    redis_server.kill()
    begun = time.perf_counter()
    for _ in range(1000):
        bus.ring()
    assert time.perf_counter() - begun < 1, "who rings has waited"
    ear.settle()
    redis_server.start()
    assert ear.hears(), "a listener that was cut off is called once it listens again: rings may have been missed"
    ear.settle()
    bus.ring()
    assert ear.hears()
    ear.leave()
    bus.close()


def test_a_bus_opens_before_its_redis() -> None:
    """The house starts without it; the log says so once, however often somebody rings."""
    with structlog.testing.capture_logs() as entries:
        bus = open_bus(f"redis://127.0.0.1:{free_port()}")
        for _ in range(5):
            bus.ring()
            time.sleep(0.05)
        bus.close()
    assert [(entry["event"], entry["line"]) for entry in entries] == [("line.lost", "bus")]


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_a_postgresql_that_comes_and_goes_stops_nobody(postgres: PostgresServer, tmp_path: Path, how: str) -> None:  # noqa: F811
    """The same for the queue, after a shutdown and after a crash."""
    queue = open_queue(postgres.url(postgres.create()), tmp_path)
    ear = Ear(queue)
    ring_until(queue, ear.hears)
    postgres.stop(how)
    try:
        begun = time.perf_counter()
        for _ in range(1000):
            queue.ring()
        assert time.perf_counter() - begun < 1, "who rings has waited"
        ear.settle()
    finally:
        postgres.start()
    assert ear.hears()
    ring_until(queue, ear.hears)
    ear.leave()
    queue.close()


def test_tokens_do_not_pile_up(new_database: Callable[..., str], tmp_path: Path) -> None:  # noqa: F811
    """Without a listener one waits at most; with one none is left, not even what a killed worker had taken."""
    url = new_database(empty=True)
    queue = open_queue(url, tmp_path)
    for _ in range(20):
        queue.ring()
        time.sleep(0.02)
    with psycopg.connect(url, autocommit=True) as database:
        eventually(lambda: database.execute(TOKENS).fetchall() == [("todo",)])
        database.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('icon-studio', 'wake', 'doing')"
        )
        ear = Ear(queue)
        eventually(lambda: database.execute(TOKENS).fetchall() == [])
    ear.leave()
    queue.close()


def test_many_processes_may_work_in_a_fleet(new_database: Callable[..., str], tmp_path: Path) -> None:  # noqa: F811
    """All of them at once, and the tables are made by one of those that start together."""
    url = new_database(empty=True)
    queues: list[Queue] = []
    openers = [threading.Thread(target=lambda: queues.append(open_queue(url, tmp_path))) for _ in range(6)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join()
    assert [queue.enlist() for queue in queues] == [True] * 6
    assert not any(queue.exclusive for queue in queues)
    for queue in queues:
        queue.close()


def test_one_process_at_a_time_works(tmp_path: Path) -> None:
    """While another process holds the storage this one stands by; once that one is killed it works."""
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLD,
            str(tmp_path),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        queue = open_queue("embedded:", tmp_path)
        assert not queue.enlist()
    finally:
        holder.kill()
        holder.wait()
    assert queue.enlist()
    assert queue.enlist()
    queue.close()


@pytest.mark.parametrize(
    ("opener", "url"),
    [
        (open_bus, "amqp://localhost"),
        (open_bus, "redis://:secret@localhost:many"),
        (lambda url: open_queue(url, Path()), "x:"),
        (lambda url: open_queue(url, Path()), "postgresql://icons:secret@127.0.0.1:1/icons"),
    ],
)
def test_an_engine_that_cannot_serve_is_refused_with_a_sentence(opener, url: str) -> None:
    """A URL that nothing serves stops the start; its password stays out of the sentence."""
    with pytest.raises(SettingsError, match="write") as refused:
        opener(url)
    assert "secret" not in refused.value.message


def ring_until(bell: Queue | Bus, heard: Callable[[float], bool]) -> None:
    """Ring until somebody has heard: a listener that has just come may still be on its way to the server."""
    end = time.monotonic() + 20
    bell.ring()
    while not heard(0.5):
        assert time.monotonic() < end, "nobody hears"
        bell.ring()
