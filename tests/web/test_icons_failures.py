"""What a caller hears when a provider does not deliver."""

from dataclasses import dataclass

import pytest

from icons.domain.errors import ProviderError, ProviderTimeout, RequestRefused
from icons.domain.requests import Answer, Order
from tests.conftest import Studio

GENERATE, BATCH = "/api/icons/generate", "/api/icons/generate/batch"


@dataclass
class Unwilling:
    """A provider that raises what it is told to."""

    name: str
    error: ProviderError

    @property
    def engine(self) -> str:
        return f"{self.name}/1"

    async def draw(self, order: Order) -> Answer:
        raise self.error

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def client(new_studio):
    """A client of a studio with two providers that never deliver; nothing is tried twice."""
    studio: Studio = new_studio(retry_attempts=1)
    for provider in (
        Unwilling("prude", RequestRefused("The provider refuses this subject.")),
        Unwilling("snail", ProviderTimeout("The provider gave no answer in time.")),
    ):
        studio.house.engines.providers[provider.name] = provider
    studio.web.app.validate_response = True
    return studio.client()


@pytest.mark.parametrize("variations", [1, 2])
@pytest.mark.parametrize(
    ("provider", "status", "code"), [("prude", 502, "PROVIDER_REFUSED"), ("snail", 504, "PROVIDER_TIMEOUT")]
)
def test_who_waits_hears_why(client, provider: str, status: int, code: str, variations: int) -> None:
    """The document's error body: what failed, in which category, after how many attempts."""
    body = {"category": "tools", "provider": provider, "variations": variations}
    answer = client.post(GENERATE, json=body)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.json["message"].startswith("The provider")
    metadata = answer.json["metadata"]
    assert (metadata["category"], metadata["attempts"]) == ("tools", 1)
    job = client.get(f"/api/icons/jobs/{metadata['job_id']}").json
    assert (job["status"], job["result"], job["error"]["code"]) == ("failed", None, code)


def test_a_batch_tells_of_each_icon_why(client) -> None:
    """Each result has its own error, and the batch is failed when nothing was drawn."""
    body = {"categories": ["tools", "garden"], "provider": "prude"}
    result = client.post(BATCH, json=body, headers={"Prefer": "wait=60"}).json
    assert (result["status"], result["summary"]["failed"]) == ("failed", 2)
    told = [(each["category"], each["success"], each["code"], each["attempts"]) for each in result["results"]]
    assert told == [("tools", False, "PROVIDER_REFUSED", 1), ("garden", False, "PROVIDER_REFUSED", 1)]
    stats = client.get("/api/icons/stats").json
    assert (stats["failed_generations"], stats["success_rate"]) == (2, 0.0)
