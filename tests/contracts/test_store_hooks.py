"""The outbox: what is owed to whom, who sends it, and what signs it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from icons.core.ports import Sender
from icons.core.ports.hooks import Ending, Owed
from icons.domain.errors import Conflict
from icons.domain.hooks import MAX_SECRETS, Delivery, DeliveryState, Hook, HookEvent
from icons.domain.jobs import Completed, Delayed, Failed, GivenBack, NewBatch, NewJob, Priority, Stopped

from .conftest import Scene, new_id

URL = "https://receiver.example/hook"
ERROR = {"code": "PROVIDER_FAILED", "message": "no", "attempts": 1, "final": True}
DELIVERED = Ending(DeliveryState.DELIVERED, 200)
GONE = Ending(DeliveryState.DISABLED, 410, "gone")


def ask(scene: Scene, *events: HookEvent, url: str = URL, jobs: int = 1, batch: bool = False, images=()) -> list[str]:
    """Submit jobs whose ends are to be told; their ids."""
    hook = Hook(url, events or tuple(HookEvent))
    new = [
        NewJob(new_id(), "icon", {"category": "c", "style": "s", "color_scheme": "p"}, new_id(), images=images)
        for _ in range(jobs)
    ]
    asked = NewBatch(new_id(), {}, ("c",), 5) if batch else None
    scene.store.jobs.submit(Sender(scene.account, "end user", "trace-1", hook), new, Priority.NORMAL, asked)
    return [job.id for job in new]


def end(scene: Scene, outcome=None) -> None:
    """Let a worker end the next job."""
    scene.store.leases.settle(scene.claim(), outcome or Completed((scene.image(),), {}))


def owed(scene: Scene) -> list[Delivery]:
    """All messages, oldest first."""
    return scene.store.hooks.find(scene.account, None, 100)[::-1]


def take(scene: Scene, lease: float = 60) -> list[Owed]:
    hooks = scene.store.hooks
    taken = hooks.claim([each.id for each in hooks.due(100, [], [])], lease)
    return sorted(taken, key=lambda each: each.delivery.created_at)


def test_an_end_is_told_once(scene: Scene) -> None:
    """A completed and a failed job make one message each, with what belongs to it."""
    completed = ask(scene)[0]
    end(scene)
    failed = ask(scene)[0]
    end(scene, Failed(ERROR))
    assert [(each.event, each.job_id) for each in owed(scene)] == [
        (HookEvent.JOB_COMPLETED, completed),
        (HookEvent.JOB_FAILED, failed),
    ]
    first, second = take(scene)
    assert first.delivery.url == URL
    assert first.delivery.correlation_id == "trace-1"
    assert first.data["images"] == list(scene.job(completed).images)
    assert first.data["user_id"] == "end user"
    assert first.data["finished_at"] == scene.job(completed).finished_at
    assert second.data["error"] == ERROR


def test_what_is_no_end_is_not_told(scene: Scene) -> None:
    """A pause, a job given back and a cancelled one make no message."""
    for outcome in (Delayed(ERROR, 1000), GivenBack(), Stopped()):
        ask(scene)
        end(scene, outcome)
    scene.store.jobs.cancel(scene.account, ask(scene)[0])
    assert not owed(scene)


def test_only_what_was_asked_for_is_told(scene: Scene) -> None:
    """Neither another event, nor a job of somebody who asked for nothing."""
    ask(scene, HookEvent.JOB_FAILED)
    end(scene)
    scene.draw("plain")
    assert not owed(scene)


def test_a_remembered_answer_is_told_too(scene: Scene) -> None:
    """A job that is stored completed has completed."""
    image = scene.draw("known").images
    job_id = ask(scene, images=image)[0]
    assert [each.job_id for each in owed(scene)] == [job_id]


def test_a_batch_is_told_when_it_has_ended_and_when_it_has_again(scene: Scene) -> None:
    """Its jobs and itself; after a retry by hand there is a new message about what ended anew."""
    first, _ = ask(scene, jobs=2, batch=True)
    end(scene)
    end(scene, Failed(ERROR))
    batch_id = scene.batch_id(first)
    kinds = [each.event for each in owed(scene)]
    assert sorted(kinds) == ["batch.completed", "job.completed", "job.failed"]
    scene.store.jobs.retry_batch(scene.account, batch_id)
    end(scene)
    kinds = [each.event for each in owed(scene)]
    assert sorted(kinds) == ["batch.completed"] * 2 + ["job.completed"] * 2 + ["job.failed"]
    statuses = {each.data["status"] for each in take(scene) if each.delivery.event is HookEvent.BATCH_COMPLETED}
    assert statuses == {"partial", "completed"}


def test_a_cancelled_batch_is_told(scene: Scene) -> None:
    """It has ended; its jobs that never ran are not told one by one."""
    first, _ = ask(scene, jobs=2, batch=True)
    scene.store.jobs.cancel_batch(scene.account, scene.batch_id(first))
    (message,) = take(scene)
    assert message.delivery.event is HookEvent.BATCH_COMPLETED
    assert message.data["status"] == "cancelled"


def test_a_message_is_one_courier_s(scene: Scene) -> None:
    """Many who reach for the same messages at once get each of them once, and nobody gets one under a lease."""
    ask(scene, jobs=20, batch=True)
    for _ in range(20):
        end(scene)
    hooks = scene.store.hooks
    ids = [each.id for each in hooks.due(100, [], [])]
    assert len(ids) == 21
    with ThreadPoolExecutor(8) as threads:
        taken = [each for some in threads.map(lambda _: hooks.claim(ids, 60), range(8)) for each in some]
    assert sorted(each.delivery.id for each in taken) == sorted(ids)
    assert {each.delivery.attempts for each in taken} == {1}
    assert not hooks.due(100, [], [])


def test_a_lease_runs_out(scene: Scene) -> None:
    """Another attempt begins, and what the first one came to no longer counts."""
    ask(scene)
    end(scene)
    (late,) = take(scene, lease=0)
    (second,) = take(scene)
    assert second.delivery.attempts == 2
    scene.store.hooks.settle(late, DELIVERED)
    assert scene.store.hooks.get(scene.account, late.delivery.id).state is DeliveryState.PENDING
    scene.store.hooks.settle(second, DELIVERED)
    assert scene.store.hooks.get(scene.account, late.delivery.id).state is DeliveryState.DELIVERED


def test_a_postponed_message_is_due_later(scene: Scene) -> None:
    """Not before its pause is over; what the attempt came to can be read."""
    ask(scene)
    end(scene)
    (message,) = take(scene)
    scene.store.hooks.settle(message, Ending(DeliveryState.PENDING, 500, "no", pause=1000))
    assert not scene.store.hooks.due(100, [], [])
    shown = scene.store.hooks.get(scene.account, message.delivery.id)
    assert (shown.attempts, shown.last_status, shown.last_error) == (1, 500, "no")


def test_busy_hosts_and_accounts_are_passed_over(scene: Scene) -> None:
    """However much is due there, others are found behind it."""
    ask(scene, jobs=5, batch=True, url="https://busy.example/a")
    ask(scene, url="https://free.example/b")
    for _ in range(6):
        end(scene)
    hooks = scene.store.hooks
    assert {each.host for each in hooks.due(2, ["busy.example"], [])} == {"free.example"}
    assert not hooks.due(2, [], [scene.account])


def test_gone_silences_an_address(scene: Scene) -> None:
    """What is pending there is disabled, what comes later is disabled at once; other addresses go on."""
    for url in (URL, URL, "https://receiver.example/other"):
        ask(scene, url=url)
        end(scene)
    gone = take(scene)[0]
    scene.store.hooks.settle(gone, GONE)
    ask(scene)
    end(scene)
    states = [each.state for each in owed(scene)]
    assert states == ["disabled", "disabled", "pending", "disabled"]


def test_redelivering_opens_a_silent_address(scene: Scene) -> None:
    """The message is due again under its id, and new ones are sent as well; nobody else can ask for it."""
    ask(scene)
    end(scene)
    (message,) = take(scene)
    scene.store.hooks.settle(message, GONE)
    stranger = scene.add_account("bob")
    assert scene.store.hooks.redeliver(stranger, message.delivery.id) is None
    assert scene.store.hooks.get(stranger, message.delivery.id) is None
    again = scene.store.hooks.redeliver(scene.account, message.delivery.id)
    assert (again.id, again.state, again.attempts) == (message.delivery.id, DeliveryState.PENDING, 0)
    ask(scene)
    end(scene)
    assert len(take(scene)) == 2


def test_pages_of_messages(scene: Scene) -> None:
    """Newest first, by state, each account its own."""
    for _ in range(5):
        ask(scene)
        end(scene)
    everything = [each.id for each in scene.store.hooks.find(scene.account, None, 100)]
    first = [each.id for each in scene.store.hooks.find(scene.account, None, 2)]
    rest = [each.id for each in scene.store.hooks.find(scene.account, DeliveryState.PENDING, 10, first[-1])]
    assert first + rest == everything
    assert not scene.store.hooks.find(scene.account, DeliveryState.DELIVERED, 10)
    assert not scene.store.hooks.find(scene.add_account("bob"), None, 10)


def test_what_has_ended_is_forgotten(scene: Scene) -> None:
    """After its time, and nothing that is still to be sent."""
    for _ in range(2):
        ask(scene)
        end(scene)
    scene.store.hooks.settle(take(scene)[0], DELIVERED)
    assert scene.store.hooks.forget(1000) == 0
    assert scene.store.hooks.forget(0) == 1
    assert [each.state for each in owed(scene)] == ["pending"]
    count, age = scene.store.hooks.backlog()
    assert count == 1
    assert age >= 0


def test_the_first_secret_is_one(scene: Scene) -> None:
    """However many make it at the same time."""
    hooks = scene.store.hooks
    assert hooks.secrets(scene.account) == []
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda number: hooks.add_secret(scene.account, f"sealed {number}"), range(8)))
    assert all(each == hooks.secrets(scene.account) for each in made)
    assert len(made[0]) == 1


def test_rotated_secrets_overlap(scene: Scene) -> None:
    """The one before signs along until it runs out, and is forgotten then."""
    hooks = scene.store.hooks
    hooks.add_secret(scene.account, "first")
    assert [each.sealed for each in hooks.rotate(scene.account, "second", 0)] == ["second"]
    present, earlier = hooks.rotate(scene.account, "third", 1000)
    assert (present.sealed, present.expires_at, earlier.sealed) == ("third", None, "second")
    assert earlier.expires_at > present.created_at
    hooks.forget(0)
    assert hooks.reseal(lambda account, sealed: f"{account} {sealed}") == 2
    assert [each.sealed for each in hooks.secrets(scene.account)] == [
        f"{scene.account} third",
        f"{scene.account} second",
    ]


def test_there_is_an_end_to_rotating(scene: Scene) -> None:
    """Every secret that counts adds a signature to every message."""
    hooks = scene.store.hooks
    hooks.add_secret(scene.account, "first")
    for _ in range(MAX_SECRETS - 1):
        hooks.rotate(scene.account, "next", 1000)
    with pytest.raises(Conflict):
        hooks.rotate(scene.account, "one too many", 1000)
