"""Paid calls against a provider over real HTTP: throttle, retries, ledger, budgets, fallback, recovery."""

from __future__ import annotations

import pytest

from icons.core.house import Rules
from icons.core.paying import HELD
from icons.core.service import Context
from icons.domain.access import Connection
from icons.domain.images import Format
from icons.domain.jobs import BatchState, State
from icons.domain.requests import BatchRequest, IconRequest
from icons.domain.retry import RetryPolicy
from icons.domain.spending import MICRO, BudgetSpent, CallState
from tests.fakes.faults import Fault
from tests.fakes.provider import fake_provider  # noqa: F401 - a fixture

from ..conftest import eventually
from .conftest import QUICK

KEY = "sk-test-0123456789abcdef"


@pytest.fixture
def new_paid(new_bench, fake_provider):  # noqa: F811 - the fixture above
    """Opens benches whose default provider is the fake OpenAI."""

    def open_one(*, attempts: int = 8, retry_unknown: int = 8, timeout: float = 20.0, folder="storage", **limits):
        openai = Connection(
            "openai",
            "openai",
            KEY,
            fake_provider.address("openai"),
            concurrency=limits.pop("concurrency", 8),
            timeout=timeout,
            **limits,
        )
        rules = Rules(pace=QUICK, retry=RetryPolicy(attempts, base=0.01, cap=0.05), retry_unknown=retry_unknown)
        return new_bench(rules=rules, paid=(openai,), folder=folder)

    return open_one


def draw(bench, category: str = "tools", seconds: float = 30, **options):
    job = bench.service.submit(bench.ada, IconRequest(category, size=64, **options), Context())
    return bench.service.wait(bench.ada, job.id, seconds)


def calls(bench, job) -> list[CallState]:
    return [call.state for call in bench.store.spending.calls(job.id)]


def test_an_icon_is_drawn_paid_for_and_remembered(new_paid, fake_provider) -> None:  # noqa: F811
    """One call, settled in the ledger with a price; the same again is free."""
    bench = new_paid()
    job = draw(bench)
    assert job.state is State.COMPLETED
    assert calls(bench, job) == [CallState.SETTLED]
    (row,) = bench.service.spending(bench.ada, "model")
    assert row["calls"] == 1
    assert row["cost"] > 0
    assert draw(bench).cached
    assert len(fake_provider.calls) == 1
    assert fake_provider.calls[0].key == KEY


def test_the_default_is_named_and_local_stays_available(new_paid, fake_provider) -> None:  # noqa: F811
    """Without a provider OpenAI draws; with local nothing is called."""
    bench = new_paid()
    assert draw(bench).lane == "openai"
    assert draw(bench, provider="local", format=Format.SVG).lane == "local"
    assert len(fake_provider.calls) == 1


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.SERVER_ERROR, Fault.RESET, Fault.TRUNCATED, Fault.MALFORMED])
def test_transient_faults_pass(new_paid, fake_provider, fault: Fault) -> None:  # noqa: F811
    """Two faults, then a picture: three calls, one of them settled."""
    bench = new_paid()
    fake_provider.fail(fault, times=2)
    job = draw(bench)
    assert job.state is State.COMPLETED
    assert len(fake_provider.calls) == 3
    assert calls(bench, job).count(CallState.SETTLED) == 1


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.WRONG_KEY, "PROVIDER_AUTH"),
        (Fault.QUOTA, "PROVIDER_QUOTA"),
        (Fault.MODERATION, "PROVIDER_MODERATION"),
        (Fault.BAD_REQUEST, "PROVIDER_BAD_REQUEST"),
    ],
)
def test_refusals_are_final_and_cost_nothing(new_paid, fake_provider, fault: Fault, code: str) -> None:  # noqa: F811
    """One call, refused in the ledger, and a message without the key."""
    bench = new_paid()
    fake_provider.fail(fault)
    job = draw(bench)
    assert (job.state, job.error["code"], job.error["final"]) == (State.FAILED, code, True)
    assert KEY not in str(job.error)
    assert calls(bench, job) == [CallState.REFUSED]
    assert len(fake_provider.calls) == 1


def test_an_answer_that_was_lost_is_held_for_a_person(new_paid, fake_provider) -> None:  # noqa: F811
    """With SPEND_RETRY_UNKNOWN=0 a call that may have been paid for is not repeated; retried by hand it is."""
    bench = new_paid(retry_unknown=0)
    fake_provider.fail(Fault.TRUNCATED)
    job = draw(bench)
    assert (job.state, job.error["code"]) == (State.FAILED, HELD)
    assert calls(bench, job) == [CallState.UNKNOWN]
    assert len(fake_provider.calls) == 1
    bench.service.retry(bench.ada, job.id)
    assert bench.service.wait(bench.ada, job.id, 20).state is State.COMPLETED
    assert len(fake_provider.calls) == 2
    (row,) = bench.service.spending(bench.ada, "day")
    assert row["unknown"] == 1


