"""What a drawing process does: match a brief's words with glyphs, compose, render."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from icons.adapters.providers.local.compose import compose
from icons.adapters.providers.local.glyphs import Glyph, load_pack, load_pictures
from icons.adapters.providers.local.matching import Match, load_matcher
from icons.adapters.providers.local.render import encode
from icons.adapters.providers.local.styles import STYLES
from icons.domain.images import Format
from icons.domain.prompts.brief import Brief


class Work(NamedTuple):
    """A finished file and its facts (JSON values)."""

    data: bytes
    facts: Mapping[str, Any]


def prepare() -> None:
    """Load what every drawing needs, so that the first one need not wait for it."""
    load_matcher()


def draw(brief: Brief, size: int, file_format: Format) -> Work:
    """The brief as a file, ``size`` pixels wide and high. Raises RequestRefused if it cannot be rendered."""
    match, glyphs = found_for(brief)
    drawing = compose(brief, glyphs, size)
    facts = drawing.facts | {
        "match_confidence": match.confidence,
        "matched": match.matched,
        "unmatched": list(match.unmatched),
    }
    return Work(encode(drawing.svg, file_format), facts)


def found_for(brief: Brief) -> tuple[Match, Sequence[Glyph]]:
    """The glyphs that stand for a brief, the fittest first; in the style's own pictures where it has some."""
    match = load_matcher().match(brief.subject, brief.elements, brief.suggestions)
    pictures = load_pictures() if STYLES[brief.drawing].pictures else {}
    shown = dict.fromkeys(pictures.get(identity, identity) for identity in match.glyphs)  # two may have one picture
    pack = load_pack()
    return match, [pack[identity] for identity in shown]
