"""The image files: who may see them, and what browsers and caches are told."""

import hashlib
import hmac
import io
import time

import pytest
from PIL import Image as Pillow

from icons.domain.images import Format
from icons.web.signing import ImageSigner
from tests.web.drawn import SVG, claim, complete, idle_studio, submit

SECRET = "a secret of at least thirty-two bytes"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with idle_studio(tmp_path_factory.mktemp("house"), jwt_secret_key=SECRET) as studio:
        yield studio


@pytest.fixture(scope="module")
def image(house):
    submit(house, "tools")
    return complete(house, claim(house))


@pytest.fixture(scope="module")
def drawing(house):
    submit(house, "music")
    return complete(house, claim(house), Format.SVG)


@pytest.fixture
def stranger(house):
    """Somebody without any credential."""
    return house.client(anonymous=True)


@pytest.fixture
def address(house, image):
    """The image's signed address, as an answer gives it."""
    batch = house.service.batches(house.caller(), 10)[-1]
    result = house.client().get(f"/api/icons/batch/{batch.id}/result").json["results"][0]
    assert result["filename"] == image.filename
    return result["image_url"]


def bytes_of(house, image):
    with house.gallery.open(image) as file:
        return file.read()


# Who may see it


def test_a_signed_address_needs_no_credential(house, stranger, image, address):
    """What stands in `image_url` works in an <img>."""
    answer = stranger.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.data == bytes_of(house, image)


def test_without_any_credential_it_is_refused(stranger, image):
    """The bare path alone opens nothing."""
    assert stranger.get(f"/api/images/{image.filename}").status_code == 401


def test_the_owner_may_use_the_bare_path(house, image):
    """A key in the header is enough for one's own image."""
    assert house.client().get(f"/api/images/{image.filename}").data == bytes_of(house, image)


def test_another_account_sees_neither_image_nor_difference(house, image):
    """Somebody else's image looks like one that does not exist."""
    other = house.client(house.admin)
    foreign = other.get(f"/api/images/{image.filename}")
    unknown = other.get("/api/images/00000000-0000-4000-8000-000000000000.png")
    assert foreign.status_code == unknown.status_code == 404
    assert (foreign.json["message"], foreign.json["code"]) == (unknown.json["message"], unknown.json["code"])


@pytest.mark.parametrize("change", ["0", "f" * 64, "é", ""])
def test_a_changed_signature_is_forbidden(stranger, address, change):
    """403 with a text that says how to get a fresh address."""
    answer = stranger.get(address.partition("signature=")[0] + "signature=" + change)
    assert (answer.status_code, answer.json["code"]) == (403, "SIGNATURE_INVALID")


def test_an_address_of_another_image_is_forbidden(stranger, drawing, image, address):
    """A signature is for one file name."""
    assert stranger.get(address.replace(image.filename, drawing.filename)).status_code == 403


def test_a_later_end_is_forbidden(stranger, address):
    """Nobody prolongs an address."""
    expires = int(address.partition("expires=")[2].partition("&")[0])
    assert stranger.get(address.replace(str(expires), str(expires + 1))).status_code == 403


def test_an_expired_address_is_forbidden_but_to_the_owner(house, stranger, image):
    """Expired is 403 for a stranger; the owner's own credential still counts."""
    yesterday = ImageSigner(SECRET.encode(), 3600, clock=lambda: time.time() - 86400).url(image.filename)
    assert stranger.get(yesterday).status_code == 403
    assert house.client().get(yesterday).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "../../icons.db",
        "..%2f..%2ficons.db",
        "%2e%2e/%2e%2e/icons.db",
        "secrets",
        "a.png%00.svg",
        "%00",
        "ｉｍａｇｅ.png",
        "%ff%fe.png",
        "00000000-0000-4000-8000-00000000000٠.png",
        "00000000-0000-4000-8000-000000000000.PNG",
        "00000000-0000-4000-8000-000000000000.png%0a",
        "x" * 5000 + ".png",
    ],
)
def test_any_other_name_is_unknown(house, name):
    """Nothing but the names that the service gives is looked up."""
    assert house.client().get(f"/api/images/{name}").status_code == 404


# What browsers and caches are told


def test_the_answer_may_be_kept_and_not_reinterpreted(stranger, image, address):
    """Length, type, name and caching are exact."""
    headers = stranger.get(address).headers
    assert headers["Content-Length"] == str(image.size)
    assert headers["ETag"] == f'"{image.blob[3:67]}"'
    assert headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"] == f"inline; filename={image.filename}"
    assert headers["Accept-Ranges"] == "bytes"
    assert "Last-Modified" in headers


def test_head_tells_the_same_without_the_bytes(stranger, address):
    """HEAD has GET's headers and no body."""
    head, get = stranger.head(address), stranger.get(address)
    assert head.data == b""
    own = ("Content-Length", "ETag", "Content-Type", "Cache-Control")
    assert [head.headers[name] for name in own] == [get.headers[name] for name in own]


def test_download_offers_a_file(stranger, address, image):
    """`download=1` may be added to a signed address."""
    answer = stranger.get(address + "&download=1")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={image.filename}"


def test_a_known_image_is_not_sent_again(stranger, address):
    """If-None-Match and If-Modified-Since are answered with 304."""
    first = stranger.get(address)
    for name, value in (
        ("If-None-Match", first.headers["ETag"]),
        ("If-Modified-Since", first.headers["Last-Modified"]),
    ):
        answer = stranger.get(address, headers={name: value})
        assert (answer.status_code, answer.data) == (304, b"")


