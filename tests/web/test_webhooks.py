"""Webhooks over HTTP: asking to be told, what is told, and `/api/webhooks`."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import Studio, embedded, eventually, opened
from tests.fakes.receiver import Receiver, receiving

DRAWN = {"category": "office supplies", "size": 512}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio that may call receivers on this machine."""
    settings = embedded(tmp_path_factory.mktemp("hooks"), allow_private_webhooks=True, ratelimit_enabled=False)
    with opened(settings) as studio:
        yield studio


@pytest.fixture(scope="module")
def client(house: Studio):
    return house.client()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


def arrived(receiver: Receiver, count: int = 1) -> list[dict]:
    """The bodies that came, once there are so many."""
    eventually(lambda: len(receiver.calls) >= count)
    return [json.loads(call.body) for call in receiver.calls]


def secret_of(client) -> str:
    return client.get("/api/webhooks/secret").json["secret"]


def test_a_single_icon(client, receiver: Receiver) -> None:
    """Its webhook shows the picture under an absolute address that works without a credential."""
    answer = client.post("/api/icons/generate", json={**DRAWN, "user_id": "u-7", "webhook_url": f"{receiver.url}/ok"})
    assert answer.status_code == 200, answer.json
    (body,) = arrived(receiver)
    data = body["data"]
    assert body["type"] == "job.completed"
    assert body["timestamp"].endswith("Z")
    assert (data["jobId"], data["batchId"], data["status"]) == (answer.json["job_id"], None, "completed")
    assert (data["userId"], data["error"], data["metadata"]) == ("u-7", None, {})
    assert data["correlationId"] == answer.headers["X-Correlation-ID"] == receiver.calls[0].headers["x-correlation-id"]
    (image,) = data["images"]
    assert (image["width"], image["height"], image["mimeType"]) == (512, 512, "image/png")
    for address in (image["url"], image["thumbnailUrl"]):
        prefix, _, path = address.partition("/api/")
        assert prefix == "http://127.0.0.1:3560"
        assert client.application.test_client().get(f"/api/{path}").status_code == 200
    assert receiver.calls[0].verified(secret_of(client)) == body


def test_slow_tests_of_one_account_leave_room_for_others(house: Studio, client, receiver: Receiver) -> None:
    """Two at a time; whoever else wants to test may."""

    def tested(by) -> int:
        return by.post(
            "/api/webhooks/test", json={"url": f"{receiver.url}/{'ok' if by is other else 'slow'}"}
        ).status_code

    other = house.client(house.admin)
    with ThreadPoolExecutor(2) as pool:
        slow = [pool.submit(tested, each) for each in (house.client(), house.client())]
        eventually(lambda: len(receiver.at("/slow")) == 2)
        assert (tested(client), tested(other)) == (503, 200)
        receiver.release.set()
        assert [each.result() for each in slow] == [200, 200]
    assert tested(client) == 200


def test_a_remembered_icon_is_told_as_well(client, receiver: Receiver) -> None:
    """Who names an address gets a job, and its webhook, even when the cache has the answer."""
    asked = {**DRAWN, "category": "remembered", "webhook_url": f"{receiver.url}/ok"}
    first, second = (client.post("/api/icons/generate", json=asked).json for _ in range(2))
    assert second["cached"]
    assert {each["data"]["jobId"] for each in arrived(receiver, 2)} == {first["job_id"], second["job_id"]}


def test_a_batch(client, receiver: Receiver) -> None:
    """Each of its jobs, and itself with its counts and where its result is."""
    asked = {"categories": ["a", "b"], "size": 64, "webhook_url": f"{receiver.url}/ok", "user_id": "u-7"}
    batch_id = client.post("/api/icons/generate/batch", json=asked).json["batch_id"]
    bodies = arrived(receiver, 3)
    assert sorted(each["type"] for each in bodies) == ["batch.completed", "job.completed", "job.completed"]
    data = next(each["data"] for each in bodies if each["type"] == "batch.completed")
    assert (data["batchId"], data["status"], data["total"], data["completed"]) == (batch_id, "completed", 2, 2)
    assert (data["failed"], data["cancelled"], data["userId"]) == (0, 0, "u-7")
    assert data["statusUrl"] == f"http://127.0.0.1:3560/api/icons/batch/{batch_id}/status"


def test_pictures_for_platforms(client, receiver: Receiver) -> None:
    """In camelCase there; only the event that was asked for."""
    asked = {
        "prompt": "a paper boat",
        "webhookUrl": f"{receiver.url}/ok",
        "webhookEvents": ["job.completed", "job.completed"],
    }
    created = client.post("/api/jobs", json=asked)
    assert created.status_code == 201, created.json
    (body,) = arrived(receiver)
    assert body["data"]["jobId"] == created.json["jobId"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/images/generate", {"prompt": "a paper boat", "metadata": {"requestId": "r-7"}}),
        ("/api/v1/images/batch", {"jobs": [{"prompt": "a paper boat", "metadata": {"requestId": "r-7"}}]}),
        ("/api/images/generate", {"prompt": "a paper boat", "metadata": {"requestId": "r-7"}}),
    ],
)
def test_pictures_of_a_prompt(client, receiver: Receiver, path: str, body: dict) -> None:
    """Through whichever door, with what the caller gave along."""
    asked = {**body, "webhookUrl": f"{receiver.url}/ok", "webhookEvents": ["job.completed"]}
    answer = client.post(path, json=asked)
    assert answer.status_code < 300, answer.json
    (told,) = arrived(receiver)
    assert told["data"]["metadata"] == {"requestId": "r-7"}
    assert len(told["data"]["images"]) == 1


