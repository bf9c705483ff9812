"""Prices before, sums after, and who can draw, over HTTP with a provider behind."""

import pytest

from icons.domain.spending import MICRO
from tests.fakes.faults import Fault
from tests.fakes.provider import fake_provider  # noqa: F401 - a fixture

from ..conftest import eventually

KEY = "sk-test-0123456789abcdef"
ICON = {"category": "tools", "size": 64}


@pytest.fixture
def paid(new_studio, fake_provider):  # noqa: F811 - the fixture above
    """A studio whose operator has set OpenAI up."""
    return new_studio(
        openai_api_key=KEY,
        openai_base_url=fake_provider.address("openai"),
        openai_rate_limit_rpm=0,
        openai_rate_limit_tpm=0,
        retry_base_ms=1,
    )


def test_with_a_key_openai_draws_by_default(paid, fake_provider) -> None:  # noqa: F811
    """The answer says which model ran; the documents' names of retired models are translated and said."""
    client = paid.client()
    answer = client.post("/api/icons/generate", json=ICON).json
    assert answer["metadata"]["provider"] == "openai"
    old = client.post("/api/icons/generate", json={**ICON, "model": "dall-e-3", "quality": "hd", "seed": 1}).json
    assert old["metadata"]["requested_model"] == "dall-e-3"
    assert old["model"].startswith("gpt-image-")
    assert fake_provider.calls[-1].body["model"] == old["model"]
    assert fake_provider.calls[-1].body["quality"] == "high"


def test_an_estimate_calls_nobody(paid, fake_provider) -> None:  # noqa: F811
    """Dollars as text, from the least to the most; the local draughtsman costs nothing."""
    client = paid.client()
    body = {"categories": ["a", "b"], "size": 64}
    quote = client.post("/api/icons/estimate", json=body).json
    assert (quote["currency"], quote["icons"], quote["unpriced"]) == ("USD", 2, 0)
    assert 0 < float(quote["low"]) <= float(quote["high"])
    assert client.post("/api/icons/estimate", json={**body, "provider": "local"}).json["high"] == "0.00"
    assert fake_provider.calls == []
    accepted = client.post("/api/icons/generate/batch", json=body).json
    assert accepted["estimate"] == quote


def test_an_estimate_says_what_is_left_of_the_budget(paid) -> None:
    """Of this month's, before the icons; null without a bound; never below nothing."""
    client, budgets = paid.client(), paid.house.engines.store.spending
    body = {"categories": ["a"], "size": 64}
    assert client.post("/api/icons/estimate", json=body).json["budget_left"] is None
    budgets.set_budget(paid.user.id, 5 * MICRO)
    assert client.post("/api/icons/estimate", json=body).json["budget_left"] == "5.00"
    client.post("/api/icons/generate", json=ICON)
    spent = float(client.get("/api/spending").json["total"])
    left = float(client.post("/api/icons/estimate", json=body).json["budget_left"])
    assert left == pytest.approx(5 - spent)
    budgets.set_budget(paid.user.id, 1)
    assert client.post("/api/icons/estimate", json=body).json["budget_left"] == "0.00"


def test_a_spent_budget_is_402_and_nothing_is_called(paid, fake_provider) -> None:  # noqa: F811
    """The body says what it would cost and what is left; local still draws."""
    paid.house.engines.store.spending.set_budget(paid.user.id, 1)
    client = paid.client()
    answer = client.post("/api/icons/generate", json=ICON)
    assert (answer.status_code, answer.json["code"]) == (402, "BUDGET_SPENT")
    assert answer.json["metadata"]["budget"] == "0.000001"
    too_little = client.post("/api/icons/generate/batch", json={"categories": ["a"], "max_cost": 0.000001})
    assert too_little.status_code == 402
    assert fake_provider.calls == []
    assert client.post("/api/icons/generate", json={**ICON, "provider": "local"}).status_code == 200


def test_a_spent_budget_begins_nothing_anew(paid, fake_provider) -> None:  # noqa: F811
    """Neither a failed batch nor its job, on any face, unless the cache has the answer by now."""
    client, budgets = paid.client(), paid.house.engines.store.spending
    fake_provider.fail(Fault.MODERATION)
    batch = client.post("/api/icons/generate/batch", json={"categories": ["tools"], "size": 64}).json["batch_id"]
    status = f"/api/icons/batch/{batch}/status"
    eventually(lambda: client.get(status).json["status"] == "failed")
    (job,) = paid.service.jobs_of(paid.caller(), batch)
    budgets.set_budget(paid.user.id, 1)
    for path in (f"/api/icons/batch/{batch}/retry", f"/api/icons/jobs/{job.id}/retry", f"/api/jobs/{job.id}/retry"):
        refused = client.post(path)
        assert (refused.status_code, refused.json["code"]) == (402, "BUDGET_SPENT"), path
    assert client.get(status).json["status"] == "failed"
    assert len(fake_provider.calls) == 1
    budgets.set_budget(paid.user.id, None)
    assert client.post("/api/icons/generate", json=ICON).status_code == 200
    budgets.set_budget(paid.user.id, 1)
    assert client.post(f"/api/icons/batch/{batch}/retry").json["retried"] == 1
    eventually(lambda: client.get(status).json["status"] == "completed")
    assert len(fake_provider.calls) == 2


