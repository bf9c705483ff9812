"""Batches: asking, looking, stopping, repeating, listing, downloading."""

import io
import uuid
import zipfile
from typing import Any

import pytest

from tests.conftest import Studio, eventually

URL = "/api/icons/generate/batch"


@pytest.fixture(scope="module")
def client(house: Studio):
    """A client whose answers must agree with the OpenAPI document."""
    house.web.app.validate_response = True
    return house.client()


@pytest.fixture
def idle(new_studio):
    """A client of a studio in which nobody draws."""
    studio = new_studio(work=False)
    studio.web.app.validate_response = True
    return studio.client()


def batch(*categories: str, **fields: Any) -> dict[str, Any]:
    return {"categories": list(categories), "size": 64, **fields}


def test_the_document_s_batch_is_drawn(client) -> None:
    """Accepted at once, followed by its status, finished in request order."""
    body = {
        "categories": ["electronics", "tools", "automotive"],
        "style": "flat",
        "color_scheme": "blue_tones",
        "variations_per_category": 2,
        "custom_elements": {"electronics": ["circuit", "device"], "tools": ["hammer", "wrench"]},
    }
    answer = client.post(URL, json=body)
    assert answer.status_code == 202
    accepted = answer.json
    assert (accepted["total_categories"], accepted["total_icons"], accepted["cached"]) == (3, 6, 0)
    assert answer.headers["Location"] == accepted["status_url"]

    def ended() -> Any:
        status = client.get(accepted["status_url"]).json
        return status if status["finished_at"] else None

    status = eventually(ended, 60)
    assert (status["status"], status["progress"], status["completed_categories"]) == ("completed", 100, 3)
    assert (status["current_category"], status["estimated_completion"]) == (None, None)
    result = client.get(accepted["result_url"]).json
    assert result["summary"]["completed"] == 6
    wanted = [(category, variation) for category in body["categories"] for variation in (0, 1)]
    assert [(item["category"], item["variation"]) for item in result["results"]] == wanted
    assert all(item["success"] and client.get(item["image_url"]).status_code == 200 for item in result["results"])
    elements = [item["metadata"]["custom_elements"] for item in result["results"][::2]]
    assert elements == [["circuit", "device"], ["hammer", "wrench"], []]


def test_a_batch_can_be_waited_for_and_remembered(client) -> None:
    """With `Prefer: wait` the result comes at once; the second time the cache has it all."""
    body = batch("garden", "music", custom_elements=["leaf"])
    answer = client.post(URL, json=body, headers={"Prefer": "wait=60"})
    assert answer.status_code == 200
    assert answer.json["status"] == "completed"
    assert [item["metadata"]["custom_elements"] for item in answer.json["results"]] == [["leaf"], ["leaf"]]
    again = client.post(URL, json=body)
    assert (again.status_code, again.json["status"], again.json["cached"]) == (202, "completed", 2)


def test_a_finished_batch_can_be_downloaded(client) -> None:
    """A zip with every icon."""
    done = client.post(URL, json=batch("garden", "music"), headers={"Prefer": "wait=60"}).json
    answer = client.get(f"/api/icons/batch/{done['batch_id']}/download")
    assert answer.mimetype == "application/zip"
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert len([name for name in names if name.endswith(".png")]) == 2


def test_what_is_not_drawn_yet_says_so(idle) -> None:
    """A result can be asked for at any time."""
    accepted = idle.post(URL, json=batch("a", "b", concurrency=1)).json
    assert accepted["concurrency"] == 1
    result = idle.get(accepted["result_url"]).json
    assert result["status"] == "pending"
    assert [(item["success"], item["status"]) for item in result["results"]] == [(False, "waiting")] * 2
    assert idle.get(accepted["status_url"]).json["current_category"] == "a"


def test_a_batch_can_be_stopped_and_repeated(idle) -> None:
    """Cancel stops what has not begun, retry begins it anew."""
    accepted = idle.post(URL, json=batch("a", "b", "c", concurrency=1)).json
    cancelled = idle.post(accepted["cancel_url"]).json
    assert (cancelled["status"], cancelled["cancelled"], cancelled["progress"]) == ("cancelled", 3, 100)
    result = idle.get(accepted["result_url"]).json
    assert {item["status"] for item in result["results"]} == {"cancelled"}
    retried = idle.post(f"/api/icons/batch/{accepted['batch_id']}/retry").json
    assert (retried["retried"], retried["cancelled"], retried["status"]) == (3, 0, "pending")


def test_batches_are_listed_page_by_page(new_studio) -> None:
    """Newest first, each once, and the last page says that it is the last."""
    studio = new_studio(work=False)
    studio.web.app.validate_response = True
    client = studio.client()
    made = [client.post(URL, json=batch(str(number))).json["batch_id"] for number in range(5)]
    listed: list[str] = []
    before = ""
    while before is not None:
        page = client.get("/api/icons/batches", query_string={"limit": 2, "before": before}).json
        assert page["count"] == len(page["batches"]) <= 2
        listed += [each["batch_id"] for each in page["batches"]]
        before = page["next_before"]
    assert listed == made[::-1]
    assert studio.client(studio.admin).get("/api/icons/batches").json["batches"] == []


def test_a_listed_batch_is_known_again(client) -> None:
    """By its first categories and by its first icons, whose addresses work."""
    asked = batch(*(f"Listed {number}" for number in range(7)))
    accepted = client.post(URL, json=asked, headers={"Prefer": "wait=60"}).json
    listed = next(
        each for each in client.get("/api/icons/batches").json["batches"] if each["batch_id"] == accepted["batch_id"]
    )
    assert listed["categories"] == asked["categories"][:5]
    shown = [each["filename"] for each in accepted["results"][:4]]
    assert [each["filename"] for each in listed["preview"]] == shown
    assert client.get(listed["preview"][0]["image_url"]).status_code == 200


def test_a_stranger_s_batch_looks_like_none(house: Studio, client) -> None:
    """Another account gets the same 404 for it as for an id that never was."""
    mine = client.post(URL, json=batch("garden")).json["batch_id"]
    stranger = house.client(house.admin)
    for method, verb in (
        ("GET", "status"),
        ("GET", "result"),
        ("GET", "download"),
        ("POST", "cancel"),
        ("POST", "retry"),
    ):
        answers = [stranger.open(f"/api/icons/batch/{each}/{verb}", method=method) for each in (mine, uuid.uuid4())]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].json["code"] == answers[1].json["code"] == "BATCH_NOT_FOUND"
        assert answers[0].json["message"] == answers[1].json["message"]
    assert client.get(f"/api/icons/batch/{mine}/status").json["status"] != "cancelled"