def test_a_budget_is_asked_before_the_call(new_paid, fake_provider) -> None:  # noqa: F811
    """A spent month refuses at the door, a batch's bound refuses the icons beyond it; nothing is called for them."""
    bench = new_paid()
    job = draw(bench)
    spent = bench.service.spending(bench.ada, "day")[0]["cost"]
    bench.store.spending.set_budget(bench.ada.account, spent)
    with pytest.raises(BudgetSpent):
        draw(bench, "pens")
    bench.store.spending.set_budget(bench.ada.account, None)
    estimate = bench.store.spending.calls(job.id)[0].estimate
    request = BatchRequest(("a", "b", "c"), shared=IconRequest("", size=64), concurrency=1, max_cost=estimate + spent)
    batch = bench.service.submit_batch(bench.ada, request, Context())
    ended = bench.service.wait_batch(bench.ada, batch.id, 30)
    assert ended.state is BatchState.PARTIAL
    assert {each.error["code"] for each in bench.service.jobs_of(bench.ada, batch.id) if each.error} == {"BUDGET_SPENT"}
    assert len(fake_provider.calls) == 1 + ended.counts.completed


def test_an_estimate_counts_only_what_would_be_drawn(new_paid) -> None:
    """One of three is in the cache."""
    bench = new_paid()
    draw(bench, "a")
    quote = bench.service.estimate(bench.ada, BatchRequest(("a", "b", "c"), shared=IconRequest("", size=64)))
    assert quote.icons == 2
    assert 0 < quote.low <= quote.high


def test_a_batch_is_quoted_as_it_was_estimated(new_paid) -> None:
    """What is said of its price when it is stored is what was said before, the rest of the budget included."""
    bench = new_paid()
    draw(bench, "a")
    bench.store.spending.set_budget(bench.ada.account, 10 * MICRO)
    request = BatchRequest(("a", "b", "c"), shared=IconRequest("", size=64))
    estimate = bench.service.estimate(bench.ada, request)
    batch, quote = bench.service.submit_quoted(bench.ada, request, Context())
    assert quote == estimate
    assert (quote.icons, batch.counts.total, batch.counts.completed) == (2, 3, 1)
    assert 0 < quote.left < 10 * MICRO


def test_end_users_are_told_apart_but_not_named(new_paid, fake_provider) -> None:  # noqa: F811
    """The provider hears the same of one user each time, something else of others and of other accounts."""
    bench = new_paid()
    asked = [(bench.ada, "eve"), (bench.ada, "eve"), (bench.ada, "dan"), (bench.ada, None), (bench.bob, "eve")]
    for seed, (caller, user_id) in enumerate(asked):
        job = bench.service.submit(caller, IconRequest("tools", size=64, seed=seed), Context(user_id))
        assert bench.service.wait(caller, job.id, 30).state is State.COMPLETED
    told = [call.body["safety_identifier"] for call in fake_provider.calls]
    assert told[0] == told[1]
    assert len(set(told)) == 4
    assert not any(name in each for each in told for name in ("eve", "dan", bench.ada.account))


def test_an_engine_is_the_model_that_draws(new_paid) -> None:
    """It is part of the fingerprint: another default model means other pictures, another name for one does not."""
    bench = new_paid()
    directory = bench.service.directory
    assert directory.target(bench.ada, "").engine == "openai/gpt-image-2.5-flare"
    assert directory.target(bench.ada, "openai", "dall-e-2").engine == "openai/gpt-image-2.5-flare"
    assert directory.target(bench.ada, "openai", "gpt-image-2").engine == "openai/gpt-image-2"
    assert directory.target(bench.ada, "local").engine == bench.provider.engine


def test_a_fallback_draws_what_the_first_cannot(new_paid, fake_provider) -> None:  # noqa: F811
    """A refused key moves the job to the local draughtsman, and the answer says who drew."""
    bench = new_paid()
    fake_provider.fail(Fault.WRONG_KEY)
    job = draw(bench, fallback=("local",))
    assert (job.state, job.lane) == (State.COMPLETED, "local")


