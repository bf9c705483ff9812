"""From SVG to files, and the provider as the house sees it."""

import asyncio
import threading
from collections.abc import Iterator
from io import BytesIO
from xml.etree import ElementTree

import pytest
from PIL import Image

from icons.adapters.providers.local import LocalProvider
from icons.adapters.providers.local.compose import compose
from icons.adapters.providers.local.render import encode, rasterize
from icons.domain.errors import RequestRefused
from icons.domain.images import DRAWN, MAX_SIZE, MIN_SIZE, Format
from icons.domain.prompts.brief import Prompt
from icons.domain.requests import Answer, Order
from tests.adapters.local.drawing import a_brief, glyphs_for


@pytest.fixture(scope="module")
def provider() -> Iterator[LocalProvider]:
    provider = LocalProvider(2)
    yield provider
    asyncio.run(provider.close())


def an_order(size: int = 128, file_format: Format = Format.PNG, drawing: str = "modern", **changes: object) -> Order:
    return Order(
        prompt=Prompt("office supplies", a_brief(drawing, **changes)), width=size, height=size, format=file_format
    )


def drawn(provider: LocalProvider, order: Order) -> Answer:
    return asyncio.run(provider.draw(order))


@pytest.mark.parametrize("size", [MIN_SIZE, 33, 512, MAX_SIZE])
def test_pictures_have_the_size_asked_for(size: int) -> None:
    """A PNG with alpha, as many pixels wide and high as ordered."""
    data = encode(compose(a_brief("flat"), glyphs_for(a_brief()), size).svg, Format.PNG)
    with Image.open(BytesIO(data)) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (size, size))


def test_webp_has_the_same_pixels_as_png() -> None:
    """WebP is written without loss."""
    svg = compose(a_brief(), glyphs_for(a_brief()), 128).svg
    with Image.open(BytesIO(encode(svg, Format.WEBP))) as webp, Image.open(BytesIO(encode(svg, Format.PNG))) as png:
        assert webp.format == "WEBP"
        assert webp.convert("RGBA").tobytes() == png.convert("RGBA").tobytes()


def test_svg_is_delivered_as_text() -> None:
    """An SVG order gets the drawing itself, in UTF-8, in the size asked for."""
    svg = compose(a_brief(), glyphs_for(a_brief()), 300).svg
    root = ElementTree.fromstring(encode(svg, Format.SVG))  # noqa: S314  # our own document
    assert (root.get("width"), root.get("height")) == ("300", "300")


@pytest.mark.parametrize("broken", ["<svg", "", '<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0"/>'])
def test_what_cannot_be_rendered_fails_in_the_domains_terms(broken: str) -> None:
    """The renderer's panic, which is no Exception, does not come through."""
    with pytest.raises(RequestRefused):
        rasterize(broken)


@pytest.mark.parametrize("file_format", sorted(DRAWN))
def test_the_provider_answers_an_order(provider: LocalProvider, file_format: Format) -> None:
    """One picture in the format asked for, with the facts the answer's metadata is made of."""
    answer = drawn(provider, an_order(file_format=file_format))
    (picture,) = answer.pictures
    assert picture.format is file_format
    assert (
        picture.data[:4]
        == {"png": b"\x89PNG", "webp": b"RIFF", "jpeg": b"\xff\xd8\xff\xe0", "svg": b"<svg"}[file_format.value]
    )
    assert answer.model == provider.engine
    assert answer.facts["glyphs"] == ["ph:pen", "ip:stapler", "ph:calculator"]
    assert {"match_confidence", "matched", "unmatched", "layout", "container", "palette", "min_contrast"} <= set(
        answer.facts
    )


def test_equal_orders_get_equal_bytes(provider: LocalProvider) -> None:
    """Whichever process draws, the file is the same."""

    async def several() -> list[Answer]:
        return await asyncio.gather(*(provider.draw(an_order()) for _ in range(6)))

    assert len({answer.pictures[0].data for answer in asyncio.run(several())}) == 1


def test_an_unknown_style_is_refused_for_good(provider: LocalProvider) -> None:
    """The refusal names the style and those that exist; another try would not help."""
    with pytest.raises(RequestRefused, match=r"cubist.*modern") as refusal:
        drawn(provider, an_order(drawing="cubist"))
    assert not refusal.value.transient


def test_several_loops_share_a_provider(provider: LocalProvider) -> None:
    """Two threads, each with a loop of its own, draw at the same time."""
    answers: list[Answer] = []
    threads = [threading.Thread(target=lambda: answers.append(drawn(provider, an_order()))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 2


def test_no_picture_is_shown_twice(provider: LocalProvider) -> None:
    """Two glyphs of one topic that share a picture give it once."""
    shown = drawn(provider, an_order(drawing="illustrated", elements=("tire", "steering wheel"))).facts["glyphs"]
    assert len(shown) == len(set(shown))


def test_nothing_known_still_gives_an_icon(provider: LocalProvider) -> None:
    """A subject that means nothing gets a neutral glyph and says how unsure it is."""
    answer = drawn(provider, an_order(subject="zzyzx qwrtp", elements=()))
    assert answer.pictures[0].data
    assert answer.facts["match_confidence"] < 0.6
