from collections.abc import Callable

import pytest

from ..conftest import Studio
from ..servers.redis import RedisServer
from ..servers.s3 import S3Server


@pytest.fixture
def studio(
    new_studio: Callable[..., Studio],
    new_database: Callable[..., str],
    redis_server: RedisServer,
    s3_server: S3Server,
) -> Studio:
    """A house on the fleet's four servers; it serves nobody and draws nothing."""
    database = new_database()
    return new_studio(
        work=False,
        database_url=database,
        queue_url=database,
        bus_url=redis_server.url,
        storage_url=s3_server.url("fleet"),
    )
