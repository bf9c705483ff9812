"""The jobs face: asking, listing, changing one's mind, cleaning up. What jobs draw is tested beside it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.conftest import Studio
from tests.web.drawn import claim, complete, fail, idle_studio, submit

PROMPT = "A beautiful sunset over mountains"
UNKNOWN = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def studio(tmp_path) -> Iterator[Studio]:
    """A studio in which nothing runs by itself and nobody counts requests."""
    with idle_studio(tmp_path, ratelimit_enabled=False) as studio:
        yield studio


@pytest.fixture
def client(studio: Studio):
    return studio.client()


def create(client, **body) -> dict:
    answer = client.post("/api/jobs", json={"prompt": PROMPT, **body})
    assert answer.status_code == 201, answer.json
    return answer.json


def test_a_job_is_created(client) -> None:
    """201 with where it is, a stream that needs no header, and what was asked for when it is looked at."""
    options = {"quality": "hd", "style": "vivid", "seed": 7, "fallback": ["local"]}
    answer = client.post(
        "/api/jobs", json={"userId": "u-1", "prompt": PROMPT, "platforms": ["pwa", "pwa"], "options": options}
    )
    assert (answer.status_code, answer.json["status"]) == (201, "queued")
    assert answer.headers["Location"] == answer.json["statusUrl"]
    assert "?ticket=" in answer.json["streamUrl"]
    job = client.get(answer.json["statusUrl"]).json
    assert (job["status"], job["progress"], job["priority"], job["result"]) == ("waiting", 0, "normal", None)
    assert job["data"]["prompt"] == PROMPT
    assert job["data"]["platforms"] == ["pwa"]
    assert job["data"]["userId"] == "u-1"
    assert {name: job["data"]["options"][name] for name in options} == options


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "prompt"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "   "}, "prompt"),
        ({"prompt": "x\0y"}, "prompt"),
        ({"prompt": "x" * 4001}, "prompt"),
        ({"prompt": 5}, "prompt"),
        ({"prompt": PROMPT, "platforms": "ios"}, "platforms"),
        ({"prompt": PROMPT, "platforms": ["myspace"]}, "platforms"),
        ({"prompt": PROMPT, "platforms": ["ios"] * 21}, "platforms"),
        ({"prompt": PROMPT, "priority": "urgent"}, "priority"),
        ({"prompt": PROMPT, "options": {"style": "nonsense"}}, "options.style"),
        ({"prompt": PROMPT, "options": {"colorScheme": "nonsense"}}, "options.colorScheme"),
        ({"prompt": PROMPT, "options": {"seed": True}}, "options.seed"),
        ({"prompt": PROMPT, "options": {"provider": "nobody"}}, "options.provider"),
        ({"prompt": PROMPT, "options": {"fallback": ["nobody"]}}, "options.fallback"),
        ({"prompt": PROMPT, "color": "red"}, "color"),
    ],
)
def test_nonsense_is_refused_by_field(client, body: dict, field: str) -> None:
    """400 INVALID_REQUEST names what to correct."""
    answer = client.post("/api/jobs", json=body)
    assert (answer.status_code, answer.json["code"]) == (400, "INVALID_REQUEST")
    assert any(name.startswith(field) for name in answer.json["metadata"]["fields"])


def test_jobs_of_every_kind_are_listed_page_by_page(studio: Studio, client) -> None:
    """Icons of batches and pictures for platforms, newest first, each once."""
    submit(studio, "one", "two")
    ids = [create(client)["jobId"] for _ in range(3)]
    found, after = [], ""
    while after is not None:
        page = client.get(f"/api/jobs?limit=2&after={after}").json
        assert page["count"] == len(page["jobs"]) <= 2
        found, after = found + page["jobs"], page["nextAfter"]
    assert [job["jobId"] for job in found[:3]] == ids[::-1]
    assert [job["kind"] for job in found] == ["platforms"] * 3 + ["icon"] * 2
    assert found[-1]["prompt"] in ("one", "two")


def test_lists_are_filtered(studio: Studio, client) -> None:
    """By status, label, batch and time; waiting includes what its batch holds back."""
    batch = submit(studio, "a", variations=7)
    mine = create(client, userId="me")["jobId"]
    complete(studio, claim(studio))
    fail(studio, claim(studio))
    counts = {
        status: client.get(f"/api/jobs?limit=100&status={status}").json["count"]
        for status in ("waiting", "queued", "active", "delayed", "completed", "failed", "cancelled")
    }
    assert counts == {
        "waiting": 6,
        "queued": 6,
        "active": 0,
        "delayed": 0,
        "completed": 1,
        "failed": 1,
        "cancelled": 0,
    }
    assert [job["jobId"] for job in client.get("/api/jobs?userId=me").json["jobs"]] == [mine]
    assert client.get(f"/api/jobs?batchId={batch.id}&limit=100").json["count"] == 7
    assert client.get("/api/jobs?since=2000-01-01T00:00:00Z&limit=100").json["count"] == 8
    assert client.get("/api/jobs?until=2000-01-01").json["count"] == 0
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    assert client.get(f"/api/jobs?until={now}&limit=100").json["count"] == 8


@pytest.mark.parametrize("query", ["status=sleeping", "limit=0", "limit=101", "since=yesterday", "until=9e999"])
def test_nonsense_filters_are_refused(client, query: str) -> None:
    """400 rather than another list than was asked for."""
    assert client.get(f"/api/jobs?{query}").status_code == 400


def test_nobody_sees_or_changes_anothers_jobs(studio: Studio, client) -> None:
    """Every verb answers 404 JOB_NOT_FOUND, as for a job that does not exist; lists and figures hold one's own."""
    theirs = create(studio.client(studio.admin))["jobId"]
    for job_id in (theirs, UNKNOWN, "gen-1640000000-abc123"):
        for method, tail in (("get", ""), ("get", "/events"), ("post", "/retry"), ("delete", "/cancel")):
            answer = getattr(client, method)(f"/api/jobs/{job_id}{tail}")
            assert (answer.status_code, answer.json["code"]) == (404, "JOB_NOT_FOUND")
    assert client.get("/api/jobs").json["jobs"] == []
    assert client.get("/api/queue/stats").json["total"] == 0


