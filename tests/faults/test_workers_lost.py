"""Workers from outside that die, many of them at once, and two web processes: every request is drawn exactly once."""

import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from icons.core.service import Context
from icons.domain.jobs import State
from icons.domain.pictures import ImageRequest
from tests.conftest import eventually
from tests.servers.postgres import new_database, postgres  # noqa: F401 - fixtures
from tests.web.drawn import served
from tests.web.live.hands import hired

ROOT = Path(__file__).parents[2]
ACCOUNTS, WORKERS, REQUESTS = 10, 5, 50  # of each account
CAT = ImageRequest("a cat", provider="browser", size="64x64")


def test_a_killed_worker_s_request_is_drawn_by_another(new_studio) -> None:
    """kill -9 of its process: within ten seconds the request waits again."""
    studio = new_studio(work=False)
    caller = studio.caller()
    with served(studio.web.app) as url:
        words = [sys.executable, "-m", "tests.faults.dying_hand", url, studio.key()]
        with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as dying:
            eventually(lambda: studio.service.workers(caller))
            job = studio.service.submit_image(caller, CAT, Context())
            assert dying.stdout.readline().strip() == job.id
            dying.kill()
        eventually(lambda: studio.service.job(caller, job.id).state is State.WAITING, 10)
        with hired(url, studio.key()) as hand:
            assert hand.work() is not None
            job = studio.service.wait(caller, job.id, 20)
    assert (job.state, job.attempt, len(job.images)) == (State.COMPLETED, 2, 1)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_caller_and_worker_may_be_at_different_processes(new_studio, request, engine: str) -> None:
    """Two houses on one database, each with a bus of its own; cancelling and its own end come through as well."""
    shared = {"database_url": request.getfixturevalue("new_database")()} if engine == "postgresql" else {}
    ours, theirs = new_studio(work=False, **shared), new_studio(work=False, **shared)
    caller = ours.caller()
    with served(theirs.web.app) as url, hired(url, theirs.key(), capacity=2) as hand:
        eventually(lambda: ours.service.workers(caller))
        first, second = (ours.service.submit_image(caller, CAT, Context()) for _ in range(2))
        assert {hand.hear("generate_image")["requestId"] for _ in range(2)} == {first.id, second.id}
        ours.service.cancel(caller, first.id)
        assert hand.hear("cancel_image")["requestId"] == first.id
        assert ours.service.wait(caller, first.id, 20).state is State.CANCELLED
        hand.deliver(second.id)
        job = ours.service.wait(caller, second.id, 20)
        assert (job.state, len(job.images)) == (State.COMPLETED, 1)


@pytest.mark.timeout(240)
def test_fifty_workers_draw_five_hundred_requests_once_each(new_studio) -> None:
    """Of ten accounts, while every tenth worker vanishes in the middle; nobody is given another account's."""
    studio = new_studio(work=False)
    people = [studio.accounts.add(f"person {number}", "correct horse battery staple")[0] for number in range(ACCOUNTS)]
    callers = [studio.caller(person) for person in people]
    with served(studio.web.app) as url, ExitStack() as stack:
        keys = [studio.key(person) for person in people]
        hands = [[stack.enter_context(hired(url, key)) for _ in range(WORKERS)] for key in keys]
        beating = [hand.beat(2.0) for some in hands for hand in some]
        jobs = [[studio.service.submit_image(caller, CAT, Context()).id for _ in range(REQUESTS)] for caller in callers]
        done = [[hand.work() for hand in some] for some in hands]
        eventually(lambda: sum(len(each) for some in done for each in some) > 100, 120)
        for some in hands[::2]:
            some[0].vanish()
        for caller, ids in zip(callers, jobs, strict=True):
            for job_id in ids:
                job = studio.service.wait(caller, job_id, 120)
                assert (job.state, len(job.images)) == (State.COMPLETED, 1)
        for stop in beating:
            stop.set()
    for ids, some in zip(jobs, done, strict=True):
        sent = Counter(job_id for each in some for job_id in each)
        assert set(sent) == set(ids), "somebody was given another account's request, or none"
