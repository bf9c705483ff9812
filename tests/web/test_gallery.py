"""The gallery's searches, facets and deletions, and what runs and waits, as the dashboard asks for them."""

import json
from collections.abc import Iterator

import pytest

from tests.conftest import Studio, eventually
from tests.web.drawn import claim, complete, idle_studio, submit
from tests.web.test_pictures import HERO, UNKNOWN, file, uploaded

ASKED = {"category": "Coffee shops", "style": "flat", "color_scheme": "pastel", "size": 64, "seed": 7}


@pytest.fixture
def idle(tmp_path) -> Iterator[Studio]:
    """A house in which nothing runs by itself."""
    with idle_studio(tmp_path) as studio:
        yield studio


def test_an_icon_says_what_it_was_asked_for_with(studio) -> None:
    """And is found by it, by whoever drew it, and among what can be asked for."""
    client = studio.client()
    made = client.post("/api/icons/generate", json=ASKED).json
    client.post("/api/icons/generate", json={**ASKED, "style": "neon"})
    (found,) = client.get("/api/images?style=flat&colorScheme=pastel&category=Coffee shops&provider=local").json["data"]
    assert found["filename"] == made["filename"]
    asked = {"category": "Coffee shops", "style": "flat", "colorScheme": "pastel", "seed": 7, "variation": 0}
    assert asked.items() <= found["icon"].items()
    assert found["origin"] == {"jobId": made["job_id"], "batchId": None, "images": 1, "cost": None}
    assert [each["id"] for each in client.get(f"/api/images?jobId={made['job_id']}").json["data"]] == [found["id"]]
    facets = client.get("/api/images/facets").json
    assert facets["providers"] == [{"name": "local", "count": 2}]
    assert facets["models"] == [{"name": found["generationModel"], "count": 2}]
    # What an answer's metadata says is what it said before images remembered it.
    assert "elements" not in made["metadata"]


def test_dates_bound_a_search_and_words_sort_it(idle) -> None:
    """Moments in ISO 8601; a wrong one is named."""
    client = idle.client()
    small, large = uploaded(client), uploaded(client, file("PNG", size=(400, 300)))
    assert [each["id"] for each in client.get("/api/images?sort=largest").json["data"]] == [large["id"], small["id"]]
    assert client.get("/api/images?since=2100-01-01").json["data"] == []
    assert len(client.get("/api/images?until=2100-01-01T00:00:00Z").json["data"]) == 2
    for query in ("since=soon", "sort=beauty"):
        answer = client.get(f"/api/images?{query}")
        assert (answer.status_code, list(answer.json["metadata"]["fields"])) == (400, [query.partition("=")[0]])


def test_many_are_deleted_at_once(idle) -> None:
    """One's own; others' and unknown ones are passed over without a word."""
    client = idle.client()
    first, second, foreign = uploaded(client), uploaded(client), uploaded(idle.client(idle.admin))
    ids = [first["id"], second["id"], foreign["id"], UNKNOWN]
    assert client.post("/api/images/delete", json={"ids": ids}).json == {"deleted": 2}
    assert client.get("/api/images").json["data"] == []
    assert idle.client(idle.admin).get(f"/api/images/{foreign['id']}").status_code == 200
    assert client.post("/api/images/delete", json={"ids": []}).status_code == 400


def test_facets_are_one_s_own(idle) -> None:
    """Somebody else's tags are nobody's business."""
    uploaded(idle.client(idle.admin), tags=f'[{{"tagType": "{HERO["tagType"]}", "tagId": "hero"}}]')
    assert idle.client().get("/api/images/facets").json == {"tags": [], "models": [], "providers": []}
    assert idle.client(idle.admin).get("/api/images/facets").json["tags"] == [{**HERO, "count": 1}]


def test_the_queue_shows_what_runs_and_what_waits(idle) -> None:
    """Only one's own; the figures know since when the oldest waits."""
    client = idle.client()
    assert client.get("/api/icons/stats").json["oldest_waiting_since"] is None
    batch = submit(idle, "tools", "pets")
    lease = claim(idle)
    queue = client.get("/api/icons/queue").json
    assert [(each["job_id"], each["status"]) for each in queue["active"]] == [(lease.job.id, "active")]
    assert [(each["title"], each["batch_id"]) for each in queue["waiting"]] == [("pets", batch.id)]
    assert client.get("/api/icons/stats").json["oldest_waiting_since"] == queue["waiting"][0]["created_at"]
    assert idle.client(idle.admin).get("/api/icons/queue").json == {"active": [], "waiting": []}
    complete(idle, lease)
    eventually(lambda: client.get("/api/icons/queue").json["active"] == [])
    figures = client.get("/api/icons/stats").json
    assert figures["median_generation_time"] == figures["p95_generation_time"] > 0


def test_many_are_tagged_at_once(idle) -> None:
    """What else they have stays; others' and unknown ones are passed over."""
    client = idle.client()
    first, foreign = uploaded(client, tags=json.dumps([HERO])), uploaded(idle.client(idle.admin))
    body = {"ids": [first["id"], foreign["id"], UNKNOWN], "add": [{"tagType": "THEME", "tagId": "launch"}]}
    assert client.post("/api/images/tags", json=body).json == {"tagged": 1}
    tags = client.get(f"/api/images/{first['id']}").json["tags"]
    assert [each["tagId"] for each in tags] == [HERO["tagId"], "launch"]
    assert idle.client(idle.admin).get(f"/api/images/{foreign['id']}").json["tags"] == []
    assert client.post("/api/images/tags", json={**body, "ids": []}).status_code == 400