def test_a_dead_provider_is_left_alone(new_paid, fake_provider) -> None:  # noqa: F811
    """After some faults in a row the circuit opens: waiting jobs are not tried against it."""
    bench = new_paid(attempts=1, concurrency=1)
    fake_provider.fail(Fault.SERVER_ERROR, times=100)
    shared = IconRequest("", size=64)
    bench.service.submit_batch(bench.ada, BatchRequest(tuple("abcdefghij"), shared=shared, concurrency=10), Context())
    eventually(lambda: bench.house.circuits().get("openai") == "open")
    assert len(fake_provider.calls) == 5


def test_calls_are_spaced_under_the_limit(new_paid, fake_provider) -> None:  # noqa: F811
    """480 a minute for forty icons: a provider that enforces ten a second has next to nothing to refuse."""
    fake_provider.limit = (10, 1.0)
    bench = new_paid(requests_per_minute=480, concurrency=40)
    categories = tuple(f"thing {number}" for number in range(40))
    request = BatchRequest(categories, shared=IconRequest("", size=64), concurrency=40)
    batch = bench.service.submit_batch(bench.ada, request, Context())
    assert bench.service.wait_batch(bench.ada, batch.id, 60).state is BatchState.COMPLETED
    assert fake_provider.rejected <= 2
    times = [call.time for call in fake_provider.calls]
    assert times[-1] - times[0] > 3.5


@pytest.mark.timeout(300)
def test_under_thirty_percent_faults_every_icon_finishes(new_paid, fake_provider) -> None:  # noqa: F811
    """Every third call for 300 icons meets a fault, of eight kinds in turn."""
    bench = new_paid(attempts=12, retry_unknown=20, concurrency=16, timeout=3.0)
    kinds = [
        *(Fault.BUSY, Fault.SERVER_ERROR, Fault.UNAVAILABLE, Fault.RESET, Fault.TRUNCATED),
        *(Fault.MALFORMED, Fault.WRONG_SHAPE, Fault.TEXT),
    ]
    for number in range(150):
        fake_provider.fail_after(2, kinds[number % len(kinds)])
    request = BatchRequest(
        tuple(f"thing {number}" for number in range(300)), shared=IconRequest("", size=64), concurrency=16
    )
    batch = bench.service.submit_batch(bench.ada, request, Context())
    ended = bench.service.wait_batch(bench.ada, batch.id, 240)
    assert ended.state is BatchState.COMPLETED
    assert len(fake_provider.calls) <= 300 + 150


def test_an_answer_on_disk_is_not_bought_again(new_paid, fake_provider, monkeypatch) -> None:  # noqa: F811
    """The worker dies between the answer and its settling: the next one finds it in the spool."""
    first = new_paid()
    from icons.core.leases import Desk

    def dying(*_, **__):
        raise SystemError("the process dies here")

    monkeypatch.setattr(Desk, "keep", dying)
    monkeypatch.setattr(Desk, "settle", dying)
    job = first.service.submit(first.ada, IconRequest("tools", size=64), Context())
    eventually(lambda: calls(first, job) == [CallState.ANSWERED])
    first.house.stop()
    monkeypatch.undo()
    second = new_paid()
    assert second.service.wait(second.ada, job.id, 20).state is State.COMPLETED
    assert calls(second, job) == [CallState.SETTLED]
    assert len(fake_provider.calls) == 1
    spool = second.house.engines.files._folder / "spool"
    eventually(lambda: not list(spool.glob("*")))


def test_unfinished_pictures_are_shown_to_who_waits(new_paid) -> None:
    """A single icon's events carry small previews; a batch's, for which nobody waits, do not."""
    bench = new_paid()
    job = draw(bench)
    events = bench.service.events(bench.ada, 0, 100, job_id=job.id)
    previews = [event.data["preview"] for event in events if "preview" in event.data]
    assert previews
    assert all(each.startswith("data:image/webp;base64,") for each in previews)
    batch = bench.service.submit_batch(bench.ada, BatchRequest(("pens",), shared=IconRequest("", size=64)), Context())
    bench.service.wait_batch(bench.ada, batch.id, 30)
    assert not any("preview" in event.data for event in bench.service.events(bench.ada, 0, 100, batch_id=batch.id))


def test_the_key_is_nowhere(new_paid, fake_provider, tmp_path, caplog) -> None:  # noqa: F811
    """Neither in the store, nor in the files, nor in a log line, whatever went wrong."""
    bench = new_paid()
    fake_provider.fail(Fault.WRONG_KEY)
    draw(bench)
    fake_provider.fail(Fault.MODERATION)
    draw(bench, "pens")
    draw(bench, "ink")
    bench.house.stop()
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert KEY.encode() not in file.read_bytes(), file.name
    assert KEY not in caplog.text
