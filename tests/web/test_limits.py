"""How often callers may ask, and how they are told."""

import time
from typing import Any

import pytest

from config import Settings
from icons.core import accounts as signing_in
from icons.domain.errors import SettingsError
from icons.domain.rates import Policy, checked_rate
from icons.web.auth import is_public
from icons.web.limits import install, limited, policies_of
from icons.web.settings import LimitSettings
from tests.conftest import PASSWORD, Studio

STYLES, LOGIN = "/api/icons/styles", "/api/auth/login"
TOLD = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}
FREE = {
    "/",
    "/static/dashboard/<path:filename>",
    "/static/vendor/<path:filename>",
    "/health",
    "/ready",
    "/metrics",
    "/api/auth/refresh",
    "/api/openapi.json",
    "/api-docs",
    "/api-docs/<path:filename>",
}


def sign_in(client, username: str, password: str = PASSWORD) -> Any:
    return client.post(LOGIN, json={"username": username, "password": password})


def test_every_answer_tells_where_the_caller_stands(new_studio) -> None:
    """Good answers and errors alike; Retry-After is for refusals only."""
    client = new_studio(work=False, limit_icons="3 per hour").client()
    before = int(time.time())
    good, missing = client.get(STYLES), client.get("/api/icons/jobs/nothing")
    assert (good.status_code, missing.status_code) == (200, 404)
    for answer, left in ((good, "2"), (missing, "1")):
        assert answer.headers["X-RateLimit-Limit"] == "3"
        assert answer.headers["X-RateLimit-Remaining"] == left
        assert before + 3600 <= int(answer.headers["X-RateLimit-Reset"]) <= before + 3700
        assert "Retry-After" not in answer.headers


