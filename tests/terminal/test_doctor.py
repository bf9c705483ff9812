"""What `doctor` finds of a fleet, well and ill; nothing it says gives a secret away."""

import pytest

from ..conftest import free_port
from ..servers.postgres import PASSWORD, new_database, postgres  # noqa: F401 - fixtures
from ..servers.redis import redis_server  # noqa: F401 - a fixture
from ..servers.s3 import KEY, SECRET, s3_server  # noqa: F401 - a fixture


@pytest.fixture
def fleet(postgres, new_database, redis_server, s3_server):  # noqa: F811
    """The environment of one of its machines."""
    database = postgres.url_by_port(new_database().partition("?")[0].rpartition("/")[2])
    return {
        "DATABASE_URL": database,
        "QUEUE_URL": database,
        "BUS_URL": redis_server.url,
        "RATELIMIT_STORAGE_URL": redis_server.url,
        "STORAGE_URL": s3_server.url("doctor"),
        "IMAGE_URLS": "direct",
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "PORT": str(free_port()),
    }


def test_a_fleet_that_is_well(run, fleet):
    """Each server is named, tried and found well."""
    done = run("doctor", "--deep", **fleet)
    assert done.returncode == 0, done.stdout
    for line in (
        "database: PostgreSQL 1",
        "queue: a ring",
        "bus: a ring",
        "request limits: redis",
        "signed addresses:",
    ):
        assert f"✓ {line}" in done.stdout


def test_a_fleet_without_redis(run, fleet, redis_server):  # noqa: F811
    """Both settings that name it are marked, the others are not; the password of the database is nowhere."""
    redis_server.kill()
    done = run("doctor", **fleet)
    assert done.returncode == 1
    assert "✗ bus: A ring was not heard" in done.stdout
    assert "✗ request limits: The redis of RATELIMIT_STORAGE_URL does not answer" in done.stdout
    assert done.stdout.count("✗") == 3, "two marks and the sentence at the end"
    assert not any(secret in done.stdout + done.stderr for secret in (PASSWORD, SECRET))


def test_a_provider_that_refuses_the_key(run):
    """It is asked without being paid."""
    unused = f"http://127.0.0.1:{free_port()}/v1"
    done = run("doctor", OPENAI_API_KEY="sk-very-secret", OPENAI_BASE_URL=unused, PORT=str(free_port()))
    assert done.returncode == 1
    assert "✗ provider openai" in done.stdout
    assert "sk-very-secret" not in done.stdout + done.stderr


def test_a_port_that_is_taken(run):
    """The settings to change are named."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("doctor", PORT=str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "set HOST and PORT" in done.stdout
