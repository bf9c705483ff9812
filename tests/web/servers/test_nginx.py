"""The shipped nginx.conf in front of two web processes."""

import pytest
import requests

from ...conftest import PASSWORD
from ...servers.nginx import running_nginx
from ..live.hands import Hand
from .listening import Listener, polled
from .processes import Running, frames, running, serving

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("servers")]


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    """nginx, and the two behind it."""
    folder = tmp_path_factory.mktemp("nginx")
    settings = {"WEB_RUNTIME": "gevent", "TRUSTED_PROXIES": "127.0.0.1", "LIMIT_LOGIN_ADDRESS": "5 per hour"}
    settings["RATELIMIT_ENABLED"] = "true"
    with running(folder, **settings) as first, serving(folder, first.key, **settings) as second:
        ports = [int(each.url.rpartition(":")[2]) for each in (first, second)]
        with running_nginx(folder, *ports) as url:
            yield Running(url, first.key, first.process, first.log)


def test_signing_in_drawing_and_looking(front: Running) -> None:
    """The dashboard's way: a token, an icon that is waited for, its picture, uncompressed and for the cache."""
    body = {"username": "olga", "password": PASSWORD}
    token = requests.post(f"{front.url}/api/auth/login", json=body, timeout=10).json()["access_token"]
    asked = {"category": "behind a proxy", "size": 64}
    headers = {"Authorization": f"Bearer {token}", "Prefer": "wait=60"}
    made = requests.post(f"{front.url}/api/icons/generate", json=asked, headers=headers, timeout=90).json()
    picture = requests.get(front.url + made["image_url"], timeout=10)
    assert picture.headers["Content-Type"] == "image/png"
    assert "Content-Encoding" not in picture.headers
    assert "max-age" in picture.headers["Cache-Control"]
    assert picture.content.startswith(b"\x89PNG")


def test_large_pictures_come_through(front: Running) -> None:
    """A body beyond nginx's own megabyte reaches the service, which says what is wrong with it."""
    answer = front.session().post(
        f"{front.url}/api/images", files={"file": ("large.png", bytes(3_000_000))}, timeout=30
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST")


def test_live_news_by_every_way(front: Running) -> None:
    """Socket.IO over WebSockets and by polling, server-sent events: each hears the end of a batch."""
    crowd = [Listener(front.url, front.key) for _ in range(6)]
    with polled(front.url, front.key) as poll:
        batch_id = front.batch(3, "news")
        address = f"{front.url}/api/sse/batches/{batch_id}"
        with front.session().get(address, stream=True, timeout=60) as stream:
            told = [each["type"] for each in frames(stream.iter_lines(1, decode_unicode=True))]
        assert (told[0], told[-1]) == ("connected", "done")
        assert all(each.until("batch_completed") for each in crowd)
        while "batch_completed" not in poll():
            pass


def test_workers_from_outside_come_through(front: Running) -> None:
    """`/ws` is upgraded."""
    hand = Hand(front.url)
    hand.introduce(front.key)
    hand.vanish()


def test_the_service_sees_the_client_and_nobody_elses_claim(front: Running) -> None:
    """Invented addresses share the limit of the real one, the figures stay shut."""
    body = {"username": "nobody", "password": "a wrong password"}
    claims = [{"X-Forwarded-For": f"6.6.6.{number}"} for number in range(12)]
    answers = [requests.post(f"{front.url}/api/auth/login", json=body, headers=each, timeout=10) for each in claims]
    assert 429 in {each.status_code for each in answers}
    assert requests.get(f"{front.url}/metrics", timeout=10).status_code == 404


def test_addresses_have_the_outer_host(front: Running) -> None:
    """What a worker is told to connect to leads through nginx."""
    told = front.session().get(f"{front.url}/api/websocket/info", timeout=10).json()["url"]
    assert told == f"ws{front.url[4:]}/ws"
