"""Webhooks on their way: real receivers, good and bad, over HTTP."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from icons.core.courier import Tour
from icons.core.house import Rules
from icons.core.service import Context
from icons.domain.hooks import Delivery, DeliveryState, Hook
from icons.domain.images import Format
from icons.domain.jobs import State
from icons.domain.requests import IconRequest
from tests.conftest import eventually, free_port
from tests.fakes.receiver import Receiver, receiving

from .conftest import QUICK, Bench

SWIFT = Tour(poll=0.05, scale=0.02, drain=0.2)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


@pytest.fixture
def posting(new_bench: Callable[..., Bench]) -> Bench:
    """A bench whose courier is in a hurry: pauses of 5 s take a tenth of one."""
    return new_bench(rules=Rules(pace=QUICK, tour=SWIFT))


def draw(bench: Bench, url: str, category: str = "tools") -> str:
    """Have an icon drawn whose end is told to the address; the job's id."""
    context = Context("end user", "trace-1", Hook(url))
    job = bench.service.submit(bench.ada, IconRequest(category=category, format=Format.SVG), context)
    return bench.service.wait(bench.ada, job.id, 20).id


def messages(bench: Bench) -> list[Delivery]:
    """The caller's, oldest first."""
    return bench.house.hooks.find(bench.ada, None, 100)[::-1]


def message(bench: Bench, job_id: str) -> Delivery:
    return next(each for each in messages(bench) if each.job_id == job_id)


def secret(bench: Bench) -> str:
    return bench.house.hooks.secret(bench.ada).secret


def ended(bench: Bench, job_id: str, state: DeliveryState) -> Delivery:
    """The job's message, once it stands there."""
    eventually(lambda: message(bench, job_id).state is state)
    return message(bench, job_id)


def attempted(bench: Bench, job_id: str, status: int | None) -> Delivery:
    """The job's message, once an attempt has come to that."""

    def come() -> bool:
        found = message(bench, job_id)
        return found.last_status == status and bool(found.last_error)

    eventually(come)
    return message(bench, job_id)


def test_a_delivered_message_is_what_it_claims_to_be(posting: Bench, receiver: Receiver) -> None:
    """Signed as the official library wants it, under its id, with what follows the request through the house."""
    job_id = draw(posting, f"{receiver.url}/ok")
    delivered = ended(posting, job_id, DeliveryState.DELIVERED)
    (call,) = receiver.calls
    body = call.verified(secret(posting))
    assert body["type"] == "job.completed"
    assert body["data"]["user_id"] == "end user"
    assert (call.id, call.headers["x-correlation-id"]) == (delivered.id, "trace-1")
    assert call.headers["content-type"] == "application/json"
    assert call.headers["user-agent"].startswith("IconStudio")
    assert (delivered.attempts, delivered.last_status, delivered.last_error) == (1, 200, "")


def test_a_receiver_that_is_down_gets_it_when_it_is_back(posting: Bench) -> None:
    """Under the same id; meanwhile the message says why it is late."""
    port = free_port()
    job_id = draw(posting, f"http://127.0.0.1:{port}/ok")
    late = attempted(posting, job_id, None)
    assert late.last_error == "The address could not be reached."
    with receiving(port) as receiver:
        delivered = ended(posting, job_id, DeliveryState.DELIVERED)
    assert delivered.attempts > 1
    assert [call.id for call in receiver.calls] == [delivered.id]


