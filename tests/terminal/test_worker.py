"""`worker` as operators run it: one process or several, stopped, killed, and beside a `serve` that only serves."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from ..conftest import eventually, free_port
from ..servers.postgres import new_database, postgres  # noqa: F401 - fixtures
from ..servers.s3 import S3Server, s3_server  # noqa: F401 - a fixture

BATCH = {"categories": [f"thing {number}" for number in range(30)], "size": 256}


class Fleet:
    """Commands on one storage and one queue; what still runs at the end is killed."""

    def __init__(self, start, storage: Path, queue: str) -> None:
        self._start, self._storage, self._queue = start, storage, queue
        self.started: list[subprocess.Popen] = []

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen:
        settings = {"STORAGE_DIR": str(self._storage), "QUEUE_URL": self._queue, "DRAW_PROCESSES": "1"}
        process = self._start(*arguments, **settings, LOG_LEVEL="ERROR", LOG_FORMAT="json", **environment)
        self.started.append(process)
        return process

    def serve(self, **environment: str) -> str:
        """A web server's address."""
        port = free_port()
        process = self.start("serve", PORT=str(port), **environment)
        greeting = ""
        while "Stop with" not in greeting:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            greeting += line
        assert "python app.py worker" in greeting
        url = f"http://127.0.0.1:{port}"
        eventually(lambda: answers(url), 30)
        return url

    def session(self) -> requests.Session:
        session = requests.Session()
        session.headers["X-API-Key"] = (self._storage / "secrets" / "operator.key").read_text().strip()
        return session


@pytest.fixture
def fleet(start, tmp_path: Path, new_database) -> Iterator[Fleet]:  # noqa: F811
    fleet = Fleet(start, tmp_path / "storage", new_database(empty=True))
    yield fleet
    for process in fleet.started:
        process.kill()
        process.wait()


def test_a_server_of_a_fleet_leaves_the_drawing_to_workers(fleet: Fleet) -> None:
    """It accepts and serves; nothing is drawn until a worker comes, and then at once."""
    url = fleet.serve()
    session = fleet.session()
    batch = session.post(f"{url}/api/icons/generate/batch", json=BATCH, timeout=60).json()
    status = f"{url}/api/icons/batch/{batch['batch_id']}/status"
    time.sleep(2)
    assert session.get(status, timeout=60).json()["completed"] == 0
    fleet.start("worker")
    eventually(lambda: session.get(status, timeout=60).json()["status"] == "completed", 60)


def test_a_server_shows_what_lies_in_s3(fleet: Fleet, s3_server: S3Server) -> None:  # noqa: F811
    """Its processes are forked before anything is opened: S3's client would hang in the second."""
    s3 = {name: os.environ[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    s3["STORAGE_URL"] = s3_server.url("served")
    url = fleet.serve(**s3)
    worker = fleet.start("worker", "--processes", "2", **s3)
    body = {"category": "tools", "size": 64}
    icon = fleet.session().post(f"{url}/api/icons/generate", json=body, timeout=60).json()
    assert icon["success"], icon
    shown = requests.get(url + icon["image_url"], timeout=60)
    assert (shown.status_code, shown.content[:4]) == (200, b"\x89PNG")
    worker.terminate()
    assert worker.wait(40) == 0


def test_workers_that_die_are_replaced_and_a_stop_ends_all(fleet: Fleet) -> None:
    """Two work; one that is killed has a successor; after SIGTERM everybody has left within the time to drain."""
    url = fleet.serve()
    session = fleet.session()
    worker = fleet.start("worker", "--processes", "2", DRAIN_SECONDS="5")
    first = eventually(lambda: len(found := children(worker.pid)) == 2 and found)
    session.post(f"{url}/api/icons/generate/batch", json=BATCH, timeout=60)
    os.kill(first[0], signal.SIGKILL)
    second = eventually(lambda: len(found := children(worker.pid)) == 2 and set(found) != set(first) and found)
    assert first[1] in second
    worker.terminate()
    _, log = worker.communicate(timeout=40)
    assert worker.returncode == 0
    assert "worker.died" in log
    assert "Traceback" not in log
    eventually(lambda: not any(alive(pid) for pid in (*first, *second)), 10)


def test_workers_leave_with_their_supervisor(fleet: Fleet) -> None:
    """Killed -9 it can tell nobody; its processes see that they are orphans."""
    worker = fleet.start("worker", "--processes", "2")
    crew = eventually(lambda: len(found := children(worker.pid)) == 2 and found)
    worker.kill()
    worker.wait()
    eventually(lambda: not any(alive(pid) for pid in crew), 30)


def test_a_worker_that_cannot_begin_says_why(start, tmp_path: Path) -> None:
    """One process ends with a sentence; a crew goes on trying, ever more rarely."""
    wrong = {"STORAGE_DIR": str(tmp_path), "QUEUE_URL": "postgresql://icons@127.0.0.1:1/icons"}
    alone = start("worker", **wrong)
    _, log = alone.communicate(timeout=30)
    assert alone.returncode == 1
    assert "QUEUE_URL" in log
    assert "Traceback" not in log
    crew = start("worker", "--processes", "2", **wrong)
    for _ in range(3):  # two processes: the third is somebody's second try
        while "QUEUE_URL" not in (line := crew.stderr.readline()):
            assert "Traceback" not in line
            assert crew.poll() is None
    crew.terminate()
    assert crew.wait(30) == 0


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/ready", timeout=2).status_code == 200
    except requests.RequestException:
        return False


def children(pid: int) -> list[int]:
    """Of a process: those that it has started itself."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid: int) -> bool:
    """Whether it runs; one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
