"""The Chrome extension in real Chromium: it connects, fills requests through the demo page, and shows them."""

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tools.browsing import free_port, studio, studio_on

from ..conftest import eventually
from .extended import EXTENSION, ID, Scene, extended


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_) -> None:
        pass


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with studio(CORS_ORIGINS=f"chrome-extension://{ID}") as address:
        yield address


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    """The demo page on a static server."""
    handler = functools.partial(Quiet, directory=EXTENSION / "demo")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture
def scene(browser: Browser, service: str, demo: str, tmp_path: Path) -> Iterator[Scene]:
    with extended(browser, service, demo, tmp_path) as scene:
        yield scene


def test_a_request_is_filled_through_the_page(scene: Scene) -> None:
    """From the caller's POST over extension and page to a PNG on the server; the popup shows it done."""
    scene.set_up()
    worker = eventually(scene.workers)[0]
    assert worker["extensionId"] == ID
    popup = scene.popup()
    expect(popup.locator("#connection")).to_have_text("Connected")
    record = scene.ended(scene.ask("a lighthouse"))
    assert record["status"] == "completed", record
    assert scene.picture(record).startswith(b"\x89PNG")
    assert record["metadata"]["width"] == 512
    entry = popup.get_by_role("list", name="Requests").get_by_role("listitem")
    expect(entry).to_contain_text("a lighthouse")
    expect(entry).to_contain_text("Sent")
    assert not [page for page in scene.context.pages if page.url.startswith(scene.page)]


def test_several_requests_wait_their_turn(scene: Scene) -> None:
    """Three at once are all filled, and differ as their prompts do."""
    scene.set_up()
    eventually(scene.workers)
    records = [scene.ended(each) for each in [scene.ask(f"thing {number}") for number in range(3)]]
    assert [record["status"] for record in records] == ["completed"] * 3
    assert len({scene.picture(record) for record in records}) == 3


def test_a_page_without_the_field_fails_with_a_reason(scene: Scene) -> None:
    """The caller reads which selector finds nothing."""
    scene.set_up(field="#not-there", patience="5")
    eventually(scene.workers)
    record = scene.ended(scene.ask("a boat"))
    assert record["status"] == "failed"
    assert "#not-there" in record["error"]


def test_a_wrong_token_is_refused_and_said(scene: Scene) -> None:
    """The popup says so, and no worker is connected."""
    scene.set_up(token="wrong")
    popup = scene.popup()
    expect(popup.locator("#connection")).to_have_text("Refused")
    expect(popup.locator("#detail")).to_contain_text("token")


def test_it_comes_back_after_the_service_was_away(scene: Scene, tmp_path: Path) -> None:
    """Set up before the service is there, it connects once it is."""
    port = free_port()
    scene.set_up(server=f"ws://127.0.0.1:{port}/ws")
    popup = scene.popup()
    expect(popup.locator("#detail")).to_contain_text("out of reach")
    with studio_on(tmp_path / "late", port, CORS_ORIGINS=f"chrome-extension://{ID}"):
        expect(popup.locator("#connection")).to_have_text("Refused")  # it is there, and does not know the token


def test_the_token_stays_on_the_machine() -> None:
    """Nothing of the extension writes to synced storage or to the console."""
    texts = {file.name: file.read_text() for file in EXTENSION.rglob("*.js")}
    assert not [name for name, text in texts.items() if "storage.sync." in text or "console." in text]


def test_a_suspended_worker_comes_back(scene: Scene) -> None:
    """Chrome stops the service worker; whatever wakes it finds the settings and connects anew."""
    scene.set_up()
    first = eventually(scene.workers)[0]["id"]
    page = scene.context.new_page()
    page.goto("chrome://serviceworker-internals/")
    page.get_by_role("button", name="Stop").first.click()
    eventually(lambda: first not in [each["id"] for each in scene.workers()], 60)
    assert eventually(scene.workers, 90)[0]["id"] != first  # the alarm rings every 30 seconds
    assert scene.ended(scene.ask("a windmill"))["status"] == "completed"
