"""The guarded fetcher against a real server, and against those who would have it reach inside."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from icons.adapters.fetcher import GuardedFetcher
from icons.core.ports import Fetched, Posted
from icons.domain.errors import InvalidRequest, ProviderFailed, ProviderTimeout, TooLarge

PNG = {"image/png"}
seen: list[str] = []


class Site(BaseHTTPRequestHandler):
    """A few pages, good and bad."""

    def do_GET(self) -> None:
        seen.append(self.path)
        match self.path:
            case "/picture":
                self._answer(200, b"picture")
            case "/page":
                self._answer(200, b"<p>", "text/html")
            case "/away":
                self._answer(302, b"", location=f"http://127.0.0.1:{self.server.server_port}/picture")
            case "/endless":
                self._answer(200, b"", length=None)
                while not self.wfile.closed:
                    try:
                        self.wfile.write(b"x" * 65536)
                    except OSError:
                        return
            case "/declared":
                self._answer(200, b"x", length=10_000_000)
            case "/hang":
                self.server.release.wait(10)
            case _:
                self._answer(404, b"")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/patience":
            seen.append(self.path)
            self.send_response(503)
            self.send_header("Retry-After", "7")
            self.end_headers()
        else:
            self.do_GET()

    def _answer(self, status: int, body: bytes, kind: str = "image/png", length: int | None = -1, location="") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if length is not None:
            self.send_header("Content-Length", str(len(body) if length == -1 else length))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args) -> None:
        """Silence."""


@pytest.fixture
def site() -> Iterator[int]:
    """The server's port."""
    seen.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    server.release = threading.Event()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server.server_port
    server.release.set()
    server.shutdown()
    server.server_close()


class Names(AbstractResolver):
    """A name server of the attacker's: every name has these addresses."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(self, host: str, port: int = 0, family=socket.AF_INET) -> list[ResolveResult]:
        kinds = {True: socket.AF_INET6, False: socket.AF_INET}
        return [
            ResolveResult(hostname=host, host=each, port=port, family=kinds[":" in each], proto=0, flags=0)
            for each in self.addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""


def get(url: str, *, inside: bool = True, most: int = 1000, seconds: float = 5) -> Fetched:
    fetcher = GuardedFetcher(allow_private=inside)
    return asyncio.run(fetcher.get(url, most, seconds, PNG))


def test_bytes_and_their_type(site: int) -> None:
    """What lies there, as it is."""
    assert get(f"http://127.0.0.1:{site}/picture") == Fetched(b"picture", "image/png")


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["169.254.169.254"], ["64:ff9b::7f00:1"], ["127.0.0.1", "::1"]],
)
def test_a_name_that_leads_inside_is_not_called(site: int, addresses: list[str]) -> None:
    """The text of the address passes; the socket sees where it really leads, however late the name says so."""
    fetcher = GuardedFetcher(resolver=Names(*addresses))
    url = f"http://pictures.example.com:{site}/picture"
    fetcher.check(url)
    with pytest.raises(InvalidRequest):
        asyncio.run(fetcher.get(url, 1000, 5, PNG))
    assert not seen


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0177.0.0.1", "0x7f.0.0.1", "[::1]", "localhost"])
def test_numbers_in_disguise_are_not_called(site: int, host: str) -> None:
    """Decimal, octal and hexadecimal forms are what they mean."""
    with pytest.raises(InvalidRequest):
        get(f"http://{host}:{site}/picture", inside=False)
    assert not seen


def test_redirects_are_not_followed(site: int) -> None:
    """Not even to where it would be allowed."""
    with pytest.raises(InvalidRequest, match="leads elsewhere"):
        get(f"http://127.0.0.1:{site}/away")
    assert seen == ["/away"]


@pytest.mark.parametrize("path", ["endless", "declared"])
def test_no_more_than_allowed_is_read(site: int, path: str) -> None:
    """Whether the size is declared or not."""
    with pytest.raises(TooLarge):
        get(f"http://127.0.0.1:{site}/{path}")


def test_other_media_types_are_refused(site: int) -> None:
    """A page is not a picture."""
    with pytest.raises(InvalidRequest, match="text/html"):
        get(f"http://127.0.0.1:{site}/page")


def test_faults_in_the_house_s_terms(site: int) -> None:
    """Not there, nobody there, no answer."""
    with pytest.raises(ProviderFailed, match="404"):
        get(f"http://127.0.0.1:{site}/nothing")
    with pytest.raises(ProviderTimeout):
        get(f"http://127.0.0.1:{site}/hang", seconds=0.3)
    with pytest.raises(ProviderFailed):
        get("http://127.0.0.1:9/picture")


def post(url: str, *, fetcher: GuardedFetcher | None = None, seconds: float = 5) -> Posted:
    fetcher = fetcher or GuardedFetcher(allow_private=True)
    return asyncio.run(fetcher.post(url, b"{}", {"X-Of-Ours": "1"}, seconds))


def test_a_post_tells_how_it_was_taken(site: int) -> None:
    """Whatever the status; an address that asks for patience is heard, a redirect is not followed."""
    assert post(f"http://127.0.0.1:{site}/nothing") == Posted(404)
    assert post(f"http://127.0.0.1:{site}/patience") == Posted(503, 7.0)
    assert post(f"http://127.0.0.1:{site}/away") == Posted(302)
    assert seen == ["/nothing", "/patience", "/away"]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "169.254.169.254", "::ffff:127.0.0.1"])
def test_a_post_is_not_led_inside(site: int, address: str) -> None:
    """Each attempt looks where the name leads at that moment."""
    fetcher = GuardedFetcher(allow_http=True, resolver=Names(address))
    with pytest.raises(InvalidRequest):
        post(f"http://hooks.example.com:{site}/picture", fetcher=fetcher)
    assert not seen


def test_without_http_the_address_is_refused(site: int) -> None:
    """Before anything is looked up, naming the field."""
    fetcher = GuardedFetcher(allow_http=False)
    with pytest.raises(InvalidRequest, match="https://") as refused:
        fetcher.check("http://hooks.example.com/x", "webhookUrl")
    assert list(refused.value.fields) == ["webhookUrl"]
    with pytest.raises(InvalidRequest):
        post("http://hooks.example.com/x", fetcher=fetcher)


def test_a_post_without_an_answer(site: int) -> None:
    """Nobody there, or nobody who answers."""
    with pytest.raises(ProviderTimeout):
        post(f"http://127.0.0.1:{site}/hang", seconds=0.3)
    with pytest.raises(ProviderFailed):
        post("http://127.0.0.1:9/x")
