"""`/api/v1/chat`: conversations over HTTP."""

from collections.abc import Iterator

import pytest

from tests.conftest import Studio, embedded, eventually, opened
from tests.fakes.faults import Fault
from tests.fakes.provider import fake_provider  # noqa: F401 - a fixture

ASYNC = {"Prefer": "respond-async"}
WITH_PICTURE = {"prompt": "A cloud backup", "imageGeneration": {"provider": "local", "size": "64x64"}}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio that is asked as often as the tests like."""
    with opened(embedded(tmp_path_factory.mktemp("house"), ratelimit_enabled=False)) as studio:
        yield studio


@pytest.fixture(scope="module")
def client(house: Studio):
    return house.client()


@pytest.fixture
def paid(new_studio, fake_provider):  # noqa: F811 - the fixture above
    """A studio that talks by the fake OpenAI, and its client."""
    address = fake_provider.address("openai")
    return new_studio(openai_api_key="sk-test-0123456789abcdef", openai_base_url=address, retry_attempts=1)


def begin(client, **changes) -> dict:
    answer = client.post("/api/v1/chat/new", json={"prompt": "A cloud backup", **changes})
    assert answer.status_code == 200, answer.json
    return answer.json


def test_a_chat_replies_without_any_key(client) -> None:
    """The draughtsman says what it would draw, and that it is no model; the text stands in both places."""
    turn = begin(client, userId="end user", metadata={"tab": 7})
    assert turn["message"] == turn["response"]["content"]
    assert turn["response"]["role"] == "assistant"
    assert "cloud arrow up" in turn["message"]
    assert "not a language model" in turn["message"]
    assert (turn["status"], turn["model"], turn["imageGenerationJob"]) == ("completed", "local/1", None)
    assert (turn["userId"], turn["metadata"]) == ("end user", {"tab": 7})


def test_a_picture_is_drawn_beside(client) -> None:
    """Its job is in the answer, carries the prompt and the metadata, and has a status."""
    asked = {"enabled": True, "provider": "dalle3", "size": "64x64", "metadata": {"requestId": "r-1"}}
    turn = begin(client, imageGeneration=asked)
    job = turn["imageGenerationJob"]
    assert (job["prompt"], job["metadata"]) == ("A cloud backup", {"requestId": "r-1"})
    status = eventually(lambda: (s := client.get(job["statusUrl"]).json)["status"] == "completed" and s, 60)
    assert status["result"]["images"][0]["metadata"] == {"requestId": "r-1"}
    assert (status["result"]["provider"], status["result"]["requestedModel"]) == ("local", "dalle3")
    assert begin(client, imageGeneration={**asked, "enabled": False})["imageGenerationJob"] is None


def test_a_chat_goes_on_and_is_shown(client) -> None:
    """Messages in their order, the jobs with them; under both prefixes."""
    chat = begin(client)["sessionId"]
    more = client.post(f"/v1/chat/{chat}/messages", json={"prompt": "Now a bee"})
    assert (more.status_code, more.json["sessionId"]) == (200, chat)
    shown = client.get(f"/api/v1/chat/{chat}").json
    assert [each["role"] for each in shown["messages"]] == ["user", "assistant"] * 2
    assert shown["messages"][3]["content"] == more.json["message"]
    assert (shown["title"], shown["messageCount"]) == ("A cloud backup", 4)


def test_a_list_has_pages(client) -> None:
    """The latest talk first, by label, each chat once."""
    made = [begin(client, prompt=f"Topic {number}", userId="pages")["sessionId"] for number in range(3)]
    first = client.get("/api/v1/chat?limit=2&userId=pages").json
    second = client.get(f"/api/v1/chat?limit=2&userId=pages&after={first['nextAfter']}").json
    assert [each["sessionId"] for each in first["chats"] + second["chats"]] == made[::-1]
    assert (first["count"], second["count"], second["nextAfter"]) == (2, 1, None)


def test_a_deleted_chat_is_gone(client) -> None:
    """From the list and by its address; deleting it again finds nothing."""
    chat = begin(client)["sessionId"]
    assert client.delete(f"/api/v1/chat/{chat}").status_code == 204
    for method in ("GET", "DELETE"):
        assert client.open(f"/api/v1/chat/{chat}", method=method).json["code"] == "CHAT_NOT_FOUND"
    assert client.post(f"/api/v1/chat/{chat}/messages", json={"prompt": "x"}).status_code == 404


def test_nobody_sees_anothers_chat(house: Studio, client) -> None:
    """It is unknown to others, whatever they try."""
    chat, other = begin(client)["sessionId"], house.client(house.admin)
    assert other.get(f"/api/v1/chat/{chat}").status_code == 404
    assert other.post(f"/api/v1/chat/{chat}/messages", json={"prompt": "x"}).status_code == 404
    assert other.delete(f"/api/v1/chat/{chat}").status_code == 404
    assert chat not in str(other.get("/api/v1/chat").json)


def test_who_does_not_wait_is_told_where_to_ask(new_studio) -> None:
    """202 with the job; and nothing more is said until it is answered."""
    client = new_studio(work=False).client()
    turn = client.post("/api/v1/chat/new", json=WITH_PICTURE, headers=ASYNC)
    assert turn.status_code == 202
    assert turn.headers["Location"] == turn.json["chatJob"]["statusUrl"]
    assert (turn.json["status"], turn.json["message"]) == ("pending", None)
    assert client.get(turn.headers["Location"]).json["kind"] == "chat"
    busy = client.post(f"/api/v1/chat/{turn.json['sessionId']}/messages", json={"prompt": "x"}, headers=ASYNC)
    assert (busy.status_code, busy.json["code"], busy.headers["Retry-After"]) == (409, "CHAT_BUSY", "1")


def test_a_failure_is_an_error_unless_a_picture_is_drawn(paid, fake_provider) -> None:  # noqa: F811
    """502 with its reason; with a picture under way 200 and the reason beside it, so that nobody pays twice."""
    client = paid.client()
    fake_provider.fail(Fault.MODERATION)
    failed = client.post("/api/v1/chat/new", json={"prompt": "Something"})
    assert (failed.status_code, failed.json["code"]) == (502, "PROVIDER_MODERATION")
    chat = failed.json["metadata"]["sessionId"]
    assert [each["role"] for each in client.get(f"/api/v1/chat/{chat}").json["messages"]] == ["user"]
    fake_provider.fail(Fault.MODERATION)
    beside = client.post("/api/v1/chat/new", json=WITH_PICTURE)
    assert (beside.status_code, beside.json["status"], beside.json["message"]) == (200, "failed", None)
    assert beside.json["error"]["code"] == "PROVIDER_MODERATION"
    assert beside.json["imageGenerationJob"]["jobId"]


def test_a_chat_model_can_be_named(paid, fake_provider) -> None:  # noqa: F811
    """It is asked as it is named, and the answer says who replied."""
    turn = paid.client().post("/api/v1/chat/new", json={"prompt": "Hello", "model": "gpt-5.4"}).json
    assert (turn["provider"], turn["model"], turn["message"]) == ("openai", "gpt-5.4", "You said: Hello")
    assert fake_provider.calls[0].body["model"] == "gpt-5.4"


@pytest.mark.parametrize(
    ("provider", "of_profile", "talks"),
    [
        ("openai", "gpt-image-2", "gpt-5.4-mini"),
        ("openrouter", None, "openai/gpt-5.4-mini"),
        ("ollama", "llama4", "llama4"),
        ("openai-compatible", "any-model", "any-model"),
        ("ollama", "x/z-image-turbo", None),
        ("ollama", None, None),
        ("xai", None, None),
        ("gab", None, None),
    ],
)
def test_a_profile_talks_by_a_model_that_can(
    new_studio,
    fake_provider,  # noqa: F811
    provider: str,
    of_profile: str | None,
    talks: str | None,
) -> None:
    """The catalogue's, else the profile's, but for one that draws; where there is none the field to fill is named."""
    client = new_studio(allow_private_base_urls=True).client()
    fields = {"name": "mine", "provider": provider, "baseUrl": fake_provider.address(provider), "model": of_profile}
    profile = client.post("/api/profiles", json={**fields, "apiKey": "a-key-of-mine"}).json["id"]
    answer = client.post("/api/v1/chat/new", json={"prompt": "Hello", "provider": profile})
    if talks:
        assert (answer.status_code, answer.json["message"]) == (200, "You said: Hello")
        assert [call.body["model"] for call in fake_provider.calls] == [talks]
        assert ("safety_identifier" in fake_provider.calls[0].body) == (provider == "openai")
    else:
        assert (answer.status_code, answer.json["metadata"]["fields"]) == (400, {"model": "missing"})
        assert client.get("/api/v1/chat").json["count"] == 0
    named = client.post("/api/v1/chat/new", json={"prompt": "Hello", "provider": profile, "model": "talker"})
    assert named.status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "prompt"),
        ({"prompt": " "}, "prompt"),
        ({"prompt": "x" * 4001}, "prompt"),
        ({"prompt": "x", "provider": "nobody"}, "provider"),
        ({"prompt": "x", "imageGeneration": {"size": "huge"}}, "imageGeneration.size"),
        ({"prompt": "x", "imageGeneration": {"enabled": "yes"}}, "imageGeneration.enabled"),
        ({"prompt": "x", "images": 3}, "images"),
    ],
)
def test_what_is_wrong_is_named(client, body: dict, field: str) -> None:
    """The field, and no chat has begun."""
    before = client.get("/api/v1/chat").json["count"]
    answer = client.post("/api/v1/chat/new", json=body)
    assert answer.status_code == 400
    assert field in answer.json["metadata"]["fields"]
    assert client.get("/api/v1/chat").json["count"] == before
