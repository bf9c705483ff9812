"""Lists of jobs, their tallies, and the removal of old ones."""

import pytest

from icons.core.ports import JobFilter
from icons.domain.jobs import FINAL, Completed, Failed, Priority, State

EVERYTHING = JobFilter()
FAILURE = {"code": "PROVIDER_REFUSED", "message": "No.", "attempts": 1, "final": True}


def ids(scene, asked=EVERYTHING, limit=100, after=None, account=None):
    return [job.id for job in scene.store.jobs.find(account or scene.account, asked, limit, after)]


def of_state(*states):
    return JobFilter(states=frozenset(states))


def test_pages_meet_without_gap_or_repetition(scene):
    """Newest first, page by page, each job once; what is submitted meanwhile does not shift them."""
    submitted = [scene.submit([f"work {number}"])[0] for number in range(7)]
    first = ids(scene, limit=3)
    newer = scene.submit(["newer"])
    second = ids(scene, limit=3, after=first[-1])
    third = ids(scene, limit=3, after=second[-1])
    assert sorted(first + second + third) == sorted(submitted)
    assert ids(scene, limit=1) == newer
    assert ids(scene, after="unknown") == []


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_states_are_filtered_page_by_page(scene, limit):
    """A page of several states is one list by age, however the states alternate."""
    works = [scene.begin(f"work {number}") for number in range(6)]
    for number, lease in enumerate(works):
        scene.store.leases.settle(lease, Failed(FAILURE) if number % 2 else Completed((), {}))
    waiting = scene.submit(["waiting"])
    assert ids(scene, of_state(State.WAITING, State.HELD)) == waiting
    found, after = [], None
    while page := ids(scene, of_state(State.FAILED, State.COMPLETED), limit, after):
        found, after = found + page, page[-1]
    assert sorted(found) == sorted(lease.job.id for lease in works)
    ages = [(scene.job(job_id).created_at, job_id) for job_id in found]
    assert ages == sorted(ages, reverse=True)


def test_filters_by_label_batch_and_time(scene):
    """userId, batch, and a span of creation, alone and with a state."""
    batch = scene.submit_batch(["one", "two"])
    single = scene.submit(["single"])
    created = scene.job(single[0]).created_at
    assert len(ids(scene, JobFilter(user_id="end user"))) == 3
    assert ids(scene, JobFilter(user_id="another")) == []
    assert len(ids(scene, JobFilter(batch_id=batch, states=frozenset({State.WAITING})))) == 2
    assert set(ids(scene, JobFilter(since=created))) >= set(single)
    assert ids(scene, JobFilter(until=0.0)) == []


def test_nobody_lists_or_pages_through_anothers_jobs(scene):
    """A list, and a page after a stranger's job, hold one's own only."""
    theirs = scene.submit(["theirs"], account=scene.add_account("bob"))
    mine = scene.submit(["mine"])
    assert ids(scene) == mine
    assert ids(scene, after=theirs[0]) == []


def test_listed_jobs_name_their_images(scene):
    """As when they are asked for one by one."""
    drawn = scene.draw("drawn")
    (listed,) = scene.store.jobs.find(scene.account, EVERYTHING, 10)
    assert listed.images == drawn.images != ()


def test_tallies_follow_every_move(scene):
    """After submitting, claiming, failing, retrying, cancelling, completing and cleaning the figures are a count."""

    def agree():
        counted = dict.fromkeys((state.public for state in State), 0)
        for job in scene.store.jobs.find(scene.account, EVERYTHING, 1000):
            counted[job.state.public] += 1
        assert scene.store.jobs.statistics(scene.account)["states"] == counted
        assert scene.store.jobs.unfinished(scene.account) == sum(
            counted[state.public] for state in State if not state.final and state is not State.HELD
        )

    batch = scene.submit_batch([f"work {number}" for number in range(8)], window=2)
    agree()
    lease = scene.claim()
    agree()
    scene.store.leases.settle(lease, Failed(FAILURE))
    agree()
    scene.store.jobs.retry_batch(scene.account, batch)
    agree()
    scene.store.leases.settle(scene.claim(), Completed((scene.image(),), {}))
    scene.claim("lost")
    scene.store.leases.dismiss("lost")
    agree()
    scene.store.jobs.cancel_batch(scene.account, batch)
    agree()
    scene.store.jobs.clean(None, FINAL, 0)
    agree()


def test_unfinished_jobs_are_counted_by_priority(scene):
    """What the caps of each tier ask."""
    scene.submit(["one", "two"], priority=Priority.INTERACTIVE)
    scene.submit(["three"], priority=Priority.BATCH)
    unfinished = scene.store.jobs.unfinished
    assert [unfinished(scene.account, tier) for tier in Priority] == [2, 0, 1]
    assert unfinished(scene.add_account("bob")) == 0


def test_cleaning_removes_old_ended_jobs_of_ones_own(scene):
    """Live jobs, younger ones, other states, other accounts and batches stay."""
    bob = scene.add_account("bob")
    drawn = scene.draw("drawn")
    failed = scene.begin("failed")
    scene.store.leases.settle(failed, Failed(FAILURE))
    in_batch = scene.draw("in batch", batch=True)
    waiting = scene.submit(["waiting"])
    clean = scene.store.jobs.clean
    assert clean(scene.account, FINAL, 3600) == 0
    assert clean(bob, FINAL, 0) == 0
    assert clean(scene.account, {State.FAILED, State.WAITING}, 0) == 1
    assert sorted(ids(scene)) == sorted([drawn.id, in_batch.id, *waiting])
    assert clean(None, FINAL, 0) == 1
    assert sorted(ids(scene)) == sorted([in_batch.id, *waiting])


def test_a_small_account_gets_its_share(scene):
    """Of a line of 1,000 and one of 10 the short one is through after about twice its length of claims."""
    scene.submit([f"many {number}" for number in range(1000)])
    bob = scene.add_account("bob")
    scene.submit([f"few {number}" for number in range(10)], account=bob)
    owners = []
    while owners.count(bob) < 10:
        lease = scene.claim()
        owners.append(lease.job.account)
        scene.store.leases.settle(lease, Failed(FAILURE))
    assert len(owners) <= 21


def test_the_first_images_of_batches(scene):
    """In request order, so many of each; none of a batch without any, and none to a stranger."""
    drawn, empty = scene.submit_batch(["one", "two", "three"], window=3), scene.submit_batch(["four"])
    images = {}
    for _ in range(3):
        lease, image = scene.claim(), scene.image()
        images[lease.job.position] = image.id
        scene.store.leases.settle(lease, Completed((image,), {}))
    first = [images[position] for position in (0, 1)]
    assert scene.store.jobs.first_images(scene.account, [drawn, empty], 2) == {drawn: first, empty: []}
    assert scene.store.jobs.first_images(scene.add_account("bob"), [drawn], 2) == {drawn: []}
