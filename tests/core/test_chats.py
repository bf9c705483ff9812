"""Conversations in a working house: turns as jobs, replies as paid calls, pictures that do not wait for them."""

import pytest

from icons.core.chats import Saying
from icons.core.leases import Desk
from icons.core.service import Context
from icons.domain.chats import MAX_TURNS
from icons.domain.errors import Conflict, InvalidRequest, NotFound
from icons.domain.jobs import State
from icons.domain.pictures import ImageRequest
from icons.domain.requests import IconRequest
from icons.domain.spending import CallState
from tests.fakes.faults import Fault
from tests.fakes.provider import fake_provider  # noqa: F401 - a fixture

from ..conftest import eventually
from .test_paying import new_paid  # noqa: F401 - a fixture

ME = Context("my user", "trace-1")


def ask(bench, text: str = "Which icon for a bakery?", seconds: float = 20, **options):
    """A new chat, and its turn once it has ended."""
    turn = bench.house.chats.begin(bench.ada, Saying(text, **options), ME)
    return bench.house.chats.answered(bench.ada, turn, seconds)


def calls(bench, turn) -> list[CallState]:
    return [call.state for call in bench.store.spending.calls(turn.job.id)]


def test_a_reply_is_a_paid_call(new_paid, fake_provider) -> None:  # noqa: F811
    """Written down before, settled with its price by tokens after, and the spool is empty then."""
    bench = new_paid()
    turn = ask(bench)
    assert (turn.job.state, turn.reply.text) == (State.COMPLETED, "You said: Which icon for a bakery?")
    (call,) = bench.store.spending.calls(turn.job.id)
    assert (call.state, call.model) == (CallState.SETTLED, "gpt-5.4-mini")
    assert call.cost == 12 * 0.75 + 34 * 4.5
    assert 0 < call.cost < call.estimate
    assert (turn.job.user_id, turn.job.correlation_id) == ("my user", "trace-1")
    eventually(lambda: not list((bench.house.engines.files._folder / "spool").glob("*")))


def test_the_model_hears_what_was_said_before(new_paid, fake_provider) -> None:  # noqa: F811
    """Rules first, then the turns in their order."""
    bench = new_paid()
    first = ask(bench, "I open a bakery")
    chats = bench.house.chats
    chats.answered(bench.ada, chats.say(bench.ada, first.chat.id, Saying("Which colours?"), ME), 20)
    heard = fake_provider.calls[-1].body["messages"]
    assert [each["role"] for each in heard] == ["system", "user", "assistant", "user"]
    assert [each["content"] for each in heard[1:]] == ["I open a bakery", "You said: I open a bakery", "Which colours?"]


def test_the_provider_hears_for_whom_it_answers(new_paid, fake_provider) -> None:  # noqa: F811
    """The same of one user each time, something else of another, as with pictures; nobody is named."""
    bench = new_paid()
    for name in ("eve", "eve", "dan"):
        turn = bench.house.chats.begin(bench.ada, Saying("Hello"), Context(name))
        bench.house.chats.answered(bench.ada, turn, 20)
    told = [call.body["safety_identifier"] for call in fake_provider.calls]
    assert told[0] == told[1] != told[2] == turn.job.end_user
    assert not any(name in each for each in told for name in ("eve", "dan"))


def test_pictures_do_not_wait_for_the_reply(new_paid, fake_provider, monkeypatch) -> None:  # noqa: F811
    """They are there while the provider still thinks about its answer."""
    bench = new_paid()
    fake_provider.latency = 1.5
    image = ImageRequest("A bakery", provider="local", size="64x64")
    turn = bench.house.chats.begin(bench.ada, Saying("A bakery", provider="openai", image=image), ME)
    drawn = eventually(lambda: (job := bench.service.job(bench.ada, turn.image_job.id)).state.final and job)
    assert drawn.lane == "local"
    assert not bench.service.job(bench.ada, turn.job.id).state.final


def test_a_retried_reply_is_said_once(new_paid, fake_provider) -> None:  # noqa: F811
    """Two faults, then an answer: three calls, one reply, one settled entry."""
    bench = new_paid()
    fake_provider.fail(Fault.SERVER_ERROR, times=2)
    turn = ask(bench)
    assert len(fake_provider.calls) == 3
    said = bench.house.chats.messages(bench.ada, turn.chat.id)
    assert [each.role for each in said] == ["user", "assistant"]
    assert calls(bench, turn).count(CallState.SETTLED) == 1


def test_a_refusal_is_final_and_more_can_be_said(new_paid, fake_provider) -> None:  # noqa: F811
    """The message stays without a reply; the next one is answered."""
    bench = new_paid()
    fake_provider.fail(Fault.MODERATION)
    turn = ask(bench)
    assert (turn.job.state, turn.job.error["code"], turn.reply) == (State.FAILED, "PROVIDER_MODERATION", None)
    chats = bench.house.chats
    again = chats.answered(bench.ada, chats.say(bench.ada, turn.chat.id, Saying("Sorry"), ME), 20)
    assert again.reply.text == "You said: Sorry"
    assert [each.position for each in chats.messages(bench.ada, turn.chat.id)] == [0, 2, 3]


