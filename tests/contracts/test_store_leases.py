"""What workers can rely on, whatever the engine: one lease a job, fences, windows, and nothing lost."""

import threading

import pytest

from icons.domain.errors import StaleLease
from icons.domain.events import EventType
from icons.domain.jobs import Completed, Delayed, Failed, GivenBack, Priority, State, Stopped

ERROR = {"code": "PROVIDER_FAILED", "message": "no answer", "attempts": 1, "final": True}


def test_a_claim_makes_the_best_job_active(scene):
    """Urgent before ordinary, first come first served among equals, and the log says that it has started."""
    (late,) = scene.submit(["late"])
    (urgent,) = scene.submit(["urgent"], priority=Priority.INTERACTIVE)
    lease = scene.claim()
    assert (lease.worker, lease.job.id, lease.attempt, lease.job.state) == ("one", urgent, 1, State.ACTIVE)
    assert scene.job(urgent) == lease.job
    (event,) = scene.news()
    assert (event.type, event.job_id, event.data["stage"]) == (EventType.JOB_OUTPUT, urgent, "started")
    assert scene.claim("two").job.id == late
    assert scene.try_claim("two") is None


def test_a_worker_claims_only_the_kinds_it_knows(scene):
    """Jobs of other kinds stay waiting."""
    scene.submit(["a"])
    assert scene.store.leases.claim("one", ["chat"], "local") is None
    assert scene.store.leases.claim("one", ["chat", "icon"], "local")


def test_equal_work_waits_for_the_one_at_work(scene):
    """Two jobs with one fingerprint never run together for one account; for another account they do."""
    first, second = scene.submit(["same", "same"])
    scene.submit(["same"], account=scene.add_account("bob"))
    lease = scene.claim()
    assert lease.job.id == first
    assert scene.claim().job.account != scene.account
    assert scene.try_claim() is None
    scene.store.leases.settle(lease, Failed(ERROR))
    assert scene.claim().job.id == second


def test_completing_stores_all_at_once(scene):
    """The job, its images, the remembered answer, the next held job and the events are there together."""
    ids = scene.submit(["a", "b"], window=1)
    lease, images = scene.claim(), (scene.image(), scene.image())
    scene.news()
    scene.store.leases.settle(lease, Completed(images, {"model": "local/1"}))
    job = scene.job(ids[0])
    assert (job.state, job.progress, job.facts) == (State.COMPLETED, 100, {"model": "local/1"})
    assert job.images == tuple(image.id for image in images)
    assert (job.cached, job.error) == (False, None)
    assert job.finished_at
    assert scene.store.images.cached(scene.account, ["a"]) == {"a": images}
    assert scene.job(ids[1]).state is State.WAITING
    ended, progress = scene.news()
    assert (ended.type, ended.job_id, ended.data["images"]) == (EventType.JOB_COMPLETED, ids[0], [*job.images])
    assert (progress.type, progress.data["completed"]) == (EventType.BATCH_PROGRESS, 1)


def test_an_answer_another_run_delivered_is_shared(scene):
    """A job may complete with images that exist already; it is then marked cached."""
    image = scene.image()
    scene.draw("sun", image)
    (job_id,) = scene.submit(["sun"])
    scene.store.leases.settle(scene.claim(), Completed((image,), {}, cached=True))
    assert (scene.job(job_id).images, scene.job(job_id).cached) == ((image.id,), True)


def test_a_shared_answer_that_has_been_cleaned_away_is_no_answer(scene):
    """The job waits again instead of showing an image whose file is gone."""
    (job_id,) = scene.submit(["sun"])
    scene.store.leases.settle(scene.claim(), Completed((scene.image(),), {}, cached=True))
    assert scene.job(job_id).state is State.WAITING


