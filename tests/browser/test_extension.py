"""The Chrome extension in real Chromium: it connects, fills requests through the demo page, and shows them."""

import functools
import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, expect

from tools.browsing import FLAGS, PASSWORD, free_port, studio, studio_on

from ..conftest import eventually

EXTENSION = Path(__file__).parents[2] / "extension"
ID = "npioojbjjmcmmjcifeamponibbnobbon"  # follows from the manifest's key


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_) -> None:
        pass


@dataclass
class Scene:
    """A service, a page that draws, and a Chromium with the extension."""

    url: str
    page: str
    context: BrowserContext
    session: requests.Session

    @property
    def socket(self) -> str:
        return self.url.replace("http", "ws") + "/ws"

    def set_up(self, **settings: str) -> None:
        """Fills in the options as a user does."""
        options = self.context.new_page()
        options.goto(f"chrome-extension://{ID}/options.html")
        token = self.session.headers["X-API-Key"]
        for name, value in {"server": self.socket, "token": token, "page": self.page, **settings}.items():
            options.locator(f"[name={name}]").fill(value)
        options.get_by_role("button", name="Save").click()
        expect(options.get_by_role("status")).to_have_text("Saved.")
        options.close()

    def popup(self):
        popup = self.context.new_page()
        popup.goto(f"chrome-extension://{ID}/popup.html")
        return popup

    def workers(self) -> list:
        return self.session.get(f"{self.url}/api/workers", timeout=10).json()["data"]

    def ask(self, prompt: str) -> str:
        body = {"prompt": prompt, "provider": "browser", "parameters": {"width": 512, "height": 512}}
        answer = self.session.post(f"{self.url}/api/images/generate", json=body, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()["requestId"]

    def record(self, request_id: str) -> dict:
        return self.session.get(f"{self.url}/api/images/{request_id}", timeout=10).json()

    def ended(self, request_id: str) -> dict:
        def look():
            record = self.record(request_id)
            return record["status"] in ("completed", "failed") and record

        return eventually(look, 60)


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


def unpacked(folder: Path) -> Path:
    """The extension with the page's permission given: nobody can press the browser's own dialogue in a test."""
    copy = shutil.copytree(EXTENSION, folder / "extension")
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["host_permissions"] = ["http://127.0.0.1/*"]
    (copy / "manifest.json").write_text(json.dumps(manifest))
    return copy


@pytest.fixture
def scene(browser: Browser, service: str, demo: str, tmp_path: Path) -> Iterator[Scene]:
    folder = unpacked(tmp_path)
    context = browser.browser_type.launch_persistent_context(
        tmp_path / "profile",
        executable_path=shutil.which("chromium"),
        headless=False,
        args=[*FLAGS, "--headless=new", f"--disable-extensions-except={folder}", f"--load-extension={folder}"],
    )
    session = requests.Session()
    credentials = {"username": "admin", "password": PASSWORD}
    token = session.post(f"{service}/api/auth/login", json=credentials, timeout=10).json()["access_token"]
    session.headers["Authorization"] = f"Bearer {token}"
    key = session.post(f"{service}/api/auth/keys", json={"name": "extension"}, timeout=10).json()["key"]
    session.headers.pop("Authorization")
    session.headers["X-API-Key"] = key
    yield Scene(service, demo, context, session)
    context.close()


def test_a_request_is_filled_through_the_page(scene: Scene) -> None:
    """From the caller's POST over extension and page to a PNG on the server; the popup shows it done."""
    scene.set_up()
    worker = eventually(scene.workers)[0]
    assert worker["extensionId"] == ID
    popup = scene.popup()
    expect(popup.locator("#connection")).to_have_text("Connected")
    record = scene.ended(scene.ask("a lighthouse"))
    assert record["status"] == "completed", record
    picture = scene.session.get(f"{scene.url}/api/images/{Path(record['imagePath']).name}", timeout=10)
    assert picture.content.startswith(b"\x89PNG")
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
    names = {Path(record["imagePath"]).name for record in records}
    contents = {scene.session.get(f"{scene.url}/api/images/{name}", timeout=10).content for name in names}
    assert len(contents) == 3


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