def test_spending_is_summed_up_and_ones_own(paid) -> None:
    """One icon: the same total by day, model and batch; another account has spent nothing."""
    client = paid.client()
    client.post("/api/icons/generate", json=ICON)
    totals = {client.get(f"/api/spending?group_by={group}").json["total"] for group in ("day", "model", "batch")}
    assert len(totals) == 1
    assert float(totals.pop()) > 0
    paid.house.engines.store.spending.set_budget(paid.user.id, 5 * MICRO)
    assert client.get("/api/spending").json["month_budget"] == "5.00"
    other = paid.accounts.add("bob")[0]
    assert paid.client(other).get("/api/spending").json["rows"] == []
    assert client.get("/api/spending?group_by=colour").status_code == 400


def test_providers_and_models_are_listed(paid) -> None:
    """The default is marked; retired models are not offered; an unknown provider is 404."""
    client = paid.client()
    listed = {each["name"]: each for each in client.get("/api/providers").json["providers"]}
    assert listed["openai"]["default"]
    assert listed["local"]["available"]
    assert not listed["google"]["available"]
    models = client.get("/api/providers/openai/models").json
    names = [each["name"] for each in models["models"]]
    assert models["defaultModel"] in names
    assert "dall-e-3" not in names
    assert client.get("/api/providers/nobody/models").status_code == 404


def test_a_refused_key_is_502_with_advice(paid, fake_provider) -> None:  # noqa: F811
    """The message says what to do and never holds the key."""
    fake_provider.fail(Fault.WRONG_KEY)
    answer = paid.client().post("/api/icons/generate", json=ICON)
    assert (answer.status_code, answer.json["code"]) == (502, "PROVIDER_AUTH")
    assert KEY not in answer.text
    assert len(fake_provider.calls) == 1


def test_an_open_circuit_shows_in_ready_and_stats(paid, fake_provider) -> None:  # noqa: F811
    """The process stays ready: other providers still draw."""
    fake_provider.fail(Fault.SERVER_ERROR, times=50)
    client = paid.client()
    client.post("/api/icons/generate/batch", json={"categories": list("abcdef"), "size": 64})
    eventually(lambda: client.get("/ready").json["circuits"].get("openai") == "open")
    assert client.get("/ready").status_code == 200
    assert client.get("/api/icons/stats").json["circuits"]["openai"] == "open"


def test_a_profile_s_pictures_go_through_the_engine(new_studio, fake_provider) -> None:  # noqa: F811
    """A profile of one's own draws pictures and icons; its key reaches the provider and nobody else."""
    studio = new_studio(allow_private_base_urls=True)
    client = studio.client()
    profile = client.post(
        "/api/profiles",
        json={
            "name": "mine",
            "provider": "openai",
            "baseUrl": fake_provider.address("openai"),
            "apiKey": KEY,
            "limits": {"requestsPerMinute": 6000},
        },
    ).json
    assert client.post(f"/api/profiles/{profile['id']}/test").json["ok"] is True
    options = {"n": 2, "size": "1024x1024", "quality": "hd", "style": "vivid"}
    body = {"prompt": "A castle", "profileId": profile["id"], "options": options}
    answer = client.post("/api/images/generate", json=body, headers={"Prefer": "wait=30"})
    assert answer.status_code == 200, answer.text
    assert answer.json["metadata"]["count"] == 2
    assert {call.key for call in fake_provider.calls} == {KEY}
    icon = client.post("/api/icons/generate", json={**ICON, "provider": profile["id"]})
    assert icon.status_code == 200, icon.text
    assert float(client.get("/api/spending").json["total"]) > 0
    stranger = studio.client(studio.accounts.add("bob")[0])
    assert stranger.post("/api/icons/generate", json={**ICON, "provider": profile["id"]}).status_code == 400


def test_own_pictures_can_be_worked_from(new_studio, fake_provider) -> None:  # noqa: F811
    """References and mask reach the provider as an edit; a stranger's or unknown image is refused at the door."""
    studio = new_studio(allow_private_base_urls=True)
    client = studio.client()
    fields = {"name": "mine", "provider": "openai", "baseUrl": fake_provider.address("openai"), "apiKey": KEY}
    profile = client.post("/api/profiles", json=fields).json
    first = client.post("/api/icons/generate", json={**ICON, "format": "jpeg"}).json["filename"].partition(".")[0]
    options = {"references": [first], "size": "1024x1024"}
    body = {"prompt": "The same at night", "profileId": profile["id"], "options": options}
    answer = client.post("/api/images/generate", json=body)
    assert answer.status_code == 200, answer.text
    assert fake_provider.calls[-1].path.endswith("/images/edits")
    stranger = studio.client(studio.accounts.add("bob")[0])
    theirs = stranger.post("/api/profiles", json=fields).json
    refused = stranger.post("/api/images/generate", json={**body, "profileId": theirs["id"]})
    assert (refused.status_code, refused.json["code"]) == (400, "INVALID_REQUEST")
