"""What ledger and shared limits promise."""

import threading

import pytest

from icons.domain.spending import BudgetSpent, CallState, NewCall


def a_call(scene, number: int, *, job: str = "job", batch: str | None = None, estimate: int = 100) -> NewCall:
    return NewCall(f"{job}.{number}", scene.account, job, batch, "openai", "openai", "model-a", estimate)


def test_a_call_is_written_down_and_concluded(scene) -> None:
    """Intended first, then what it cost; the estimate stays beside it."""
    spending = scene.store.spending
    spending.intend(a_call(scene, 0))
    (call,) = spending.calls("job")
    assert (call.state, call.estimate, call.cost, call.waived) == (CallState.INTENDED, 100, None, False)
    spending.conclude("job.0", CallState.ANSWERED, 70, {"images": 1})
    (call,) = spending.calls("job")
    assert (call.state, call.cost, call.usage) == (CallState.ANSWERED, 70, {"images": 1})
    assert call.ended_at >= call.created_at


def test_a_month_s_budget_is_never_passed(scene) -> None:
    """Costs count where they are known, estimates elsewhere, refused calls not at all."""
    spending = scene.store.spending
    spending.set_budget(scene.account, 250)
    assert spending.budget(scene.account) == 250
    spending.intend(a_call(scene, 0))
    spending.intend(a_call(scene, 1))
    with pytest.raises(BudgetSpent):
        spending.intend(a_call(scene, 2))
    spending.conclude("job.0", CallState.REFUSED)
    spending.intend(a_call(scene, 2))
    spending.conclude("job.1", CallState.SETTLED, 50)
    spending.check(scene.account, 100)
    with pytest.raises(BudgetSpent):
        spending.check(scene.account, 101)
    spending.set_budget(scene.account, None)
    spending.check(scene.account, 10**12)


def test_what_is_left_of_a_month(scene) -> None:
    """The budget without what counts against it; never below nothing; None without a bound."""
    spending = scene.store.spending
    assert spending.left(scene.account) is None
    spending.set_budget(scene.account, 250)
    spending.intend(a_call(scene, 1))
    spending.intend(a_call(scene, 2))
    assert spending.left(scene.account) == 50
    spending.conclude("job.1", CallState.REFUSED)
    assert spending.left(scene.account) == 150
    spending.set_budget(scene.account, 10)
    assert spending.left(scene.account) == 0


def test_many_threads_do_not_pass_the_budget_together(scene) -> None:
    """Forty calls at once with room for ten: ten are written down."""
    spending = scene.store.spending
    spending.set_budget(scene.account, 1000)
    refused = []

    def intend(number: int) -> None:
        try:
            spending.intend(a_call(scene, number))
        except BudgetSpent:
            refused.append(number)

    threads = [threading.Thread(target=intend, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 30
    assert len(spending.calls("job")) == 10


def test_sums_by_day_model_and_batch(scene) -> None:
    """Unknown outcomes are in the sums and told apart; another account's are not there."""
    spending = scene.store.spending
    for number, (state, cost) in enumerate(
        [(CallState.SETTLED, 40), (CallState.UNKNOWN, None), (CallState.REFUSED, 0)]
    ):
        spending.intend(a_call(scene, number, batch="b"))
        spending.conclude(f"job.{number}", state, cost)
    for group_by in ("day", "model", "batch"):
        (row,) = spending.report(scene.account, group_by)
        assert (row["calls"], row["cost"], row["unknown"], row["unknown_cost"]) == (2, 140, 1, 100)
    assert spending.report(scene.account, "model")[0]["group"] == "model-a"
    assert spending.report(scene.add_account("bob"), "day") == []
    assert len(spending.report(None, "day")) == 1


def test_reservations_are_spaced_for_all_processes(scene) -> None:
    """Each reservation starts where the one before ends, in the quantity that is taken up longest."""
    limits = scene.store.limits
    assert limits.reserve("lane", {"requests": 1.0}) == 0.0
    assert 0.5 < limits.reserve("lane", {"requests": 1.0}) <= 1.0
    limits.reserve("lane", {"tokens": 30.0})
    assert limits.reserve("lane", {"requests": 1.0, "tokens": 1.0}) > 20.0
    assert limits.reserve("other", {"requests": 1.0}) == 0.0


def test_what_is_given_back_is_free_again(scene) -> None:
    """A slot that nobody used delays nobody."""
    limits = scene.store.limits
    limits.reserve("lane", {"requests": 30.0})
    limits.correct("lane", {"requests": -30.0})
    assert limits.reserve("lane", {"requests": 1.0}) < 1.0


def test_a_pause_holds_everybody(scene) -> None:
    """Also those who take up nothing else; a shorter pause does not end a longer one."""
    limits = scene.store.limits
    limits.pause("lane", 20.0)
    limits.pause("lane", 1.0)
    assert 15.0 < limits.reserve("lane", {"requests": 1.0}) <= 20.0
