"""Images that lie in S3: shown by the service, or by the storage itself under IMAGE_URLS=direct."""

import io
import re

import pytest
import requests
from PIL import Image as Pillow

from icons.domain.errors import SettingsError
from icons.domain.images import Format
from icons.web.signing import ImageSigner

from ..servers.s3 import S3Server, s3_server  # noqa: F401 - a fixture
from .drawn import claim, complete, idle_studio, submit

SECRET = "a secret of at least thirty-two bytes"


@pytest.fixture(scope="module")
def direct(tmp_path_factory, s3_server: S3Server):  # noqa: F811
    folder = tmp_path_factory.mktemp("direct")
    settings = {"storage_url": s3_server.url("direct"), "jwt_secret_key": SECRET, "image_url_ttl": 600}
    with idle_studio(folder, image_urls="direct", **settings) as studio:
        yield studio


@pytest.fixture(scope="module")
def image(direct):
    submit(direct, "tools")
    return complete(direct, claim(direct))


@pytest.fixture
def stranger(direct):
    return direct.client(anonymous=True)


def signed(image) -> str:
    return ImageSigner(SECRET.encode(), 600).url(image.filename)


def test_a_signed_address_leads_on_to_the_storage(direct, image, stranger, s3_server: S3Server) -> None:  # noqa: F811
    """There the bytes lie under the public name; the way there is kept for less long than it works."""
    answer = stranger.get(signed(image))
    assert answer.status_code == 302
    assert answer.headers["Cache-Control"] == "private, max-age=300"
    assert answer.headers["Location"].startswith(f"{s3_server.endpoint}/icons/direct/{image.blob}?")
    shown = requests.get(answer.headers["Location"], timeout=10)
    assert len(shown.content) == image.size
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.headers["Content-Disposition"] == f"inline; filename={image.filename}"
    saved = requests.get(stranger.get(signed(image) + "&download=true").headers["Location"], timeout=10)
    assert saved.headers["Content-Disposition"] == f"attachment; filename={image.filename}"


def test_thumbnails_too(image, stranger) -> None:
    """One that nobody has asked for yet is made first; a width that there is not is refused as ever."""
    address = stranger.get(signed(image) + "&w=64").headers["Location"]
    shown = requests.get(address, timeout=10)
    with Pillow.open(io.BytesIO(shown.content)) as picture:
        assert (picture.format, picture.width) == ("WEBP", 64)
    assert shown.headers["Content-Disposition"] == f"inline; filename={image.id}.webp"
    assert stranger.get(signed(image) + "&w=65").status_code == 400


def test_drawings_stay_behind_the_service(direct, stranger) -> None:
    """No storage sends the headers that keep an SVG's scripts still."""
    submit(direct, "music")
    drawing = complete(direct, claim(direct), Format.SVG)
    answer = stranger.get(signed(drawing))
    assert answer.status_code == 200
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_who_sends_a_credential_is_answered_here(direct, image, stranger) -> None:
    """A client that follows with its key would give it to the storage. A HEAD is answered here, too."""
    whole = direct.client().get(f"/api/images/{image.filename}")
    assert (whole.status_code, len(whole.data)) == (200, image.size)
    head = stranger.head(signed(image))
    assert (head.status_code, head.content_length) == (200, image.size)


def test_an_address_without_a_signature_leads_nowhere(image, stranger) -> None:
    """Neither do wrong ones."""
    assert stranger.get(f"/api/images/{image.filename}").status_code == 401
    assert stranger.get(re.sub(r"expires=\d+", "expires=9999999999", signed(image))).status_code == 403


def test_the_dashboard_allows_pictures_of_the_storage(direct, stranger, s3_server: S3Server) -> None:  # noqa: F811
    """And from nowhere else."""
    policy = stranger.get("/").headers["Content-Security-Policy"]
    assert f"img-src 'self' blob: data: {s3_server.endpoint};" in policy


def test_a_range_of_what_lies_in_s3(tmp_path, s3_server: S3Server) -> None:  # noqa: F811
    """Shown by the service: a piece is a piece, whatever keeps the whole."""
    with idle_studio(tmp_path, storage_url=s3_server.url("served")) as studio:
        submit(studio, "tools")
        image = complete(studio, claim(studio), data=b"\x89PNG" + bytes(range(256)) * 8000)
        part = studio.client().get(f"/api/images/{image.filename}", headers={"Range": "bytes=1000000-1000003"})
    assert (part.status_code, part.data) == (206, bytes([60, 61, 62, 63]))
    assert part.headers["Content-Range"] == f"bytes 1000000-1000003/{image.size}"


def test_a_storage_that_is_away_is_503(tmp_path) -> None:
    """With the seconds after which to come back."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        server = S3Server()
        server.start()
        with idle_studio(tmp_path, storage_url=server.url()) as studio:
            submit(studio, "tools")
            image = complete(studio, claim(studio))
            server.kill()
            answer = studio.client().get(f"/api/images/{image.filename}")
    assert (answer.status_code, answer.json["retryAfter"]) == (503, 5)


def test_a_folder_cannot_be_reached_by_browsers(tmp_path) -> None:
    """IMAGE_URLS=direct without S3 stops the start."""
    with pytest.raises(SettingsError, match="IMAGE_URLS=direct"), idle_studio(tmp_path, image_urls="direct"):
        pass
