"""Ranking: topics and search weighed against each other, and the best few glyphs chosen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from icons.adapters.providers.local.glyphs import Glyph
from icons.adapters.providers.local.matching import text
from icons.adapters.providers.local.matching.search import GlyphSearch, plain_name
from icons.adapters.providers.local.matching.topics import GENERIC, Topic, TopicIndex, read_topics
from icons.adapters.providers.local.matching.vectors import Floats, load_words

COMPANIONS = 2  # beside the hero: one or two make a better picture than a crowd

_NEAREST = 3  # topics that may vote
_TOPIC_FIT = 0.5  # below this a topic has no say
_NEARLY_BEST = 0.9  # share of the best topic's fit another one needs
_NEXT_GLYPH = 0.03  # each later glyph of a topic counts this much less
_SEARCH_SHARE = 0.75  # of search beside a topic's fit
_SEARCH_VOTE = 0.25  # of search within a topic
_EXACT = 1.3  # the fit of a topic named exactly
_HEAD_NOUN = 1.2  # the fit of a Phosphor glyph named like the last word: messenger *bags*
_HEAD_NOUN_ELSEWHERE = 1.0  # of an IconPark glyph: that set also draws words like "transfer" and "sport"
_SIDE_TOPIC = 0.6  # the fit of the first glyph of the topic of a single word: pizza *delivery*
_HINT = 0.1  # what a suggestion adds
_COMPANION_FIT = 0.8  # share of the hero's fit a companion needs


@dataclass(frozen=True, slots=True)
class Candidate:
    """One glyph that was found."""

    glyph: str
    confidence: float  # 0..1
    matched: str  # "topic", "name" or "search"


@dataclass(slots=True)
class _Fits:
    """How well each glyph fits, and where that comes from if not from search."""

    scores: Floats
    origins: dict[int, str]

    def vote(self, row: int, fit: float, origin: str) -> None:
        if fit > self.scores[row]:
            self.scores[row] = fit
            self.origins[row] = origin


class Ranking:
    """Topics and search over one pack."""

    def __init__(self, pack: Mapping[str, Glyph]) -> None:
        table = load_words()
        self._search = GlyphSearch(pack, table)
        self._topics = TopicIndex(read_topics(), table)
        self._named: dict[tuple[str, ...], str] = {}
        for glyph in pack.values():  # Phosphor stands first and keeps a name both sets have
            if not glyph.picture:
                self._named.setdefault(text.words(plain_name(glyph)), glyph.id)

    def element(self, wish: str) -> Candidate | None:
        """The glyph of one object: by its exact name, by a topic's name, or the best that search finds."""
        stems = text.words(wish)
        if stems in self._named:
            return Candidate(self._named[stems], 1.0, "name")
        topic = self._topics.exact(stems)
        if topic:
            return Candidate(topic.glyphs[0], 1.0, "topic")
        return next(iter(self.rank(wish)), None)

    def rank(self, subject: str, hints: Sequence[str] = ()) -> list[Candidate]:
        """The hero and its companions for a category, or nothing if no word of it means anything.

        An enumeration ("pets & gardens") gets the hero of each thing it names.
        """
        stems, parts = text.words(subject), text.parts(subject)
        if len(parts) > 1 and not self._topics.exact(stems):
            heroes = (self._chosen(self._fits(part, hints))[0] for part in parts)
            return list({hero.glyph: hero for hero in heroes}.values())[: 1 + COMPANIONS]
        return self._chosen(self._fits(stems, hints)) if text.content(stems) else []

    def _fits(self, stems: tuple[str, ...], hints: Sequence[str]) -> _Fits:
        bare = text.content(stems)
        found = self._search.scores(bare)
        fits = _Fits(_SEARCH_SHARE * found, {})
        votes = self._votes(stems)
        for topic, fit in votes:
            for place, glyph in enumerate(topic.glyphs):
                row = self._search.row[glyph]
                fits.vote(row, fit - _NEXT_GLYPH * place + _SEARCH_VOTE * float(found[row]), "topic")
        if not self._topics.exact(stems):
            self._vote_by_word(fits, bare)
        for row in (self._search.row[glyph] for glyph in hints if glyph in self._search.row):
            fits.scores[row] += _HINT
        return fits

    def _votes(self, stems: tuple[str, ...]) -> list[tuple[Topic, float]]:
        """The topics that have a say, the best first."""
        exact = self._topics.exact(stems)
        if exact:
            return [(exact, _EXACT)]
        nearest = self._topics.nearest(text.content(stems), _NEAREST)
        enough = max(_TOPIC_FIT, _NEARLY_BEST * nearest[0][1])
        return [(topic, fit) for topic, fit in nearest if fit >= enough]

    def _vote_by_word(self, fits: _Fits, stems: tuple[str, ...]) -> None:
        """The thing the last word names, and the first glyph of every single word's topic."""
        head = self._named.get(stems[-1:], "")
        if head in self._search.row and stems[-1] not in GENERIC:
            fit = _HEAD_NOUN if head.startswith("ph:") else _HEAD_NOUN_ELSEWHERE
            fits.vote(self._search.row[head], fit, "name")
        for topic in filter(None, (self._topics.exact([stem]) for stem in stems)):
            fits.vote(self._search.row[topic.glyphs[0]], _SIDE_TOPIC, "topic")

    def _chosen(self, fits: _Fits) -> list[Candidate]:
        """The best glyph and companions that are nearly as good and show something else."""
        order = np.argsort(-fits.scores, kind="stable")
        enough = _COMPANION_FIT * float(fits.scores[order[0]])
        rows: list[int] = []
        for row in map(int, order):
            if fits.scores[row] < enough or len(rows) > COMPANIONS:
                break
            if not self._repeats(row, rows):
                rows.append(row)
        return [self._candidate(row, fits) for row in rows]

    def _repeats(self, row: int, rows: Iterable[int]) -> bool:
        """Whether a glyph shows the same thing as another: car, car-profile."""
        names = self._search.names
        return any(names[row][:1] == names[other][:1] for other in rows)

    def _candidate(self, row: int, fits: _Fits) -> Candidate:
        confidence = min(1.0, max(0.0, float(fits.scores[row]) / _HEAD_NOUN))
        return Candidate(self._search.ids[row], round(confidence, 3), fits.origins.get(row, "search"))
