"""kill -9 in mid-batch: every icon finishes, none twice."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from icons.core.service import Context
from icons.domain.events import EventType
from icons.domain.jobs import BatchState
from icons.domain.requests import BatchRequest, IconRequest

ROOT = Path(__file__).parents[2]
KILLS = 20
ICONS = 400


@pytest.mark.timeout(600)
def test_a_batch_survives_twenty_kills(new_studio) -> None:
    """A worker process is killed at random instants while it draws; the next one goes on where it was."""
    chance = random.Random(20)
    studio = new_studio(work=False, max_batch_concurrency=8)
    caller = studio.caller()
    request = BatchRequest(
        tuple(f"thing {number}" for number in range(ICONS)), shared=IconRequest("", size=64), concurrency=8
    )
    batch_id = studio.service.submit_batch(caller, request, Context()).id
    finished_at_kills = []
    for _ in range(KILLS):
        before = studio.service.batch(caller, batch_id).counts.completed
        worker = start_worker(studio.settings.storage_dir)
        until_progress(studio, caller, batch_id, before)
        time.sleep(chance.uniform(0.0, 0.2))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        finished_at_kills.append(studio.service.batch(caller, batch_id).counts.completed)
    assert finished_at_kills[-1] < ICONS, "the batch was over before the last kill: make it larger"
    assert len(set(finished_at_kills)) > KILLS // 2, "the workers were killed before they did anything"
    worker = start_worker(studio.settings.storage_dir)
    try:
        ended = studio.service.wait_batch(caller, batch_id, 300)
    finally:
        worker.terminate()
        worker.wait(30)
    assert ended.state is BatchState.COMPLETED
    jobs = studio.service.jobs_of(caller, batch_id)
    assert [job.position for job in jobs] == list(range(ICONS))
    assert all(len(job.images) == 1 for job in jobs)
    images = studio.gallery.images(caller, [job.images[0] for job in jobs])
    assert len(images) == ICONS
    for image in images.values():
        with studio.gallery.open(image) as file, Image.open(file) as picture:
            picture.load()
            assert picture.size == (64, 64)
    endings = Counter(event.job_id for event in all_events(studio, caller) if event.type is EventType.JOB_COMPLETED)
    assert len(endings) == ICONS
    assert set(endings.values()) == {1}
    assert max(job.attempt for job in jobs) > 1, "no kill hit a running job"


def start_worker(storage: Path) -> subprocess.Popen:
    environment = {"STORAGE_DIR": str(storage), "DRAW_PROCESSES": "2", "PATH": "/usr/bin:/bin", "LOG_LEVEL": "ERROR"}
    return subprocess.Popen([sys.executable, ROOT / "app.py", "worker"], env=environment, stdout=subprocess.DEVNULL)


def until_progress(studio, caller, batch_id: str, before: int) -> None:
    """Wait until the new worker has finished something."""
    end = time.monotonic() + 60
    while studio.service.batch(caller, batch_id).counts.completed == before:
        assert time.monotonic() < end, "the worker does nothing"
        time.sleep(0.01)


def all_events(studio, caller):
    after = 0
    while page := studio.service.events(caller, after, 500):
        yield from page
        after = page[-1].seq
