"""What owners of jobs and batches can rely on, whatever the engine."""

import time

import pytest
from sqlalchemy.exc import IntegrityError

from icons.core.ports import Sender
from icons.domain.events import EventType
from icons.domain.jobs import BatchState, Completed, Counts, Delayed, Failed, NewBatch, NewJob, Priority, State
from icons.domain.room import Room

ERROR = {"code": "PROVIDER_FAILED", "message": "no answer", "attempts": 1, "final": True}


def test_a_job_comes_back_as_it_was_submitted(scene):
    """Everything the sender gave is kept with the job, and nobody else's account sees it."""
    (job_id,) = scene.submit(["sun"], priority=Priority.INTERACTIVE)
    job = scene.job(job_id)
    assert (job.state, job.priority, job.batch_id, job.attempt) == (State.WAITING, Priority.INTERACTIVE, None, 0)
    assert (job.user_id, job.correlation_id, job.fingerprint) == ("end user", "trace-1", "sun")
    assert job.request == {"category": "Category sun", "style": "Modern", "color_scheme": "pastel"}
    assert job.created_at > 1_700_000_000
    assert scene.store.jobs.get(scene.add_account("bob"), job_id) is None


def test_a_batch_is_stored_whole_with_its_window_open(scene):
    """The first jobs of a batch wait, the rest are held, and one progress event says where it stands."""
    batch_id = scene.submit_batch(["a", "b", "c", "d"], window=2)
    batch = scene.batch(batch_id)
    assert scene.states(batch_id) == ["waiting", "waiting", "held", "held"]
    assert batch.counts == Counts(held=2, waiting=2)
    assert (batch.state, batch.window, batch.started_at) == (BatchState.PENDING, 2, None)
    assert (batch.current_category, batch.completed_categories) == ("Category a", 0)
    assert [(event.type, event.batch_id) for event in scene.news()] == [(EventType.BATCH_PROGRESS, batch_id)]
    assert batch.seq == scene.seen


def test_a_failed_submission_leaves_nothing(scene):
    """A batch with a job id that exists already is refused as a whole."""
    (taken,) = scene.submit(["a"])
    again = NewJob(taken, "icon", {}, "a")
    with pytest.raises(IntegrityError):
        scene.store.jobs.submit(Sender(scene.account), [again], Priority.BATCH, NewBatch("batch", {}, ("a",), 1))
    assert scene.store.jobs.batch(scene.account, "batch") is None


def test_what_is_submitted_again_needs_no_room(scene):
    """Whoever heard nothing of a submission repeats it: it has its room, and is stored once."""
    jobs, sender = [NewJob("one", "icon", {}, "sun")], Sender(scene.account)
    for _ in range(2):
        scene.store.jobs.submit(sender, jobs, Priority.BATCH, room=Room(1, 1))
    assert scene.store.jobs.unfinished(scene.account) == 1


def test_answers_from_the_cache_are_stored_completed(scene):
    """A job submitted with images has ended, says so in the log, and takes no place in the window."""
    image = scene.image()
    scene.draw("sun", image)
    scene.news()
    batch_id = scene.batch_id(scene.submit(["sun", "a", "b"], window=1, answers={"sun": (image.id,)})[0])
    first = scene.store.jobs.of_batch(scene.account, batch_id)[0]
    assert (first.state, first.cached, first.images, first.progress) == (State.COMPLETED, True, (image.id,), 100)
    assert scene.states(batch_id) == ["completed", "waiting", "held"]
    assert scene.batch(batch_id).completed_categories == 1
    ended, progress = scene.news()
    assert (ended.type, ended.job_id, ended.data["images"]) == (EventType.JOB_COMPLETED, first.id, [image.id])
    assert (progress.type, progress.data["completed"], progress.data["progress"]) == (EventType.BATCH_PROGRESS, 1, 33)


def test_a_batch_the_cache_answers_whole_is_completed_at_once(scene):
    """Nothing is left to do, so the batch has ended when the submission is stored."""
    image = scene.image()
    scene.draw("sun", image)
    scene.news()
    batch_id = scene.batch_id(scene.submit(["sun"], window=1, answers={"sun": (image.id,)})[0])
    assert scene.batch(batch_id).state is BatchState.COMPLETED
    assert scene.batch(batch_id).finished_at
    assert scene.news_types() == [EventType.JOB_COMPLETED, EventType.BATCH_PROGRESS, EventType.BATCH_COMPLETED]


