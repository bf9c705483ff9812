"""Messages that are larger than the door takes, or never end: nobody waits for what they were to bring."""

import contextlib
import json
import time
from collections.abc import Callable

import pytest
import websocket

from tests.conftest import eventually
from tests.web.drawn import idle_studio, served
from tests.web.live.hands import Hand, generate, hired

TOO_MUCH = "A" * 1_000_000  # of the 730 KB that a message may have here
ENDED = (websocket.WebSocketConnectionClosedException, ConnectionError)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    options = {"ratelimit_enabled": False, "max_image_size": 500_000}
    with idle_studio(tmp_path_factory.mktemp("house"), **options) as studio:
        yield studio


@pytest.fixture(scope="module")
def url(house):
    with served(house.web.app) as url:
        yield url


@pytest.fixture(autouse=True)
def nobody(house) -> None:
    """No worker of an earlier test is left."""
    eventually(lambda: not house.service.workers(house.caller()))


def outcome(house, request_id: str) -> tuple[str, str]:
    job = house.service.wait(house.caller(), request_id, 20)
    return job.state.value, job.error["code"]


def test_the_worker_is_told_how_much_it_may_send(url, house) -> None:
    """As it is let in, so that it need not find out."""
    hand = Hand(url)
    assert hand.introduce(house.key())["maxMessageSize"] == 500_000 * 4 // 3 + 65536
    hand.vanish()


@pytest.mark.parametrize("named", ["first", "last"])
def test_a_result_that_is_too_large_ends_its_request_at_once(house, url, named: str) -> None:
    """It says whose result it is, or the worker has only one request; the next one is done as if nothing had been."""
    with hired(url, house.key()) as hand:
        request_id = generate(house)
        hand.hear("generate_image")
        fields = [("type", "image_generated"), ("requestId", request_id), ("imageData", TOO_MUCH)]
        hand.socket.send(json.dumps(dict(fields if named == "first" else reversed(fields))))
        heard = hand.hear("error")
        assert (heard["error"], heard["requestId"]) == ("Message too large", request_id)
        assert outcome(house, request_id) == ("failed", "ERR_GENERATION_FAILED")
        second = generate(house)
        assert hand.hear("generate_image")["requestId"] == second
        hand.deliver(second)
        assert house.service.wait(house.caller(), second, 20).state.value == "completed"


def test_a_request_that_is_not_named_is_not_waited_for_either(house, url) -> None:
    """Nobody knows which of two it was: the worker leaves, and both wait for another with a failure counted."""
    with hired(url, house.key(), capacity=2) as hand:
        requests = [generate(house), generate(house)]
        assert [hand.hear("generate_image")["requestId"] for _ in requests] == requests
        hand.socket.send(json.dumps({"type": "image_generated", "imageData": TOO_MUCH, "requestId": requests[0]}))
        assert hand.closing_code() == 1009
    for request_id in requests:
        assert eventually(lambda each=request_id: house.service.job(house.caller(), each).failures) == 1
    house.house.engines.store.leases.wake(requests)
    with hired(url, house.key(), capacity=2) as other:
        done = other.work()
        for request_id in requests:
            assert house.service.wait(house.caller(), request_id, 20).state.value == "completed"
        assert sorted(done) == sorted(requests)


def test_another_worker_s_request_cannot_be_ended_that_way(house, url) -> None:
    """Only its own are a worker's to give up."""
    with hired(url, house.key()) as owner, hired(url, house.key(house.admin)) as thief:
        request_id = generate(house)
        owner.hear("generate_image")
        thief.say("image_generated", requestId=request_id, imageData=TOO_MUCH)
        thief.hear("error")
        owner.deliver(request_id)
        assert house.service.wait(house.caller(), request_id, 20).state.value == "completed"


def hear_out(hand: Hand) -> None:
    """Until the service ends the connection."""
    with contextlib.suppress(*ENDED):
        while hand.socket.recv():
            pass


def test_a_message_without_an_end_ends_the_connection(house, url) -> None:
    """It is passed over while it may still end, and then no more."""
    with hired(url, house.key()) as hand:
        request_id = generate(house)
        hand.hear("generate_image")
        frame = websocket.ABNF
        with contextlib.suppress(*ENDED):
            for number in range(100):
                hand.socket.send_frame(
                    frame.create_frame("A" * 65_536, frame.OPCODE_CONT if number else frame.OPCODE_TEXT, fin=0)
                )
        hear_out(hand)
        assert outcome(house, request_id) == ("failed", "ERR_GENERATION_FAILED")


def pings() -> bytes:
    ping = websocket.ABNF.create_frame("", websocket.ABNF.OPCODE_PING)
    return b"".join(ping.format() for _ in range(250))


def fragments() -> bytes:
    """One message in very many pieces, almost all of them empty."""
    frame = websocket.ABNF
    start, end = frame.create_frame("{", frame.OPCODE_TEXT, fin=0), frame.create_frame("}", frame.OPCODE_CONT)
    return start.format() + frame.create_frame("", frame.OPCODE_CONT, fin=0).format() * 5000 + end.format()


@pytest.mark.parametrize("flood", [pings, fragments])
def test_a_flood_of_frames_is_heard_slowly(house, url, flood: Callable[[], bytes]) -> None:
    """Each is work although it says nothing: a second's worth at once, then so many a second; then all goes on."""
    with hired(url, house.key()) as hand:
        started = time.monotonic()
        hand.socket.sock.sendall(flood())
        hand.say("dance")
        assert hand.hear("error")["error"] == "Invalid message format"
        assert time.monotonic() - started > 1