def test_the_story_of_a_job(studio: Studio, client) -> None:
    """Events come in order and are paged by number; their lines are the job's logs."""
    batch = submit(studio, "story")
    job_id = studio.service.jobs_of(studio.caller(), batch.id)[0].id
    complete(studio, claim(studio))
    first = client.get(f"/api/jobs/{job_id}/events?limit=1").json
    rest = client.get(f"/api/jobs/{job_id}/events?after={first['nextAfter']}").json
    assert [event["type"] for event in first["events"] + rest["events"]] == ["job_output", "job_completed"]
    job = client.get(f"/api/jobs/{job_id}").json
    assert (job["logs"], job["status"], job["progress"]) == (["Started."], "completed", 100)
    assert job["processedAt"] <= job["finishedAt"]
    assert client.get(job["result"]["images"][0]["url"]).status_code == 200


@pytest.mark.parametrize("file_format", ["ico", "icns", "webmanifest"])
def test_icons_are_not_drawn_in_the_formats_of_platforms(client, file_format: str) -> None:
    """What packs several pictures is made for platforms only."""
    answer = client.post("/api/icons/generate", json={"category": "tools", "format": file_format})
    assert (answer.status_code, "format" in answer.json["metadata"]["fields"]) == (400, True)


def test_the_icons_face_shows_these_jobs_too(client) -> None:
    """Every face shows every job."""
    job_id = create(client, platforms=["ios"])["jobId"]
    shown = client.get(f"/api/icons/jobs/{job_id}")
    assert (shown.status_code, shown.json["category"]) == (200, PROMPT)


