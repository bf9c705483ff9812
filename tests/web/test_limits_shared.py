"""Requests counted in Redis: several processes together, and each by itself while it is away."""

from pathlib import Path

import pytest

from icons.domain.errors import SettingsError

from ..conftest import Studio, eventually
from ..servers.redis import RedisServer, redis_server  # noqa: F401 - a fixture

STYLES = "/api/icons/styles"


@pytest.fixture
def pair(new_studio, redis_server: RedisServer) -> tuple[Studio, Studio]:  # noqa: F811
    """Two applications over one store and one Redis, as two processes would be."""
    settings = {"work": False, "ratelimit_storage_url": redis_server.url, "limit_icons": "10 per minute"}
    return new_studio(**settings), new_studio(**settings)


def test_two_applications_count_together(pair: tuple[Studio, Studio]) -> None:
    """Ten in all, not ten each; the answers tell what is left of the ten."""
    first, second = (studio.client() for studio in pair)
    answers = [client.get(STYLES) for _ in range(6) for client in (first, second)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers[:3]] == ["9", "8", "7"]


def test_a_lost_redis_costs_no_request(pair: tuple[Studio, Studio], redis_server: RedisServer) -> None:  # noqa: F811
    """Each counts by itself until it is back, then together again."""
    first, second = (studio.client() for studio in pair)
    assert first.get(STYLES).status_code == 200
    redis_server.kill()
    alone = [client.get(STYLES).status_code for client in (first, second) for _ in range(11)]
    assert alone == [200] * 10 + [429] + [200] * 10 + [429]
    redis_server.start()
    eventually(lambda: first.get(STYLES).headers["X-RateLimit-Remaining"] == "6")
    eventually(lambda: second.get(STYLES).headers["X-RateLimit-Remaining"] in {"5", "4"})


def test_an_address_that_is_none_stops_the_start(new_studio, tmp_path: Path) -> None:
    """The sentence names the setting."""
    with pytest.raises(SettingsError, match="RATELIMIT_STORAGE_URL"):
        new_studio(work=False, ratelimit_storage_url="nonsense://")
