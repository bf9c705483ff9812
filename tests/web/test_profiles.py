"""Connection profiles over HTTP: what may be stored, who sees it, and that a key never comes out."""

import logging

import pytest

from tests.web.drawn import idle_studio

KEY = "sk-never-to-be-seen-7f3a9c"
OPENAI = {"name": "mine", "provider": "openai", "apiKey": KEY}
OLD, NEW = "o" * 32, "n" * 32


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with idle_studio(tmp_path_factory.mktemp("house")) as studio:
        studio.web.app.validate_response = True
        yield studio


@pytest.fixture
def client(house):
    return house.client()


def made(client, **fields) -> dict:
    answer = client.post("/api/profiles", json={**OPENAI, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json


def test_a_profile_lives_from_creation_to_deletion(client) -> None:
    """Created, listed, shown, changed, deleted."""
    limits = {"requestsPerMinute": 60, "concurrency": 4}
    profile = made(client, model="gpt-image-2", baseUrl="https://api.example.com/v1/", limits=limits)
    address = f"/api/profiles/{profile['id']}"
    assert profile["keyHint"] == "…3a9c"
    assert profile["baseUrl"] == "https://api.example.com/v1"
    assert profile["limits"] == {**limits, "tokensPerMinute": None, "imagesPerMinute": None}
    assert profile in client.get("/api/profiles").json["data"]
    assert client.get(address).json == profile
    changed = client.patch(address, json={"name": "other", "model": None, "limits": {"concurrency": None}}).json
    assert (changed["name"], changed["model"], changed["keyHint"]) == ("other", None, "…3a9c")
    assert changed["limits"]["requestsPerMinute"] == 60
    assert changed["limits"]["concurrency"] is None
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"provider": "anthropic"}, "provider"),
        ({"provider": "nobody"}, "provider"),
        ({"provider": "local"}, "apiKey"),
        ({"apiKey": None}, "apiKey"),
        ({"apiKey": ""}, "apiKey"),
        ({"apiKey": "sk\r\nX-Other: 1"}, "apiKey"),
        ({"apiKey": "sk-ключ"}, "apiKey"),
        ({"apiKey": "x" * 1001}, "apiKey"),
        ({"provider": "ollama"}, "baseUrl"),
        ({"baseUrl": "http://api.example.com"}, "baseUrl"),
        ({"baseUrl": "https://user:secret@api.example.com"}, "baseUrl"),
        ({"baseUrl": "https://api.example.com/#x"}, "baseUrl"),
        ({"baseUrl": "https://api.example.com/?x=1"}, "baseUrl"),
        ({"baseUrl": "https://127.0.0.1"}, "baseUrl"),
        ({"baseUrl": "https://localhost:8443"}, "baseUrl"),
        ({"baseUrl": "https://[::1]"}, "baseUrl"),
        ({"baseUrl": "https://169.254.169.254/latest"}, "baseUrl"),
        ({"baseUrl": "https://2130706433"}, "baseUrl"),
        ({"baseUrl": "https://[::ffff:10.0.0.1]"}, "baseUrl"),
        ({"limits": {"requestsPerMinute": 0}}, "limits.requestsPerMinute"),
        ({"limits": {"concurrency": "4"}}, "limits.concurrency"),
        ({"limits": {"perHour": 4}}, "limits.perHour"),
        ({"base_url": "https://api.example.com"}, "base_url"),
        ({"keyHint": "…abcd"}, "keyHint"),
    ],
)
def test_what_cannot_work_is_refused_by_name(client, fields: dict, field: str) -> None:
    """400, naming the field, never repeating the key."""
    answer = client.post("/api/profiles", json={**OPENAI, **fields})
    assert answer.status_code == 400, answer.text
    assert list(answer.json["metadata"]["fields"]) == [field]
    assert KEY not in answer.text


@pytest.mark.parametrize("change", [{"baseUrl": "https://evil.example"}, {"provider": "xai"}])
def test_a_stored_key_never_follows_to_another_address(client, change: dict) -> None:
    """Whoever moves a profile sends the key again; a refused change changes nothing."""
    profile = made(client)
    address = f"/api/profiles/{profile['id']}"
    answer = client.patch(address, json=change)
    assert (answer.status_code, list(answer.json["metadata"]["fields"])) == (400, ["apiKey"])
    assert client.get(address).json == profile
    assert client.patch(address, json={**change, "apiKey": "another-key-12345"}).json["keyHint"] == "…2345"


