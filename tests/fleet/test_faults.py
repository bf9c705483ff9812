"""Web processes of every runtime, three workers, PostgreSQL, Redis, S3: each kind fails in the middle of one batch."""

import os
import threading
import time
from collections.abc import Iterator

import pytest

from icons.core.service import Context
from icons.domain.requests import BatchRequest, IconRequest

from ..conftest import Studio, log_in
from ..servers.postgres import PostgresServer, new_database, postgres  # noqa: F401 - fixtures
from ..servers.redis import RedisServer, redis_server  # noqa: F401 - a fixture
from ..servers.s3 import KEY, SECRET, s3_server  # noqa: F401 - a fixture
from .machines import Fleet, Listener
from .watching import assert_complete, completed, log_of, until

ICONS = int(os.environ.get("FLEET_ICONS", "500"))
PATIENCE = 600.0  # seconds for each step
RUNTIMES = ("gevent", "eventlet", "threads")  # of the web processes; the first is killed
KILL_AFTER = 60  # icons since the last kill, so that workers that start slowly get something done, too
BREATH = 5.0  # seconds between two kills at least


@pytest.fixture
def fleet(studio: Studio, tmp_path) -> Iterator[Fleet]:
    """Three web and three worker processes."""
    settings = studio.settings
    fleet = Fleet(
        tmp_path,
        {
            "DATABASE_URL": settings.database_url,
            "QUEUE_URL": settings.queue_url,
            "BUS_URL": settings.bus_url,
            "STORAGE_URL": settings.storage_url,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "DRAW_PROCESSES": "1",
        },
    )
    try:
        for _ in range(3):
            fleet.add_worker()
        for runtime in RUNTIMES:
            fleet.add_web(WEB_RUNTIME=runtime)
        yield fleet
    finally:
        fleet.close()


@pytest.mark.timeout(900)
def test_every_icon_once_and_every_listener_hears_all(
    studio: Studio,
    fleet: Fleet,
    postgres: PostgresServer,  # noqa: F811
    redis_server: RedisServer,  # noqa: F811
) -> None:
    """Workers die all the time, a web process dies, Redis forgets everything, PostgreSQL restarts."""
    listeners = [Listener(web, log_in(web.url, "ada")) for web in fleet.webs for _ in range(2)]
    for listener in listeners:
        listener.start()
    batch_id = submit(studio)
    over = threading.Event()
    killer = threading.Thread(target=kill_workers, args=(studio, batch_id, fleet, over))
    killer.start()
    try:
        until(studio, batch_id, ICONS // 6, PATIENCE)
        fleet.webs[0].kill()
        until(studio, batch_id, ICONS // 4, PATIENCE)
        fleet.webs[0].start()
        redis_server.kill()
        until(studio, batch_id, ICONS // 3, PATIENCE)
        redis_server.start()
        done = until(studio, batch_id, ICONS // 2, PATIENCE)
        assert done < ICONS, "the batch was over before the faults: make it larger"
        postgres.restart("fast")
        until(studio, batch_id, ICONS, PATIENCE)
    finally:
        over.set()
        killer.join()
    log = log_of(studio)
    assert_complete(studio, batch_id, ICONS, log)
    assert studio.gallery.usage(studio.caller().account)["images"] == ICONS
    assert not [*studio.gallery.missing()]
    numbers = [event.seq for event in log]
    hear_out(listeners, numbers)
    assert all(listener.seqs == numbers for listener in listeners)
    assert all(each.connections > 1 for each in listeners if each.web is fleet.webs[0]), "it was killed"


def kill_workers(studio: Studio, batch_id: str, fleet: Fleet, over: threading.Event) -> None:
    """One after the other, and a new one in the place of each."""
    drawn = 0
    while not over.wait(BREATH):
        if (now := completed(studio, batch_id)) >= drawn + KILL_AFTER:
            drawn = now
            fleet.kill_worker()
            fleet.add_worker()


def submit(studio: Studio) -> str:
    names = tuple(f"thing {number}" for number in range(ICONS))
    request = BatchRequest(names, shared=IconRequest("", size=64), concurrency=12)
    return studio.service.submit_batch(studio.caller(), request, Context()).id


def hear_out(listeners: list[Listener], numbers: list[int]) -> None:
    """Until each has heard the last event, or for two minutes."""
    end = time.monotonic() + 120
    while any(listener.seqs[-1:] != numbers[-1:] for listener in listeners) and time.monotonic() < end:
        time.sleep(0.1)
    for listener in listeners:
        listener.stop()
