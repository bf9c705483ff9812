"""What happens to a job between its claim and its end."""

import threading
import time

import pytest

from icons.core.house import Rules
from icons.domain.errors import ProviderFailed, RequestRefused
from icons.domain.jobs import BatchState, State
from icons.domain.retry import RetryPolicy

from ..conftest import eventually
from .conftest import QUICK, ScriptedProvider


def test_a_job_is_drawn_and_its_picture_is_kept(bench) -> None:
    """The picture that the provider gave is the one that the gallery opens."""
    job = bench.draw("tools")
    assert job.state is State.COMPLETED
    assert job.progress == 100
    (image,) = bench.gallery.images(bench.ada, job.images).values()
    with bench.gallery.open(image) as file:
        assert b"<title>tools 0</title>" in file.read()


def test_a_transient_fault_is_repeated_until_it_passes(bench) -> None:
    """Two faults, then a picture: completed, with three calls made."""
    faults = iter([ProviderFailed("broken answer"), ProviderFailed("broken answer")])

    def script(order) -> None:
        if fault := next(faults, None):
            raise fault

    bench.provider.script = script
    job = bench.draw()
    assert job.state is State.COMPLETED
    assert len(bench.provider.orders) == 3


def test_a_transient_fault_that_stays_ends_the_job_after_its_attempts(bench) -> None:
    """Three attempts are allowed here; the error says how many were made."""

    def script(order) -> None:
        raise ProviderFailed("broken answer")

    bench.provider.script = script
    job = bench.draw()
    assert job.state is State.FAILED
    assert job.error == {"code": "PROVIDER_FAILED", "message": "broken answer", "attempts": 3, "final": False}
    assert len(bench.provider.orders) == 3


def test_a_refusal_is_final(bench) -> None:
    """The same request would be refused again, so it is not sent again."""

    def script(order) -> None:
        raise RequestRefused("not allowed")

    bench.provider.script = script
    job = bench.draw()
    assert job.state is State.FAILED
    assert job.error["final"] is True
    assert len(bench.provider.orders) == 1


def test_a_crash_inside_is_not_told_to_the_caller(bench) -> None:
    """A bug ends the job with a general sentence; its text stays in the log."""

    def script(order) -> None:
        raise ZeroDivisionError("a secret inside")

    bench.provider.script = script
    job = bench.draw()
    assert job.error["code"] == "INTERNAL_ERROR"
    assert "secret" not in job.error["message"]


def test_a_provider_that_hangs_times_out(new_bench) -> None:
    """The time limit of a provider call counts as a transient fault."""
    rules = Rules(pace=QUICK, retry=RetryPolicy(attempts=2, base=0.01, cap=0.02))
    bench = new_bench(provider=ScriptedProvider(seconds=30), rules=rules, timeout=0.1)
    job = bench.draw()
    assert job.error["code"] == "PROVIDER_TIMEOUT"
    assert len(bench.provider.orders) == 2


def test_a_failed_job_can_be_retried_by_hand(bench) -> None:
    """The second time the provider is well."""

    def script(order) -> None:
        raise RequestRefused("not allowed")

    bench.provider.script = script
    job = bench.draw()
    bench.provider.script = lambda order: None
    bench.service.retry(bench.ada, job.id)
    assert bench.service.wait(bench.ada, job.id, 20).state is State.COMPLETED


def test_cancelling_a_waiting_job_keeps_it_from_the_provider(new_bench) -> None:
    """What was cancelled before any worker came is never drawn."""
    bench = new_bench(work=False)
    job = bench.submit()
    assert bench.service.cancel(bench.ada, job.id).state is State.CANCELLED
    assert bench.provider.orders == []


def test_cancelling_a_running_job_stops_the_call(bench) -> None:
    """The provider's call is interrupted and the job ends cancelled."""
    bench.provider.gate = lambda: False
    job = bench.submit()
    eventually(lambda: bench.provider.running)
    started = time.monotonic()
    bench.service.cancel(bench.ada, job.id)
    assert bench.service.wait(bench.ada, job.id, 20).state is State.CANCELLED
    assert bench.provider.running == 0
    assert time.monotonic() - started < 10


