"""kill -9 between an event and its webhook: it is delivered after the restart."""

import signal
import subprocess
import sys
from pathlib import Path

from icons.core.service import Context
from icons.domain.hooks import DeliveryState, Hook
from icons.domain.requests import IconRequest
from tests.conftest import eventually, free_port
from tests.fakes.receiver import receiving

ROOT = Path(__file__).parents[2]


def test_a_webhook_outlives_the_house(new_studio) -> None:
    """The job has ended and its receiver is down when the worker is killed; the next one tells it."""
    studio = new_studio(work=False, allow_private_webhooks=True)
    caller, port = studio.caller(), free_port()
    context = Context(hook=Hook(f"http://127.0.0.1:{port}/ok"))
    job = studio.service.submit(caller, IconRequest("tools", size=64), context)
    worker = start_worker(studio.settings.storage_dir)
    assert studio.service.wait(caller, job.id, 60).state.final
    # Not in the midst of an attempt: that would be made again when its lease runs out, a minute later.
    eventually(lambda: studio.house.hooks.find(caller, None, 1)[0].last_error)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    (owed,) = studio.house.hooks.find(caller, None, 10)
    assert (owed.job_id, owed.state) == (job.id, DeliveryState.PENDING)
    with receiving(port) as receiver:
        worker = start_worker(studio.settings.storage_dir)
        try:
            eventually(lambda: studio.house.hooks.get(caller, owed.id).state is DeliveryState.DELIVERED, 100)
        finally:
            worker.terminate()
            worker.wait(30)
    (call,) = receiver.calls
    assert call.id == owed.id
    assert call.verified(studio.house.hooks.secret(caller).secret)["data"]["jobId"] == job.id


def start_worker(storage: Path) -> subprocess.Popen:
    own = {"STORAGE_DIR": str(storage), "ALLOW_PRIVATE_WEBHOOKS": "true", "DRAW_PROCESSES": "1", "LOG_LEVEL": "ERROR"}
    command = [sys.executable, ROOT / "app.py", "worker"]
    return subprocess.Popen(command, env={**own, "PATH": "/usr/bin:/bin"}, stdout=subprocess.DEVNULL)
