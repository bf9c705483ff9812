"""kill -9 of a worker elsewhere that draws with a provider which costs money: nothing is bought twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from icons.core.service import Context
from icons.domain.jobs import Job, State
from icons.domain.pictures import ImageRequest
from tests.conftest import Studio, eventually
from tests.fakes.provider import FakeProvider, fake_provider  # noqa: F401 - a fixture
from tests.web.drawn import served

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(240)
BOAT = ImageRequest("a boat", provider="browser", size="64x64")


class Painters:
    """Workers of one machine, one after the other, and the service that they work for."""

    def __init__(self, studio: Studio, url: str, provider: FakeProvider, storage: Path) -> None:
        self.studio, self._url, self._storage = studio, url, storage
        self._provider = provider.address("openai")
        self.shelf = storage / "ws-worker"
        self.started: list[subprocess.Popen] = []

    def start(self, *command: str) -> subprocess.Popen:
        settings = {
            "PATH": os.environ["PATH"],
            "STORAGE_DIR": str(self._storage),
            "OPENAI_API_KEY": "sk-test-0123456789",
            "OPENAI_BASE_URL": self._provider,
            "ICON_STUDIO_TOKEN": self.studio.key(),
        }
        words = [sys.executable, *command, "--url", f"ws{self._url[4:]}/ws", "--provider", "openai"]
        process = subprocess.Popen(words, cwd=ROOT, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.started.append(process)
        eventually(lambda: self.studio.service.workers(self.studio.caller()), 60)
        return process

    def ask(self) -> Job:
        return self.studio.service.submit_image(self.studio.caller(), BOAT, Context())

    def ended(self, job: Job) -> Job:
        return self.studio.service.wait(self.studio.caller(), job.id, 60)

    def alone(self) -> None:
        """The service has noticed that the last one has gone."""
        eventually(lambda: not self.studio.service.workers(self.studio.caller()), 30)


@pytest.fixture
def painters(new_studio, fake_provider, tmp_path: Path) -> Iterator[Painters]:  # noqa: F811
    studio = new_studio(work=False, folder="service")
    with served(studio.web.app) as url:
        painters = Painters(studio, url, fake_provider, tmp_path / "worker")
        yield painters
        for process in painters.started:
            process.kill()
            process.communicate()


def test_an_answer_is_delivered_by_the_next_worker(painters: Painters, fake_provider) -> None:  # noqa: F811
    """The first has it on disk and dies; the second sends it without a call, and then keeps it no longer."""
    first = painters.start("-m", "tests.faults.dying_painter")
    job = painters.ask()
    assert first.wait(60) == -signal.SIGKILL, first.stderr.read()
    assert len(fake_provider.calls) == 1
    painters.alone()
    painters.start("app.py", "ws-worker")
    job = painters.ended(job)
    assert (job.state, job.attempt, len(job.images)) == (State.COMPLETED, 2, 1)
    assert len(fake_provider.calls) == 1
    eventually(lambda: not list(painters.shelf.glob("*.json")))


def test_a_call_without_an_answer_is_left_to_a_person(painters: Painters, fake_provider) -> None:  # noqa: F811
    """Nobody knows whether it has been paid for: the second worker says so, and does not make it again by itself."""
    fake_provider.latency = 30.0
    first = painters.start("app.py", "ws-worker")
    job = painters.ask()
    eventually(lambda: fake_provider.calls, 30)
    first.kill()
    painters.alone()
    fake_provider.latency = 0.0
    painters.start("app.py", "ws-worker")
    failed = painters.ended(job)
    assert (failed.state, failed.error["final"], "billed" in failed.error["message"]) == (State.FAILED, True, True)
    assert len(fake_provider.calls) == 1
    painters.studio.service.retry(painters.studio.caller(), job.id)
    assert painters.ended(job).state is State.COMPLETED
    assert len(fake_provider.calls) == 2
