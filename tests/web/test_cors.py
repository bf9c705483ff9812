"""What browsers are told about pages of other origins, and which of them may open a socket."""

import pytest
import socketio
from socketio.exceptions import ConnectionError as Refused

from config import load_settings
from icons.domain.errors import SettingsError
from icons.web.cors import Origins
from tests.conftest import log_in
from tests.web.drawn import idle_studio, served

LISTED = "https://app.example.com"
EXTENSION = "chrome-extension://abcdefghijklmnopabcdefghijklmnop"
FIREFOX = "moz-extension://0b7bf4f8-2b7c-4b6f-9d0d-3c1a2b4e5f00"
FOREIGN = "https://elsewhere.example"
ASKED = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-api-key,content-type"}


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    """A studio that lets one site and the extensions in, behind a proxy under another name."""
    settings = {"cors_origins": f"{LISTED}/, {EXTENSION}, moz-extension://*", "public_url": "https://icons.example.com"}
    with idle_studio(tmp_path_factory.mktemp("house"), **settings) as studio:
        yield studio


@pytest.fixture(scope="module")
def address(studio):
    with served(studio.web.app) as url:
        yield url


@pytest.mark.parametrize("origin", [LISTED, EXTENSION, FIREFOX])
def test_a_listed_origin_may_read_answers_and_errors(studio, origin: str) -> None:
    """The origin is named, and what clients need from the headers is shown to them, with a refusal, too."""
    for client, status in ((studio.client(), 200), (studio.client(anonymous=True), 401)):
        answer = client.get("/api/icons/styles", headers={"Origin": origin})
        assert answer.status_code == status
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        exposed = answer.headers["Access-Control-Expose-Headers"]
        for name in ("X-RateLimit-Reset", "Retry-After", "X-Correlation-ID", "Location"):
            assert name in exposed
        assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize(
    "origin", [FOREIGN, "null", f"{LISTED}.evil.example", "http://app.example.com", "", "http://["]
)
def test_a_foreign_origin_is_told_nothing(studio, origin: str) -> None:
    """The answer is the same but for the permission, and caches keep the two apart."""
    answer = studio.client().get("/api/icons/styles", headers={"Origin": origin})
    assert answer.status_code == 200
    assert not [name for name in dict(answer.headers) if name.startswith("Access-Control")]
    assert "Origin" in answer.headers["Vary"]


def test_a_preflight_needs_no_key(studio) -> None:
    """It is answered before the gate, permits the key's header, and says nothing to a foreign page."""
    client = studio.client(anonymous=True)
    answer = client.options("/api/icons/generate", headers={"Origin": LISTED, **ASKED})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (204, LISTED)
    assert "X-API-Key" in answer.headers["Access-Control-Allow-Headers"]
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    refused = client.options("/api/icons/generate", headers={"Origin": FOREIGN, **ASKED})
    assert "Access-Control-Allow-Origin" not in refused.headers


def test_nothing_is_permitted_unless_it_is_set(house) -> None:
    """Without the setting there is no such header, and a preflight is a request without a key."""
    answer = house.client().get("/api/icons/styles", headers={"Origin": LISTED})
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert (
        house.client(anonymous=True).options("/api/icons/styles", headers={"Origin": LISTED, **ASKED}).status_code
        == 401
    )


def test_everybody_gets_no_credentials(tmp_path) -> None:
    """The star lets every page read, and never with a browser's own credentials."""
    with idle_studio(tmp_path, cors_origins="*") as studio:
        answer = studio.client().get("/api/icons/styles", headers={"Origin": FOREIGN})
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert studio.web.app.test_client().options("/api/jobs", headers={"Origin": "null", **ASKED}).status_code == 204


@pytest.mark.parametrize(
    "wrong", ["app.example.com", "https://app.example.com/path", "https://*", "javascript://x", "**"]
)
def test_a_wrong_list_stops_the_start(wrong: str) -> None:
    """With a sentence that says what to write."""
    with pytest.raises(SettingsError, match="CORS_ORIGINS"):
        load_settings(_env_file=None, cors_origins=wrong)


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, True),
        ("https://icons.example.com", True),
        ("http://10.0.0.7:3560", True),
        (LISTED, True),
        (FIREFOX, True),
        (FOREIGN, False),
        ("null", False),
        ("http://10.0.0.7:1", False),
        ("", False),
        ("http://[", False),
    ],
)
def test_sockets_open_for_own_and_listed_pages(origin: str | None, allowed: bool) -> None:
    """Own is what the request or PUBLIC_URL names, whatever the scheme; no browser asks without an origin."""
    origins = Origins((LISTED, "moz-extension://*"), "https://icons.example.com")
    assert origins.allowed_origin(origin, "10.0.0.7:3560") is allowed
    assert not origins.allowed_origin("http://", "")


@pytest.mark.parametrize("transport", ["polling", "websocket"])
@pytest.mark.parametrize("origin", [None, LISTED, "https://icons.example.com", "own", FOREIGN])
def test_socketio_asks_the_same_list(studio, address: str, origin: str | None, transport: str) -> None:
    """A foreign page is refused before it can show a token; own and listed ones connect."""
    token = log_in(address, "ada")
    headers = {"Origin": address if origin == "own" else origin} if origin else {}
    client = socketio.Client(reconnection=False, websocket_extra_options={"suppress_origin": True})
    arguments = {"auth": {"token": token}, "headers": headers, "transports": [transport], "wait_timeout": 5}
    try:
        if origin == FOREIGN:
            with pytest.raises(Refused):
                client.connect(address, **arguments)
        else:
            client.connect(address, **arguments)
            assert client.connected
    finally:
        client.disconnect()
