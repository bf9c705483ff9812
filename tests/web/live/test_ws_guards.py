"""Who stays outside `/ws` or has to leave it: strangers, the silent, the malformed, the foreign."""

import contextlib
import json
import time

import pytest
import requests
import websocket
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from icons.domain.errors import InvalidRequest
from icons.web.live.worker_messages import Generated, parsed
from tests.conftest import eventually
from tests.web.drawn import idle_studio, served
from tests.web.live.hands import NAME, Hand, generate, hired, own_door

Refused = websocket.WebSocketBadStatusException


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    options = {"ratelimit_enabled": False, "max_image_size": 500_000}
    with idle_studio(tmp_path_factory.mktemp("house"), **options) as studio:
        yield studio


@pytest.fixture(scope="module")
def url(house):
    with served(house.web.app) as url:
        yield url


@pytest.fixture
def hand(house, url):
    eventually(lambda: not house.service.workers(house.caller()))
    with hired(url, house.key()) as hand:
        yield hand


@pytest.mark.parametrize("token", ["nonsense", "isk_unknown", "x" * 8000])
def test_a_bad_secret_is_told_so_and_goes(url, token: str) -> None:
    """One text for all of them, and the close code 4401."""
    hand = Hand(url)
    hand.hear("authentication_required")
    hand.say("authenticate", extensionId=NAME, metadata={"token": token})
    heard = hand.hear("error")
    assert (heard["error"], heard["code"]) == ("Authentication failed", "UNAUTHORIZED")
    assert hand.closing_code() == 4401


def test_without_any_secret_nobody_comes_in(url) -> None:
    """The document's own example, which has none, is not enough."""
    hand = Hand(url)
    hand.hear("authentication_required")
    hand.say("authenticate", extensionId=NAME, metadata={"version": "1.0.0", "capabilities": ["image-generation"]})
    assert hand.hear("error")["error"] == "Authentication failed"
    assert hand.closing_code() == 4401


def test_each_kind_of_secret_opens_the_door(house, url) -> None:
    """A header, a ticket that works once, a token in the first message."""
    key = house.key()
    for options in ({"header": [f"Authorization: Bearer {key}"]}, {"header": [f"X-API-Key: {key}"]}):
        hand = Hand(url, **options)
        assert hand.introduce()["extensionId"] == NAME
        hand.vanish()
    ticket = house.client().post("/api/auth/ticket").json["ticket"]
    hand = Hand(url, f"/ws?ticket={ticket}")
    assert hand.introduce()["workerId"].startswith("ws-")
    hand.vanish()
    again = Hand(url, f"/ws?ticket={ticket}")
    again.hear("authentication_required")
    again.say("authenticate", extensionId=NAME)
    assert again.hear("error")["error"] == "Authentication failed"


def test_only_an_introduction_is_heard_before_it(url, house) -> None:
    """Everything else is an error, and the connection goes on."""
    hand = Hand(url)
    hand.hear("authentication_required")
    hand.say("heartbeat", extensionId=NAME)
    assert hand.hear("error")["error"] == "Unexpected message"
    hand.say("authenticate", extensionId=NAME, metadata={"token": house.key()})
    hand.hear("authentication_success")
    hand.say("authenticate", extensionId=NAME, metadata={"token": house.key()})
    assert hand.hear("error")["error"] == "Unexpected message"
    hand.vanish()


WRONG = [
    "",
    "{",
    "null",
    "[]",
    '"text"',
    '{"type": "dance"}',
    '{"type": 7}',
    "{}",
    '{"type": "image_generated"}',
    '{"type": "image_generated", "requestId": 7, "imageUrl": "https://example.com/a.png"}',
    '{"type": "image_generated", "requestId": "1"}',
    '{"type": "image_generated", "requestId": "1", "imageData": "no base64!"}',
    '{"type": "image_generated", "requestId": "1", "images": [{}]}',
    '{"type": "image_generation_progress", "requestId": "1", "progress": NaN}',
    '{"type": "image_generation_progress", "requestId": "1", "progress": 101}',
    '{"type": "image_generation_progress", "requestId": "1", "progress": "50"}',
    '{"type": "image_generation_failed", "requestId": "1"}',
    '{"type": "heartbeat", "status": {"available": "yes"}}',
    "[" * 5000,
]


@pytest.mark.parametrize("text", WRONG)
def test_nonsense_is_answered_and_hurts_nobody(house, url, hand: Hand, text: str) -> None:
    """The document's error message; then the connection works as before."""
    hand.socket.send(text)
    heard = hand.hear("error")
    assert heard["error"] == "Invalid message format"
    assert set(heard) == {"type", "error", "code", "message", "timestamp"} | ({"requestId"} & set(heard))
    request_id = generate(house)
    assert hand.hear("generate_image")["requestId"] == request_id
    hand.deliver(request_id)
    assert house.service.wait(house.caller(), request_id, 20).state.value == "completed"


def test_a_binary_message_is_nonsense_too(hand: Hand) -> None:
    """The protocol is text."""
    hand.socket.send_binary(b"\x00\xff")
    assert hand.hear("error")["error"] == "Invalid message format"


