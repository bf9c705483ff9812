"""Colour arithmetic against published figures, and the promise of `readable`."""

import itertools

import pytest

from icons.adapters.providers.local.color import (
    BLACK,
    WHITE,
    contrast,
    from_oklch,
    readable,
    shift,
    to_oklch,
    tone,
    weakest,
)

COLORS = ["#4f46e5", "#e11d48", "#facc15", "#0f172a", "#86efac", "#9a5b34", "#808080", "#000000", "#ffffff"]
PAGES = (WHITE, "#111827")


def test_contrast_agrees_with_wcag() -> None:
    """Black on white is 21:1, and #767676 is the lightest grey with 4.5:1 on white."""
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#767676", WHITE) >= 4.5 > contrast("#777777", WHITE)


def test_oklch_agrees_with_its_author() -> None:
    """CSS Color 4 gives oklch(62.8% 0.2577 29.23) for pure red."""
    assert to_oklch("#ff0000") == pytest.approx((0.628, 0.2577, 29.23), abs=0.005)


@pytest.mark.parametrize("color", COLORS)
def test_a_colour_survives_the_way_there_and_back(color: str) -> None:
    """Converting to OKLCH and back gives the same colour."""
    assert from_oklch(*to_oklch(color)) == color


def test_what_cannot_be_shown_loses_chroma_not_lightness() -> None:
    """A colour outside sRGB keeps its lightness and its hue."""
    shown = to_oklch(from_oklch(0.7, 0.4, 145))
    assert shown.lightness == pytest.approx(0.7, abs=0.01)
    assert shown.hue == pytest.approx(145, abs=2)
    assert shown.chroma < 0.4


@pytest.mark.parametrize(("color", "page"), list(itertools.product(COLORS, PAGES)))
def test_readable_reaches_the_contrast_on_one_ground(color: str, page: str) -> None:
    """Any colour can be made readable on any single ground."""
    assert contrast(readable(color, [page]), page) >= 3


@pytest.mark.parametrize("color", COLORS)
def test_readable_finds_an_ink_for_white_and_dark_pages_at_once(color: str) -> None:
    """One ink reads on a white and on a dark page, and keeps the hue of the colour it came from."""
    ink = readable(color, PAGES)
    assert weakest(ink, PAGES) >= 3
    if 20 < to_oklch(color).hue < 60 and to_oklch(color).chroma > 0.1:
        assert to_oklch(ink).hue == pytest.approx(to_oklch(color).hue, abs=3)


def test_readable_leaves_alone_what_reads_already() -> None:
    """A colour with enough contrast is not moved."""
    assert readable("#4f46e5", [WHITE]) == "#4f46e5"


def test_readable_comes_as_close_as_possible_where_nothing_fits() -> None:
    """Between black and white there is no colour with 7:1 to both: the better extreme is given."""
    assert readable("#808080", ["#000000", "#ffffff", "#777777"], 7) in (WHITE, BLACK)


def test_yellow_darkens_to_amber() -> None:
    """A dark tone of yellow has the hue of amber, not of olive."""
    assert to_oklch(tone("#facc15", 0.5)).hue < 75


def test_shift_turns_the_hue() -> None:
    """A shift by 40 degrees of hue is 40 degrees of hue."""
    before, after = to_oklch("#0891b2"), to_oklch(shift("#0891b2", hue=40, vividness=0.5))
    assert (after.hue - before.hue) % 360 == pytest.approx(40, abs=2)
