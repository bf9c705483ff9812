"""Asking for an icon: waiting for it, not waiting for it, variations, and the job behind it."""

from datetime import datetime
from typing import Any

import pytest

from icons.web.prefer import preference
from tests.conftest import Studio, eventually

URL = "/api/icons/generate"


@pytest.fixture(scope="module")
def client(house: Studio):
    """A client whose answers must agree with the OpenAPI document."""
    house.web.app.validate_response = True
    return house.client()


def icon(category: str, **fields: Any) -> dict[str, Any]:
    return {"category": category, "size": 64, **fields}


def test_an_icon_is_drawn_while_one_waits(client) -> None:
    """The document's example, with a picture at the address that is answered."""
    body = {
        "category": "office supplies",
        "style": "modern",
        "color_scheme": "brand_colors",
        "custom_elements": ["pen", "stapler", "calculator"],
    }
    answer = client.post(URL, json=body)
    assert answer.status_code == 200
    drawn = answer.json
    assert (drawn["success"], drawn["cached"]) == (True, False)
    assert drawn["generation_time"] > 0
    assert drawn["local_path"].startswith("files/")
    assert body.items() <= drawn["metadata"].items()
    assert drawn["model"] == drawn["metadata"]["model"] == "local/1"
    picture = client.get(drawn["image_url"])
    assert (picture.status_code, picture.mimetype) == (200, "image/png")
    assert len(picture.data) == drawn["bytes"]


def test_the_same_request_again_is_answered_from_the_cache(client) -> None:
    """At once, without a job, with the very same picture; another seed draws anew."""
    first = client.post(URL, json=icon("tools", style="Flat ")).json
    again = client.post(URL, json=icon("tools", style="flat")).json
    other = client.post(URL, json=icon("tools", style="flat", seed=1)).json
    assert (again["cached"], again["job_id"], again["generation_time"]) == (True, None, 0.0)
    assert again["filename"] == first["filename"]
    assert other["cached"] is False


def test_brand_colours_are_taken_in_any_spelling(client) -> None:
    """`#ABC` and `#aabbcc` are the same request."""
    first = client.post(URL, json=icon("garden", brand_colors=["#ABC"])).json
    again = client.post(URL, json=icon("garden", brand_colors=["aabbcc"])).json
    assert first["metadata"]["brand_colors"] == ["#aabbcc"]
    assert again["cached"] is True


def test_who_does_not_wait_gets_the_address_of_a_job(client) -> None:
    """202 with a job whose status leads to the icon."""
    body = icon("electronics", user_id="customer 7")
    answer = client.post(URL, json=body, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202
    assert answer.headers["Preference-Applied"] == "respond-async"
    assert answer.headers["Location"] == answer.json["status_url"]

    def ended() -> Any:
        job = client.get(answer.json["status_url"]).json
        return job if job["finished_at"] else None

    job = eventually(ended)
    assert (job["status"], job["progress"], job["user_id"]) == ("completed", 100, "customer 7")
    assert datetime.fromisoformat(job["created_at"]) <= datetime.fromisoformat(job["finished_at"])
    assert client.get(job["result"]["image_url"]).status_code == 200
    cached = client.post(URL, json=body, headers={"Prefer": "respond-async"})
    assert cached.status_code == 202
    assert client.get(cached.json["status_url"]).json["result"]["cached"] is True


def test_variations_come_together(client) -> None:
    """The first at the top, all in `images`, each with its own number."""
    answer = client.post(URL, json=icon("music", variations=3, userId="me"))
    assert answer.status_code == 200
    drawn = answer.json
    assert [each["metadata"]["variation"] for each in drawn["images"]] == [0, 1, 2]
    assert drawn["image_url"] == drawn["images"][0]["image_url"]
    assert client.get(f"/api/icons/batch/{drawn['batch_id']}/status").json["user_id"] == "me"


@pytest.mark.parametrize(
    ("header", "wait", "applied"),
    [
        (None, 60, ""),
        ("", 60, ""),
        ("wait=5", 5, "wait=5"),
        ('Wait = "5"; because=hurry', 5, "wait=5"),
        ("respond-async, wait=7", 7, "wait=7"),
        ("wait=0", 0, "wait=0"),
        ("respond-async", 0, "respond-async"),
        ("wait=100000", 300, "wait=300"),
        ("wait=-1", 60, ""),
        ("wait=soon, handling=lenient", 60, ""),
        ("wait=" + "9" * 5000, 60, ""),
    ],
)
def test_preferences_are_understood_or_ignored(header: str | None, wait: float, applied: str) -> None:
    """As RFC 7240 demands, whatever is sent."""
    found = preference(header, default=60, longest=300)
    assert (found.wait, found.applied) == (wait, applied)


@pytest.fixture
def idle(new_studio):
    """A client of a studio in which nobody draws."""
    studio = new_studio(work=False)
    studio.web.app.validate_response = True
    return studio.client()


def test_a_wait_that_is_too_short_ends_with_202(idle) -> None:
    """The caller learns where to look, for one icon and for several."""
    for body in (icon("tools"), icon("tools", variations=2)):
        answer = idle.post(URL, json=body, headers={"Prefer": "wait=0"})
        assert answer.status_code == 202
        assert answer.json["status"] in ("waiting", "pending")
        assert idle.get(answer.headers["Location"]).status_code == 200
    answer = idle.post(URL, json=icon("toys"), headers={"Prefer": "wait=1"})
    assert (answer.status_code, answer.headers["Preference-Applied"]) == (202, "wait=1")


def test_a_job_can_be_stopped_and_begun_anew(idle) -> None:
    """DELETE stops it for good, retry makes it wait again."""
    url = idle.post(URL, json=icon("books"), headers={"Prefer": "respond-async"}).json["status_url"]
    assert idle.delete(url).json["status"] == "cancelled"
    assert idle.delete(url).json["status"] == "cancelled"
    assert idle.post(f"{url}/retry").json["status"] == "waiting"
    assert idle.get(url).json["result"] is None


def test_a_stranger_s_job_looks_like_none(house: Studio, client) -> None:
    """Another account gets the same 404 for it as for an id that never was."""
    url = client.post(URL, json=icon("private"), headers={"Prefer": "respond-async"}).json["status_url"]
    stranger = house.client(house.admin)
    unknown = url[:-12] + "000000000000"
    for method, suffix in (("GET", ""), ("DELETE", ""), ("POST", "/retry")):
        theirs = stranger.open(url + suffix, method=method)
        none = stranger.open(unknown + suffix, method=method)
        assert theirs.status_code == none.status_code == 404
        assert (theirs.json["code"], theirs.json["message"]) == (none.json["code"], none.json["message"])
        assert none.json["code"] == "JOB_NOT_FOUND"
    assert client.get(url).status_code == 200
