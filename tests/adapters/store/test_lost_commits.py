"""Commits whose answer was lost: the verb is repeated although it had succeeded, and does no harm."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from icons.adapters.store import open_store
from icons.domain.access import Caller
from icons.domain.errors import StaleLease
from icons.domain.images import Record, Tag, TagType
from icons.domain.jobs import Completed, Delayed, Failed, State
from icons.domain.profiles import Profile
from icons.domain.replies import Claim
from icons.domain.spending import NewCall

from ...contracts.conftest import Scene
from ...servers.cutting import CuttingProxy
from ...servers.postgres import new_database, postgres  # noqa: F401 - fixtures

ERROR = {"code": "PROVIDER_FAILED", "message": "no answer", "attempts": 1, "final": True}


@pytest.fixture
def proxy(postgres) -> Iterator[CuttingProxy]:  # noqa: F811
    proxy = CuttingProxy(postgres.port)
    yield proxy
    assert proxy.cuts == 1, "the test cut no connection"
    proxy.close()


@pytest.fixture
def scene(postgres, new_database, proxy) -> Iterator[Scene]:  # noqa: F811
    """A scene whose store reaches the server through the proxy."""
    name = sa.make_url(new_database()).database
    store = open_store(postgres.url_by_port(name).replace(str(postgres.port), str(proxy.port)))
    yield Scene(store)
    store.close()


def test_a_submission_is_stored_once(scene, proxy):
    """A batch comes to no second life."""
    proxy.cut_next_commit()
    ids = scene.submit(["a", "b"], window=1)
    assert scene.states(scene.batch_id(ids[0])) == ["waiting", "held"]
    assert len(scene.store.jobs.batches(scene.account, 10)) == 1


def test_a_lost_claim_is_given_back(scene, proxy):
    """The worker never heard of the job it got: its next beat gives it back, and it can be drawn."""
    ids = scene.submit(["a", "b"])
    proxy.cut_next_commit()
    assert scene.claim().job.id == ids[1]
    assert scene.job(ids[0]).state is State.ACTIVE
    scene.store.leases.beat("one", alive_for=60)
    assert [scene.job(job_id).state for job_id in ids] == [State.WAITING, State.ACTIVE]
    assert scene.claim().job.id == ids[0]


def test_a_settled_job_stays_settled(scene, proxy):
    """The repeat sees that the result is its own; pictures, counts and events are there once."""
    lease = scene.begin("sun")
    scene.news()
    proxy.cut_next_commit()
    scene.store.leases.settle(lease, Completed((scene.image(),), {}))
    with pytest.raises(StaleLease):
        scene.store.leases.settle(lease, Completed((scene.image(),), {}))
    job = scene.job(lease.job.id)
    assert (job.state, len(job.images), len(scene.news())) == (State.COMPLETED, 1, 1)
    assert scene.store.jobs.statistics(scene.account)["states"]["completed"] == 1


@pytest.mark.parametrize(("outcome", "state"), [(Failed(ERROR), State.FAILED), (Delayed(ERROR, 60), State.DELAYED)])
def test_a_job_that_did_not_succeed_ends_its_lease_once(scene, proxy, outcome, state):
    """The repeat sees that the error is its own; another error is refused."""
    lease = scene.begin("sun")
    scene.news()
    proxy.cut_next_commit()
    scene.store.leases.settle(lease, outcome)
    with pytest.raises(StaleLease):
        scene.store.leases.settle(lease, replace(outcome, error={**ERROR, "message": "another"}))
    job = scene.job(lease.job.id)
    assert (job.state, job.failures, len(scene.news())) == (state, int(state is State.DELAYED), 1)


def stories(scene: Scene) -> dict[str, tuple[Callable[[], object], Callable[[], object], object]]:
    """Name -> (verb, question, its answer when the verb was done once)."""
    store, account = scene.store, scene.account
    image = scene.image()
    call = NewCall("call", account, "job", None, "local", "openai", "model", 60)
    claim = Claim(account, "key", "digest", "mark")
    return {
        "key": (
            lambda: store.accounts.add_key(account, "laptop", "hash", "wxyz", None),
            lambda: len(store.accounts.keys(account)),
            1,
        ),
        "ticket": (
            lambda: store.accounts.put_ticket("hash", Caller(account, "ann"), 60),
            lambda: store.accounts.take_ticket("hash") is not None,
            True,
        ),
        "profile": (
            lambda: store.profiles.add(Profile("profile", account, "mine", "openai")),
            lambda: len(store.profiles.all(account)),
            1,
        ),
        "record": (
            lambda: store.records.add(Record(image, (Tag(TagType.THEME, "ours"),))),
            lambda: len(store.records.get(account, image.id).tags),
            1,
        ),
        "call": (lambda: store.spending.intend(call), lambda: len(store.spending.calls("job")), 1),
        "claimed reply": (lambda: store.replies.claim(claim, 60), lambda: store.replies.prune(), 0),
    }


@pytest.mark.parametrize("name", ["key", "ticket", "profile", "record", "call", "claimed reply"])
def test_what_is_written_once_is_there_once(scene, proxy, name):
    """No error reaches the caller, and nothing is there twice."""
    verb, question, answer = stories(scene)[name]
    scene.store.spending.set_budget(scene.account, 100)  # room for the call of 60, and none for another
    proxy.cut_next_commit()
    assert verb() is None or name in ("key", "profile", "record")
    assert question() == answer