def test_a_reply_on_disk_is_not_bought_again(new_paid, fake_provider, monkeypatch) -> None:  # noqa: F811
    """The worker dies between the answer and its settling: the next one finds it in the spool."""
    first = new_paid()

    def dying(*_, **__):
        raise SystemError("the process dies here")

    monkeypatch.setattr(Desk, "settle", dying)
    turn = first.house.chats.begin(first.ada, Saying("Hello"), ME)
    eventually(lambda: calls(first, turn) == [CallState.ANSWERED])
    first.house.stop()
    monkeypatch.undo()
    second = new_paid()
    ended = second.house.chats.answered(second.ada, turn, 20)
    assert ended.reply.text == "You said: Hello"
    assert calls(second, turn) == [CallState.SETTLED]
    assert len(fake_provider.calls) == 1


@pytest.mark.parametrize("kind", ["picture", "reply"])
def test_what_is_cancelled_in_mid_call_may_be_on_the_bill(new_paid, fake_provider, kind: str) -> None:  # noqa: F811
    """The ledger says so, and what it may have cost counts against the budget."""
    bench = new_paid(timeout=30)
    fake_provider.fail(Fault.HANG)
    if kind == "picture":
        job = bench.service.submit(bench.ada, IconRequest("tools", size=64), ME)
    else:
        job = bench.house.chats.begin(bench.ada, Saying("Hello"), ME).job
    eventually(lambda: fake_provider.calls)
    bench.service.cancel(bench.ada, job.id)
    assert bench.service.wait(bench.ada, job.id, 20).state is State.CANCELLED
    (call,) = bench.store.spending.calls(job.id)
    assert (call.state, call.cost) == (CallState.UNKNOWN, None)
    (row,) = bench.service.spending(bench.ada, "day")
    assert row["unknown"] == 1
    assert row["cost"] == call.estimate > 0


def test_what_waits_for_room_is_not_on_the_bill(new_paid, fake_provider) -> None:  # noqa: F811
    """A call that was cancelled before its turn came was never intended."""
    bench = new_paid(tokens_per_minute=600)  # the first conversation takes nearly all of them
    ask(bench)
    job = bench.house.chats.begin(bench.ada, Saying("Hello"), ME).job
    eventually(lambda: bench.service.job(bench.ada, job.id).stage == "replying")
    bench.service.cancel(bench.ada, job.id)
    assert bench.service.wait(bench.ada, job.id, 20).state is State.CANCELLED
    assert bench.store.spending.calls(job.id) == []
    assert len(fake_provider.calls) == 1


def test_a_budget_is_asked_before_a_reply(new_paid, fake_provider) -> None:  # noqa: F811
    """A spent month says nothing."""
    bench = new_paid()
    bench.store.spending.set_budget(bench.ada.account, 1)
    turn = ask(bench)
    assert (turn.job.state, turn.job.error["code"]) == (State.FAILED, "BUDGET_SPENT")
    assert fake_provider.calls == []


def test_a_chat_can_be_full(bench) -> None:
    """It takes so many messages and no more."""
    turn = ask(bench)
    chats = bench.house.chats
    for _ in range(MAX_TURNS // 2 - 1):
        turn = chats.answered(bench.ada, chats.say(bench.ada, turn.chat.id, Saying("Go on"), ME), 20)
    with pytest.raises(Conflict, match="begin another"):
        chats.say(bench.ada, turn.chat.id, Saying("Go on"), ME)


def test_a_chat_is_its_owners_alone(bench) -> None:
    """To others it does not exist; once deleted, to nobody."""
    turn, chats = ask(bench), bench.house.chats
    for verb in (chats.chat, chats.messages, chats.remove):
        with pytest.raises(NotFound):
            verb(bench.bob, turn.chat.id)
    with pytest.raises(NotFound):
        chats.say(bench.bob, turn.chat.id, Saying("Hello"), ME)
    chats.remove(bench.ada, turn.chat.id)
    with pytest.raises(NotFound):
        chats.chat(bench.ada, turn.chat.id)


def test_deleting_a_chat_stops_its_reply(new_paid, fake_provider) -> None:  # noqa: F811
    """Nobody would hear it."""
    bench = new_paid(timeout=30)
    fake_provider.fail(Fault.HANG)
    turn = bench.house.chats.begin(bench.ada, Saying("Hello"), ME)
    eventually(lambda: fake_provider.calls)
    bench.house.chats.remove(bench.ada, turn.chat.id)
    assert bench.service.wait(bench.ada, turn.job.id, 20).state is State.CANCELLED


@pytest.mark.parametrize(
    ("asked", "lane", "model"),
    [("dalle3", "openai", "dall-e-3"), ("DALL-E 3", "openai", "dall-e-3"), ("", "openai", ""), ("local", "local", "")],
)
def test_a_models_name_stands_for_its_provider(new_paid, asked: str, lane: str, model: str) -> None:  # noqa: F811
    """Where it is set up; the retired model's successor draws."""
    bench = new_paid()
    job = bench.service.submit_image(bench.ada, ImageRequest("A bee", provider=asked, size="64x64"), ME)
    assert (job.lane, job.request["model"]) == (lane, model)
    ended = bench.service.wait(bench.ada, job.id, 30)
    assert ended.state is State.COMPLETED
    assert ended.facts["model"] == ("gpt-image-2.5-flare" if lane == "openai" else "scripted")


def test_where_it_is_not_set_up_the_default_draws(bench) -> None:
    """And what was asked for is remembered. A name that stands for nothing is refused."""
    job = bench.service.submit_image(bench.ada, ImageRequest("A bee", provider="dalle3"), ME)
    assert (job.lane, job.request["model"]) == ("local", "dalle3")
    with pytest.raises(InvalidRequest) as refused:
        bench.service.submit_image(bench.ada, ImageRequest("A bee", provider="dalle99"), ME)
    assert "provider" in refused.value.fields
