"""The nineteen styles: every one draws every background, at every size, in its own way."""

import re
from xml.etree import ElementTree

import pytest

from icons.adapters.providers.local.compose import compose
from icons.adapters.providers.local.palette import choose
from icons.adapters.providers.local.sheet import Native
from icons.adapters.providers.local.styles import STYLES
from icons.adapters.providers.local.styles.illustrated import recolor
from icons.domain.prompts.brief import Background
from tests.adapters.local.drawing import BRAND, a_brief, glyphs_for, pixels

NAMES = (
    "modern",
    "flat",
    "duotone",
    "minimal",
    "outline",
    "gradient",
    "glass",
    "neon",
    "long_shadow",
    "isometric",
    "clay",
    "hand_drawn",
    "sticker",
    "pixel",
    "paper_cut",
    "blueprint",
    "badge",
    "bento",
    "illustrated",
)
CORNERS = ((0, 0), (95, 0), (0, 95), (95, 95))


def test_the_registry_has_the_styles_the_templates_name() -> None:
    """Nineteen styles, under the names that briefs use."""
    assert sorted(STYLES) == sorted(NAMES)


@pytest.mark.parametrize("style", NAMES)
def test_opaque_leaves_no_transparent_pixel(style: str) -> None:
    """The ground fills the canvas to its corners."""
    brief = a_brief(style, background=Background.OPAQUE)
    assert pixels(brief, glyphs_for(brief)).getchannel("A").getextrema() == (255, 255)


@pytest.mark.parametrize("style", NAMES)
def test_transparent_draws_the_subject_alone(style: str) -> None:
    """The canvas is empty in its corners and between the glyphs, and the tile's style is not lost to nothing."""
    brief = a_brief(style, background=Background.TRANSPARENT)
    alpha = pixels(brief, glyphs_for(brief)).getchannel("A")
    assert [alpha.getpixel(corner) for corner in CORNERS] == [0, 0, 0, 0]
    covered = sum(value > 128 for value in alpha.tobytes()) / (96 * 96)
    assert 0.08 < covered < 0.75


@pytest.mark.parametrize("style", NAMES)
def test_tile_puts_a_ground_under_every_style(style: str) -> None:
    """A good part of the canvas is covered, its corners are not."""
    brief = a_brief(style, background=Background.TILE)
    alpha = pixels(brief, glyphs_for(brief)).getchannel("A")
    assert [alpha.getpixel(corner) < 128 for corner in CORNERS] == [True] * 4
    assert sum(value > 128 for value in alpha.tobytes()) / (96 * 96) > 0.4


@pytest.mark.parametrize("style", NAMES)
def test_auto_is_what_the_style_is_made_for(style: str) -> None:
    """Bare styles draw on nothing of themselves, the others as with a tile."""
    auto = compose(a_brief(style), glyphs_for(a_brief(style)), 96).facts["container"]
    assert (auto == "none") == (STYLES[style].native is not Native.TILE)


@pytest.mark.parametrize("style", NAMES)
@pytest.mark.parametrize("size", [16, 24, 48])
def test_small_icons_show_the_hero_alone(style: str, size: int) -> None:
    """Below 64 pixels one glyph is drawn, and something of it is seen."""
    brief = a_brief(style)
    assert compose(brief, glyphs_for(brief), size).facts["glyphs"] == [glyphs_for(brief)[0].id]
    assert pixels(brief, glyphs_for(brief), size).getchannel("A").getextrema()[1] > 200


@pytest.mark.parametrize("style", NAMES)
def test_the_svg_is_whole_and_self_contained(style: str) -> None:
    """Well-formed, no reference to anything outside, none to an id it does not define, no id twice."""
    brief = a_brief(style)
    svg = compose(brief, glyphs_for(brief), 512).svg
    root = ElementTree.fromstring(svg)  # noqa: S314  # our own document
    assert root.get("viewBox") == "0 0 512 512"
    ids = re.findall(r'\bid="([^"]+)"', svg)
    used = re.findall(r"url\(#([^)]+)\)", svg) + re.findall(r'href="#([^"]+)"', svg)
    assert len(ids) == len(set(ids))
    assert set(used) <= set(ids)
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
    assert "<image" not in svg
    assert "nan" not in svg.lower()


@pytest.mark.parametrize("style", NAMES)
def test_two_icons_can_be_inlined_in_one_page(style: str) -> None:
    """Icons of different requests share no id."""
    found = [
        set(re.findall(r'\bid="([^"]+)"', compose(brief, glyphs_for(brief), 512).svg))
        for brief in (a_brief(style), a_brief(style, variation=1))
    ]
    assert not found[0] & found[1]


@pytest.mark.parametrize("style", NAMES)
def test_variations_are_seen(style: str) -> None:
    """Ten variations of one brief are ten different pictures, not one picture with other ids."""
    briefs = [a_brief(style, variation=variation) for variation in range(10)]
    assert len({pixels(brief, glyphs_for(brief)).tobytes() for brief in briefs}) == 10


def test_illustrated_shows_pictures_in_the_colours_of_the_palette() -> None:
    """The picture of a dog has the palette's hues, and its light and dark parts stay apart."""
    brief = a_brief("illustrated")
    dog = glyphs_for(brief, "ph:dog")[0]
    assert dog.picture
    palette = choose([BRAND], 0, 0, monochrome=False)
    assert recolor(dog.picture, palette) != dog.picture
    assert dog.picture.count("<path") == recolor(dog.picture, palette).count("<path")


def test_illustrated_paints_what_there_is_no_picture_of() -> None:
    """A stapler has no picture: its line glyph is painted, not left out."""
    brief = a_brief("illustrated", elements=(), background=Background.TRANSPARENT)
    stapler = glyphs_for(brief, "ip:stapler")
    assert not stapler[0].picture
    assert pixels(brief, stapler).getchannel("A").getbbox() is not None
