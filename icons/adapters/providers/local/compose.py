"""From a brief and matched glyphs to a finished drawing."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

from icons.adapters.providers.local import palette
from icons.adapters.providers.local.glyphs import Glyph
from icons.adapters.providers.local.layout import MOST_GLYPHS, choose_layout
from icons.adapters.providers.local.sheet import SMALL, Sheet, choose_shape
from icons.adapters.providers.local.styles import STYLES
from icons.adapters.providers.local.svg import Scene
from icons.domain.prompts.brief import Brief

_ALONE_FIRST = (1, 3, 2)  # how many glyphs the variations of a single thing show, in turn
_GROUP_FIRST = (3, 1, 2)  # and those of a collection


@dataclass(frozen=True, slots=True)
class Drawing:
    """An icon as SVG, and what is worth knowing about it (JSON values)."""

    svg: str
    facts: dict[str, Any]


def compose(brief: Brief, glyphs: Sequence[Glyph], size: int) -> Drawing:
    """Draw a brief with glyphs in the order of their fitness, for ``size`` pixels.

    Equal arguments give equal text, in any process. Raises KeyError for a style that is not in `STYLES`.
    """
    digest = _digest(brief, size)
    style = STYLES[brief.drawing]
    turn = brief.seed + brief.variation
    chosen = choose_glyphs(brief, glyphs, size)
    shape = choose_shape(style.native, style.shapes, brief.background, turn)
    sheet = Sheet(
        scene=Scene(f"i{digest[:8]}"),
        palette=palette.choose(brief.palettes, brief.seed, brief.variation, monochrome=brief.monochrome),
        glyphs=chosen,
        shape=shape,
        layout=choose_layout(chosen, turn, bare=not shape),
        background=brief.background,
        variation=turn,
        size=size,
        rng=Random(int(digest, 16)),  # noqa: S311  # a repeatable drawing is wanted, not secrecy
    )
    style.draw(sheet)
    return Drawing(sheet.scene.svg(size), _facts(sheet))


def _digest(brief: Brief, size: int) -> str:
    canonical = json.dumps({"brief": asdict(brief), "size": size}, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _facts(sheet: Sheet) -> dict[str, Any]:
    return {
        "glyphs": [glyph.id for glyph in sheet.glyphs],
        "layout": sheet.layout,
        "container": sheet.shape or "none",
        "palette": list(sheet.palette.colors),
        "min_contrast": round(min(sheet.contrasts), 2),
    }


def choose_glyphs(brief: Brief, glyphs: Sequence[Glyph], size: int) -> tuple[Glyph, ...]:
    """Which glyphs this variation shows, the hero first.

    Elements the caller named are all shown, each variation with another one as the hero. Else variations differ in
    number too, and after three of them another glyph leads.
    """
    if brief.elements:
        count, first = min(MOST_GLYPHS, len(brief.elements)), brief.variation
    else:
        counts = _GROUP_FIRST if is_collection(brief.subject) else _ALONE_FIRST
        first, at = divmod(brief.variation, len(counts))
        count = counts[at]
    first %= len(glyphs)
    ordered = (*glyphs[first:], *glyphs[:first])
    return tuple(ordered[: 1 if size < SMALL else count])


def is_collection(subject: str) -> bool:
    """Whether a category names several things: "office supplies", "toys & games"."""
    words = subject.lower().replace("&", " and ").split()
    plural = bool(words) and words[-1].endswith("s") and not words[-1].endswith(("ss", "us", "ics", "is"))
    return plural or "and" in words
