"""The web as an operator runs it: gunicorn in processes of its own, and a worker beside it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from ...conftest import PASSWORD, eventually, free_port

ROOT = Path(__file__).parents[3]
RUNTIMES = ("threads", "gevent", "eventlet")


@dataclass
class Running:
    """A web server, and the operator's way in."""

    url: str
    key: str
    process: subprocess.Popen
    log: Path

    def session(self) -> requests.Session:
        session = requests.Session()
        session.headers["X-API-Key"] = self.key
        return session

    def batch(self, icons: int, word: str, **options: Any) -> str:
        """A batch of so many icons; its id."""
        body = {"categories": [f"{word} {number}" for number in range(icons)], "size": 64, **options}
        answer = self.session().post(f"{self.url}/api/icons/generate/batch", json=body, timeout=30)
        assert answer.status_code == 202, answer.text
        return answer.json()["batch_id"]

    def status(self, batch_id: str) -> dict[str, Any]:
        return self.session().get(f"{self.url}/api/icons/batch/{batch_id}/status", timeout=30).json()

    def stop(self, seconds: float = 60) -> int:
        """Ask it to; how it has ended."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)


def environment(folder: Path, **settings: str) -> dict[str, str]:
    known = {"STORAGE_DIR": str(folder), "LOG_LEVEL": "WARNING", "RATELIMIT_ENABLED": "false", "DRAW_PROCESSES": "1"}
    return {"PATH": os.environ["PATH"], "ADMIN_PASSWORD": PASSWORD, "DRAIN_SECONDS": "5", **known, **settings}


def command_line(folder: Path, *arguments: str, **settings: str) -> str:
    """What a command of ours prints."""
    command = [sys.executable, ROOT / "app.py", *arguments]
    known = environment(folder, **settings)
    done = subprocess.run(command, env=known, cwd=folder, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout


def operator_key(folder: Path, **settings: str) -> str:
    """An API key of an administrator who is called olga."""
    command_line(folder, "users", "add", "olga", "--password", PASSWORD, "--admin", **settings)
    return command_line(folder, "keys", "add", "tests", "--user", "olga", **settings).strip()


@contextmanager
def running(folder: Path, *, worker: bool = True, **settings: str) -> Iterator[Running]:
    """`gunicorn -c gunicorn.conf.py`, started from elsewhere, and `app.py worker`."""
    key = operator_key(folder)
    with ExitStack() as stack:
        if worker:
            stack.enter_context(working(folder))
        yield stack.enter_context(serving(folder, key, **settings))


@contextmanager
def serving(folder: Path, key: str, **settings: str) -> Iterator[Running]:
    """One more server on the same storage."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", ROOT / "gunicorn.conf.py"]
    log = folder / f"web-{port}.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            command, cwd=folder, env=environment(folder, PORT=str(port), **settings), stderr=errors
        )
    server = Running(f"http://127.0.0.1:{port}", key, process, log)
    try:
        eventually(lambda: answers(server), 120)
        yield server
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def working(folder: Path, **settings: str) -> Iterator[None]:
    command = [sys.executable, ROOT / "app.py", "worker"]
    known = environment(folder, **settings)
    process = subprocess.Popen(command, cwd=folder, env=known, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def answers(server: Running) -> bool:
    assert server.process.poll() is None, server.log.read_text()
    with suppress(requests.RequestException):
        return requests.get(f"{server.url}/ready", timeout=5).status_code == 200
    return False


def frames(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """The messages of a stream."""
    for line in lines:
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))