def test_images_that_are_gone_or_foreign_do_not_answer(scene):
    """When an answer was cleaned away between look-up and submission the job is done after all."""
    bob = scene.add_account("bob")
    bobs = scene.image(account=bob)
    scene.submit(["moon"], account=bob)
    scene.store.leases.settle(scene.claim(), Completed((bobs,), {}))
    ids = scene.submit(["sun", "moon"], answers={"sun": ("gone",), "moon": (bobs.id,)})
    assert [scene.job(job_id).state for job_id in ids] == [State.WAITING, State.WAITING]


def test_accounts_take_turns(scene):
    """An account with one job does not wait behind another's long line, whatever was urgent before."""
    bob = scene.add_account("bob")
    scene.submit([f"a{n}" for n in range(6)])
    scene.submit(["urgent"], priority=Priority.INTERACTIVE)
    assert scene.claim().job.fingerprint == "urgent"
    scene.submit(["b0", "b1"], account=bob)
    order = [scene.claim().job.fingerprint for _ in range(8)]
    assert sorted(order[:4]) == ["a0", "a1", "b0", "b1"]
    assert order[4:] == ["a2", "a3", "a4", "a5"]


def test_an_account_that_was_idle_saves_up_no_turns(scene):
    """A newcomer's line begins at the virtual time: it does not go before all that were there first."""
    bob = scene.add_account("bob")
    scene.submit([f"a{n}" for n in range(6)])
    for _ in range(4):
        scene.claim()
    scene.submit(["b0", "b1", "b2"], account=bob)
    order = [scene.claim().job.fingerprint for _ in range(5)]
    assert order.index("a4") < order.index("b1")
    assert order.index("a5") < order.index("b2")


def test_batches_are_listed_newest_first_in_pages(scene):
    """The id of the last batch seen opens the next page; other accounts' batches are not in it."""
    ids = [scene.submit_batch([f"work {n}"]) for n in range(5)]
    scene.submit(["other"], account=scene.add_account("bob"), window=1)
    first = scene.store.jobs.batches(scene.account, 3)
    rest = scene.store.jobs.batches(scene.account, 3, before=first[-1].id)
    listed = first + rest
    assert {batch.id for batch in listed} == set(ids)
    assert [batch.created_at for batch in listed] == sorted((b.created_at for b in listed), reverse=True)


def test_cancelling_a_waiting_job_ends_it_at_once(scene):
    """It is cancelled, its end is in the log, and nobody can claim it; cancelling again changes nothing."""
    (job_id,) = scene.submit(["a"])
    cancelled = scene.store.jobs.cancel(scene.account, job_id)
    assert cancelled
    assert (cancelled.state, cancelled.stage) == (State.CANCELLED, "cancelled")
    assert cancelled.finished_at
    assert scene.try_claim() is None
    assert scene.store.jobs.cancel(scene.account, job_id) == cancelled
    assert scene.news_types() == [EventType.JOB_COMPLETED]


def test_nobody_cancels_or_retries_anothers_jobs(scene):
    """For another account the job and the batch do not exist."""
    job_id = scene.submit(["a", "b"], window=1)[0]
    bob = scene.add_account("bob")
    jobs, batch_id = scene.store.jobs, scene.batch_id(job_id)
    assert jobs.cancel(bob, job_id) is None
    assert jobs.retry(bob, job_id) is None
    assert jobs.cancel_batch(bob, batch_id) is None
    assert jobs.retry_batch(bob, batch_id) is None
    assert jobs.of_batch(bob, batch_id) == []
    assert scene.states(batch_id) == ["waiting", "held"]


def test_cancelling_one_job_of_a_batch_lets_the_next_in(scene):
    """The place in the window goes to the next held job, in the same transaction."""
    ids = scene.submit(["a", "b", "c"], window=1)
    scene.store.jobs.cancel(scene.account, ids[0])
    assert scene.states(scene.batch_id(ids[0])) == ["cancelled", "waiting", "held"]


def test_cancelling_a_batch_stops_what_has_not_begun(scene):
    """Waiting, held and delayed jobs end at once; the active one is its worker's to stop; finished ones are kept."""
    batch_id = scene.submit_batch(["a", "b", "c", "d", "e"], window=3)
    scene.store.leases.settle(scene.claim(), Completed((scene.image(),), {}))
    scene.store.leases.settle(scene.claim(), Delayed(ERROR, 60))
    lease = scene.claim()
    scene.news()
    batch = scene.store.jobs.cancel_batch(scene.account, batch_id)
    assert batch
    assert batch.cancelled
    assert batch.state is BatchState.RUNNING
    assert scene.states(batch_id) == ["completed", "cancelled", "active", "cancelled", "cancelled"]
    assert scene.news_types() == [EventType.JOB_COMPLETED] * 3 + [EventType.BATCH_PROGRESS]
    assert scene.store.leases.beat("one", 60) == [lease.job.id]


