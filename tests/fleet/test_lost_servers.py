"""The fleet under faults, in the middle of a batch: Redis killed, PostgreSQL restarted, all tokens lost."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from icons.core.service import Context
from icons.domain.requests import BatchRequest, IconRequest

from ..conftest import Studio
from ..servers.postgres import PostgresServer, new_database, postgres  # noqa: F401 - fixtures
from ..servers.redis import RedisServer, redis_server  # noqa: F401 - a fixture
from ..servers.s3 import s3_server  # noqa: F401 - a fixture
from .watching import assert_complete, log_of, until

ROOT = Path(__file__).parents[2]
ICONS = 60
PATIENCE = 120.0  # seconds for each step


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
    until(studio, batch_id, 5, PATIENCE)
    redis_server.kill()
    other_id = submit(studio, 2, "other")
    done = until(studio, batch_id, 15, PATIENCE)
    assert done < ICONS, "the batch was over before the faults: make it larger"
    postgres.restart("fast")
    done = until(studio, batch_id, done + 5, PATIENCE)
    assert done < ICONS, "the batch was over before the faults: make it larger"
    with psycopg.connect(studio.settings.queue_url, autocommit=True) as database:
        database.execute("TRUNCATE procrastinate_jobs CASCADE")
    redis_server.start()
    until(studio, other_id, 2, PATIENCE)
    until(studio, batch_id, ICONS, PATIENCE)
    assert_complete(studio, batch_id, ICONS, log_of(studio, batch_id))


def submit(studio: Studio, icons: int, word: str) -> str:
    request = BatchRequest(
        tuple(f"{word} {number}" for number in range(icons)), shared=IconRequest("", size=512), concurrency=4
    )
    return studio.service.submit_batch(studio.caller(), request, Context()).id
