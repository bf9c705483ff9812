"""A fleet's processes, as operators start them, all on this machine."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import requests
from socketio.exceptions import ConnectionError as NotConnected

from tests.conftest import free_port
from tests.web.live.ears import connect

ROOT = Path(__file__).parents[2]
PATIENCE = 180  # seconds for a process to start on a busy machine


class Fleet:
    """Web and worker processes over the servers that ``settings`` name; all are killed when it is closed."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self._folder = folder
        self._settings = {
            "PATH": os.environ["PATH"],
            "JWT_SECRET_KEY": "a secret that every machine of the fleet knows",
            "SECRETS_KEY": "a key that every machine of the fleet knows too",
            "RATELIMIT_ENABLED": "false",
            "LOG_LEVEL": "ERROR",
            "DRAIN_SECONDS": "5",
            **settings,
        }
        self.webs: list[Web] = []
        self.workers: list[subprocess.Popen] = []

    def start(self, command: str, name: str, **settings: str) -> subprocess.Popen:
        """A process at the head of a group of its own."""
        environment = {**self._settings, "STORAGE_DIR": str(self._folder / name), **settings}
        with (self._folder / "log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, ROOT / "app.py", command],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def log(self) -> str:
        """What the processes have said."""
        return (self._folder / "log").read_text()

    def add_web(self, **settings: str) -> "Web":
        web = Web(self, f"web-{len(self.webs)}", settings)
        self.webs.append(web)
        web.start()
        web.await_answer()
        return web

    def add_worker(self) -> subprocess.Popen:
        worker = self.start("worker", "workers")
        self.workers.append(worker)
        return worker

    def kill_worker(self) -> None:
        """The one that has lived longest, as if its machine had failed."""
        end(self.workers.pop(0))

    def close(self) -> None:
        processes = [*self.workers, *(web.process for web in self.webs)]
        for process in processes:
            end(process)


def end(process: subprocess.Popen) -> None:
    """At once, with all that it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Web:
    """A web process that can be killed and started again at the same address."""

    def __init__(self, fleet: Fleet, name: str, settings: Mapping[str, str]) -> None:
        self._fleet, self._name, self._settings = fleet, name, settings
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        self.process = self._fleet.start("serve", self._name, PORT=str(self._port), **self._settings)

    def kill(self) -> None:
        """As if its machine had failed."""
        end(self.process)

    def await_answer(self) -> None:
        last = time.monotonic() + PATIENCE
        while not self._answers():
            assert time.monotonic() < last, "the web process does not answer"
            assert self.process.poll() is None, self._fleet.log
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/ready", timeout=5).ok
        except requests.RequestException:
            return False


class Listener(threading.Thread):
    """Hears a web process out; whenever the connection is lost, the next one goes on behind the last number heard."""

    def __init__(self, web: Web, token: str) -> None:
        super().__init__(daemon=True)
        self.web, self._token = web, token
        self._stop_asked = threading.Event()
        self.seqs: list[int] = []
        self.connections = 0

    def run(self) -> None:
        while not self._stop_asked.is_set():
            try:
                ear = connect(self.web.url, self._token, after=self.seqs[-1] if self.seqs else 0)
            except NotConnected:
                time.sleep(0.2)
                continue
            self.connections += 1
            earlier = self.seqs
            while ear.client.connected and not self._stop_asked.is_set():
                time.sleep(0.05)
                self.seqs = earlier + ear.seqs
            ear.client.disconnect()
            self.seqs = earlier + ear.seqs

    def stop(self) -> None:
        self._stop_asked.set()
        self.join(20)
