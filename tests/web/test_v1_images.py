"""`/api/v1/images`: pictures of prompts as extensions ask for them."""

import hashlib
import re
from collections.abc import Iterator

import pytest

from icons.core.imaging import SHOWN_WIDTH, thumbnail_name
from icons.domain.images import MAX_SIZE, MIN_SIZE
from icons.web.schemas.v1 import MAX_JOBS, PictureBody
from tests.conftest import Studio, embedded, eventually, opened

WAIT = {"Prefer": "wait=60"}
PROMPT = {"prompt": "A paper boat", "size": "512x512"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio that is asked as often as the tests like."""
    with opened(embedded(tmp_path_factory.mktemp("house"), ratelimit_enabled=False)) as studio:
        yield studio


@pytest.fixture(scope="module")
def client(house: Studio):
    return house.client()


@pytest.fixture(scope="module")
def drawn(client) -> dict:
    """The status of a finished job, and its answer when it was asked for."""
    body = {**PROMPT, "userId": "end user", "metadata": {"filename": "boat.png", "n": 1.5, "of": [None, True]}}
    asked = client.post("/api/v1/images/generate", json=body)
    assert asked.status_code == 202
    job_id = asked.json["jobId"]
    assert asked.headers["Location"] == asked.json["statusUrl"] == f"/api/v1/images/status/{job_id}"
    return {"asked": asked.json, "body": body, "status": ended(client, job_id)}


def ended(client, job_id: str) -> dict:
    def look() -> dict | None:
        status = client.get(f"/api/v1/images/status/{job_id}").json
        return status if status["status"] not in ("pending", "processing") else None

    return eventually(look, 60)


def test_a_picture_comes_with_all_that_an_extension_needs(client, drawn: dict) -> None:
    """Addresses, size, content hash, the caller's own data and label, and how long the addresses live."""
    status = drawn["status"]
    assert (status["status"], status["progress"], status["error"]) == ("completed", 100, None)
    assert (status["metadata"], status["userId"]) == (drawn["body"]["metadata"], "end user")
    result = status["result"]
    (image,) = result["images"]
    assert image["metadata"] == drawn["body"]["metadata"]
    assert (image["width"], image["height"], image["mimeType"]) == (512, 512, "image/png")
    stranger = client.application.test_client()
    picture = stranger.get(image["url"]).data
    assert len(picture) == image["size"]
    assert image["contentHash"] == hashlib.sha256(picture).hexdigest()
    assert stranger.get(image["thumbnailUrl"]).data.startswith(b"RIFF")
    assert 3600 - 60 <= result["ttl"] <= 4500
    assert status["completedAt"] > status["createdAt"]


def test_the_thumbnail_is_there_before_anybody_asks(house: Studio, drawn: dict) -> None:
    """It is stored with the picture."""
    image_id = drawn["status"]["result"]["images"][0]["id"]
    image = house.gallery.images(house.caller(), [image_id])[image_id]
    fresh = house.service.wait(
        house.caller(), house.client().post("/v1/images/generate", json=PROMPT).json["jobId"], 60
    )
    (unseen,) = house.gallery.images(house.caller(), fresh.images).values()
    for each in (image, unseen):
        assert house.house.engines.files.exists(thumbnail_name(each.blob, SHOWN_WIDTH))


def test_a_small_picture_is_its_own_thumbnail(client) -> None:
    """Nothing is enlarged."""
    answer = client.post("/api/v1/images/generate", json={**PROMPT, "size": "128x128"}, headers=WAIT)
    assert answer.status_code == 200
    (image,) = answer.json["result"]["images"]
    assert image["thumbnailUrl"] == image["url"]


def test_a_stream_is_offered_while_there_is_something_to_hear(client, drawn: dict) -> None:
    """With a ticket in it at the start; none once it has ended."""
    assert "/api/sse/jobs/" in drawn["asked"]["streamUrl"]
    assert drawn["status"]["streamUrl"] is None


def test_both_prefixes_lead_to_the_same(client, drawn: dict) -> None:
    """With and without /api; the document names one."""
    job_id = drawn["status"]["jobId"]
    short = client.get(f"/v1/images/status/{job_id}").json
    assert short["result"]["images"][0]["contentHash"] == drawn["status"]["result"]["images"][0]["contentHash"]
    paths = client.get("/api/openapi.json").json["paths"]
    assert "/api/v1/images/generate" in paths
    assert not [path for path in paths if path.startswith("/v1")]


def test_an_icons_job_has_a_status_here_too(client) -> None:
    """And so has one that is delayed, cancelled, or of another kind."""
    job = client.post(
        "/api/icons/generate", json={"category": "kites", "size": 64}, headers={"Prefer": "respond-async"}
    )
    status = ended(client, job.json["job_id"])
    assert (status["kind"], status["prompt"], status["status"]) == ("icon", "kites", "completed")
    assert len(status["result"]["images"]) == 1


def test_a_batch_keeps_the_order_and_each_items_own(client) -> None:
    """Prompts, sizes and metadata of its items, in the order of the request."""
    items = [{"prompt": f"Boat {n}", "size": f"{64 + n}x{64 + n}", "metadata": {"n": n}} for n in range(4)]
    asked = client.post("/api/v1/images/batch", json={"jobs": items, "userId": "u"})
    assert asked.status_code == 202
    assert "/api/sse/batches/" in asked.json["streamUrl"]
    address = asked.headers["Location"]
    status = eventually(lambda: (found := client.get(address).json)["status"] == "completed" and found, 60)
    assert (status["total"], status["completed"], status["userId"]) == (4, 4, "u")
    pictures = [job["result"]["images"][0] for job in status["jobs"]]
    assert [(each["width"], each["metadata"]) for each in pictures] == [(64 + n, {"n": n}) for n in range(4)]
    assert [job["prompt"] for job in status["jobs"]] == [item["prompt"] for item in items]


def test_a_batch_may_be_called_otherwise(client) -> None:
    """What is natural to write is understood."""
    for name in ("images", "requests"):
        answer = client.post("/api/v1/images/batch", json={name: [{"prompt": "x", "size": "16x16"}]}, headers=WAIT)
        assert (answer.status_code, answer.json["total"]) == (200, 1)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 4001}, "prompt"),
        ({"size": "5000x5000"}, "size"),
        ({"size": "wide"}, "size"),
        ({"n": 11}, "n"),
        ({"n": "1"}, "n"),
        ({"quality": "best"}, "quality"),
        ({"provider": "nobody"}, "provider"),
        ({"metadata": [1]}, "metadata"),
        ({"metadata": {"a": "x" * 9000}}, "metadata"),
        ({"metadata": {"a": [[[[[[[[1]]]]]]]]}}, "metadata"),
        ({"metadata": {"a": "\ud800"}}, "metadata"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_what_is_wrong_is_named(client, change: dict, field: str) -> None:
    """The field, and nothing has begun."""
    answer = client.post("/api/v1/images/generate", json={**PROMPT, **change})
    assert answer.status_code == 400
    assert any(name.startswith(field) for name in answer.json["metadata"]["fields"])


@pytest.mark.parametrize("count", [0, MAX_JOBS + 1])
def test_a_batch_has_its_bounds(client, count: int) -> None:
    """1 to 100 items; a mistake names the item."""
    assert client.post("/api/v1/images/batch", json={"jobs": [PROMPT] * count}).status_code == 400
    wrong = client.post("/api/v1/images/batch", json={"jobs": [PROMPT, {"prompt": "x", "size": "1x1"}]})
    assert list(wrong.json["metadata"]["fields"]) == ["jobs.1.size"]


@pytest.mark.parametrize(
    ("size", "good"),
    [
        *(("", True), ("auto", True), (f"{MIN_SIZE}x{MAX_SIZE}", True), ("1792x1024", True)),
        *(("15x64", False), ("2049x64", False), ("64X64", False)),
    ],
)
def test_the_documented_pattern_of_a_size_is_the_checked_one(client, size: str, good: bool) -> None:
    """What the OpenAPI document calls valid is accepted, and nothing else."""
    pattern = PictureBody.model_json_schema()["properties"]["size"]["pattern"]
    assert bool(re.search(pattern, size)) is good
    assert (client.post("/api/v1/images/generate", json={**PROMPT, "size": size}).status_code == 202) is good


def test_metadata_is_json_when_it_comes_back(client) -> None:
    """A number that is too large for one would come back as Infinity, which is none."""
    body = '{"prompt": "a boat", "size": "64x64", "metadata": {"a": 1e400}}'
    answer = client.post("/api/v1/images/generate", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (400, "INVALID_REQUEST")


def test_nobody_sees_anothers_jobs(house: Studio, drawn: dict) -> None:
    """A stranger's id and an unknown one look the same."""
    other = house.client(house.admin)
    job_id = drawn["status"]["jobId"]
    answer = other.get(f"/api/v1/images/status/{job_id}")
    assert (answer.status_code, answer.json["code"]) == (404, "JOB_NOT_FOUND")
    assert other.get("/v1/images/batch/nothing").json["code"] == "BATCH_NOT_FOUND"


def test_each_verb_has_its_own_limit(new_studio) -> None:
    """30, 5 and 10 a minute, told with every answer, under both prefixes together; the sixth batch is refused."""
    client = new_studio(work=False).client()
    batch = {"jobs": [PROMPT]}
    limits = {"images/generate": ("30", PROMPT), "images/batch": ("5", batch), "chat/new": ("10", {"prompt": "Hello"})}
    for path, (limit, body) in limits.items():
        answer = client.post(f"/api/v1/{path}", json=body, headers={"Prefer": "respond-async"})
        assert (answer.status_code, answer.headers["X-RateLimit-Limit"]) == (202, limit)
    statuses = [client.post(f"{prefix}/images/batch", json=batch).status_code for prefix in ("/v1", "/api/v1") * 3]
    assert statuses == [202] * 4 + [429] * 2


def test_a_key_makes_it_once(client) -> None:
    """The same Idempotency-Key, the same job."""
    headers = {"Idempotency-Key": "boat-1"}
    first, second = (client.post("/api/v1/images/generate", json=PROMPT, headers=headers) for _ in range(2))
    assert first.json["jobId"] == second.json["jobId"]
    assert second.headers["Idempotent-Replayed"] == "true"
