"""A studio and a Chromium of one's own: what browser tests, screenshots and benchmarks of the dashboard share."""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bench.serving import ROOT, process

PASSWORD = "correct horse battery staple"  # of the account admin
FLAGS = (
    "--no-sandbox",  # the pages are our own
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@contextmanager
def studio(**settings: str) -> Iterator[str]:
    """`python app.py serve` as a user starts it, on a storage of its own; its address."""
    with tempfile.TemporaryDirectory() as storage, studio_on(Path(storage), free_port(), **settings) as url:
        yield url


@contextmanager
def studio_on(storage: Path, port: int, **settings: str) -> Iterator[str]:
    """The same on a given storage and port, which a second start may find again."""
    own = {"STORAGE_DIR": str(storage), "PORT": str(port), "ADMIN_PASSWORD": PASSWORD, "LOG_LEVEL": "ERROR"}
    environment = {**os.environ, **own, "DRAW_PROCESSES": "2", "RATELIMIT_ENABLED": "false", **settings}
    url = f"http://127.0.0.1:{port}"
    with process([sys.executable, str(ROOT / "app.py"), "serve"], environment, url + "/health"):
        yield url


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium."""
    found = shutil.which("chromium")
    if found is None:
        raise FileNotFoundError("There is no Chromium here; run tools/debian-packages chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        browser.close()


def sign_in(page: Page, url: str, username: str = "admin") -> None:
    """Through the page's own form."""
    page.goto(url)
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation").wait_for()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