def test_a_message_that_is_too_large_passes_by(house, hand: Hand) -> None:
    """It is dropped while it arrives, the worker is told, and the next message is heard."""
    hand.socket.send("x" * 1_000_000)
    assert hand.hear("error")["error"] == "Message too large"
    hand.say("heartbeat", extensionId=NAME)
    request_id = generate(house)
    assert hand.hear("generate_image")["requestId"] == request_id
    house.service.cancel(house.caller(), request_id)


def test_a_message_is_as_large_as_its_bytes(hand: Hand) -> None:
    """Not as its characters, of which each may be four."""
    hand.socket.send("\N{GRINNING FACE}" * 200_000)
    assert hand.hear("error")["error"] == "Message too large"


def test_who_talks_without_end_is_heard_slowly(house, hand: Hand) -> None:
    """Whatever it says may cost a transaction: a hundred messages at once, then a hundred a second."""
    started = time.monotonic()
    for number in range(250):
        hand.say("heartbeat", extensionId=NAME, status={"available": bool(number % 2)})
    hand.say("dance")
    assert hand.hear("error")["error"] == "Invalid message format"
    assert time.monotonic() - started > 1
    request_id = generate(house)
    assert hand.hear("generate_image")["requestId"] == request_id
    house.service.cancel(house.caller(), request_id)


def test_a_stranger_s_message_is_small(url) -> None:
    """Who has not shown a credential cannot send as much as a picture."""
    hand = Hand(url)
    hand.hear("authentication_required")
    hand.socket.send("x" * 100_000)
    assert hand.hear("error")["error"] == "Message too large"
    hand.vanish()


def test_another_worker_s_request_is_not_to_be_had(house, url, hand: Hand) -> None:
    """Neither of the same account nor of another: unknown requests look the same, and the owner still delivers."""
    request_id = generate(house)
    hand.hear("generate_image")
    for account in (house.user, house.admin):
        with hired(url, house.key(account)) as thief:
            thief.deliver(request_id)
            foreign = thief.hear("error")
            thief.say("image_generation_failed", requestId="550e8400-e29b-41d4-a716-446655440000", error="x")
            unknown = thief.hear("error")
            assert (foreign["error"], foreign["code"], foreign["message"]) == (
                unknown["error"],
                unknown["code"],
                unknown["message"],
            )
    hand.deliver(request_id)
    assert house.service.wait(house.caller(), request_id, 20).state.value == "completed"


def test_who_never_stops_making_errors_is_sent_away(hand: Hand) -> None:
    """Twenty within a minute."""
    for _ in range(20):
        hand.say("dance")
    assert hand.closing_code() == 1008


def test_who_is_silent_is_given_up_and_another_delivers(house) -> None:
    """The job waits again, and is drawn once."""
    with own_door(house, worker_silence=1.0) as url, hired(url, house.key()) as silent:
        request_id = generate(house)
        silent.hear("generate_image")
        with hired(url, house.key()) as second:
            stop = second.beat(0.1)
            assert second.hear("generate_image")["requestId"] == request_id
            second.deliver(request_id)
            job = house.service.wait(house.caller(), request_id, 20)
            stop.set()
        assert (job.state.value, job.attempt, len(job.images)) == ("completed", 2, 1)
        assert silent.closing_code() == 4408


def test_who_vanishes_gives_its_requests_back_at_once(house, hand: Hand) -> None:
    """They wait for another worker."""
    request_id = generate(house)
    hand.hear("generate_image")
    hand.vanish()
    eventually(lambda: house.service.job(house.caller(), request_id).state.value == "waiting")
    house.service.cancel(house.caller(), request_id)


def test_whoever_loses_the_key_has_to_leave(house) -> None:
    """Within a minute; here the door looks more often. Nobody else has to."""
    key = house.accounts.add_key(house.user.id, "soon revoked")
    with own_door(house, check_seconds=0.1) as url, hired(url, key.secret) as hand, hired(url, house.key()) as other:
        house.accounts.revoke_key(house.caller(), key.key.id)
        assert hand.closing_code() == 4401
        other.say("dance")
        assert other.hear("error")["error"] == "Invalid message format"


def test_the_door_is_for_websockets_of_the_listed_origins(url) -> None:
    """426 without an upgrade, 403 from a foreign page, 400 for a greeting that is none."""
    answer = requests.get(f"{url}/ws", timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (426, "UPGRADE_REQUIRED")
    with pytest.raises(Refused, match="403"):
        Hand(url, origin="https://evil.example")
    hand = Hand(url, origin=url)
    hand.vanish()
    greeting = {"Upgrade": "websocket", "Connection": "Upgrade"}
    assert requests.get(f"{url}/ws", headers=greeting, timeout=10).status_code == 400


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
TYPES = ["authenticate", "heartbeat", "image_generated", "image_generation_failed", "image_generation_progress"]
FIELDS = ["requestId", "imageUrl", "imageData", "images", "metadata", "progress", "status", "error", "extensionId"]


@given(
    kind=st.sampled_from(TYPES) | st.text(max_size=10),
    fields=st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=5),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_message_is_understood_or_refused(kind: str, fields: dict) -> None:
    """Nothing that a worker can say raises anything but InvalidRequest."""
    with contextlib.suppress(InvalidRequest):
        incoming = parsed(json.dumps({"type": kind, **fields}))
        if isinstance(incoming, Generated):
            incoming.delivery()