def test_progress_reports_are_seen(scene):
    """A report changes the job and appends a line to the log."""
    lease = scene.begin("a")
    scene.news()
    scene.store.leases.report(lease, "drawing", 40, "Asked the provider.")
    job = scene.job(lease.job.id)
    assert (job.stage, job.progress) == ("drawing", 40)
    (event,) = scene.news()
    assert event.data == {"stage": "drawing", "progress": 40, "line": "Asked the provider."}
    assert (event.job_id, event.account, event.correlation_id) == (job.id, scene.account, "trace-1")


@pytest.mark.parametrize("outcome", [Failed(ERROR), Stopped(), GivenBack(), Delayed(ERROR, 1)])
def test_a_stale_lease_changes_nothing(scene, outcome):
    """Who lost its job to another attempt can neither report nor settle, and leaves no trace."""
    (job_id,) = scene.submit(["a"])
    stale = scene.claim()
    scene.store.leases.settle(stale, GivenBack())
    fresh = scene.claim()
    scene.news()
    with pytest.raises(StaleLease):
        scene.store.leases.settle(stale, outcome)
    with pytest.raises(StaleLease):
        scene.store.leases.report(stale, "late", 99, "too late")
    assert scene.job(job_id) == fresh.job
    assert scene.news() == []


def test_an_ended_job_cannot_be_settled_again(scene):
    """A second settlement of the same lease is refused: no second event, no second image."""
    lease = scene.begin("a")
    scene.store.leases.settle(lease, Failed(ERROR))
    scene.news()
    image = scene.image()
    with pytest.raises(StaleLease):
        scene.store.leases.settle(lease, Completed((image,), {}))
    assert scene.store.images.by_filename(image.filename) is None
    assert scene.news() == []


def test_a_delayed_job_waits_for_its_time(scene):
    """It keeps its place in the window and its error, and one more retry is counted."""
    ids = scene.submit(["a", "b"], window=1)
    scene.store.leases.settle(scene.claim(), Delayed(ERROR, 60))
    job = scene.job(ids[0])
    assert (job.state, job.failures, job.error) == (State.DELAYED, 1, ERROR)
    assert scene.job(ids[1]).state is State.HELD
    scene.store.leases.beat("one", 60)
    assert scene.try_claim() is None
    scene.store.leases.wake([job.id])
    lease = scene.claim()
    assert lease.attempt == 2
    scene.store.leases.settle(lease, Completed((scene.image(),), {}))
    assert scene.job(job.id).error is None


def test_a_heartbeat_wakes_delayed_jobs_that_are_due(scene):
    """Without any word from the worker that delayed it, the database's clock lets a job wait again."""
    (job_id,) = scene.submit(["a"])
    scene.store.leases.settle(scene.claim(), Delayed(ERROR, 0))
    assert scene.job(job_id).state is State.DELAYED
    scene.store.leases.beat("two", 60)
    assert scene.job(job_id).state is State.WAITING


def test_a_job_given_back_waits_at_its_old_place(scene):
    """No failure is counted, and what came later does not overtake it."""
    first, _ = scene.submit(["a", "b"])
    scene.store.leases.settle(scene.claim(), GivenBack())
    assert (scene.job(first).state, scene.job(first).failures, scene.job(first).progress) == (State.WAITING, 0, 0)
    assert scene.claim().job.id == first


def test_a_job_given_back_does_not_turn_back_the_virtual_time(scene):
    """A newcomer still lines up behind the place that the claims had reached."""
    scene.submit(["a0", "a1", "a2", "a3"])
    first = scene.claim()
    scene.claim(), scene.claim()
    scene.store.leases.settle(first, GivenBack())
    scene.claim()
    scene.submit(["b0"], account=scene.add_account("bob"))
    assert scene.claim().job.fingerprint == "a3"


def test_a_stopped_job_is_cancelled(scene):
    """Its worker heard of the cancellation and stopped."""
    lease = scene.begin("a")
    active = scene.store.jobs.cancel(scene.account, lease.job.id)
    assert active
    assert active.state is State.ACTIVE
    assert scene.store.leases.beat("two", 60) == []
    assert scene.store.leases.beat("one", 60) == [lease.job.id]
    scene.store.leases.settle(lease, Stopped())
    assert scene.job(lease.job.id).state is State.CANCELLED