def test_a_waiting_job_is_cancelled_and_retried(client) -> None:
    """Cancelling twice is fine; what has not ended cannot be retried."""
    job_id = create(client)["jobId"]
    assert client.post(f"/api/jobs/{job_id}/retry").status_code == 409
    for _ in range(2):
        assert client.delete(f"/api/jobs/{job_id}/cancel").json["status"] == "cancelled"
    assert client.post(f"/api/jobs/{job_id}/retry").json["status"] == "retrying"
    assert client.get(f"/api/jobs/{job_id}").json["status"] == "waiting"


def test_what_has_ended_is_not_cancelled(studio: Studio, client) -> None:
    """409 says how it ended; a failure shows its code, and can be retried."""
    batch = submit(studio, "ended")
    job_id = studio.service.jobs_of(studio.caller(), batch.id)[0].id
    fail(studio, claim(studio))
    assert client.delete(f"/api/jobs/{job_id}/cancel").status_code == 409
    assert client.get(f"/api/jobs/{job_id}").json["error"]["code"] == "PROVIDER_REFUSED"
    assert client.post(f"/api/jobs/{job_id}/retry").status_code == 200


def test_figures_count_by_state(studio: Studio, client) -> None:
    """One's own; an administrator sees everybody's."""
    submit(studio, "a", variations=6)
    complete(studio, claim(studio))
    create(studio.client(studio.admin))
    mine = client.get("/api/queue/stats").json
    assert (mine["waiting"], mine["completed"], mine["total"]) == (5, 1, 6)
    assert studio.client(studio.admin).get("/api/queue/stats").json["total"] == 7


def test_cleaning_up(studio: Studio, client) -> None:
    """One's own ended jobs of a status and age; everybody's for administrators only."""
    admin = studio.client(studio.admin)
    for asker in (client, client, admin):
        asker.delete(f"/api/jobs/{create(asker)['jobId']}/cancel")
    live = create(client)["jobId"]
    assert client.post("/api/queue/clean", json={"grace": 86400000, "status": "completed"}).json["cleaned"] == 0
    assert client.post("/api/queue/clean", json={"status": "failed"}).json["cleaned"] == 0
    assert client.post("/api/queue/clean", json={"olderThan": 3600}).json["cleaned"] == 0
    assert client.post("/api/queue/clean", json={"all": True}).status_code == 403
    assert client.post("/api/queue/clean", json={}).json["cleaned"] == 2
    assert admin.post("/api/queue/clean", json={"all": True}).json["cleaned"] == 1
    assert [job["jobId"] for job in client.get("/api/jobs").json["jobs"]] == [live]


def test_each_tier_has_its_own_room(client) -> None:
    """The 51st unfinished interactive job is refused with 429 JOB_LIMIT_EXCEEDED; other tiers still have room."""
    ids = [create(client, priority="interactive")["jobId"] for _ in range(50)]
    refused = client.post("/api/jobs", json={"prompt": PROMPT, "priority": "interactive"})
    assert (refused.status_code, refused.json["code"]) == (429, "JOB_LIMIT_EXCEEDED")
    assert refused.json["retryAfter"] == int(refused.headers["Retry-After"]) > 0
    create(client, priority="normal")
    create(client, priority="batch")
    client.delete(f"/api/jobs/{ids[0]}/cancel")
    create(client, priority="interactive")


def test_urgent_jobs_come_first(studio: Studio, client) -> None:
    """Interactive before normal before batch, whatever was asked for first."""
    created = [create(client, priority=priority)["jobId"] for priority in ("batch", "normal", "interactive")]
    leases = studio.house.engines.store.leases
    assert leases.claim("test", ["platforms"], "local").job.id == created[2]


def test_nobody_comes_in_without_a_credential(studio: Studio) -> None:
    """401 before anything else is said."""
    stranger = studio.client(anonymous=True)
    for method, path in (
        ("post", "/api/jobs"),
        ("get", "/api/jobs"),
        ("get", f"/api/jobs/{UNKNOWN}"),
        ("get", "/api/queue/stats"),
        ("post", "/api/queue/clean"),
    ):
        assert getattr(stranger, method)(path).status_code == 401
