"""The fleet under faults, in the middle of a batch: Redis killed, PostgreSQL restarted, all tokens lost."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from PIL import Image

from icons.core.service import Context
from icons.domain.errors import Unavailable
from icons.domain.events import EventType
from icons.domain.jobs import Batch, BatchState
from icons.domain.requests import BatchRequest, IconRequest

from ..conftest import Studio
from ..servers.postgres import PostgresServer, new_database, postgres  # noqa: F401 - fixtures
from ..servers.redis import RedisServer, redis_server  # noqa: F401 - a fixture
from ..servers.s3 import S3Server, s3_server  # noqa: F401 - a fixture

ROOT = Path(__file__).parents[2]
ICONS = 60


@pytest.fixture
def studio(
    new_studio: Callable[..., Studio],
    new_database: Callable[..., str],  # noqa: F811
    redis_server: RedisServer,  # noqa: F811
    s3_server: S3Server,  # noqa: F811
) -> Studio:
    """The web's side of a fleet: four servers, and nobody who works."""
    database = new_database()
    return new_studio(
        work=False,
        database_url=database,
        queue_url=database,
        bus_url=redis_server.url,
        storage_url=s3_server.url("fleet"),
    )


@pytest.fixture
def workers(studio: Studio) -> Iterator[subprocess.Popen]:
    """Two worker processes under their supervisor."""
    settings = studio.settings
    environment = {
        **{name: os.environ[name] for name in ("PATH", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")},
        "STORAGE_DIR": str(settings.storage_dir.with_name("elsewhere")),
        "DATABASE_URL": settings.database_url,
        "QUEUE_URL": settings.queue_url,
        "BUS_URL": settings.bus_url,
        "STORAGE_URL": settings.storage_url,
        "DRAW_PROCESSES": "1",
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, ROOT / "app.py", "worker", "--processes", "2"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    yield process
    process.terminate()
    assert process.wait(60) == 0


@pytest.mark.timeout(300)
def test_a_batch_survives_the_loss_of_every_server(
    studio: Studio,
    workers: subprocess.Popen,
    redis_server: RedisServer,  # noqa: F811
    postgres: PostgresServer,  # noqa: F811
) -> None:
    """Each icon is there in the end, once, with one ending; a submit while Redis is away is accepted as ever."""
    batch_id = submit(studio, ICONS, "thing")
    until(studio, batch_id, 5)
    redis_server.kill()
    other_id = submit(studio, 2, "other")
    done = until(studio, batch_id, 15)
    assert done < ICONS, "the batch was over before the faults: make it larger"
    postgres.restart("fast")
    done = until(studio, batch_id, done + 5)
    assert done < ICONS, "the batch was over before the faults: make it larger"
    with psycopg.connect(studio.settings.queue_url, autocommit=True) as database:
        database.execute("TRUNCATE procrastinate_jobs CASCADE")
    redis_server.start()
    until(studio, other_id, 2)
    until(studio, batch_id, ICONS)
    assert_complete(studio, batch_id)


def submit(studio: Studio, icons: int, word: str) -> str:
    request = BatchRequest(
        tuple(f"{word} {number}" for number in range(icons)), shared=IconRequest("", size=512), concurrency=4
    )
    return studio.service.submit_batch(studio.caller(), request, Context()).id


def until(studio: Studio, batch_id: str, completed: int) -> int:
    """Wait until so many icons are completed; how many are."""
    end = time.monotonic() + 120
    while (batch := look(studio, batch_id)) is None or batch.counts.completed < completed:
        assert time.monotonic() < end, batch and batch.counts
        time.sleep(0.02)
    return batch.counts.completed


def look(studio: Studio, batch_id: str) -> Batch | None:
    try:
        return studio.service.batch(studio.caller(), batch_id)
    except Unavailable:  # PostgreSQL is restarting
        return None


def assert_complete(studio: Studio, batch_id: str) -> None:
    caller = studio.caller()
    assert studio.service.batch(caller, batch_id).state is BatchState.COMPLETED
    jobs = studio.service.jobs_of(caller, batch_id)
    assert [job.position for job in jobs] == list(range(ICONS))
    assert all(len(job.images) == 1 for job in jobs)
    images = studio.gallery.images(caller, [job.images[0] for job in jobs])
    assert len(images) == ICONS
    for image in images.values():
        with studio.gallery.open(image) as file, Image.open(file) as picture:
            picture.load()
    endings = Counter(event.job_id for event in log_of(studio, batch_id) if event.type is EventType.JOB_COMPLETED)
    assert endings == {job.id: 1 for job in jobs}


def log_of(studio: Studio, batch_id: str):
    after = 0
    while page := studio.service.events(studio.caller(), after, 500, batch_id=batch_id):
        yield from page
        after = page[-1].seq
