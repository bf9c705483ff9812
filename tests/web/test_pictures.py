"""The gallery over HTTP: uploads and imports from strangers, tags, pages, and deletion."""

import io
import json
import struct
import zlib

import pytest
from PIL import Image as Pillow

from tests.web.drawn import SVG, claim, complete, idle_studio, submit

HERO, HOME = {"tagType": "CHARACTER", "tagId": "hero"}, {"tagType": "THEME", "tagId": "home"}
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with idle_studio(tmp_path_factory.mktemp("house")) as studio:
        yield studio


@pytest.fixture
def client(house):
    return house.client()


def file(form: str = "PNG", colour: str = "#4f46e5", size: tuple[int, int] = (40, 30), **options) -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", size, colour).save(out, form, **options)
    return out.getvalue()


def upload(client, data: bytes, name: str = "castle.png", **form):
    return client.post("/api/images", data={"file": (io.BytesIO(data), name), **form})


def uploaded(client, data: bytes | None = None, **form) -> dict:
    answer = upload(client, data or file(), **form)
    assert answer.status_code == 201, answer.text
    return answer.json


def stored(house) -> set[str]:
    folder = house.settings.storage_dir / "files"
    return {path.name for path in folder.rglob("*") if path.is_file()}


# Uploading


@pytest.mark.parametrize(("form", "mime"), [("PNG", "image/png"), ("JPEG", "image/webp"), ("WEBP", "image/webp")])
def test_a_picture_is_kept_and_shown(client, form: str, mime: str) -> None:
    """Its record says what it is, and its address opens it."""
    image = uploaded(client, file(form), tags=json.dumps([HERO, HOME, HERO]))
    assert (image["mimeType"], image["width"], image["height"]) == (mime, 40, 30)
    assert (image["source"], image["name"], image["tags"]) == ("upload", "castle.png", [HERO, HOME])
    assert not image["filepath"].startswith("/")
    assert client.get(f"/api/images/{image['id']}").json == image
    shown = client.get(image["url"])
    assert (shown.status_code, shown.mimetype, len(shown.data)) == (200, mime, image["size"])


def bomb() -> bytes:
    """A PNG of a few KB that says that it has 900 megapixels, and has."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    side = 30_000
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side // 8 + 1) * side), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


HOSTILE = {
    "a bomb": bomb(),
    "a truncated PNG": file(size=(400, 300))[:-40],
    "a truncated JPEG": file("JPEG", size=(400, 300))[:300],
    "a header only": file()[:33],
    "text": b"this is no picture",
    "nothing": b"",
    "a GIF": file("GIF"),
    "a TIFF": file("TIFF"),
    "a plain SVG": SVG,
    "an SVG with a script": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "a page": b"<!doctype html><script>alert(1)</script>",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_harmless_picture_is_refused(house, client, data: bytes) -> None:
    """Whatever its name says; nothing of it is kept."""
    before = stored(house)
    answer = upload(client, data, "harmless.png")
    assert answer.status_code == 400, answer.text
    assert list(answer.json["metadata"]["fields"]) == ["file"]
    assert stored(house) == before


def test_nothing_but_pixels_comes_in(client) -> None:
    """What is hidden behind a picture, or in its metadata, stays outside; it stands upright."""
    exif = Pillow.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at home"  # to be turned by 90 degrees; a description
    jpeg = file("JPEG", exif=exif) + b"<script>alert(1)</script>PK\x03\x04"
    image = uploaded(client, jpeg)
    data = client.get(image["url"]).data
    assert (image["width"], image["height"]) == (30, 40)
    for hidden in (b"script", b"PK\x03\x04", b"taken at home", b"Exif"):
        assert hidden not in data


def test_a_picture_that_webp_cannot_hold_becomes_a_png(client) -> None:
    """The format ends at 16,383 px a side; JPEG goes on."""
    image = uploaded(client, file("JPEG", size=(16_384, 8)))
    assert (image["width"], image["height"]) == (16_384, 8)
    assert client.get(image["url"]).mimetype == "image/png"


def test_metadata_that_contradicts_itself_is_no_crash(client) -> None:
    """EXIF that says how to turn the picture, and gives its width in letters."""
    turned, width = (
        b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00",
        b"\x01\x00\x00\x02\x00\x00\x00\x02x\x00\x00\x00",
    )
    exif = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x02" + turned + width + bytes(4)
    for form in ("JPEG", "PNG", "WEBP"):
        assert upload(client, file(form, exif=exif)).status_code == 400


def test_a_file_beyond_the_limit_is_refused(new_studio) -> None:
    """413, whether the form or only its file is too large; a larger body than elsewhere is fine."""
    client = new_studio(work=False, max_image_size=3_000_000, max_request_bytes=4096).client()
    assert upload(client, file() + bytes(2_900_000)).status_code == 201
    assert upload(client, file() + bytes(3_000_001)).status_code == 413
    assert upload(client, file() + bytes(4_000_000)).status_code == 413
    assert client.patch(f"/api/images/{UNKNOWN}", json={"name": "x" * 5000}).status_code == 413


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "file"),
        ({"file": "not a file"}, "file"),
        ({"tags": "not json"}, "tags"),
        ({"tags": "[" * 100_000}, "tags"),
        ({"tags": json.dumps([{"tagType": "PLACE", "tagId": "1"}])}, "tags.0.tagType"),
        ({"tags": json.dumps([{"tagType": "CHAT", "tagId": ""}])}, "tags.0.tagId"),
        ({"tags": json.dumps([{"tagType": "CHAT", "tagId": str(n)} for n in range(51)])}, "tags"),
        ({"owner": "bob"}, "owner"),
    ],
)
def test_a_wrong_form_is_refused_by_name(client, form: dict, field: str) -> None:
    """Each field for itself."""
    whole = form if field == "file" else {"file": (io.BytesIO(file()), "a.png"), **form}
    answer = client.post("/api/images", data=whole, content_type="multipart/form-data")
    assert answer.status_code == 400, answer.text
    assert list(answer.json["metadata"]["fields"]) == [field]


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\Users\\ada\\passwd", "/var/passwd", "pass\nwd\0"])
def test_a_file_s_name_is_only_shown(house, name: str) -> None:
    """Its last part, of whichever system, as far as it can be printed; the file itself is called by its content."""
    record = house.house.pictures.upload(house.caller(), file(), name)
    assert record.image.name == "passwd"
    assert record.image.blob.rpartition("/")[2].removesuffix(".png").isalnum()


# Importing


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a.png",
        "http://localhost:3560/health",
        "http://[::1]/a.png",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/a.png",
        "file:///etc/passwd",
        "https://user:secret@example.com/a.png",
        "not an address",
    ],
)
def test_an_import_never_reaches_inside(client, url: str) -> None:
    """400 naming the address."""
    answer = client.post("/api/images/import", json={"url": url})
    assert (answer.status_code, list(answer.json["metadata"]["fields"])) == (400, ["url"])


# Finding and changing


def test_images_are_listed_by_tag_text_source_and_page(new_studio) -> None:
    """Newest first, icons among them; other accounts' never."""
    studio = new_studio(work=False)
    studio.house.engines.store.leases.enlist("test")
    client = studio.client()
    ids = [uploaded(client, tags=json.dumps(tags))["id"] for tags in ([HERO], [HOME], [HERO, HOME])]
    uploaded(studio.client(studio.admin), tags=json.dumps([HERO]))

    def listed(query: str) -> list[str]:
        return [each["id"] for each in client.get(f"/api/images?{query}").json["data"]]

    assert set(listed("tagType=CHARACTER&tagId=hero")) == {ids[0], ids[2]}
    assert set(listed("tagType=&tagId=home")) == {ids[1], ids[2]}
    assert set(listed("q=CASTLE&source=upload")) == set(ids)
    assert listed("q=nothing") == listed("source=generated") == []
    page = client.get("/api/images?page=2&perPage=2").json
    assert page["pagination"] == {"page": 2, "perPage": 2, "total": 3, "pages": 2}
    assert [each["id"] for each in page["data"]] == listed("")[2:]


