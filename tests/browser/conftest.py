"""One studio and one Chromium for all browser tests, and a page that fails its test at any error or outside request."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

import app
from icons.adapters.fetcher import GuardedFetcher
from tests.conftest import Studio, embedded, opened
from tests.fakes.provider import FakeProvider, running
from tests.web.drawn import served
from tools.browsing import chromium, sign_in, studio

WAIT = 30_000  # ms that anything may take on a busy machine
expect.set_options(timeout=WAIT)


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """The studio's address."""
    with studio() as address:
        yield address


@dataclass
class Painted:
    """A studio whose connections may lead to this machine, and a provider there to connect to."""

    url: str
    provider: FakeProvider


@pytest.fixture(scope="session")
def painted() -> Iterator[Painted]:
    with running() as provider, studio(ALLOW_PRIVATE_BASE_URLS="true") as address:
        yield Painted(address, provider)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


class Watch:
    """What a page must never do: ask outside, or write an error to the console."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc
        self.troubles: list[str] = []

    def allow(self, url: str) -> None:
        """Another studio, in place of the first."""
        self._host = urlsplit(url).netloc

    def follow(self, page: Page) -> None:
        page.on("request", lambda request: self._check(request.url))
        page.on("websocket", lambda socket: self._check(socket.url))
        page.on("pageerror", lambda error: self.troubles.append(f"uncaught: {error}"))
        page.on("console", lambda message: self._hear(message.type, message.text))

    def _check(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("blob", "data") and parts.netloc != self._host:
            self.troubles.append(f"outside request: {address}")

    def _hear(self, kind: str, text: str) -> None:
        # The browser itself reports refused and failed requests here; tests that cause them clear `troubles`.
        if kind in ("error", "warning"):
            self.troubles.append(f"console {kind}: {text}")


@pytest.fixture
def watch(url: str) -> Iterator[Watch]:
    watch = Watch(url)
    yield watch
    assert not watch.troubles


@pytest.fixture
def open_page(browser: Browser, url: str, watch: Watch) -> Iterator[Callable[..., Page]]:
    """Opens a page in a browser profile of its own; by default signed in."""
    contexts: list[BrowserContext] = []

    def open_one(*, signed_in: bool = True, at: str = url, **options) -> Page:
        context = browser.new_context(reduced_motion="reduce", **options)
        context.set_default_timeout(WAIT)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        page = context.new_page()
        watch.follow(page)
        watch.allow(at)
        if signed_in:
            sign_in(page, at)
        else:
            page.goto(at)
        return page

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A page of the signed-in administrator."""
    return open_page()


@pytest.fixture
def painted_page(open_page: Callable[..., Page], painted: Painted) -> Page:
    """A page of that studio's administrator."""
    return open_page(at=painted.url)


@dataclass
class Inner:
    """A studio in this process, whose parts a test can reach, and a provider to connect to."""

    url: str
    studio: Studio
    provider: FakeProvider


@pytest.fixture(scope="module")
def inner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inner]:
    """Its connections and its imports may lead to this machine."""
    folder = tmp_path_factory.mktemp("inner")
    with pytest.MonkeyPatch.context() as patch, running() as provider:
        patch.setattr(app, "GuardedFetcher", partial(GuardedFetcher, allow_private=True))  # no setting allows it
        settings = embedded(folder, allow_private_base_urls=True, ratelimit_enabled=False)
        with opened(settings) as studio, served(studio.web.app) as url:
            yield Inner(url, studio, provider)


@pytest.fixture
def inner_page(open_page: Callable[..., Page], inner: Inner) -> Page:
    """A page of that studio's administrator."""
    return open_page(at=inner.url)
