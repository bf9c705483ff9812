"""A batch as a zip: its names, its manifest, and that it is streamed."""

import io
import json
import re
import tracemalloc
import zipfile

import pytest

from icons.domain.errors import NotFound
from tests.web.drawn import claim, complete, complete_all, fail, idle_studio, picture, submit

ICONS = 200
ICON_BYTES = 200_000


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with idle_studio(tmp_path_factory.mktemp("house")) as studio:
        yield studio


def download(house, batch, account=None):
    return house.client(account).get(f"/api/icons/batch/{batch.id}/download")


def names_of(answer):
    return zipfile.ZipFile(io.BytesIO(answer.data)).namelist()


def test_the_archive_holds_the_icons_in_request_order(house):
    """Names carry position, category and variation; the bytes are the images'."""
    batch = submit(house, "Office Supplies", "music", variations=2)
    images = complete_all(house)
    answer = download(house, batch)
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"] == f"attachment; filename=icons-{batch.id}.zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    assert archive.namelist() == [
        "manifest.json",
        "001-office-supplies-v1.png",
        "002-office-supplies-v2.png",
        "003-music-v1.png",
        "004-music-v2.png",
    ]
    by_id = {image.id: image for image in images}
    first = by_id[house.service.jobs_of(house.caller(), batch.id)[0].images[0]]
    with house.gallery.open(first) as file:
        assert archive.read("001-office-supplies-v1.png") == file.read()


def test_the_manifest_says_what_each_file_is(house):
    """Category in the caller's own words, variation, file name and what is known about the picture."""
    batch = submit(house, "Straßenbahn 🚋", variations=2)
    complete_all(house)
    manifest = json.loads(zipfile.ZipFile(io.BytesIO(download(house, batch).data)).read("manifest.json"))
    assert manifest["batch_id"] == batch.id
    assert [icon["variation"] for icon in manifest["icons"]] == [0, 1]
    icon = manifest["icons"][1]
    assert (icon["file"], icon["category"]) == ("002-strassenbahn-v2.png", "Straßenbahn 🚋")
    assert icon["metadata"]["model"] == "local-1"
    assert icon["metadata"]["width"] == 300


def test_names_are_safe_everywhere(house):
    """Whatever a category says, its file name is short ASCII, never empty, never a path, never used twice."""
    wild = ("../../etc/passwd", "日本語", "🎉", "CON", "a" * 200, "-- x --", "Büro & Möbel", "büro möbel", "a\u202eb")
    batch = submit(house, *wild)
    complete_all(house)
    names = names_of(download(house, batch))[1:]
    assert len(set(names)) == len(wild)
    assert all(re.fullmatch(r"\d{3}-[a-z0-9]+(-[a-z0-9]+)*-v1\.png", name) for name in names)
    assert max(map(len, names)) <= 80
    assert names[1:3] == ["002-icon-v1.png", "003-icon-v1.png"]


def test_only_finished_icons_are_in_it(house):
    """Failed and unfinished ones are left out; the numbers stay those of the request."""
    batch = submit(house, "one", "two", "three")
    fail(house, claim(house))
    complete(house, claim(house))
    assert names_of(download(house, batch)) == ["manifest.json", "002-two-v1.png"]
    fail(house, claim(house))


def test_nothing_finished_is_a_conflict(house):
    """There is no empty archive."""
    batch = submit(house, "later")
    answer = download(house, batch)
    assert (answer.status_code, answer.json["code"]) == (409, "CONFLICT")
    fail(house, claim(house))


def test_another_account_gets_nothing(house):
    """Somebody else's batch is unknown."""
    batch = submit(house, "mine")
    complete_all(house)
    assert download(house, batch, house.admin).status_code == 404


def test_a_lost_image_breaks_the_download_off(house):
    """Nobody takes an archive that lacks an icon for whole: fewer bytes come than were announced."""
    batch = submit(house, "kept", "lost")
    lost = complete_all(house)[-1]
    house.house.engines.files.delete(lost.blob)
    with house.client() as client:
        answer = client.get(f"/api/icons/batch/{batch.id}/download", buffered=False)
        got = []
        with pytest.raises(NotFound):
            got.extend(answer.response)
    assert sum(map(len, got)) < int(answer.headers["Content-Length"])


def test_two_hundred_icons_are_streamed(house):
    """40 MB leave with less than a tenth of that in memory, and as many bytes as were announced."""
    batch = submit(house, *(f"category {number}" for number in range(ICONS)))
    noise = picture(7) * 10
    images = complete_all(house, data=noise[:ICON_BYTES])
    assert len(images) == ICONS
    client = house.client()
    received = 0
    tracemalloc.start()
    try:
        answer = client.get(f"/api/icons/batch/{batch.id}/download", buffered=False)
        tracemalloc.reset_peak()
        for chunk in answer.response:
            received += len(chunk)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert received == int(answer.headers["Content-Length"]) > ICONS * ICON_BYTES
    assert peak < ICONS * ICON_BYTES / 10  # most of it are the batch's jobs
    archive = zipfile.ZipFile(io.BytesIO(download(house, batch).data))
    assert archive.testzip() is None
    assert len(archive.namelist()) == ICONS + 1


def test_files_are_opened_one_by_one(house):
    """Before the first icon's turn none is open: the answer begins at once, however large the batch."""
    batch = submit(house, "first", "second")
    images = complete_all(house)
    client = house.client()
    answer = client.get(f"/api/icons/batch/{batch.id}/download", buffered=False)
    for image in images:
        house.house.engines.files.delete(image.blob)
    chunks = iter(answer.response)
    assert next(chunks).startswith(b"PK")
    with pytest.raises(NotFound):
        list(chunks)