def test_a_short_key_is_not_hinted_at(client) -> None:
    """Four of eight characters would be half of it."""
    assert made(client, apiKey="abcd1234")["keyHint"] == "…"


@pytest.mark.parametrize(("method", "tail"), [("get", ""), ("patch", ""), ("delete", ""), ("post", "/test")])
def test_somebody_else_s_profile_looks_like_an_unknown_one(house, client, method: str, tail: str) -> None:
    """404 with one code and one text; it is still there for its owner."""
    foreign = made(house.client(house.admin))
    answers = [
        getattr(client, method)(f"/api/profiles/{profile_id}{tail}", json={} if method != "get" else None)
        for profile_id in (foreign["id"], "00000000-0000-4000-8000-000000000000")
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert {(each.json["code"], each.json["message"]) for each in answers} == {
        ("PROFILE_NOT_FOUND", answers[0].json["message"])
    }
    assert foreign in house.client(house.admin).get("/api/profiles").json["data"]


def test_a_test_says_how_the_provider_answered(client) -> None:
    """The local one always does; what goes wrong is part of the answer."""
    local = client.post("/api/profiles", json={"name": "here", "provider": "local"}).json
    tested = client.post(f"/api/profiles/{local['id']}/test").json
    assert tested["ok"] is True
    assert tested["message"]
    assert tested["latencyMs"] >= 0


def test_inner_addresses_are_the_operator_s_choice(new_studio) -> None:
    """With ALLOW_PRIVATE_BASE_URLS an Ollama next door can be named."""
    client = new_studio(work=False, allow_private_base_urls=True).client()
    body = {"name": "next door", "provider": "ollama", "baseUrl": "http://127.0.0.1:11434"}
    assert client.post("/api/profiles", json=body).status_code == 201


def test_a_key_is_nowhere_to_be_read(new_studio, tmp_path, caplog) -> None:
    """Not in any file of the storage, nor in a log line, an answer or a value's own description."""
    caplog.set_level(logging.DEBUG)
    studio = new_studio(work=False)
    client = studio.client()
    profile = made(client)
    answers = [
        client.get("/api/profiles"),
        client.get(f"/api/profiles/{profile['id']}"),
        client.patch(f"/api/profiles/{profile['id']}", json={"apiKey": KEY}),
        client.post(f"/api/profiles/{profile['id']}/test"),
    ]
    connection = studio.house.profiles.connection(studio.user.id, profile["id"])
    stored = studio.house.engines.store.profiles.get(studio.user.id, profile["id"])
    assert connection.api_key == KEY
    assert KEY not in repr(connection) + repr(stored)
    assert stored.sealed_key not in repr(stored)
    assert KEY not in caplog.text + "".join(answer.text for answer in answers)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name.startswith("icons.db") for path in files)
    assert not [path.name for path in files if KEY.encode() in path.read_bytes()]


def test_keys_outlive_a_rotation(tmp_path) -> None:
    """The kept key, then a set one, then only that: after each rotation the profile's key opens."""
    with idle_studio(tmp_path) as studio:
        profile = made(studio.client())
    for keys in (OLD, f"{NEW},{OLD}", NEW):
        with idle_studio(tmp_path, secrets_key=keys) as studio:
            profiles = studio.house.profiles
            assert profiles.connection(studio.user.id, profile["id"]).api_key == KEY
            assert profiles.reseal() == 1


def test_a_lost_key_is_said_so(tmp_path) -> None:
    """Without what sealed it the profile is still there, and says that the key is to be sent again."""
    with idle_studio(tmp_path, secrets_key=OLD) as studio:
        profile = made(studio.client())
    with idle_studio(tmp_path, secrets_key=NEW) as studio:
        client = studio.client()
        answer = client.post(f"/api/profiles/{profile['id']}/test")
        assert (answer.status_code, answer.json["code"]) == (409, "KEY_UNREADABLE")
        client.patch(f"/api/profiles/{profile['id']}", json={"apiKey": KEY})
        assert studio.house.profiles.connection(studio.user.id, profile["id"]).api_key == KEY
