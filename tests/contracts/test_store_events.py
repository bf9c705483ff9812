"""What listeners can rely on: one log, one order, numbers that never return."""

from icons.domain.events import EventType
from icons.domain.jobs import Completed, Failed

ERROR = {"code": "PROVIDER_FAILED", "message": "no answer", "attempts": 1, "final": True}


def test_a_listener_resumes_where_it_stopped(scene):
    """Numbers grow, nothing is skipped or repeated between two reads, and a page has its limit."""
    for work in "abc":
        scene.begin(work)
    first = scene.store.events.after(0, 2)
    rest = scene.store.events.after(first[-1].seq, 100)
    assert [len(first), len(rest)] == [2, 1]
    seqs = [event.seq for event in first + rest]
    assert seqs == sorted(set(seqs))
    assert scene.store.events.last_seq() == seqs[-1]


def test_a_listener_hears_only_what_it_asked_for(scene):
    """Filters by account, job and batch leave everything else out; without any the whole log is read."""
    job_id = scene.submit(["a"], window=1)[0]
    scene.claim()
    scene.submit(["b"], account=scene.add_account("bob"), window=1)
    other = scene.claim().job
    read = scene.store.events.after
    assert {event.account for event in read(0, 100, account=other.account)} == {other.account}
    assert {event.job_id for event in read(0, 100, job_id=job_id)} == {job_id}
    assert {event.batch_id for event in read(0, 100, batch_id=other.batch_id)} == {other.batch_id}
    assert read(0, 100, account=other.account, job_id=job_id) == []
    assert len(read(0, 100)) == len(read(0, 100, account=scene.account)) + len(read(0, 100, account=other.account))


def test_the_end_of_a_batch_is_told_once_and_last(scene):
    """Each end of a job comes before the progress it makes; the batch's own end closes the story."""
    batch_id = scene.submit_batch(["a", "b"], window=2)
    scene.news()
    first, second = scene.claim(), scene.claim()
    scene.store.leases.settle(first, Failed(ERROR))
    scene.store.leases.settle(second, Completed((scene.image(),), {}))
    events = scene.news()
    assert [event.type for event in events] == [
        *(EventType.JOB_OUTPUT, EventType.BATCH_PROGRESS),
        *(EventType.JOB_OUTPUT, EventType.BATCH_PROGRESS),
        *(EventType.JOB_COMPLETED, EventType.BATCH_PROGRESS),
        *(EventType.JOB_COMPLETED, EventType.BATCH_PROGRESS, EventType.BATCH_COMPLETED),
    ]
    assert events[4].data["error"] == ERROR
    assert [events[-1].data[key] for key in ("status", "progress", "completed", "failed")] == ["partial", 100, 1, 1]
    assert scene.batch(batch_id).seq == events[-1].seq


def test_only_the_past_of_ended_work_is_forgotten(scene):
    """Entries of live jobs and open batches stay; a forgotten number is never given again."""
    scene.draw("c")
    alone = scene.begin("d")
    batch_id = scene.submit_batch(["a", "b"], window=1)
    assert scene.store.events.forget(older_than=3600) == 0
    assert scene.store.events.forget(older_than=-1) == 2  # "c": started and completed
    assert {event.batch_id or event.job_id for event in scene.store.events.after(0, 100)} == {batch_id, alone.job.id}
    scene.store.leases.settle(alone, Failed(ERROR))
    scene.store.jobs.cancel_batch(scene.account, batch_id)
    last = scene.store.events.last_seq()
    scene.store.events.forget(older_than=-1)
    assert scene.store.events.after(0, 100) == []
    scene.begin("e")
    assert scene.store.events.last_seq() == last + 1
