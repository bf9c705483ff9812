"""Many at once: what only one may have, one gets; what is counted is right afterwards."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from icons.core.ports import Sender
from icons.domain.access import Caller
from icons.domain.chats import Chat, ChatMessage
from icons.domain.errors import Conflict, RateLimited
from icons.domain.jobs import LIVE, Completed, Counts, Failed, GivenBack, Lease, NewBatch, NewJob, Priority
from icons.domain.profiles import MAX_PROFILES, Profile, ProfileLimits
from icons.domain.replies import Claim
from icons.domain.room import Room
from icons.domain.spending import BudgetSpent, NewCall
from tests.contracts.conftest import Scene, new_id

ERROR = {"code": "PROVIDER_FAILED", "message": "no answer", "attempts": 1, "final": True}
PEOPLE = 8


def at_once(act: Callable[[int], Any], people: int = PEOPLE) -> list[Any]:
    """What each of so many threads got; they begin together. The first error of any of them is raised."""
    begin, got, troubles = threading.Barrier(people), [None] * people, []

    def one(number: int) -> None:
        try:
            begin.wait(timeout=30)
            got[number] = act(number)
        except Exception as error:
            troubles.append(error)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=90)
        assert not thread.is_alive(), "somebody waits for ever"
    if troubles:
        raise troubles[0]
    return got


def work_off(scene: Scene, worker: str, outcome: Callable[[Lease], Any]) -> list[str]:
    """Claim and settle until nothing may start; ids of the jobs."""
    done = []
    while lease := scene.try_claim(worker):
        scene.store.leases.settle(lease, outcome(lease))
        done.append(lease.job.id)
    return done


def drawn(scene: Scene) -> Callable[[Lease], Completed]:
    return lambda lease: Completed((scene.image(account=lease.job.account),), {})


def test_each_job_is_claimed_once(scene: Scene) -> None:
    """Eight claims at once of eight jobs are eight different jobs."""
    ids = scene.submit([f"work {number}" for number in range(PEOPLE)])
    leases = at_once(lambda number: scene.claim(f"worker {number}"))
    assert sorted(lease.job.id for lease in leases) == sorted(ids)


def test_of_twins_one_is_claimed(scene: Scene) -> None:
    """Equal requests of an account that are claimed at once: one starts, nobody meets an error."""
    scene.submit(["sun"] * PEOPLE)
    leases = at_once(lambda number: scene.try_claim(f"worker {number}"))
    assert len([lease for lease in leases if lease]) == 1


def test_of_twins_in_several_lanes_one_is_claimed(scene: Scene) -> None:
    """Lanes are claimed from side by side; equal requests still wait for each other, and nobody meets an error."""
    for _ in range(3):  # a race: one round may miss it
        jobs = [NewJob(new_id(), "icon", {}, "sun", f"lane {number}") for number in range(PEOPLE)]
        scene.store.jobs.submit(Sender(scene.account), jobs, Priority.BATCH)
        claim = scene.store.leases.claim
        leases = at_once(lambda number: claim(f"worker {number}", ["icon"], f"lane {number}"))  # noqa: B023 - at once
        (lease,) = [lease for lease in leases if lease]
        scene.store.leases.settle(lease, Failed(ERROR))
        for job in jobs:
            scene.store.jobs.cancel(scene.account, job.id)


def test_claims_of_many_lanes_take_turns_within_each(scene: Scene) -> None:
    """Eight claim from two lanes at once: every job once, and of each lane the accounts in turn."""
    bob = scene.add_account("bob")
    for account in (scene.account, bob):
        jobs = [NewJob(new_id(), "icon", {}, new_id(), f"lane {number % 2}") for number in range(2 * PEOPLE)]
        scene.store.jobs.submit(Sender(account), jobs, Priority.BATCH)
    claim = scene.store.leases.claim
    begun = at_once(lambda number: [claim(f"worker {number}", ["icon"], f"lane {number % 2}") for _ in range(2)])
    leases = [lease for each in begun for lease in each if lease]
    assert len({lease.job.id for lease in leases}) == 2 * PEOPLE
    for lane in ("lane 0", "lane 1"):
        owners = Counter(lease.job.account for lease in leases if lease.job.lane == lane)
        assert owners == {scene.account: PEOPLE // 2, bob: PEOPLE // 2}


def test_workers_finish_batches_together(scene: Scene) -> None:
    """Four workers on three batches of two accounts: every job once, every count and every end right."""
    bob = scene.add_account("bob")
    batches = [scene.submit([f"{name} {n}" for n in range(20)], window=3) for name in ("a", "b")]
    others = scene.submit([f"c {n}" for n in range(20)], window=3, account=bob)
    done = at_once(lambda number: work_off(scene, f"worker {number}", drawn(scene)), 4)
    while rest := work_off(scene, "last", drawn(scene)):  # who found nothing left before another's settling
        done.append(rest)
    assert sorted(job for jobs in done for job in jobs) == sorted(batches[0] + batches[1] + others)
    for jobs in batches:
        batch = scene.batch(scene.batch_id(jobs[0]))
        assert (batch.counts.completed, batch.completed_categories, batch.finished_at is not None) == (20, 20, True)
    assert scene.store.jobs.statistics(None)["states"]["completed"] == 60
    assert scene.store.jobs.unfinished(scene.account) == scene.store.jobs.unfinished(bob) == 0


def test_a_batch_is_cancelled_while_it_is_worked_on(scene: Scene) -> None:
    """Cancelling, retrying and giving back get along with workers; counts and tallies agree with the jobs."""
    batch_id = scene.submit_batch([f"work {n}" for n in range(30)], window=4)
    outcomes = [drawn(scene), lambda _: Failed(ERROR), lambda _: GivenBack()]

    def act(number: int) -> None:
        if number < 4:
            for _ in range(10):
                if lease := scene.try_claim(f"worker {number}"):
                    scene.store.leases.settle(lease, outcomes[number % 3](lease))
        for _ in range(5 if number >= 4 else 0):
            scene.store.jobs.cancel_batch(scene.account, batch_id)
            scene.store.leases.beat(f"beating {number}", alive_for=60)
            scene.store.jobs.retry_batch(scene.account, batch_id)

    at_once(act)
    states = Counter(scene.states(batch_id))
    assert scene.batch(batch_id).counts == Counts(**states)
    live = sum(states[state.value] for state in LIVE)
    assert scene.store.jobs.unfinished(scene.account) == live
    assert live - states["held"] == min(4, live), "the window is not full"


def test_lines_grow_by_all_that_joins(scene: Scene) -> None:
    """Jobs submitted at once each get a place of their own, so that another account waits for none of them twice."""
    at_once(lambda number: scene.submit([f"work {number} {each}" for each in range(3)]))
    bob = scene.add_account("bob")
    scene.submit(["bob's"], account=bob)
    claimed = [scene.claim().job.account for _ in range(3)]
    assert claimed.index(bob) <= 1
    assert claimed.count(scene.account) == 2


def test_no_more_jobs_than_there_is_room_for(scene: Scene) -> None:
    """Single jobs, batches and chats that begin at once fill an account's room, and none goes beyond it."""
    store, room = scene.store, Room(of_account=2 * PEOPLE)

    def submit(number: int) -> int:
        sender, jobs = Sender(scene.account), [NewJob(new_id(), "icon", {}, new_id()) for _ in range(number % 3 + 1)]
        if number % 3 == 0:
            store.jobs.submit(sender, jobs, Priority.NORMAL, room=room)
        elif number % 3 == 1:
            store.jobs.submit(sender, jobs, Priority.BATCH, NewBatch(new_id(), {}, ("a",), 1), room)
        else:
            message = ChatMessage(0, "user", "Hello", job_id=jobs[0].id)
            store.chats.begin(sender, Chat(new_id(), scene.account, "Hello", None), message, jobs, room)
        return len(jobs)

    def fill(number: int) -> int:
        begun = 0
        try:
            while True:
                begun += submit(number)
        except RateLimited:
            return begun

    assert sum(at_once(fill)) == store.jobs.unfinished(scene.account) == 2 * PEOPLE


