"""The embedded house on a temporary folder: what almost every test runs against."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from werkzeug.serving import make_server

from app import build_house, build_web
from config import Settings
from icons.core.house import House
from icons.domain.access import Account, Caller, Role
from icons.web import Web

PASSWORD = "correct horse battery staple"


@dataclass
class Studio:
    """A running house with its web application and two accounts."""

    house: House
    web: Web
    settings: Settings
    admin: Account
    user: Account

    @property
    def service(self):
        return self.house.service

    @property
    def gallery(self):
        return self.house.gallery

    @property
    def accounts(self):
        return self.house.accounts

    @property
    def tail(self):
        return self.house.tail

    def caller(self, account: Account | None = None) -> Caller:
        account = account or self.user
        return Caller(account.id, account.subject, account.role)

    def key(self, account: Account | None = None) -> str:
        return self.accounts.add_key((account or self.user).id, "test").secret

    def client(self, account: Account | None = None, *, anonymous: bool = False):
        """A Flask test client that sends an API key with every request."""
        client = self.web.app.test_client()
        if not anonymous:
            client.environ_base["HTTP_X_API_KEY"] = self.key(account)
        return client


def embedded(folder: Path, **overrides: Any) -> Settings:
    """Settings of the embedded house, untouched by the developer's environment."""
    values = {"storage_dir": folder, "draw_processes": 2, "admin_password": PASSWORD, **overrides}
    return Settings(_env_file=None, **values)


def open_studio(settings: Settings, *, work: bool = True) -> Studio:
    house = build_house(settings)
    accounts = {each.subject: each for each in house.accounts.all()}
    admin = accounts.get("admin") or house.accounts.add("admin", PASSWORD, Role.ADMIN)[0]
    user = accounts.get("ada") or house.accounts.add("ada", PASSWORD)[0]
    house.start(work=work)
    return Studio(house, build_web(house, settings), settings, admin, user)


@contextmanager
def opened(settings: Settings) -> Iterator[Studio]:
    """A studio for as long as it is needed."""
    studio = open_studio(settings)
    try:
        yield studio
    finally:
        studio.web.close()
        studio.house.stop()


@pytest.fixture
def new_studio(tmp_path: Path) -> Iterator[Callable[..., Studio]]:
    """Opens a studio with settings of the test's own; all are closed at the end."""
    opened: list[Studio] = []

    def open_one(*, work: bool = True, folder: str = "storage", **overrides: Any) -> Studio:
        studio = open_studio(embedded(tmp_path / folder, **overrides), work=work)
        opened.append(studio)
        return studio

    yield open_one
    for studio in opened:
        studio.web.close()
        studio.house.stop()


@pytest.fixture
def studio(new_studio: Callable[..., Studio]) -> Studio:
    """A studio of the test's own."""
    return new_studio()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio shared by a module's tests."""
    with opened(embedded(tmp_path_factory.mktemp("house"))) as studio:
        yield studio


@dataclass
class Server:
    """A studio behind a real port."""

    url: str
    studio: Studio
    token: str  # of the user "ada"
    admin_token: str

    def session(self, token: str | None = None) -> requests.Session:
        """A requests session with a bearer token."""
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {token or self.token}"
        return session


def log_in(url: str, username: str) -> str:
    answer = requests.post(f"{url}/api/auth/login", json={"username": username, "password": PASSWORD}, timeout=10)
    answer.raise_for_status()
    return answer.json()["access_token"]


@pytest.fixture(scope="module")
def server(house: Studio) -> Iterator[Server]:
    """The module's studio served over HTTP in a thread."""
    http = make_server("127.0.0.1", 0, house.web.app, threaded=True)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{http.server_port}"
    yield Server(url, house, log_in(url, "ada"), log_in(url, "admin"))
    http.shutdown()
    thread.join(timeout=5)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(check: Callable[[], Any], seconds: float = 20.0) -> Any:
    """The first true answer of ``check``; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while not (answer := check()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return answer
