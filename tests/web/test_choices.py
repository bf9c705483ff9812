"""What an owner decides about a batch's icons: verdicts and icons drawn anew, in the result and in the zip."""

import io
import zipfile

import pytest

from tests.conftest import Studio

ICONS = {"categories": ["tools", "garden", "music"], "size": 64}


@pytest.fixture
def batch(studio: Studio):
    """A client and the id of its finished batch."""
    studio.web.app.validate_response = True
    client = studio.client()
    answer = client.post("/api/icons/generate/batch", json=ICONS, headers={"Prefer": "wait=30"})
    assert answer.status_code == 200
    return client, answer.json["batch_id"]


def results(client, batch_id: str) -> list[dict]:
    return client.get(f"/api/icons/batch/{batch_id}/result").json["results"]


def image_id(icon: dict) -> str:
    return icon["filename"].partition(".")[0]


def tag(client, icon: dict, *themes: str) -> None:
    tags = [{"tagType": "THEME", "tagId": theme} for theme in themes]
    assert client.patch(f"/api/images/{image_id(icon)}", json={"tags": tags}).status_code == 200


def archive(client, batch_id: str, **query: str) -> zipfile.ZipFile:
    answer = client.get(f"/api/icons/batch/{batch_id}/download", query_string=query)
    assert answer.status_code == 200, answer.json
    return zipfile.ZipFile(io.BytesIO(answer.data))


def test_verdicts_are_told_and_choose_what_is_downloaded(batch) -> None:
    """Names in the zip stay those of the whole batch; other tags and other verdicts do not count."""
    client, batch_id = batch
    first, second, third = results(client, batch_id)
    assert {each["verdict"] for each in (first, second, third)} == {None}
    tag(client, first, "rejected")
    tag(client, second, "launch", "approved")
    assert [each["verdict"] for each in results(client, batch_id)] == ["rejected", "approved", None]
    assert archive(client, batch_id, verdict="approved").namelist() == ["manifest.json", "002-garden-v1.png"]
    assert len(archive(client, batch_id).namelist()) == 4


def test_a_verdict_that_nothing_has_is_a_conflict(batch) -> None:
    """And an unknown one is refused."""
    client, batch_id = batch
    address = f"/api/icons/batch/{batch_id}/download"
    assert client.get(address, query_string={"verdict": "approved"}).status_code == 409
    assert client.get(address, query_string={"verdict": "perhaps"}).status_code == 400


def test_an_icon_drawn_anew_stands_in_the_first_one_s_place(batch) -> None:
    """In the result beside it, with its own seed and verdict, and in the zip instead of it."""
    client, batch_id = batch
    first = results(client, batch_id)[0]
    other = client.post("/api/icons/generate", json={"category": "tools", "size": 64, "seed": 7}).json
    tag(client, first, "rejected", f"redrawn:{image_id(other)}")
    tag(client, other, "approved")
    shown = results(client, batch_id)[0]
    assert (shown["filename"], shown["metadata"]["seed"], shown["verdict"]) == (first["filename"], 0, "approved")
    assert (shown["redrawn"]["filename"], shown["redrawn"]["metadata"]["seed"]) == (other["filename"], 7)
    with archive(client, batch_id, verdict="approved") as found:
        assert found.read("001-tools-v1.png") == client.get(other["image_url"]).data
    assert client.delete(f"/api/images/{image_id(other)}").status_code == 204
    assert results(client, batch_id)[0]["redrawn"] is None


def test_an_icon_in_place_of_another_is_ones_own(batch, studio: Studio) -> None:
    """Naming a stranger's image changes nothing."""
    client, batch_id = batch
    theirs = studio.client(studio.admin).post("/api/icons/generate", json={"category": "boats", "size": 64}).json
    tag(client, results(client, batch_id)[0], f"redrawn:{image_id(theirs)}")
    assert results(client, batch_id)[0]["redrawn"] is None


def test_a_variation_is_the_same_picture_however_it_is_asked_for(studio: Studio) -> None:
    """By its number alone it is the second of two, from the cache."""
    studio.web.app.validate_response = True
    client, icon = studio.client(), {"category": "tools", "size": 64}
    both = client.post("/api/icons/generate", json={**icon, "variations": 2}).json["images"]
    alone = client.post("/api/icons/generate", json={**icon, "variation": 1}).json
    assert (alone["cached"], alone["filename"]) == (True, both[1]["filename"])
    assert client.post("/api/icons/generate", json={**icon, "variation": 10}).status_code == 400
