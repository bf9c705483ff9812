"""Workers from outside as every store keeps them."""

from dataclasses import replace

import pytest

from icons.core.ports import Sender
from icons.domain.errors import StaleLease
from icons.domain.jobs import Failed, Forwarded, Lease, NewJob, Priority, State
from icons.domain.workers import BROWSER, DELIVERED, ERRANDS, Capabilities, Demand, OutsideWorker
from tests.contracts.conftest import Scene, new_id

ERROR = {"code": "ERR_NO_EXTENSION", "message": "None.", "attempts": 1, "final": False}
LONG = 60.0  # seconds


def worker(scene: Scene, *words: str, account: str | None = None) -> OutsideWorker:
    """One that has just connected."""
    capabilities = Capabilities.of(words)
    joining = OutsideWorker(f"ws-{new_id()}", account or scene.account, "chrome", "1.0.0", capabilities, 2)
    scene.store.workers.join(joining)
    return joining


def submit(scene: Scene, model: str = "", account: str | None = None) -> str:
    """A job for a worker from outside; its lane."""
    owner, job_id = account or scene.account, new_id()
    lane = Demand(owner, model, "64x64").lane
    job = NewJob(job_id, BROWSER, {"prompt": "a cat"}, job_id, lane)
    scene.store.jobs.submit(Sender(owner), [job], Priority.INTERACTIVE)
    return lane


def test_the_connected_are_known_with_what_they_have_to_do(scene: Scene) -> None:
    """Those of the account, as they said, with how many jobs each has; the silent are left out."""
    here, _ = worker(scene, "Dall-E-3", "64x64"), worker(scene, account=scene.add_account("ben"))
    scene.store.leases.claim(here.id, [BROWSER], submit(scene))
    (found,) = scene.store.workers.connected(scene.account, LONG)
    assert found == replace(here, active=1, connected_at=found.connected_at, seen_at=found.seen_at)
    assert scene.store.workers.connected(scene.account, 0.0) == []
    scene.store.workers.join(replace(here, available=False))
    assert [each.available for each in scene.store.workers.connected(scene.account, LONG)] == [False]


def test_who_is_lost_is_missed_with_its_jobs(scene: Scene) -> None:
    """The house's own workers find out, and whoever says that it lives is told that it is not known any more."""
    gone, here = worker(scene), worker(scene)
    lane = submit(scene)
    lease = scene.store.leases.claim(gone.id, [BROWSER], lane)
    assert lease
    assert scene.store.workers.beat([gone.id, here.id]) == {gone.id, here.id}
    scene.store.leases.dismiss(gone.id)
    assert scene.store.workers.beat([gone.id, here.id]) == {here.id}
    assert scene.job(lease.job.id).state is State.WAITING
    assert [each.id for each in scene.store.workers.connected(scene.account, LONG)] == [here.id]


def test_a_house_that_starts_anew_leaves_them_their_jobs(scene: Scene) -> None:
    """Their connections are to other processes: only its own earlier workers are sure to be dead."""
    scene.store.leases.enlist("one")
    own, lane = scene.begin("work"), submit(scene)
    theirs = scene.store.leases.claim(worker(scene).id, [BROWSER], lane)
    assert theirs
    assert scene.store.leases.dismiss(None) == 1
    assert scene.job(own.job.id).state is State.WAITING
    assert scene.job(theirs.job.id).state is State.ACTIVE


def test_demands_are_those_of_waiting_jobs(scene: Scene) -> None:
    """Of the accounts that are asked about, each once, the longest waiting first."""
    ben = scene.add_account("ben")
    scene.submit(["an icon of the house's own"])
    submit(scene, "first"), submit(scene, "second"), submit(scene, "first"), submit(scene, "third", ben)
    demands = scene.store.workers.demands([scene.account])
    assert [demand.model for demand in demands] == ["first", "second"]
    assert len(scene.store.workers.demands([scene.account, ben])) == 3
    assert scene.store.workers.demands([]) == []


def test_cancelled_jobs_are_told_to_their_workers(scene: Scene) -> None:
    """To those that have them."""
    here, other = worker(scene), worker(scene)
    lease = scene.store.leases.claim(here.id, [BROWSER], submit(scene))
    assert lease
    assert scene.store.workers.stopping([here.id]) == []
    scene.store.jobs.cancel(scene.account, lease.job.id)
    assert scene.store.workers.stopping([here.id, other.id]) == [lease.job.id]
    assert scene.store.workers.stopping([other.id]) == []


def test_what_nobody_can_do_is_given_up(scene: Scene) -> None:
    """Only what has waited for so long, and only without a worker that could do it, be it busy."""
    worker(scene, "able")
    submit(scene, "able"), submit(scene, "rare")
    assert scene.store.workers.give_up(LONG, LONG, ERROR) == 0
    scene.news()
    assert scene.store.workers.give_up(-1.0, LONG, ERROR) == 1
    (event,) = scene.news()
    job = scene.job(event.job_id)
    assert (job.state, job.error, Demand.of_lane(job.lane).model) == (State.FAILED, ERROR, "rare")
    assert scene.store.workers.give_up(-1.0, LONG, ERROR) == 0


def forward(scene: Scene, lease: Lease) -> Forwarded:
    """The worker says where the pictures lie."""
    delivered = {"lane": lease.job.lane, "addresses": ["https://example.com/a.png"], "facts": {}}
    forwarded = Forwarded(ERRANDS, {**lease.job.request, DELIVERED: delivered}, "downloading", 90)
    scene.store.leases.settle(lease, forwarded)
    return forwarded


def test_what_could_not_be_fetched_is_made_anew(scene: Scene) -> None:
    """Retried by hand, the job is for the workers that it was for, and nothing is left of what they had delivered."""
    here = worker(scene)
    lease = scene.store.leases.claim(here.id, [BROWSER], submit(scene))
    assert lease
    forward(scene, lease)
    fetching = scene.store.leases.claim("one", [BROWSER], ERRANDS)
    assert fetching
    scene.store.leases.settle(fetching, Failed(ERROR))
    scene.store.jobs.retry(scene.account, lease.job.id)
    job = scene.job(lease.job.id)
    assert (job.state, job.lane, job.request) == (State.WAITING, lease.job.lane, lease.job.request)
    assert scene.store.leases.claim(here.id, [BROWSER], lease.job.lane)


def test_a_forwarded_job_waits_in_another_lane(scene: Scene) -> None:
    """With what is known by then; the one who had it has it no more."""
    lease = scene.store.leases.claim(worker(scene).id, [BROWSER], submit(scene))
    assert lease
    forwarded = forward(scene, lease)
    job = scene.job(lease.job.id)
    assert (job.state, job.lane, job.stage, job.progress) == (State.WAITING, ERRANDS, "downloading", 90)
    assert job.request == forwarded.request
    with pytest.raises(StaleLease):
        scene.store.leases.settle(lease, forwarded)
    again = scene.store.leases.claim("one", [BROWSER], ERRANDS)
    assert again
    assert again.job.id == lease.job.id
    assert scene.store.workers.give_up(-1.0, LONG, ERROR) == 0