def test_names_that_nobody_answers_for_delay_nobody_else(
    posting: Bench, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that never answers holds a thread for each look-up, and there are others for the next name."""
    answered, asked = threading.Event(), socket.getaddrinfo

    def hang(host: str, *more: Any, **options: Any) -> Any:
        if str(host).endswith(".hostile.example"):
            answered.wait(30)
            raise socket.gaierror
        return asked(host, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    try:
        for number in range(SWIFT.per_account - 1):
            draw(posting, f"http://{number}.hostile.example/ok")
        eventually(lambda: all(each.attempts for each in messages(posting)))
        job_id = draw(posting, f"http://localhost:{receiver.port}/ok")
        ended(posting, job_id, DeliveryState.DELIVERED)
    finally:
        answered.set()


def test_a_slow_receiver_delays_nobody_else(posting: Bench, receiver: Receiver) -> None:
    """It has four attempts held at once and more in line; another host's message arrives, and jobs go on."""
    slow = f"http://localhost:{receiver.port}/slow"
    for number in range(6):
        draw(posting, slow, f"slow {number}")
    eventually(lambda: len(receiver.at("/slow")) == 4)
    job_id = draw(posting, f"{receiver.url}/ok", "fast")
    ended(posting, job_id, DeliveryState.DELIVERED)
    assert len(receiver.at("/slow")) == 4
    assert not receiver.release.is_set()
    receiver.release.set()
    eventually(lambda: all(each.state is DeliveryState.DELIVERED for each in messages(posting)))
    assert len(receiver.at("/slow")) == 6


def test_an_account_s_slow_receivers_leave_room_for_others(new_bench: Callable[..., Bench], receiver: Receiver) -> None:
    """However many of its messages could be sent at the same time."""
    tour = Tour(poll=0.05, drain=0.2, at_once=3, per_account=2, per_host=3)
    bench = new_bench(rules=Rules(pace=QUICK, tour=tour))
    for number in range(6):
        draw(bench, f"{receiver.url}/slow", f"slow {number}")
    eventually(lambda: len(receiver.at("/slow")) == 2)
    his = IconRequest(category="his", format=Format.SVG)
    bench.service.submit(bench.bob, his, Context(hook=Hook(f"{receiver.url}/ok")))
    eventually(lambda: receiver.at("/ok"))
    assert len(receiver.at("/slow")) == 2


def test_a_redirect_is_not_followed(posting: Bench, receiver: Receiver) -> None:
    """Wherever it leads."""
    told = attempted(posting, draw(posting, f"{receiver.url}/away"), 307)
    assert told.last_error == "The address answered with status 307. A redirect is not followed."
    assert not receiver.at("/secret")


def test_gone_is_gone(posting: Bench, receiver: Receiver) -> None:
    """After 410 the address gets nothing more, until a message to it is sent once more by hand."""
    receiver.answers["gone"] = [(410, {})]
    first = draw(posting, f"{receiver.url}/gone", "one")
    ended(posting, first, DeliveryState.DISABLED)
    second = draw(posting, f"{receiver.url}/gone", "two")
    assert message(posting, second).state is DeliveryState.DISABLED
    assert len(receiver.calls) == 1
    posting.house.hooks.redeliver(posting.ada, message(posting, first).id)
    ended(posting, first, DeliveryState.DELIVERED)
    ended(posting, draw(posting, f"{receiver.url}/gone", "three"), DeliveryState.DELIVERED)
    assert [call.id for call in receiver.calls[:2]] == [message(posting, first).id] * 2
    assert len(receiver.calls) == 3


def test_retry_after_is_heeded(posting: Bench, receiver: Receiver) -> None:
    """The next attempt comes no sooner than the address asks for, although its turn would."""
    receiver.answers["busy"] = [(500, {}), (503, {"Retry-After": "2"})]
    ended(posting, draw(posting, f"{receiver.url}/busy"), DeliveryState.DELIVERED)
    first, second, third = receiver.calls
    assert third.at - second.at >= 2
    assert first.id == second.id == third.id
    assert {call.verified(secret(posting))["type"] for call in receiver.calls} == {"job.completed"}


def test_a_connection_that_breaks_is_a_failure(posting: Bench, receiver: Receiver) -> None:
    """There was no answer, so it is sent again."""
    told = attempted(posting, draw(posting, f"{receiver.url}/closing"), None)
    assert told.state is DeliveryState.PENDING
    eventually(lambda: len(receiver.calls) > 1)


def test_an_endless_answer_is_cut_off(posting: Bench, receiver: Receiver) -> None:
    """Its status counts; of the rest no more is taken than fits into the buffers on the way."""
    ended(posting, draw(posting, f"{receiver.url}/endless"), DeliveryState.DELIVERED)
    assert receiver.poured < 30_000_000


def test_a_message_is_given_up_in_the_end(new_bench: Callable[..., Bench], receiver: Receiver) -> None:
    """After three days, here much shortened; it can still be sent by hand."""
    bench = new_bench(rules=Rules(pace=QUICK, tour=Tour(poll=0.02, scale=5e-6)))
    receiver.answers["bad"] = [(500, {})] * 10_000
    job_id = draw(bench, f"{receiver.url}/bad")
    told = ended(bench, job_id, DeliveryState.FAILED)
    assert told.attempts > 3
    assert told.next_at is None
    receiver.answers["bad"].clear()
    bench.house.hooks.redeliver(bench.ada, told.id)
    assert ended(bench, job_id, DeliveryState.DELIVERED).attempts == 1


def test_two_couriers_share_the_work(new_bench: Callable[..., Bench], receiver: Receiver) -> None:
    """Two processes' couriers on one database send every message once."""
    rules = Rules(pace=QUICK, tour=Tour(poll=0.01))
    benches = [new_bench(rules=rules) for _ in range(2)]
    request = Context(hook=Hook(f"{receiver.url}/ok"))
    for number in range(40):
        icon = IconRequest(category=f"thing {number}", format=Format.SVG)
        benches[number % 2].service.submit(benches[0].ada, icon, request)
    eventually(lambda: sum(each.state is DeliveryState.DELIVERED for each in messages(benches[0])) == 40)
    assert len(receiver.calls) == len({call.id for call in receiver.calls}) == 40
    assert {each.attempts for each in messages(benches[0])} == {1}


def test_a_rotated_secret_counts_beside_the_new_one(posting: Bench, receiver: Receiver) -> None:
    """A receiver that has not changed over yet takes the message, and so does one that has."""
    old = secret(posting)
    rotated = posting.house.hooks.rotate(posting.ada)
    assert rotated.secret not in ("", old)
    assert rotated.previous_until
    ended(posting, draw(posting, f"{receiver.url}/ok"), DeliveryState.DELIVERED)
    (call,) = receiver.calls
    assert call.verified(old) == call.verified(rotated.secret) == json.loads(call.body)


def test_jobs_do_not_wait_for_a_dead_receiver(posting: Bench, receiver: Receiver) -> None:
    """Every job is done while not one of their messages has been taken."""
    for number in range(20):
        job_id = draw(posting, f"{receiver.url}/slow", f"thing {number}")
        assert posting.service.job(posting.ada, job_id).state is State.COMPLETED
    assert not receiver.release.is_set()
    assert {each.state for each in messages(posting)} == {DeliveryState.PENDING}