def test_twenty_at_the_border(scene: Scene) -> None:
    """Of twenty that submit at once where there is room for seven, and of as many calls where there is money for
    seven, seven are taken, and all that are refused leave nothing."""
    store, room = scene.store, Room(of_account=10)
    scene.submit(["a", "b", "c"])
    store.spending.set_budget(scene.account, 799)

    def act(number: int) -> tuple[bool, bool]:
        jobs, taken = [NewJob(new_id(), "icon", {}, new_id())], []
        call = NewCall(f"call {number}", scene.account, "job", None, "local", "openai", "model", 100)
        for verb in (
            lambda: store.jobs.submit(Sender(scene.account), jobs, Priority.NORMAL, room=room),
            lambda: store.spending.intend(call),
        ):
            try:
                verb()
            except (RateLimited, BudgetSpent):
                taken.append(False)
            else:
                taken.append(True)
        return taken[0], taken[1]

    submitted, paid = zip(*at_once(act, 20), strict=True)
    assert submitted.count(True) == paid.count(True) == 7
    assert store.jobs.unfinished(scene.account) == 10
    assert len(store.spending.calls("job")) == 7
    assert store.spending.left(scene.account) == 99


def test_a_priority_has_no_more_than_its_own_room(scene: Scene) -> None:
    """Of eight that ask for the last place one gets it; another priority still has all of its own."""
    room = Room(of_priority=1)

    def submit(priority: Priority) -> bool:
        try:
            scene.store.jobs.submit(
                Sender(scene.account), [NewJob(new_id(), "icon", {}, new_id())], priority, room=room
            )
        except RateLimited:
            return False
        return True

    assert at_once(lambda _: submit(Priority.INTERACTIVE)).count(True) == 1
    assert submit(Priority.NORMAL)


