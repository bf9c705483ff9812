"""A service, a page that draws, and a Chromium with the extension between them."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from playwright.sync_api import Browser, BrowserContext, expect

from tools.browsing import FLAGS, PASSWORD

from ..conftest import eventually

EXTENSION = Path(__file__).parents[2] / "extension"
ID = "npioojbjjmcmmjcifeamponibbnobbon"  # follows from the manifest's key


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

    def picture(self, record: dict) -> bytes:
        """The file that a record names."""
        return self.session.get(f"{self.url}/api/images/{Path(record['imagePath']).name}", timeout=10).content


def unpacked(folder: Path) -> Path:
    """The extension with the page's permission given: nobody can press the browser's own dialogue in a test."""
    copy = shutil.copytree(EXTENSION, folder / "extension")
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["host_permissions"] = ["http://127.0.0.1/*"]
    (copy / "manifest.json").write_text(json.dumps(manifest))
    return copy


@contextmanager
def extended(browser: Browser, service: str, page: str, folder: Path) -> Iterator[Scene]:
    """A browser of its own, with the extension as it is before anybody has set it up."""
    extension = unpacked(folder)
    context = browser.browser_type.launch_persistent_context(
        folder / "profile",
        executable_path=shutil.which("chromium"),
        headless=False,
        args=[*FLAGS, "--headless=new", f"--disable-extensions-except={extension}", f"--load-extension={extension}"],
    )
    session = requests.Session()
    credentials = {"username": "admin", "password": PASSWORD}
    token = session.post(f"{service}/api/auth/login", json=credentials, timeout=10).json()["access_token"]
    session.headers["Authorization"] = f"Bearer {token}"
    key = session.post(f"{service}/api/auth/keys", json={"name": "extension"}, timeout=10).json()["key"]
    session.headers.pop("Authorization")
    session.headers["X-API-Key"] = key
    yield Scene(service, page, context, session)
    context.close()