@pytest.mark.parametrize("query", ["tagType=PLACE", "source=mail", "page=0", "perPage=101", "perPage=x"])
def test_a_wrong_search_is_refused_by_name(client, query: str) -> None:
    """The parameter is named."""
    answer = client.get(f"/api/images?{query}")
    assert answer.status_code == 400
    assert list(answer.json["metadata"]["fields"]) == [query.partition("=")[0]]


def test_an_image_is_renamed_and_tagged(client) -> None:
    """What is left out stays as it is."""
    address = f"/api/images/{uploaded(client, tags=json.dumps([HERO]))['id']}"
    assert client.patch(address, json={"name": "keep"}).json["tags"] == [HERO]
    changed = client.patch(address, json={"tags": [HOME]}).json
    assert (changed["name"], changed["tags"]) == ("keep", [HOME])
    assert client.get(address).json == changed


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_somebody_else_s_image_looks_like_an_unknown_one(house, client, method: str) -> None:
    """404 with one text."""
    foreign = uploaded(house.client(house.admin))["id"]
    answers = [
        getattr(client, method)(f"/api/images/{image_id}", json={} if method == "patch" else None)
        for image_id in (foreign, UNKNOWN)
    ]
    assert [(each.status_code, each.json["code"]) for each in answers] == [(404, "IMAGE_NOT_FOUND")] * 2


def test_a_record_demands_a_credential(house, client) -> None:
    """The id of an image opens nothing by itself, signed or not."""
    image = uploaded(client)
    signature = image["url"].partition("?")[2]
    stranger = house.client(anonymous=True)
    assert stranger.get(f"/api/images/{image['id']}").status_code == 401
    assert stranger.get(f"/api/images/{image['id']}?{signature}").status_code == 401


# Deleting


def test_bytes_go_with_the_last_image_that_has_them(house, client) -> None:
    """Two accounts' equal pictures share a file; thumbnails go with it."""
    other = house.client(house.admin)
    data = file(colour="#0a0b0c", size=(200, 200))
    mine, theirs = uploaded(client, data), uploaded(other, data)
    assert mine["filepath"] == theirs["filepath"]
    name = mine["filepath"].rpartition("/")[2]
    client.get(f"{mine['url']}&w=64")
    assert client.delete(f"/api/images/{mine['id']}").status_code == 204
    assert client.get(f"/api/images/{mine['id']}").status_code == 404
    assert client.get(mine["url"]).status_code == 404
    assert other.get(theirs["url"]).data
    other.delete(f"/api/images/{theirs['id']}")
    assert not [each for each in stored(house) if each.startswith(name)]


def test_an_icon_can_be_deleted_and_its_batch_still_opens(house, client) -> None:
    """The batch shows what is left, and the picture does not come back from the cache."""
    batch = submit(house, "tools")
    image = complete(house, claim(house))
    assert client.get(f"/api/images/{image.id}").json["source"] == "generated"
    assert client.delete(f"/api/images/{image.id}").status_code == 204
    assert client.get(f"/api/icons/batch/{batch.id}/result").status_code == 200
    assert client.get("/api/icons/cached").status_code == 200


def test_a_purge_leaves_the_gallery_alone(house, client) -> None:
    """Clearing the cache and the sweeper take no upload."""
    image = uploaded(client)
    client.post("/api/icons/cache/clear", json={})
    house.gallery.sweep()
    assert client.get(image["url"]).status_code == 200
