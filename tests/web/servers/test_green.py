"""Green threads on PostgreSQL, Redis and S3: who waits for one of these holds up nobody else."""

import io
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

import psycopg
import pytest
import requests
from PIL import Image as Pillow

from ...conftest import eventually
from ...servers.postgres import PostgresServer, postgres  # noqa: F401 - a fixture
from ...servers.redis import running_redis
from ...servers.s3 import KEY, SECRET, running_s3
from ...servers.valve import Valve
from ..live.hands import hired
from .listening import Listener
from .processes import Running, frames, operator_key, serving, working

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("servers")]

CONNECTIONS = 20  # to the database that a process has at most
CROWD = CONNECTIONS + 4
VIEWERS = 8


@dataclass
class House:
    """A web process, a worker beside it, and what lies between the web process and its servers."""

    web: Running
    database: Valve
    storage: Valve
    postgres_url: str

    def ask(self, pool: ThreadPoolExecutor, path: str) -> Future[requests.Response]:
        return pool.submit(self.web.session().get, self.web.url + path, timeout=60)

    def assert_lively(self) -> None:
        """Whoever needs none of the servers is answered."""
        for _ in range(3):
            assert requests.get(f"{self.web.url}/health", timeout=10).ok


@pytest.fixture(scope="module", params=("gevent", "eventlet"))
def house(request, tmp_path_factory, postgres: PostgresServer) -> Iterator[House]:  # noqa: F811
    """For a module's tests, once in each runtime."""
    folder = tmp_path_factory.mktemp(request.param)
    name = postgres.create()
    with ExitStack() as stack:
        stack.callback(postgres.drop, name)
        redis, s3 = stack.enter_context(running_redis(folder)), stack.enter_context(running_s3())
        database, storage = Valve(postgres.port), Valve(s3.port)
        url = postgres.url_by_port(name)
        direct = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "BUS_URL": redis.url}
        direct |= {"DATABASE_URL": url, "QUEUE_URL": url, "STORAGE_URL": s3.url("green")}
        piped = through(url, postgres.port, database)
        own = {"DATABASE_URL": piped, "QUEUE_URL": piped, "STORAGE_URL": through(s3.url("green"), s3.port, storage)}
        key = operator_key(folder, **direct)
        stack.enter_context(working(folder, **direct))
        web = stack.enter_context(serving(folder, key, **{**direct, **own, "WEB_RUNTIME": request.param}))
        yield House(web, database, storage, postgres.url(name))


def through(url: str, port: int, valve: Valve) -> str:
    return url.replace(f"127.0.0.1:{port}", f"localhost:{valve.port}")


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(CROWD) as pool:
        yield pool


def drawn(house: House, word: str) -> dict:
    """An icon that was waited for."""
    answer = house.web.session().post(
        f"{house.web.url}/api/icons/generate",
        json={"category": word, "size": 64},
        headers={"Prefer": "wait=60"},
        timeout=90,
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_pictures_come_and_go(house: House) -> None:
    """One is drawn and waited for; one is brought, so large that it is read in parts, and also shown small."""
    picture = requests.get(house.web.url + drawn(house, "waited for")["image_url"], timeout=30)
    assert picture.content.startswith(b"\x89PNG")
    session = house.web.session()
    kept = session.post(f"{house.web.url}/api/images", files={"file": ("brought.png", noise())}, timeout=60).json()
    address = f"{house.web.url}/api/images/{kept['filename']}"
    assert len(session.get(address, timeout=60).content) == kept["size"] > 600_000
    assert session.get(address, params={"w": 64}, timeout=60).headers["Content-Type"] == "image/webp"


def noise() -> bytes:
    """A picture that cannot be made smaller."""
    out = io.BytesIO()
    Pillow.frombytes("RGB", (500, 500), os.urandom(750_000)).save(out, "PNG")
    return out.getvalue()


def test_live_news_by_every_way(house: House) -> None:
    """Over Socket.IO and as a stream."""
    crowd = [Listener(house.web.url, house.web.key) for _ in range(5)]
    batch_id = house.web.batch(3, "news")
    address = f"{house.web.url}/api/sse/batches/{batch_id}"
    with house.web.session().get(address, stream=True, timeout=60) as stream:
        told = [each["type"] for each in frames(stream.iter_lines(1, decode_unicode=True))]
    assert (told[0], told[-1]) == ("connected", "done")
    assert all(each.until("batch_completed") for each in crowd)


def test_a_worker_from_outside_draws(house: House) -> None:
    """Its picture is drawn anew, and kept, by the web process."""
    session, address = house.web.session(), f"{house.web.url}/api/images"
    with hired(house.web.url, house.web.key) as hand:
        hand.beat(1.0)
        asked = session.post(f"{address}/generate", json={"prompt": "A castle", "provider": "browser"}, timeout=30)
        request_id = asked.json()["requestId"]
        assert hand.hear("generate_image")["requestId"] == request_id
        hand.deliver(request_id)
        eventually(lambda: session.get(f"{address}/{request_id}", timeout=30).json()["status"] == "completed", 60)


def test_a_statement_that_waits_for_a_lock_stops_nobody_else(house: House, pool: ThreadPoolExecutor) -> None:
    """The table is locked by somebody else; only who looks at a picture reads it."""
    address = drawn(house, "locked")["image_url"]
    with psycopg.connect(house.postgres_url) as other:
        other.execute("LOCK TABLE images IN ACCESS EXCLUSIVE MODE")
        asked = house.ask(pool, address)
        eventually(lambda: waiting_for_locks(house))
        house.assert_lively()
        assert not asked.done()
    assert asked.result().ok


def waiting_for_locks(house: House) -> int:
    with psycopg.connect(house.postgres_url) as look:
        (count,) = look.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
    return count


def test_a_database_that_hangs_stops_nobody_else(house: House, pool: ThreadPoolExecutor) -> None:
    """Statements wait, so do new connections, and for either those who find all taken; once it goes on, all are
    answered, if only that it took too long."""
    batch_id = house.web.batch(1, "hanging")
    with house.database.shut():
        asked = [house.ask(pool, f"/api/icons/batch/{batch_id}/status") for _ in range(CROWD)]
        eventually(lambda: house.database.held >= CONNECTIONS)
        house.assert_lively()
    assert {each.result().status_code for each in asked} in ({200}, {200, 503})


def test_a_storage_that_hangs_stops_nobody_else(house: House, pool: ThreadPoolExecutor) -> None:
    """Pictures wait, and nothing else."""
    address = drawn(house, "stored far away")["image_url"]
    with house.storage.shut():
        asked = [house.ask(pool, address) for _ in range(VIEWERS)]
        eventually(lambda: house.storage.held >= VIEWERS)
        house.assert_lively()
    assert {each.result().content[:4] for each in asked} == {b"\x89PNG"}


def test_a_restart_of_the_database_is_survived(house: House, postgres: PostgresServer) -> None:  # noqa: F811
    """Who listens goes on listening, and hears of what comes after it."""
    listener = Listener(house.web.url, house.web.key)
    postgres.restart("fast")
    eventually(lambda: requests.get(f"{house.web.url}/ready", timeout=10).ok, 60)
    house.web.batch(2, "restarted")
    assert listener.until("batch_completed")
    assert "Traceback" not in house.web.log.read_text()