@pytest.mark.parametrize("outcome", [Delayed(ERROR, 0), GivenBack()])
def test_a_job_to_be_stopped_is_not_tried_again(scene, outcome):
    """When its worker would have it wait after the cancellation, it ends instead."""
    lease = scene.begin("a")
    scene.store.jobs.cancel(scene.account, lease.job.id)
    scene.store.leases.settle(lease, outcome)
    assert scene.job(lease.job.id).state is State.CANCELLED


def test_a_result_that_comes_before_the_stop_is_kept(scene):
    """Paid is paid: a job that completes after the cancellation stays completed."""
    lease = scene.begin("a")
    scene.store.jobs.cancel(scene.account, lease.job.id)
    scene.store.leases.settle(lease, Completed((scene.image(),), {}))
    assert scene.job(lease.job.id).state is State.COMPLETED


def test_jobs_of_silent_workers_are_given_back(scene):
    """The next heartbeat of another worker returns them, but never its own; one asked to stop ends."""
    scene.store.leases.enlist("dead")
    lost, stopping, own = scene.submit(["a", "b", "c"])
    leases = [scene.claim("dead"), scene.claim("dead"), scene.claim("alive")]
    scene.store.jobs.cancel(scene.account, stopping)
    scene.store.leases.beat("alive", 60)
    assert scene.job(own).state is State.ACTIVE
    scene.news()
    scene.store.leases.beat("alive", -1)
    assert [scene.job(job_id).state for job_id in (lost, stopping, own)] == [
        State.WAITING,
        State.CANCELLED,
        State.ACTIVE,
    ]
    assert EventType.JOB_COMPLETED in scene.news_types()
    with pytest.raises(StaleLease):
        scene.store.leases.settle(leases[0], Failed(ERROR))
    assert scene.claim("alive").attempt == 2


def test_a_heartbeat_keeps_a_workers_jobs(scene):
    """A worker that has beaten within the time keeps what it holds, also against others' heartbeats."""
    lease = scene.begin("a")
    scene.store.leases.beat("one", 60)
    scene.store.leases.beat("two", 60)
    scene.store.leases.settle(lease, Failed(ERROR))


def test_a_worker_can_be_dismissed(scene):
    """Its jobs, or everybody's, wait again; how many is told."""
    scene.submit(["a", "b", "c"])
    scene.claim("one"), scene.claim("two"), scene.claim("two")
    assert scene.store.leases.dismiss("one") == 1
    assert scene.store.leases.dismiss(None) == 2
    assert sum(each.jobs for each in scene.store.leases.backlog()) == 3


def test_the_backlog_tells_how_many_wait_and_how_long(scene):
    """Held jobs are not in it: they wait for their batch, not for a worker."""
    assert scene.store.leases.backlog() == []
    scene.submit(["a", "b", "c"], window=2)
    (waiting,) = scene.store.leases.backlog()
    assert (waiting.lane, waiting.priority, waiting.jobs) == ("local", Priority.BATCH, 2)
    assert 0 <= waiting.oldest < 60


def test_threads_neither_lose_nor_repeat_a_job(scene):
    """Eight threads submit, claim and settle at once: every job is claimed once and completed."""
    submitted, claimed, errors = [], [], []

    def work(name: str) -> None:
        try:
            for n in range(10):
                submitted.extend(scene.submit([f"{name}-{n}", f"{name}-{n}-b"], window=1 if n % 2 else None))
                while lease := scene.try_claim(name):
                    claimed.append(lease.job.id)
                    scene.store.leases.settle(lease, Completed((), {}))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(f"worker {n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(claimed) == sorted(submitted)
    assert scene.store.jobs.statistics(None)["states"]["completed"] == 160
