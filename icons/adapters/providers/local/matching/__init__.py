"""Free text to glyphs: which drawings stand for a category, and how sure that is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from icons.adapters.providers.local.glyphs import Glyph, load_pack
from icons.adapters.providers.local.matching.ranking import Candidate, Ranking
from icons.adapters.providers.local.matching.text import LONGEST

THRESHOLD = 0.5  # confidence below which a neutral glyph says more than a wrong one
FALLBACK = "ph:shapes"
_STAND_INS = 2  # suggestions that are drawn for a subject nothing is found for
_MEMORY = 4096  # questions whose answers are kept


@dataclass(frozen=True, slots=True)
class Match:
    """The glyphs for one subject. `confidence` is an estimate for ranking and warnings, no probability."""

    glyphs: tuple[str, ...]  # ids, hero first; never empty
    confidence: float  # 0..1, of the hero; below THRESHOLD it is the neutral glyph
    matched: str  # how the hero was found: "topic", "name", "search" or "fallback"
    unmatched: tuple[str, ...] = ()  # elements no glyph shows


class Matcher:
    """Chooses glyphs. The same question has the same answer in every process."""

    def __init__(self, pack: Mapping[str, Glyph]) -> None:
        self._ranking = Ranking(pack)
        self._answer = lru_cache(_MEMORY)(self._choose)

    def match(
        self, subject: str, elements: Sequence[str] = (), suggestions: Sequence[str] = (), limit: int = 4
    ) -> Match:
        """At least one glyph and at most `limit`.

        Elements are wishes: each gets its glyph, in their order, and the subject is asked only if none is found.
        Without them the subject gets a hero and up to two companions; suggestions break its ties and stand in for a
        subject nothing is found for. Any text is taken.
        """
        return self._answer(subject[:LONGEST], tuple(elements), tuple(suggestions), max(1, limit))

    def _choose(self, subject: str, elements: tuple[str, ...], suggestions: tuple[str, ...], limit: int) -> Match:
        answers = [(element, self._good(element)) for element in elements]
        unmatched = tuple(element for element, found in answers if found is None)
        wished = _distinct(found for _, found in answers if found)
        if wished:
            return _match(wished[:limit], unmatched)
        hinted = _distinct(found for found in map(self._good, suggestions) if found)
        ranked = self._ranking.rank(subject, hints=tuple(candidate.glyph for candidate in hinted))
        chosen = [candidate for candidate in ranked if candidate.confidence >= THRESHOLD] or hinted[:_STAND_INS]
        if chosen:
            return _match(chosen[:limit], unmatched)
        return Match((FALLBACK,), ranked[0].confidence if ranked else 0.0, "fallback", unmatched)

    def _good(self, element: str) -> Candidate | None:
        found = self._ranking.element(element)
        return found if found and found.confidence >= THRESHOLD else None


def _distinct(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates, each glyph once."""
    return list({candidate.glyph: candidate for candidate in candidates}.values())


def _match(chosen: Sequence[Candidate], unmatched: tuple[str, ...]) -> Match:
    hero = chosen[0]
    return Match(tuple(candidate.glyph for candidate in chosen), hero.confidence, hero.matched, unmatched)


@cache
def load_matcher() -> Matcher:
    """The matcher over the pack; made once per process."""
    return Matcher(load_pack())
