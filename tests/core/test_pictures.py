"""Pictures fetched from addresses, by the real fetcher, from a server of the test's own."""

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PIL import Image as Pillow

from icons.adapters.fetcher import GuardedFetcher
from icons.core.pictures import Intake, Pictures
from icons.domain.errors import InvalidRequest, ProviderFailed, TooLarge
from icons.domain.images import Search, Source, Tag, TagType

HERO = Tag(TagType.CHARACTER, "hero")


def picture() -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", (40, 30), "#4f46e5").save(out, "PNG")
    return out.getvalue()


class Site(BaseHTTPRequestHandler):
    """A few addresses, good and bad."""

    def do_GET(self) -> None:
        status, kind, body = {
            "/castle.png": (200, "image/png", picture()),
            "/no-picture.png": (200, "image/png", b"this is no picture"),
            "/page": (200, "text/html", b"<script>alert(1)</script>"),
            "/large.png": (200, "image/png", bytes(200_000)),
            "/moved.png": (302, "image/png", b""),
        }.get(self.path.partition("?")[0], (404, "text/plain", b""))
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:1/inside.png")
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        """Be silent."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def pictures(new_bench):
    """Of a house whose fetcher may reach the test's server, and the bench itself."""
    bench = new_bench(work=False)
    fetcher = GuardedFetcher(allow_private=True)
    intake = Intake(max_bytes=100_000, timeout=5)
    engines = bench.house.engines
    return Pictures(bench.store.records, engines.files, engines.bus, bench.gallery, fetcher, intake), bench


def test_a_picture_is_fetched_and_kept(pictures, site: str) -> None:
    """Named after its address without the query, tagged, and readable."""
    gallery, bench = pictures
    record = gallery.fetch(bench.ada, f"{site}/castle.png?token=secret", [HERO])
    assert (record.image.source, record.image.name, record.tags) == (Source.IMPORT, "castle.png", (HERO,))
    assert record.image.kept
    with bench.gallery.open(record.image) as file:
        assert Pillow.open(file).size == (40, 30)


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/no-picture.png", InvalidRequest),
        ("/page", InvalidRequest),
        ("/moved.png", InvalidRequest),
        ("/large.png", TooLarge),
        ("/nowhere.png", ProviderFailed),
    ],
)
def test_what_is_no_picture_is_not_kept(pictures, site: str, path: str, error: type[Exception]) -> None:
    """Another type, a redirect, too many bytes, an error of the other side."""
    gallery, bench = pictures
    with pytest.raises(error):
        gallery.fetch(bench.ada, site + path)
    assert bench.store.records.find(bench.ada.account, Search(), 10, 0) == ([], 0)


def test_the_house_s_own_fetcher_does_not_reach_inside(pictures, site: str) -> None:
    """The same address is refused without the operator's word."""
    _, bench = pictures
    with pytest.raises(InvalidRequest) as raised:
        bench.house.pictures.fetch(bench.ada, f"{site}/castle.png")
    assert list(raised.value.fields) == ["url"]