def test_a_known_image_is_not_even_looked_for(house, stranger, image, address):
    """Its storage may be far away: the tag alone says that the copy is the image."""
    tag, data = stranger.get(address).headers["ETag"], bytes_of(house, image)
    house.house.engines.files.delete(image.blob)
    try:
        assert stranger.get(address, headers={"If-None-Match": tag}).status_code == 304
        assert stranger.get(address).status_code == 404
    finally:
        house.house.engines.files.put(image.blob, data)


def test_svg_is_shut_in(house, drawing):
    """An SVG opened by itself runs no script and fetches nothing."""
    answer = house.client().get(f"/api/images/{drawing.filename}?w=64")
    assert (answer.data, answer.mimetype) == (SVG, "image/svg+xml")
    policy = answer.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; sandbox"


# Thumbnails


@pytest.mark.parametrize("width", [64, 128, 256])
def test_a_thumbnail_has_its_width_and_its_own_tag(stranger, address, width):
    """The width may be added to a signed address; a cache does not mix it up with the image."""
    answer = stranger.get(f"{address}&w={width}")
    assert Pillow.open(io.BytesIO(answer.data)).size == (width, width)
    assert answer.mimetype == "image/webp"
    assert answer.headers["ETag"].endswith(f'-w{width}"')
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert answer.headers["Content-Disposition"].endswith(".webp")


def test_a_thumbnail_is_never_larger_than_the_image(house, stranger, image, address):
    """Where the image is narrower already, it is given as it is."""
    answer = stranger.get(f"{address}&w=512")
    assert answer.data == bytes_of(house, image)
    assert answer.headers["ETag"] == stranger.get(address).headers["ETag"]


@pytest.mark.parametrize("width", ["63", "0", "-1", "x", "99999999999999999999"])
def test_other_widths_are_refused_by_name(stranger, address, width):
    """Nobody fills the disk with widths of his own."""
    answer = stranger.get(f"{address}&w={width}")
    assert answer.status_code == 400
    assert "w" in answer.json["metadata"]["fields"]


# Ranges


def test_a_range_is_that_part(house, stranger, image, address):
    """One range, counted from either end."""
    whole = bytes_of(house, image)
    for asked, part in (("bytes=10-19", whole[10:20]), ("bytes=-7", whole[-7:]), ("bytes=1000-", whole[1000:])):
        answer = stranger.get(address, headers={"Range": asked})
        assert (answer.status_code, answer.data) == (206, part)
        assert answer.headers["Content-Length"] == str(len(part))
        assert answer.headers["Content-Range"].endswith(f"/{len(whole)}")


def test_if_range_gives_the_whole_when_the_tag_differs(house, stranger, image, address):
    """A download that is continued never mixes two images."""
    tag = stranger.get(address).headers["ETag"]
    part = stranger.get(address, headers={"Range": "bytes=5-9", "If-Range": tag})
    whole = stranger.get(address, headers={"Range": "bytes=5-9", "If-Range": '"another"'})
    assert (part.status_code, len(part.data)) == (206, 5)
    assert (whole.status_code, len(whole.data)) == (200, image.size)


@pytest.mark.parametrize("asked", ["bytes=9999999-", "bytes=5-2", "bytes=" + ",".join(["0-1"] * 5000), "bytes=0-1,5-9"])
def test_what_is_not_one_range_within_it_is_refused(stranger, address, asked):
    """Many ranges, which could multiply the answer, and impossible ones get 416."""
    answer = stranger.get(address, headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"].startswith("bytes */")


def test_a_blob_that_is_gone_is_unknown(house):
    """A lost file is a 404 and never a stack trace."""
    submit(house, "lost")
    image = complete(house, claim(house), data=b"soon gone")
    house.house.engines.files.delete(image.blob)
    assert house.client().get(f"/api/images/{image.filename}").status_code == 404


# The signer


def test_an_address_stays_the_same_for_a_while_and_lives_long_enough():
    """A browser that asks twice finds the image in its cache; no address lives shorter than promised."""
    now = 1_000_000.0
    signer = ImageSigner(SECRET.encode(), 3600, clock=lambda: now)
    addresses = set()
    for now in range(1_000_000, 1_003_600, 60):
        url = signer.url("a.png")
        lives = int(url.partition("expires=")[2].partition("&")[0]) - now
        assert 3600 <= lives <= 3600 * 1.25
        addresses.add(url)
    assert len(addresses) <= 5


def test_the_key_is_not_that_of_the_tokens():
    """An address signature is no HMAC under the secret itself, and another secret makes another one."""
    signer = ImageSigner(SECRET.encode(), 3600, clock=lambda: 0.0)
    expires, signature = (part.partition("=")[2] for part in signer.url("a.png").partition("?")[2].split("&"))
    assert signer.valid("a.png", int(expires), signature)
    assert not ImageSigner(b"another" * 8, 3600, clock=lambda: 0.0).valid("a.png", int(expires), signature)
    assert signature != hmac.new(SECRET.encode(), f"a.png\n{expires}".encode(), hashlib.sha256).hexdigest()


def test_addresses_are_absolute_when_the_public_address_is_known():
    """Answers that are shown elsewhere need the host."""
    url = ImageSigner(SECRET.encode(), 60, "https://icons.example.com/").url("a.png")
    assert url.startswith("https://icons.example.com/api/images/a.png?expires=")
