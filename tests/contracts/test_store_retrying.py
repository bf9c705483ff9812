"""Jobs that are begun anew by hand are held to the bounds of new ones."""

import pytest

from icons.core.ports import Sender
from icons.domain.errors import RateLimited
from icons.domain.jobs import NewBatch, NewJob, Priority, State
from icons.domain.room import Room
from icons.domain.spending import BudgetSpent
from tests.contracts.conftest import Scene, new_id
from tests.contracts.test_store_together import PEOPLE, at_once


def test_what_is_begun_anew_takes_room(scene):
    """Beside a waiting job there is room for one more of two: a single one begins, a batch of two stays as it was."""
    store, room = scene.store, Room(of_account=2)
    batch_id = scene.submit_batch(["a", "b"])
    (alone,) = scene.submit(["c"])
    store.jobs.cancel_batch(scene.account, batch_id)
    store.jobs.cancel(scene.account, alone)
    scene.submit(["d"])
    scene.news()
    with pytest.raises(RateLimited):
        store.jobs.retry_batch(scene.account, batch_id, room)
    with pytest.raises(RateLimited):
        store.jobs.retry(scene.account, alone, Room(of_priority=1))
    assert (scene.states(batch_id), scene.job(alone).state) == (["cancelled", "cancelled"], State.CANCELLED)
    assert scene.batch(batch_id).cancelled
    assert scene.news() == []
    assert store.jobs.retry(scene.account, alone, room).state is State.WAITING
    assert store.jobs.retry(scene.account, alone, Room(of_account=0)).state is State.WAITING, "it takes no more"


def test_what_is_begun_anew_is_held_to_the_budgets(scene):
    """What the month or the batch's bound does not allow stays as it was; what they allow begins."""
    store = scene.store
    batch = NewBatch(new_id(), {}, ("a",), 1, max_cost=50)
    job = NewJob(new_id(), "icon", {}, "a")
    store.jobs.submit(Sender(scene.account), [job], Priority.BATCH, batch)
    store.jobs.cancel(scene.account, job.id)
    store.spending.set_budget(scene.account, 40)
    for cost in (41, 51):
        with pytest.raises(BudgetSpent):
            store.jobs.retry(scene.account, job.id, cost=cost)
        with pytest.raises(BudgetSpent):
            store.jobs.retry_batch(scene.account, batch.id, cost=cost)
        store.spending.set_budget(scene.account, None)
    assert scene.job(job.id).state is State.CANCELLED
    assert store.jobs.retry_batch(scene.account, batch.id, cost=50) == 1


def test_no_more_jobs_are_begun_anew_than_there_is_room_for(scene: Scene) -> None:
    """Eight that retry at once, four of them a batch of two each, and eight that submit: none goes beyond the room."""
    store, room = scene.store, Room(of_account=PEOPLE)
    ids = [scene.submit([f"work {number}", f"work {number} b"], window=2)[0] for number in range(PEOPLE)]
    batches = [scene.batch_id(job_id) for job_id in ids]
    for batch_id in batches:
        store.jobs.cancel_batch(scene.account, batch_id)

    def act(number: int) -> int:
        try:
            if number >= PEOPLE:
                job = NewJob(new_id(), "icon", {}, new_id())
                store.jobs.submit(Sender(scene.account), [job], Priority.NORMAL, room=room)
                return 1
            if number % 2:
                return store.jobs.retry_batch(scene.account, batches[number], room)
            return store.jobs.retry(scene.account, ids[number], room).state is State.WAITING
        except RateLimited:
            return 0

    begun = sum(at_once(act, 2 * PEOPLE))
    assert begun == store.jobs.unfinished(scene.account)
    assert PEOPLE - 1 <= begun <= PEOPLE
