"""kill -9 at every step of a paid call: nothing received is bought twice, nothing is lost."""

import subprocess
import sys
from pathlib import Path

import pytest

from icons.core.paying import HELD
from icons.core.service import Context
from icons.domain.jobs import State
from icons.domain.requests import IconRequest
from tests.fakes.provider import fake_provider  # noqa: F401 - a fixture

from .dying_worker import STEPS

ROOT = Path(__file__).parents[2]
CALLS = {"in the call": 2}
"""Calls in all, with one repeat allowed; every other step needs one."""


def killed_then_resumed(new_studio, fake_provider, step: str, retry_unknown: int):  # noqa: F811
    """The job after a worker died at that step and another has gone on."""
    fake_provider.latency = 1.5 if step == "in the call" else 0.0
    options = {
        "openai_api_key": "sk-test-0123456789abcdef",
        "openai_base_url": fake_provider.address("openai"),
        "spend_retry_unknown": retry_unknown,
    }
    studio = new_studio(work=False, **options)
    job = studio.service.submit(studio.caller(), IconRequest("tools", size=64), Context())
    environment = {name.upper(): str(value) for name, value in options.items()}
    environment |= {"STORAGE_DIR": str(studio.settings.storage_dir), "PATH": "/usr/bin:/bin", "DRAW_PROCESSES": "1"}
    command = [sys.executable, "-m", "tests.faults.dying_worker", step]
    died = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=60)
    assert died.returncode == -9, died.stderr.decode()[-2000:]
    second = new_studio(**options)
    return second.service.wait(second.caller(), job.id, 60)


@pytest.mark.parametrize("step", STEPS)
def test_at_most_one_extra_charge(new_studio, fake_provider, step: str) -> None:  # noqa: F811
    """With one repeat allowed every job finishes, and only a call that was under way is made a second time."""
    job = killed_then_resumed(new_studio, fake_provider, step, retry_unknown=1)
    assert job.state is State.COMPLETED
    assert len(fake_provider.calls) == CALLS.get(step, 1)


@pytest.mark.parametrize("step", ["after the intent", "in the call", "after the spool"])
def test_no_extra_charge(new_studio, fake_provider, step: str) -> None:  # noqa: F811
    """With none allowed a job whose answer is lost is held for a person; an answer on disk is used."""
    job = killed_then_resumed(new_studio, fake_provider, step, retry_unknown=0)
    assert len(fake_provider.calls) <= 1
    if step == "after the spool":
        assert job.state is State.COMPLETED
    else:
        assert (job.state, job.error["code"]) == (State.FAILED, HELD)