@pytest.mark.parametrize(
    "url",
    [
        "ftp://receiver.example/x",
        "receiver.example/x",
        "https://",
        "https://user:word@receiver.example/x",
        "https://receiver.example/a b",
        "https://receiver.example:99999/x",
        f"https://{'a' * 254}/x",
        f"https://receiver.example/{'a' * 2048}",
        "https://receiver.example/\x00",
        "",
        7,
    ],
    ids=lambda url: str(url)[:40],
)
@pytest.mark.parametrize(
    ("path", "field", "body"),
    [
        ("/api/icons/generate", "webhook_url", DRAWN),
        ("/api/icons/generate/batch", "webhook_url", {"categories": ["a"]}),
        ("/api/jobs", "webhookUrl", {"prompt": "a paper boat"}),
    ],
)
def test_bad_addresses_are_refused_at_the_door(client, path: str, field: str, body: dict, url: object) -> None:
    """Naming the field; nothing is drawn."""
    answer = client.post(path, json={**body, field: url})
    assert answer.status_code == 400
    assert field in str(answer.json["metadata"]["fields"])


@pytest.mark.parametrize("url", ["http://receiver.example/x", "https://127.0.0.1/x", "https://[::1]/x"])
def test_only_https_on_the_public_internet(studio: Studio, url: str) -> None:
    """Unless the operator allows more."""
    answer = studio.client().post("/api/icons/generate", json={**DRAWN, "webhook_url": url})
    assert answer.status_code == 400
    assert "webhook_url" in answer.json["metadata"]["fields"]


@pytest.mark.parametrize("events", [[], ["job.cancelled"], "job.failed", None])
def test_unknown_events_are_refused(client, events: object) -> None:
    """There are three."""
    asked = {**DRAWN, "webhook_url": "https://receiver.example/x", "webhook_events": events}
    assert client.post("/api/icons/generate", json=asked).status_code == 400


def test_deliveries_can_be_listed_and_sent_again(house: Studio, client, receiver: Receiver) -> None:
    """By their owner alone; to others they are unknown."""
    for category in ("one", "two"):
        asked = {**DRAWN, "category": category, "size": 64, "webhook_url": f"{receiver.url}/list"}
        job_id = client.post("/api/icons/generate", json=asked).json["job_id"]
    arrived(receiver, 2)
    eventually(lambda: client.get("/api/webhooks/deliveries").json["data"][0]["status"] == "delivered")
    page = client.get("/api/webhooks/deliveries?limit=1&status=delivered").json
    (shown,) = page["data"]
    assert (shown["jobId"], shown["event"], shown["url"]) == (job_id, "job.completed", f"{receiver.url}/list")
    assert (shown["attempts"], shown["lastStatus"], shown["lastError"], shown["nextAttemptAt"]) == (1, 200, None, None)
    assert shown["deliveredAt"] >= shown["createdAt"]
    following = client.get(f"/api/webhooks/deliveries?limit=1&after={page['nextCursor']}").json["data"][0]
    assert following["id"] != shown["id"]
    address = f"/api/webhooks/deliveries/{shown['id']}"
    assert client.get(address).json == shown
    stranger = house.client(house.admin)
    assert not stranger.get("/api/webhooks/deliveries").json["data"]
    for answer in (stranger.get(address), stranger.post(f"{address}/redeliver"), client.get(address + "x")):
        assert (answer.status_code, answer.json["code"]) == (404, "DELIVERY_NOT_FOUND")
    again = client.post(f"{address}/redeliver")
    assert (again.status_code, again.json["status"]) == (202, "pending")
    arrived(receiver, 3)
    assert receiver.calls[-1].id == shown["id"]


def test_the_secret_and_its_rotation(house: Studio, client) -> None:
    """Made once, shown to its owner; a rotation is never replayed from memory."""
    first = client.get("/api/webhooks/secret").json
    assert first["secret"].startswith("whsec_")
    assert first == client.get("/api/webhooks/secret").json
    assert first["secret"] != secret_of(house.client(house.admin))
    key = {"Idempotency-Key": "once"}
    rotated, again = (client.post("/api/webhooks/secret/rotate", headers=key).json for _ in range(2))
    assert len({first["secret"], rotated["secret"], again["secret"]}) == 3
    assert rotated["previousValidUntil"] > rotated["createdAt"]
    assert secret_of(client) == again["secret"]


def test_a_ping(client, receiver: Receiver) -> None:
    """Signed like every message; what goes wrong is told."""
    receiver.answers["picky"] = [(401, {})]
    good, bad = (
        client.post("/api/webhooks/test", json={"url": f"{receiver.url}/{path}"}).json for path in ("ok", "picky")
    )
    assert (good["ok"], bad["ok"]) == (True, False)
    assert bad["message"] == "The address answered with status 401."
    assert receiver.calls[0].verified(secret_of(client))["type"] == "ping"
    assert client.post("/api/webhooks/test", json={"url": "ftp://x"}).status_code == 400


def test_figures(client, receiver: Receiver) -> None:
    """Attempts are counted by what they came to."""
    client.post("/api/icons/generate", json={**DRAWN, "size": 64, "webhook_url": f"{receiver.url}/ok"})
    arrived(receiver)
    metric = 'icons_webhook_attempts_total{outcome="delivered"}'
    eventually(lambda: metric in client.get("/metrics").text)
