"""Every style can be read in every colour scheme on every background: an audit of real pixels."""

from dataclasses import replace

import numpy as np
import pytest

from icons.adapters.providers.local.glyphs import Glyph
from icons.adapters.providers.local.styles import STYLES
from icons.domain.prompts.brief import Background, Brief
from tests.adapters.local.drawing import a_brief, glyphs_for, luminances, pixels

SCHEMES = {
    "brand": ("#4f46e5", "#06b6d4", "#f59e0b"),
    "red and navy": ("#e11d48", "#1e3a8a", "#fbbf24"),
    "earth": ("#9a5b34", "#6b7f3f", "#e0b36a"),
    "pastel": ("#f9a8d4", "#c4b5fd", "#fde68a"),
    "vibrant": ("#7c3aed", "#ec4899", "#facc15"),
    "yellow": ("#facc15", "#111827", "#ffffff"),
    "night": ("#0f172a", "#f43f5e", "#fbbf24"),
    "one colour": ("#ea580c",),
    "grey": ("#334155", "#64748b", "#cbd5e1"),
    "white": ("#ffffff",),
}
SUBJECTS = ("ph:dog", "ph:wrench", "ip:stapler")
READABLE_SHARE = 0.04  # of the canvas: the finest drawing of the thinnest subject has .045


def blank(glyph: Glyph) -> Glyph:
    """A glyph of the same size that shows nothing: what is drawn of it is the ground."""
    return replace(glyph, line="", dots="", duo="", fill="", sil="", picture="")


def readable_share(brief: Brief, glyph: Glyph, page: str) -> float:
    """Share of the canvas where the icon has 3:1 or more over its own ground, both shown on a page."""
    icon = luminances(pixels(brief, [glyph]), page) + 0.05
    ground = luminances(pixels(brief, [blank(glyph)]), page) + 0.05
    return float((np.maximum(icon, ground) / np.minimum(icon, ground) >= 3).mean())


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("style", STYLES)
def test_the_subject_stands_out_from_its_ground(style: str, scheme: str) -> None:
    """With a ground of its own, as a tile and filling the canvas, 3:1 is reached over a good part of the canvas."""
    for background in (Background.AUTO, Background.TILE, Background.OPAQUE):
        brief = a_brief(
            style, elements=(), palettes=(SCHEMES[scheme],), monochrome=scheme == "grey", background=background
        )
        for glyph in glyphs_for(brief, *SUBJECTS[:2]):
            assert readable_share(brief, glyph, "#ffffff") >= READABLE_SHARE, (background, glyph.id)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("style", STYLES)
def test_without_a_ground_it_reads_on_white_and_on_dark_pages(style: str, scheme: str) -> None:
    """A transparent icon is seen on a white page and on a nearly black one."""
    brief = a_brief(
        style,
        elements=(),
        palettes=(SCHEMES[scheme],),
        monochrome=scheme == "grey",
        background=Background.TRANSPARENT,
    )
    for glyph in glyphs_for(brief, *SUBJECTS[1:]):
        for page in ("#ffffff", "#111827"):
            assert readable_share(brief, glyph, page) >= READABLE_SHARE, (page, glyph.id)


def test_the_audit_sees_nothing_where_nothing_is_drawn() -> None:
    """A blank glyph has no readable share: the measure measures the subject, not its tile."""
    brief = a_brief("modern", elements=())
    assert readable_share(brief, blank(glyphs_for(brief, "ph:dog")[0]), "#ffffff") == 0
