"""A request that is sent twice is done once."""

import sqlite3
import threading
import uuid
from typing import Any

import pytest
import requests

from icons.domain.replies import Claim
from tests.conftest import Server, Studio, eventually

GENERATE, BATCH = "/api/icons/generate", "/api/icons/generate/batch"
LATER = {"Prefer": "respond-async"}


@pytest.fixture(scope="module")
def client(house: Studio):
    return house.client()


def keyed(key: str | None = None, **headers: str) -> dict[str, str]:
    return {"Idempotency-Key": key or str(uuid.uuid4()), **headers}


def batches(client) -> int:
    return len(client.get("/api/icons/batches?limit=100").json["batches"])


def test_the_same_request_gets_the_same_answer(client) -> None:
    """Status, Location and every byte of the body, marked as replayed; only one batch is made."""
    headers, before = keyed(), batches(client)
    first = client.post(BATCH, json={"categories": ["kites"]}, headers=headers)
    second = client.post(BATCH, json={"categories": ["kites"]}, headers=headers)
    assert (first.status_code, second.status_code) == (202, 202)
    assert second.data == first.data
    assert second.headers["Location"] == first.headers["Location"]
    assert second.headers["Content-Type"] == first.headers["Content-Type"]
    assert ("Idempotent-Replayed" in first.headers, second.headers["Idempotent-Replayed"]) == (False, "true")
    assert second.headers["X-Correlation-ID"] != first.headers["X-Correlation-ID"]
    assert batches(client) == before + 1