def test_a_key_is_taken_by_one(scene: Scene) -> None:
    """Of equal requests that arrive together one is done; the others hear that it is being done."""
    replies = scene.store.replies
    told = at_once(lambda number: replies.claim(Claim(scene.account, "key", "digest", f"mark {number}"), 60))
    assert told.count(None) == 1


def test_an_expired_key_is_taken_by_one(scene: Scene) -> None:
    """The same where an old answer is replaced."""
    replies = scene.store.replies
    replies.claim(Claim(scene.account, "key", "digest", "old"), -1)
    told = at_once(lambda number: replies.claim(Claim(scene.account, "key", "digest", f"mark {number}"), 60))
    assert told.count(None) == 1


def test_a_ticket_opens_once(scene: Scene) -> None:
    """Eight that come with one ticket: one is let in."""
    scene.store.accounts.put_ticket("hash", Caller(scene.account, "ann"), 60)
    callers = at_once(lambda _: scene.store.accounts.take_ticket("hash"))
    assert len([caller for caller in callers if caller]) == 1


def test_starts_are_spaced_for_all(scene: Scene) -> None:
    """Reservations made at once, the lane's first ones included, are one after another."""
    waits = sorted(at_once(lambda _: scene.store.limits.reserve("lane", {"requests": 8.0})))
    assert [round(wait / 8.0) for wait in waits] == [*range(PEOPLE)]


def test_no_more_profiles_than_allowed(scene: Scene) -> None:
    """The last free place goes to one."""

    def profile(name: str) -> Profile:
        return Profile(new_id(), scene.account, name, "openai", "", "", "", "", ProfileLimits(), 0.0, 0.0)

    for number in range(MAX_PROFILES - 1):
        scene.store.profiles.add(profile(str(number)))

    def add(number: int) -> bool:
        try:
            scene.store.profiles.add(profile(f"late {number}"))
        except Conflict:
            return False
        return True

    assert at_once(add).count(True) == 1


def test_a_purge_leaves_what_is_shown_at_that_moment(scene: Scene) -> None:
    """Images that jobs take from the cache while a purge runs are either kept or drawn anew, never half there."""
    pictures = [scene.image() for _ in range(PEOPLE)]
    for number, picture in enumerate(pictures):
        scene.draw(f"work {number}", picture)
    scene.store.images.forget(None)
    removed: list[str] = []

    def act(number: int) -> list[str]:
        if number % 2:
            scene.store.images.purge(removed.append)
            return []
        picture = pictures[number]
        return scene.submit([f"work {number}"], window=1, answers={f"work {number}": (picture.id,)})

    for ids in at_once(act):
        for job in map(scene.job, ids):
            there = scene.store.images.many(scene.account, job.images)
            assert len(there) == len(job.images)
            assert not {image.blob for image in there.values()} & {*removed}
