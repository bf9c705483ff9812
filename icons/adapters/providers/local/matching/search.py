"""Search: how well each glyph of the pack fits some words, by its name and tags and by what the words mean."""

import re
from collections.abc import Mapping

import numpy as np

from icons.adapters.providers.local.glyphs import Glyph
from icons.adapters.providers.local.matching import text
from icons.adapters.providers.local.matching.phrases import PhraseIndex
from icons.adapters.providers.local.matching.vectors import Floats, WordTable, normalised

LEXICAL_SHARE = 0.35  # of shared words beside the cosine of the meanings
_TAG_SHARE = 0.75  # of a tag that fits beside a name that fits
_BOTH_BONUS = 0.15  # for name and tag together
_SECOND_SET_PENALTY = 0.1  # IconPark draws less evenly than Phosphor
_TAGS_MEANT = 8  # tags that count for a glyph's meaning; later ones wander off

_ORDINAL = re.compile(r"-(one|two|three|four|five|six|seven|eight)$")  # IconPark numbers its versions of one thing
_VARIANT = re.compile(r"-(slash|simple)$")  # Phosphor's crossed-out or thinned versions
_SIGN = re.compile(  # Phosphor's names of signs, which picture no category
    r"number|text-|align|arrow|caret|dots|selection|sort|rows|columns|gender|math|placeholder|circle|square|rectangle|"
    r"triangle|hexagon|octagon|pentagon|parallelogram|cursor|toggle|sidebar|radio-button|frame|angle"
)
_COMMAND = re.compile(  # IconPark's names of commands and of the keys of a keyboard
    r"(.*-)?(key|zodiac)$|(full-screen|text-|font|list-|to-|f-|sort|direction|left|right|up-|down-|more|number|symbol|"
    r"add-|delete-|web-|disabled|locking-|upload-|download-|error-|setting-|success-|fail|abnormal|file-|folder-|doc-|"
    r"people-|handle-|block-)"
)
_SIGN_CATEGORIES = ({"Arrows"}, {"Editor"})


def plain_name(glyph: Glyph) -> str:
    """The name of the thing drawn, without the number of the version."""
    return _ORDINAL.sub("", glyph.name)


def shows_a_thing(glyph: Glyph, pack: Mapping[str, Glyph]) -> bool:
    """Whether a glyph can stand for a category: pictures and abstract signs cannot."""
    if glyph.picture:
        return False
    if glyph.id.startswith("ip:"):
        return not _COMMAND.match(glyph.name)
    is_variant = _VARIANT.search(glyph.name) and f"ph:{_VARIANT.sub('', glyph.name)}" in pack
    return not is_variant and not _SIGN.match(glyph.name) and set(glyph.categories) not in _SIGN_CATEGORIES


class GlyphSearch:
    """An index over the glyphs that show a thing, Phosphor's first. Scores are arrays in the order of `ids`."""

    def __init__(self, pack: Mapping[str, Glyph], table: WordTable) -> None:
        glyphs = [glyph for glyph in pack.values() if shows_a_thing(glyph, pack)]
        self.ids = tuple(glyph.id for glyph in glyphs)
        self.row = {glyph_id: row for row, glyph_id in enumerate(self.ids)}
        self.names = tuple(text.words(plain_name(glyph)) for glyph in glyphs)
        tags = [[text.words(tag) for tag in (*glyph.tags, *glyph.categories)] for glyph in glyphs]
        self._table = table
        self._named = PhraseIndex(self.names)
        self._tagged = PhraseIndex([tag for own in tags for tag in own])
        self._tag_owner = np.array([row for row, own in enumerate(tags) for _ in own])
        self._meanings = np.stack([self._meaning(row, glyph) for row, glyph in enumerate(glyphs)])
        self._penalty = np.array([_SECOND_SET_PENALTY * glyph.id.startswith("ip:") for glyph in glyphs], np.float32)

    def _meaning(self, row: int, glyph: Glyph) -> Floats:
        """The name counts twice: tags name neighbours, too."""
        tags = text.words(" ".join(glyph.tags[:_TAGS_MEANT]))
        return normalised(2 * self._table.vector(self.names[row]) + self._table.vector(tags))

    def scores(self, stems: tuple[str, ...]) -> Floats:
        """The fit of every glyph, from about 0 (nothing in common) to 1.35 (the very name)."""
        meant: Floats = self._meanings @ self._table.vector(stems)
        return LEXICAL_SHARE * self._lexical(stems) + meant - self._penalty

    def _lexical(self, stems: tuple[str, ...]) -> Floats:
        total = self._named.total(stems) or 1.0
        weights, counts = self._named.shared(stems)
        named = weights / total * np.sqrt(counts / self._named.lengths)
        weights, counts = self._tagged.shared(stems)
        tagged = np.zeros_like(named)
        np.maximum.at(tagged, self._tag_owner, _TAG_SHARE * weights / total * counts / self._tagged.lengths)
        scores: Floats = np.minimum(1, np.maximum(named, tagged) + _BOTH_BONUS * np.minimum(named, tagged))
        return scores
