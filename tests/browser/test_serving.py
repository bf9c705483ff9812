"""How the page is served: a strict policy, and no file beyond those it needs."""

import gzip
import re

import pytest

from icons.domain.prompts.library import Library
from tests.conftest import Studio
from tools.dashboard_samples import SAMPLES, SHOWCASE, STATIC, file_of, requests


def test_the_policy_allows_this_origin_only(house: Studio) -> None:
    """No inline code or style but the import map, nothing from elsewhere, no text read as HTML."""
    answer = house.client(anonymous=True).get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert answer.status_code == 200
    assert policy.startswith("default-src 'none'; script-src 'self' 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "require-trusted-types-for 'script'" in policy


def test_every_file_of_the_import_map_is_served(house: Studio) -> None:
    """As JavaScript, to anybody."""
    client = house.client(anonymous=True)
    addresses = set(re.findall(r'"(/static/vendor/[^"]+)"', client.get("/").text))
    assert len(addresses) == 6
    for address in addresses:
        answer = client.get(address)
        assert (answer.status_code, answer.mimetype) == (200, "text/javascript")


@pytest.mark.parametrize(
    "address",
    [
        "/static/vendor/preact/package.json",
        "/static/vendor/v-0123456789abcdef/preact/package.json",
        "/static/dashboard/v-0123456789abcdef/../../__init__.py",
        "/static/vendor/axe-core/axe.min.js",
        "/static/vendor/../package.json",
        "/static/dashboard/../__init__.py",
        "/static/dashboard/%2e%2e/__init__.py",
        "/static/dashboard/",
        "/static/dashboard/nothing.js",
    ],
)
def test_no_other_file_is_served(house: Studio, address: str) -> None:
    """Neither from the packages nor from beside the dashboard's own."""
    assert house.client(anonymous=True).get(address).status_code == 404


def test_a_browser_keeps_what_the_page_names(house: Studio) -> None:
    """All of it, under addresses of its version; of another version, or without one, it asks whether it has changed."""
    client = house.client(anonymous=True)
    page = client.get("/")
    addresses = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text))
    assert len([each for each in addresses if each.endswith(".js")]) > 50
    for address in addresses:
        assert "immutable" in client.get(address).headers["Cache-Control"], address
    plain = re.sub("/v-[0-9a-f]+/", "/", max(addresses))
    for other in (plain, re.sub("/v-[0-9a-f]+/", "/v-0123456789abcdef/", max(addresses))):
        assert client.get(other).headers["Cache-Control"] == "no-cache"
    assert page.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(("accepted", "packed"), [("gzip, br", "gzip"), ("identity", None), ("gzip;q=0", None)])
def test_text_is_packed_for_who_takes_it(house: Studio, accepted: str, packed: str | None) -> None:
    """The same text either way; whoever has it already is told so."""
    client = house.client(anonymous=True)
    address = "/static/dashboard/main.js"
    answer = client.get(address, headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == packed
    assert answer.headers["Vary"] == "Accept-Encoding"
    text = gzip.decompress(answer.data) if packed else answer.data
    assert text == (STATIC / "main.js").read_bytes()
    known = {"Accept-Encoding": accepted, "If-None-Match": answer.headers["ETag"]}
    assert client.get(address, headers=known).status_code == 304


def test_the_styles_come_as_one_file(house: Studio) -> None:
    """In the order of their imports."""
    client = house.client(anonymous=True)
    sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', client.get("/").text)
    assert len(sheets) == 1
    names = re.findall(r'@import "([^"]+)"', (STATIC / "styles.css").read_text())
    assert {STATIC / name for name in names} == set((STATIC / "styles").iterdir())
    assert client.get(sheets[0]).text == "".join((STATIC / name).read_text() for name in names)


def test_the_page_names_every_module_the_other_pages_last(house: Studio) -> None:
    """What signing in needs comes first, each module once."""
    page = house.client(anonymous=True).get("/").text
    links = re.findall(r'rel="modulepreload" href="/static/dashboard/v-\w+/([^"]+)"( fetchpriority="low")?', page)
    assert sorted(name for name, _ in links) == sorted(
        path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.js")
    )
    later = [bool(low) for _, low in links]
    assert later == sorted(later)
    assert links[0] == ("main.js", "")
    assert ("parts/sign-in.js", "") in links
    assert ("pages/gallery.js", ' fetchpriority="low"') in links


def test_every_style_has_a_sample_and_every_example_its_picture() -> None:
    """`python -m tools.dashboard_samples` has been run since the last new one."""
    assert {path.stem for path in SAMPLES.iterdir()} == {style.name for style in Library.built_in().styles}
    assert {*SHOWCASE.iterdir()} == {file_of(category) for category, _, _ in requests()}
