"""Pages of many kinds that the extension fills: how they take a prompt, and how they show what they have drawn."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image as Pillow
from playwright.sync_api import Browser

from tools.browsing import studio

from ..conftest import eventually
from .extended import ID, Scene, extended
from .pages import SIDE, Pages, serving

COLOUR = "#336699"


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    with serving() as pages:
        yield pages


@pytest.fixture(scope="module")
def scene(browser: Browser, pages: Pages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder: Path = tmp_path_factory.mktemp("browser")
    with (
        studio(CORS_ORIGINS=f"chrome-extension://{ID}") as service,
        extended(browser, service, pages.url, folder) as scene,
    ):
        yield scene


def drawn(scene: Scene, page: str, **settings: str) -> dict:
    """What becomes of a request on this page."""
    earlier = {each["id"] for each in scene.workers()}
    scene.set_up(page=page, **{"field": "#prompt", "button": "#draw", "patience": "20", **settings})
    eventually(lambda: {each["id"] for each in scene.workers()} - earlier)  # it connects anew with each change
    return scene.ended(scene.ask(COLOUR))


def assert_painted(scene: Scene, record: dict) -> None:
    assert record["status"] == "completed", record
    with Pillow.open(io.BytesIO(scene.picture(record))) as picture:
        assert picture.size == (SIDE, SIDE)
        assert picture.convert("RGB").getpixel((SIDE // 2, SIDE // 2)) == (0x33, 0x66, 0x99)


@pytest.mark.parametrize("show", ["canvas", "data", "blob", "address", "open"])
def test_a_picture_is_taken_however_it_is_shown(scene: Scene, pages: Pages, show: str) -> None:
    """Painted on a canvas, or in an `img` by its data, as a blob, from this site, or from one that lets it be read."""
    assert_painted(scene, drawn(scene, pages.drawing(show=show), picture="canvas, img"))


@pytest.mark.parametrize("field", ["editable", "model"])
def test_a_prompt_is_written_as_if_typed(scene: Scene, pages: Pages, field: str) -> None:
    """Into an element that can be edited; also where an editor only believes what the keyboard says."""
    assert_painted(scene, drawn(scene, pages.drawing(field=field)))


def test_a_picture_of_another_site_is_fetched_by_the_service(scene: Scene, pages: Pages) -> None:
    """Where the page may not read it, its address is sent; that one here is out of bounds for the service's guard."""
    record = drawn(scene, pages.drawing(show="closed"), picture="img")
    assert (record["status"], record["code"]) == ("failed", "ERR_DOWNLOAD_FAILED")


def test_a_picture_that_is_too_large_is_not_sent(browser: Browser, pages: Pages, tmp_path: Path) -> None:
    """The service says how much it takes, and the caller reads at once that the picture is more."""
    with (
        studio(CORS_ORIGINS=f"chrome-extension://{ID}", MAX_IMAGE_SIZE="10KB") as service,
        extended(browser, service, pages.url, tmp_path) as scene,
    ):
        record = drawn(scene, pages.drawing(show="large"), picture="img")
    assert (record["status"], "larger than the service takes" in record["error"]) == ("failed", True)


@pytest.mark.parametrize(
    ("path", "settings", "reason"),
    [
        ("/page?field=textarea&show=tainted", {"picture": "canvas", "patience": "5"}, "may not be read"),
        ("/framed", {"patience": "5"}, "no prompt field"),
        ("/away", {}, "leads to another site"),
    ],
)
def test_what_is_not_supported_fails_with_its_reason(
    scene: Scene, pages: Pages, path: str, settings: dict[str, str], reason: str
) -> None:
    """A canvas with parts of another site, a field inside a frame, a page that sends its visitors elsewhere."""
    record = drawn(scene, pages.url + path, **settings)
    assert record["status"] == "failed"
    assert reason in record["error"]
