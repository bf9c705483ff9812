"""Batches of pictures in plain words, seen through the icons face: every job is a job under all faces."""

import io
import zipfile

import pytest

from ..conftest import Studio, eventually


@pytest.fixture(scope="module")
def finished(house: Studio) -> str:
    """A batch of two prompts, drawn."""
    items = [{"prompt": "a red lighthouse"}, {"prompt": "a blue bicycle", "metadata": {"row": 7}}]
    answer = house.client().post("/api/v1/images/batch", json={"jobs": items})
    assert answer.status_code == 202, answer.text
    batch_id = answer.json["batchId"]
    client = house.client()
    eventually(lambda: client.get(f"/api/icons/batch/{batch_id}/status").json["status"] == "completed")
    return batch_id


def test_the_result_names_the_prompts(house: Studio, finished: str):
    """The batch result stands in request order, with the prompt where an icon has its category."""
    result = house.client().get(f"/api/icons/batch/{finished}/result").json
    assert [row["category"] for row in result["results"]] == ["a red lighthouse", "a blue bicycle"]
    assert all(row["success"] and row["image_url"] for row in result["results"])


def test_the_archive_has_every_picture(house: Studio, finished: str):
    """The zip's names come from the prompts."""
    data = house.client().get(f"/api/icons/batch/{finished}/download").data
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert {"001-a-red-lighthouse-v1.png", "002-a-blue-bicycle-v1.png"} <= set(names)


def test_each_job_can_be_looked_at(house: Studio, finished: str):
    """Both the icons face and the jobs face tell of the picture's job."""
    client = house.client()
    rows = client.get(f"/api/icons/batch/{finished}/result").json["results"]
    for row in rows:
        assert client.get(f"/api/icons/jobs/{row['job_id']}").json["result"]["success"]
        assert client.get(f"/api/jobs/{row['job_id']}").status_code == 200