@pytest.mark.parametrize(
    ("address", "body"), [(BATCH, {"categories": ["boats"]}), (GENERATE, {"category": "rafts"})], ids=["body", "route"]
)
def test_another_request_under_the_same_key_is_a_mistake(client, address: str, body: dict[str, Any]) -> None:
    """Another body, or another address, is refused and not done."""
    headers = keyed()
    client.post(BATCH, json={"categories": ["rafts"]}, headers=headers)
    before = batches(client)
    answer = client.post(address, json=body, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (409, "IDEMPOTENCY_MISMATCH")
    assert batches(client) == before


def test_a_key_belongs_to_one_account(house: Studio, client) -> None:
    """Somebody else's same key is another key."""
    headers = keyed()
    mine = client.post(BATCH, json={"categories": ["tents"]}, headers=headers)
    theirs = house.client(house.admin).post(BATCH, json={"categories": ["tents"]}, headers=headers)
    assert (mine.status_code, theirs.status_code) == (202, 202)
    assert mine.json["batch_id"] != theirs.json["batch_id"]


def test_while_the_first_is_being_answered_the_second_has_to_wait(house: Studio, client) -> None:
    """409, and a moment after which to try again; once its claim is given up the request is done."""
    body = b'{"categories": ["lamps"]}'
    headers = keyed(**{"Content-Type": "application/json"})
    replies = house.house.engines.store.replies
    first = client.post(BATCH, data=body, headers=headers)
    assert first.status_code == 202
    claim = Claim(house.user.id, "in progress", _digest_of(house, headers["Idempotency-Key"]), "somebody")
    replies.claim(claim, 60)
    headers["Idempotency-Key"] = "in progress"
    answer = client.post(BATCH, data=body, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (409, "IDEMPOTENCY_IN_PROGRESS")
    assert answer.headers["Retry-After"] == "1"
    replies.release(claim)
    assert client.post(BATCH, data=body, headers=headers).status_code == 202


def _digest_of(house: Studio, key: str) -> str:
    """Of the request that was answered under the key."""
    kept = house.house.engines.store.replies.claim(Claim(house.user.id, key, "", "looking"), 1)
    assert kept
    return kept.digest


def test_many_equal_requests_at_once_make_one_batch(server: Server) -> None:
    """Twenty threads: whoever comes second either waits its turn or gets the answer of the first."""
    session = server.session()
    before = len(session.get(f"{server.url}/api/icons/batches?limit=100").json()["batches"])
    headers, start, answers = keyed(), threading.Barrier(20), []

    def ask() -> None:
        start.wait()
        answers.append(
            requests.post(
                server.url + BATCH,
                json={"categories": ["drums"]},
                headers={**session.headers, **headers},
                timeout=30,
            )
        )

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = {answer.json()["batch_id"] for answer in answers if answer.status_code == 202}
    refused = {answer.json()["code"] for answer in answers if answer.status_code != 202}
    assert len(answers) == 20
    assert len(made) == 1
    assert refused <= {"IDEMPOTENCY_IN_PROGRESS"}
    assert len(session.get(f"{server.url}/api/icons/batches?limit=100").json()["batches"]) == before + 1


def test_a_finished_icon_is_replayed_with_its_address(client) -> None:
    """The answer of a request that waited is kept as it was, the picture's address included."""
    headers = keyed()
    first = client.post(GENERATE, json={"category": "anchors", "size": 64}, headers=headers)
    second = client.post(GENERATE, json={"category": "anchors", "size": 64}, headers=headers)
    assert (first.status_code, second.data) == (200, first.data)
    assert client.get(second.json["image_url"]).status_code == 200


def test_a_refusal_for_what_was_sent_is_kept(client) -> None:
    """The same wrong body stays wrong; a corrected one needs a key of its own."""
    headers = keyed()
    first = client.post(GENERATE, json={"category": ""}, headers=headers)
    assert (first.status_code, client.post(GENERATE, json={"category": ""}, headers=headers).data) == (400, first.data)
    corrected = client.post(GENERATE, json={"category": "bells"}, headers=headers)
    assert corrected.json["code"] == "IDEMPOTENCY_MISMATCH"


def test_what_may_change_by_itself_is_not_kept(new_studio) -> None:
    """After too many open jobs, the same key works as soon as there is room."""
    client = new_studio(work=False, max_open_jobs=1).client()
    open_one = client.post(BATCH, json={"categories": ["one"]}).json["batch_id"]
    headers = keyed()
    assert client.post(BATCH, json={"categories": ["two"]}, headers=headers).status_code == 429
    client.post(f"/api/icons/batch/{open_one}/cancel")
    answer = client.post(BATCH, json={"categories": ["two"]}, headers=headers)
    assert (answer.status_code, "Idempotent-Replayed" in answer.headers) == (202, False)


def test_a_crash_is_not_kept(new_studio) -> None:
    """After a 500 the same key tries again."""
    studio: Studio = new_studio(work=False)
    app, works = studio.web.app, False

    def view(**_: object) -> str:
        if not works:
            raise RuntimeError
        return "done"

    app.view_functions["library.clear"] = view
    client, headers = studio.client(), keyed()
    assert client.post("/api/icons/cache/clear", json={}, headers=headers).status_code == 500
    works = True
    assert client.post("/api/icons/cache/clear", json={}, headers=headers).status_code == 200


def test_secrets_are_never_kept(client) -> None:
    """An API key is shown once: the header counts for nothing under /api/auth."""
    headers = keyed()
    keys = {client.post("/api/auth/keys", json={"name": "ci"}, headers=headers).json["key"] for _ in range(2)}
    assert len(keys) == 2


def test_asking_again_without_the_header_is_another_request(client) -> None:
    """As is a GET with it."""
    before = batches(client)
    made = {client.post(BATCH, json={"categories": ["maps"]}).json["batch_id"] for _ in range(2)}
    assert len(made) == 2
    assert batches(client) == before + 2
    headers = keyed()
    assert "Idempotent-Replayed" not in client.get("/api/icons/styles", headers=headers).headers
    assert "Idempotent-Replayed" not in client.get("/api/icons/styles", headers=headers).headers


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there", "\u00a0", "\u00fc"])
def test_a_key_is_printable_and_not_too_long(client, key: str) -> None:
    """400 names the header."""
    answer = client.post(BATCH, json={"categories": ["pots"]}, headers={"Idempotency-Key": key})
    assert (answer.status_code, list(answer.json["metadata"]["fields"])) == (400, ["Idempotency-Key"])
    longest = client.post(BATCH, json={"categories": ["pots"]}, headers=keyed("x y" * 85))
    assert longest.status_code == 202


def test_expired_answers_are_swept_away(new_studio) -> None:
    """With the other retention, by a house that works."""
    studio: Studio = new_studio(work=False)
    studio.house.engines.store.replies.claim(Claim(studio.user.id, "lost", "digest", "mark"), -1)
    with sqlite3.connect(studio.settings.storage_dir / "icons.db") as database:
        assert database.execute("SELECT count(*) FROM replies").fetchone() == (1,)
        new_studio()
        eventually(lambda: database.execute("SELECT count(*) FROM replies").fetchone() == (0,))