def test_an_ended_batch_cannot_be_cancelled_any_more(scene):
    """Its state stays what it came to."""
    batch_id = scene.submit_batch(["a"])
    scene.store.leases.settle(scene.claim(), Failed(ERROR))
    batch = scene.store.jobs.cancel_batch(scene.account, batch_id)
    assert batch
    assert batch.state is BatchState.FAILED


def test_retrying_a_batch_begins_only_what_is_missing(scene):
    """Failed and cancelled jobs start afresh within the window, and the batch ends a second time."""
    batch_id = scene.submit_batch(["a", "b", "c"], window=1)
    scene.store.leases.settle(scene.claim(), Completed((scene.image(),), {}))
    scene.store.leases.settle(scene.claim(), Failed(ERROR))
    scene.store.jobs.cancel_batch(scene.account, batch_id)
    assert scene.batch(batch_id).state is BatchState.CANCELLED
    assert scene.news_types().count(EventType.BATCH_COMPLETED) == 1
    assert scene.store.jobs.retry_batch(scene.account, batch_id) == 2
    assert scene.states(batch_id) == ["completed", "waiting", "held"]
    again = scene.store.jobs.of_batch(scene.account, batch_id)[1]
    assert (again.attempt, again.failures, again.progress, again.error, again.finished_at) == (1, 0, 0, None, None)
    assert (scene.batch(batch_id).cancelled, scene.batch(batch_id).finished_at) == (False, None)
    for attempt in (2, 1):
        lease = scene.claim()
        assert lease.attempt == attempt
        scene.store.leases.settle(lease, Completed((scene.image(),), {}))
    assert scene.batch(batch_id).state is BatchState.COMPLETED
    assert scene.news_types().count(EventType.BATCH_COMPLETED) == 1


def test_a_thousand_jobs_are_stored_cancelled_and_begun_anew(scene):
    """The largest batch is one transaction each time, and each of its jobs is accounted for."""
    batch_id = scene.submit_batch([f"work {n}" for n in range(1000)], window=64)
    assert scene.batch(batch_id).counts == Counts(held=936, waiting=64)
    assert scene.news_types() == [EventType.BATCH_PROGRESS]
    scene.store.jobs.cancel_batch(scene.account, batch_id)
    assert scene.news_types() == [
        *[EventType.JOB_COMPLETED] * 1000,
        *(EventType.BATCH_PROGRESS, EventType.BATCH_COMPLETED),
    ]
    assert scene.store.jobs.retry_batch(scene.account, batch_id) == 1000
    assert scene.batch(batch_id).counts == Counts(held=936, waiting=64)


def test_retrying_one_job(scene):
    """A failed job waits again; a completed one stays completed."""
    drawn = scene.draw("done")
    (job_id,) = scene.submit(["a"])
    scene.store.leases.settle(scene.claim(), Failed(ERROR))
    assert scene.job(job_id).error == ERROR
    again = scene.store.jobs.retry(scene.account, job_id)
    assert again
    assert (again.state, again.error) == (State.WAITING, None)
    assert scene.store.jobs.retry(scene.account, drawn.id) == drawn
    assert scene.claim().attempt == 2


def test_statistics_count_in_the_words_callers_see(scene):
    """Held jobs count as waiting; figures of one account leave the others out."""
    image = scene.image()
    scene.draw("sun", image)
    scene.submit(["sun", "a", "b"], window=1, answers={"sun": (image.id,)})
    scene.submit(["c"], account=scene.add_account("bob"))
    mine = scene.store.jobs.statistics(scene.account)
    empty = {"active": 0, "delayed": 0, "failed": 0, "cancelled": 0}
    assert mine["states"] == {"waiting": 2, "completed": 2, **empty}
    assert (mine["active_batches"], mine["total_batches"], mine["cached"]) == (1, 1, 1)
    assert 0 <= mine["median_seconds"] <= mine["p95_seconds"]
    assert mine["average_seconds"] >= 0
    assert 0 < mine["oldest_waiting"] <= time.time() + 1
    assert scene.store.jobs.statistics(None)["states"]["waiting"] == 3
    eve = scene.store.jobs.statistics(scene.add_account("eve"))
    assert {eve[name] for name in ("average_seconds", "median_seconds", "p95_seconds", "oldest_waiting")} == {None}
