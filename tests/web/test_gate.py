"""Nobody gets in without a credential, whatever the address."""

import re
from typing import Literal, get_args

import pytest
import socketio
from socketio.exceptions import ConnectionError as Refused

from icons.web.auth import is_public
from icons.web.live.worker_messages import Incoming
from tests.conftest import Server, Studio
from tests.web.live.hands import Hand

PUBLIC = {
    "/health",
    "/ready",
    "/metrics",  # has a rule of its own
    "/api/auth/login",
    "/api/auth/refresh",
    "/api/openapi.json",
    "/api-docs",
    "/api-docs/<path:filename>",
    "/api/images/<filename>",  # its signature may speak for it
    "/",
    "/static/dashboard/<path:filename>",
    "/static/vendor/<path:filename>",
}
SOCKET_EVENTS = {"connect", "disconnect", "subscribe", "unsubscribe"}
WORKER_MESSAGES = {
    "authenticate",
    "heartbeat",
    "image_generated",
    "image_generation_failed",
    "image_generation_progress",
}
SOME_ID = "5f8e6a52-93c4-4f7e-9b61-0d3c1a2b4e5f"


def rules(house: Studio) -> list[tuple[str, str]]:
    """(method, rule) of everything the application answers."""
    return [
        (method, rule.rule)
        for rule in house.web.app.url_map.iter_rules()
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def address(rule: str) -> str:
    """An address that the rule matches."""
    return re.sub(r"<[^>]+>", SOME_ID, rule.replace("<filename>", f"{SOME_ID}.png"))


def test_public_views_are_those_listed_here(house: Studio) -> None:
    """A view becomes public by a decision that shows in this list, never by accident."""
    app = house.web.app
    marked = {rule.rule for rule in app.url_map.iter_rules() if is_public(app.view_functions[rule.endpoint])}
    assert marked == PUBLIC


def test_every_other_address_demands_a_credential(house: Studio) -> None:
    """Without one the answer is 401, and 401 comes before any complaint about the body."""
    client = house.client(anonymous=True)
    closed = [(method, rule) for method, rule in rules(house) if rule not in PUBLIC - {"/api/images/<filename>"}]
    assert len(closed) > 20
    for method, rule in closed:
        answer = client.open(address(rule), method=method, data="{not json", content_type="application/json")
        assert (method, rule, answer.status_code) == (method, rule, 401)
        assert answer.json["code"] == "UNAUTHORIZED"


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic YWRhOmFkYQ=="},
        {"X-API-Key": ""},
        {"X-API-Key": "isk_unknown"},
        {"Authorization": "Bearer schlüssel".encode("latin-1").decode("latin-1")},
        {"Authorization": "Bearer " + "a" * 9000},
    ],
)
def test_bad_credentials_are_all_refused_alike(house: Studio, headers: dict[str, str]) -> None:
    """The refusal never tells what was wrong with the credential."""
    client = house.client(anonymous=True)
    answer = client.get("/api/auth/me", headers=headers)
    nothing = client.get("/api/auth/me")
    assert answer.status_code == nothing.status_code == 401
    assert answer.json["message"] == nothing.json["message"]
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_socket_events_are_those_checked_here(house: Studio) -> None:
    """A new Socket.IO event has to be thought about here, too."""
    assert set(house.web.socketio.server.handlers["/"]) == SOCKET_EVENTS


@pytest.mark.parametrize("auth", [None, {}, {"token": ""}, {"token": "nonsense"}, {"token": 7}])
def test_no_socket_without_a_credential(server: Server, auth: object) -> None:
    """A socket that cannot connect can send no event at all."""
    client = socketio.Client(reconnection=False)
    with pytest.raises(Refused):
        client.connect(server.url, auth=auth, transports=["websocket"], wait_timeout=10)
    client.disconnect()


def test_what_workers_say_is_what_is_checked_here() -> None:
    """A new message of the workers' protocol has to be thought about here, too."""
    assert {kind.model_fields["type"].annotation for kind in get_args(Incoming)} == {
        Literal[message] for message in WORKER_MESSAGES
    }


@pytest.mark.parametrize("message", sorted(WORKER_MESSAGES))
def test_no_worker_without_a_credential(server: Server, message: str) -> None:
    """Whatever it says first, it is given nothing; what introduces nobody ends the connection."""
    hand = Hand(server.url)
    hand.hear("authentication_required")
    hand.say(message, extensionId="x", requestId=SOME_ID, error="x", progress=1, imageUrl="https://example.com/a.png")
    assert hand.hear("error")["code"] == "UNAUTHORIZED"
    if message == "authenticate":
        assert hand.closing_code() == 4401
    hand.vanish()