def test_the_window_of_a_batch_is_never_exceeded(new_bench) -> None:
    """With a window of two, never more than two of the batch's icons are drawn at once."""
    bench = new_bench(provider=ScriptedProvider(seconds=0.02))
    batch = bench.submit_batch(*[f"thing {n}" for n in range(12)], concurrency=2)
    done = bench.service.wait_batch(bench.ada, batch.id, 20)
    assert done.state is BatchState.COMPLETED
    assert bench.provider.most == 2


def test_an_interactive_job_overtakes_a_batch(new_bench) -> None:
    """A single icon asked for in mid-batch is among the next to be drawn."""
    bench = new_bench(provider=ScriptedProvider(seconds=0.02))
    batch = bench.submit_batch(*[f"thing {n}" for n in range(60)], concurrency=60)
    eventually(lambda: len(bench.provider.orders) >= 4)
    bench.draw("hammer")
    assert bench.service.batch(bench.ada, batch.id).counts.unfinished > 20


def test_a_small_account_is_not_stuck_behind_a_large_one(new_bench) -> None:
    """Bob's three icons are done while most of Ada's eighty, asked for before, still wait."""
    bench = new_bench(provider=ScriptedProvider(seconds=0.01))
    large = bench.submit_batch(*[f"thing {n}" for n in range(80)], concurrency=80)
    eventually(lambda: len(bench.provider.orders) >= 4)
    small = bench.submit_batch("pen", "ink", "nib", caller=bench.bob, concurrency=3)
    bench.service.wait_batch(bench.bob, small.id, 20)
    assert bench.service.batch(bench.ada, large.id).counts.unfinished > 30


def test_equal_requests_in_flight_share_one_run(bench) -> None:
    """Five equal requests while the first is drawn: one call, five answers with the same image."""
    release = threading.Event()
    bench.provider.gate = release.is_set
    jobs = [bench.submit("tools") for _ in range(5)]
    eventually(lambda: bench.provider.running)
    release.set()
    ended = [bench.service.wait(bench.ada, job.id, 20) for job in jobs]
    assert len(bench.provider.orders) == 1
    assert len({job.images for job in ended}) == 1
    assert sorted(job.cached for job in ended) == [False, True, True, True, True]


def test_a_stop_lets_running_jobs_finish(new_bench) -> None:
    """What is being drawn when the house stops is settled before it has stopped."""
    first = new_bench(provider=ScriptedProvider(seconds=0.3))
    job = first.submit()
    eventually(lambda: first.provider.running)
    first.house.stop()
    second = new_bench(work=False)
    assert second.service.job(second.ada, job.id).state is State.COMPLETED


def test_a_stop_gives_back_what_does_not_finish(new_bench) -> None:
    """A job that outlasts the drain waits for the next worker, with no failure counted."""
    first = new_bench(provider=ScriptedProvider(seconds=60))
    job = first.submit()
    eventually(lambda: first.provider.running)
    first.house.stop()
    second = new_bench()
    ended = second.service.wait(second.ada, job.id, 20)
    assert ended.state is State.COMPLETED
    assert ended.failures == 0


def test_a_second_house_stands_by_and_takes_over(new_bench) -> None:
    """Two houses on one storage: the first works; when it stops, the second does."""
    first = new_bench()
    second = new_bench()
    second.submit("tools")
    eventually(lambda: first.provider.orders)
    assert second.provider.orders == []
    first.house.stop()
    job = second.draw("hammer")
    assert job.state is State.COMPLETED
    assert len(second.provider.orders) == 1


@pytest.mark.parametrize("ending", ["completed", "failed", "cancelled"])
def test_waiting_ends_with_the_job(bench, ending: str) -> None:
    """`wait` comes back as soon as the job has ended, however it ends."""

    def script(order) -> None:
        if ending == "failed":
            raise RequestRefused("not allowed")

    bench.provider.script = script
    bench.provider.seconds = 5 if ending == "cancelled" else 0.1
    job = bench.submit()
    if ending == "cancelled":
        threading.Timer(0.1, bench.service.cancel, (bench.ada, job.id)).start()
    assert bench.service.wait(bench.ada, job.id, 20).state.value == ending


def test_waiting_for_an_ended_job_does_not_wait(bench) -> None:
    """A job that had ended before the call is answered at once."""
    job = bench.draw()
    started = time.monotonic()
    bench.service.wait(bench.ada, job.id, 20)
    assert time.monotonic() - started < 5
