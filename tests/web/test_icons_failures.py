"""What a caller hears when a provider does not deliver."""

import pytest

from tests.fakes.faults import Fault
from tests.fakes.provider import fake_provider  # noqa: F401 - a fixture

GENERATE, BATCH = "/api/icons/generate", "/api/icons/generate/batch"


@pytest.fixture
def client(new_studio, fake_provider):  # noqa: F811 - the fixture above
    """A client of a studio whose provider can be made to fail; nothing is tried twice."""
    studio = new_studio(
        retry_attempts=1,
        request_timeout_ms=1000,
        openai_api_key="sk-test-0123456789",
        openai_base_url=fake_provider.address("openai"),
        openai_rate_limit_rpm=0,
        openai_rate_limit_tpm=0,
    )
    studio.web.app.validate_response = True
    return studio.client()


@pytest.mark.parametrize("variations", [1, 2])
@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [(Fault.MODERATION, 502, "PROVIDER_MODERATION"), (Fault.HANG, 504, "PROVIDER_TIMEOUT")],
)
def test_who_waits_hears_why(
    client,
    fake_provider,  # noqa: F811 - a fixture
    fault: Fault,
    status: int,
    code: str,
    variations: int,
) -> None:
    """The document's error body: what failed, in which category, after how many attempts."""
    fake_provider.fail(fault, times=variations)
    answer = client.post(GENERATE, json={"category": "tools", "variations": variations}, headers={"Prefer": "wait=30"})
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.json["message"].startswith("openai")
    metadata = answer.json["metadata"]
    assert (metadata["category"], metadata["attempts"]) == ("tools", 1)
    job = client.get(f"/api/icons/jobs/{metadata['job_id']}").json
    assert (job["status"], job["result"], job["error"]["code"]) == ("failed", None, code)


def test_a_batch_tells_of_each_icon_why(client, fake_provider) -> None:  # noqa: F811 - a fixture
    """Each result has its own error, and the batch is failed when nothing was drawn."""
    fake_provider.fail(Fault.MODERATION, times=2)
    body = {"categories": ["tools", "garden"]}
    result = client.post(BATCH, json=body, headers={"Prefer": "wait=60"}).json
    assert (result["status"], result["summary"]["failed"]) == ("failed", 2)
    told = [(each["category"], each["success"], each["code"], each["attempts"]) for each in result["results"]]
    assert told == [("tools", False, "PROVIDER_MODERATION", 1), ("garden", False, "PROVIDER_MODERATION", 1)]
    stats = client.get("/api/icons/stats").json
    assert (stats["failed_generations"], stats["success_rate"]) == (2, 0.0)