def test_beyond_the_limit_there_is_429(new_studio) -> None:
    """It says when there is room again, in the header and in the body."""
    client = new_studio(work=False, limit_icons="2 per hour").client()
    client.get(STYLES)
    client.get(STYLES)
    answer = client.get(STYLES)
    assert (answer.status_code, answer.json["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert 3500 < answer.json["retryAfter"] <= 3601
    assert answer.headers["Retry-After"] == str(answer.json["retryAfter"])
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert answer.json["metadata"] == {"policy": "icons", "limit": "2 per 1 hour"}
    assert answer.json["correlationId"] == answer.headers["X-Correlation-ID"]


def test_under_api_images_the_code_is_the_workers_document_s(new_studio) -> None:
    """The rest of the body is the same."""
    client = new_studio(work=False, limit_files="1 per hour").client(anonymous=True)
    assert client.get("/api/images/nothing.png").status_code == 401
    answer = client.get("/api/images/nothing.png")
    assert (answer.status_code, answer.json["code"]) == (429, "ERR_RATE_LIMIT")
    assert answer.json["metadata"]["policy"] == "files"


def test_the_account_counts_whatever_the_credential(new_studio) -> None:
    """A token, a key and another key of the same account share one limit; another account has its own."""
    studio: Studio = new_studio(work=False, limit_icons="2 per hour")
    stranger = studio.client(anonymous=True)
    token = sign_in(stranger, "ada").json["access_token"]
    assert stranger.get(STYLES, headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert studio.client().get(STYLES).status_code == 200
    assert studio.client().get(STYLES).status_code == 429
    assert stranger.get(STYLES, headers={"Authorization": f"Bearer {token}"}).status_code == 429
    assert studio.client(studio.admin).get(STYLES).status_code == 200


def test_an_operator_sets_one_account_s_own_rate(new_studio) -> None:
    """It holds for every credential of the account and ends when it is taken back."""
    studio: Studio = new_studio(work=False, limit_icons="1 per hour")
    studio.accounts.set_rate("ada", Policy.ICONS, "5 per hour")
    studio.accounts.set_rate("ada", Policy.JOBS, "7 per hour")
    assert studio.client().get(STYLES).headers["X-RateLimit-Limit"] == "5"
    token = sign_in(studio.client(anonymous=True), "ada").json["access_token"]
    by_token = studio.client(anonymous=True).get(STYLES, headers={"Authorization": f"Bearer {token}"})
    assert by_token.headers["X-RateLimit-Limit"] == "5"
    assert studio.client(studio.admin).get(STYLES).headers["X-RateLimit-Limit"] == "1"
    studio.accounts.set_rate("ada", Policy.ICONS, None)
    assert studio.client().get(STYLES).headers["X-RateLimit-Limit"] == "1"
    assert studio.accounts.by_name("ada").rates == {"jobs": "7 per hour"}


def test_a_password_cannot_be_tried_without_end(new_studio) -> None:
    """From one address ten times, the right one included; another name has tries of its own."""
    client = new_studio(work=False).client(anonymous=True)
    answers = [sign_in(client, "ada", "wrong") for _ in range(10)]
    assert {answer.status_code for answer in answers} == {401}
    answer = sign_in(client, " ada ")
    assert (answer.status_code, answer.json["metadata"]["policy"]) == (429, "login")
    assert sign_in(client, "admin").status_code == 200


def test_one_password_cannot_be_tried_on_everybody(new_studio) -> None:
    """All names together are counted by address, whatever the body looks like."""
    client = new_studio(work=False, limit_login_address="4 per hour").client(anonymous=True)
    assert sign_in(client, "ann", "wrong").status_code == 401
    assert sign_in(client, "\ud800", "wrong").status_code == 400
    assert client.post(LOGIN, data="{", content_type="application/json").status_code == 400
    assert client.post(LOGIN, data="username=ada").status_code == 415
    answer = sign_in(client, "ada")
    assert (answer.status_code, answer.json["metadata"]["policy"]) == (429, "login_address")


def test_passwords_are_checked_a_few_at_a_time(house: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds all places taken is sent away instead of taking memory and processors, too."""
    monkeypatch.setattr(signing_in, "_VERIFY_PATIENCE", 0.01)
    places = signing_in._VERIFYING
    taken = [places.acquire(blocking=False) for _ in range(4)]
    try:
        answer = sign_in(house.client(anonymous=True), "ada")
        assert all(taken)
        assert (answer.status_code, answer.json["retryAfter"]) == (503, 5)
    finally:
        for _ in taken:
            places.release()
    assert sign_in(house.client(anonymous=True), "ada").status_code == 200


def test_limits_can_be_switched_off(new_studio) -> None:
    """RATELIMIT_ENABLED=false: nothing is counted and nothing told."""
    client = new_studio(work=False, limit_icons="1 per hour", ratelimit_enabled=False).client()
    answers = [client.get(STYLES) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert not TOLD & set(answers[-1].headers.keys())


def test_every_view_is_limited_but_for_those_listed_here(house: Studio) -> None:
    """A view that demands a caller is under some policy; an open one only if it is marked."""
    app = house.web.app
    free = {rule.rule for rule in app.url_map.iter_rules() if not policies_of(app, rule.endpoint)}
    assert free == FREE
    for address in ("/health", "/ready", "/metrics", "/api/openapi.json", "/api-docs"):
        assert not TOLD & set(house.client(anonymous=True).get(address).headers.keys())
    assert policies_of(app, "images.show") == {Policy.FILES}
    assert is_public(app.view_functions["images.show"])


def test_a_view_s_policies_come_on_top_of_its_blueprint_s(new_studio) -> None:
    """Both count; the answer tells of the one that is nearest to its end."""
    studio: Studio = new_studio(work=False, limit_jobs="3 per hour", limit_job_creation="2 per hour")
    app = studio.web.app

    def view() -> str:
        return "done"

    limited("jobs")(app.blueprints["library"])
    app.view_functions["library.styles"] = limited("job_creation")(view)
    client = studio.client()
    assert client.get(STYLES).headers["X-RateLimit-Limit"] == "2"
    assert client.get(STYLES).status_code == 200
    refused = client.get(STYLES)
    assert (refused.status_code, refused.json["metadata"]["policy"]) == (429, "job_creation")
    assert client.get("/api/icons/stats").headers["X-RateLimit-Limit"] == "3"


def test_an_account_has_a_bounded_number_of_open_jobs(new_studio) -> None:
    """A batch that would go beyond it is refused as a whole; what has ended makes room."""
    client = new_studio(work=False, max_open_jobs=3).client()
    batch = client.post("/api/icons/generate/batch", json={"categories": ["tools", "pens"]})
    assert batch.status_code == 202
    refused = client.post("/api/icons/generate/batch", json={"categories": ["cups", "hats"]})
    assert (refused.status_code, refused.json["code"]) == (429, "JOB_LIMIT_EXCEEDED")
    assert refused.headers["Retry-After"] == "10"
    later = {"Prefer": "respond-async"}
    assert client.post("/api/icons/generate", json={"category": "cups"}, headers=later).status_code == 202
    assert client.post("/api/icons/generate", json={"category": "hats"}, headers=later).status_code == 429
    client.post(f"/api/icons/batch/{batch.json['batch_id']}/cancel")
    assert client.post("/api/icons/generate", json={"category": "hats"}, headers=later).status_code == 202


def test_what_is_retried_is_an_open_job_again(new_studio) -> None:
    """On every face a full account is told 429, and what it wanted to repeat stays as it was."""
    client = new_studio(work=False, max_open_jobs=1).client()
    batch = client.post("/api/icons/generate/batch", json={"categories": ["tools"]}).json["batch_id"]
    client.post(f"/api/icons/batch/{batch}/cancel")
    job = client.post("/api/jobs", json={"prompt": "A house"}).json["jobId"]
    client.delete(f"/api/jobs/{job}/cancel")
    other = client.post("/api/jobs", json={"prompt": "A tree"}).json["jobId"]
    faces = (f"/api/icons/batch/{batch}/retry", f"/api/icons/jobs/{job}/retry", f"/api/jobs/{job}/retry")
    for path in faces:
        refused = client.post(path)
        assert (refused.status_code, refused.json["code"]) == (429, "JOB_LIMIT_EXCEEDED"), path
        assert refused.headers["Retry-After"] == "10"
    assert client.get(f"/api/jobs/{job}").json["status"] == "cancelled"
    client.delete(f"/api/jobs/{other}/cancel")
    assert client.post(faces[-1]).status_code == 200


@pytest.mark.parametrize("rate", ["600 per minute", "1 per second", "20 per 2 minutes", "100 per 15 minutes"])
def test_rates_are_written_as_they_are_read(rate: str) -> None:
    """The very words of the documents."""
    assert checked_rate(rate) == rate


@pytest.mark.parametrize("rate", ["", "many", "0 per minute", "10", "10/minute; 5/hour", "-1 per hour", "5 per 0 days"])
def test_a_wrong_rate_is_a_wrong_setting(rate: str) -> None:
    """It is refused when the settings are read, not at the first request."""
    with pytest.raises(ValueError, match="Write a rate such as"):
        Settings(_env_file=None, limit_icons=rate)


def test_the_workers_document_s_settings_are_heeded() -> None:
    """RATE_LIMIT_WINDOW_MS and RATE_LIMIT_MAX_REQUESTS stand for the limit of /api/images."""
    assert Settings(_env_file=None).rates["images"] == "20 per 2 minutes"
    assert Settings(_env_file=None, rate_limit_max_requests=30).rates["images"] == "30 per 60 seconds"
    assert Settings(_env_file=None, rate_limit_window_ms=1500).rates["images"] == "10 per 2 seconds"


def test_an_unknown_storage_stops_the_start(house: Studio) -> None:
    """The sentence names the setting."""
    with pytest.raises(SettingsError, match="RATELIMIT_STORAGE_URL"):
        install(house.web.app, LimitSettings(True, "nonsense://", Settings(_env_file=None).rates))
