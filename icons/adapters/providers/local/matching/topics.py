"""Topics: hand-made lists of the glyphs that stand for a category, found by any of the category's names."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from icons.adapters.providers.local.matching import text
from icons.adapters.providers.local.matching.phrases import PhraseIndex
from icons.adapters.providers.local.matching.vectors import Floats, WordTable, normalised

TOPICS_FILE = Path(__file__).with_name("topics.txt")
GENERIC = frozenset({  # words of many aliases that say little about which; stems
    "service", "online", "shop", "store", "company", "studio", "agency", "club", "supply", "gear", "care",
    "planning", "clinic", "market", "center", "app", "product", "lesson", "digital", "professional", "local",
    "custom", "business", "home", "design", "school", "food",
})  # fmt: skip
_WORDS_SHARE = 0.5  # of the shared words in the fit of an alias
_MEANING_SHARE = 0.8  # of the meaning
_WHOLE_TOPIC = 0.6  # of the topic's meaning beside the single alias's


@dataclass(frozen=True, slots=True)
class Topic:
    """One row of the file."""

    aliases: tuple[str, ...]
    glyphs: tuple[str, ...]  # ids, the best first


def read_topics(path: Path = TOPICS_FILE) -> tuple[Topic, ...]:
    """The rows of the file. Raises ValueError for a row without a colon."""
    rows = (line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return tuple(map(_topic, rows))


def _topic(row: str) -> Topic:
    aliases, glyphs = row.split(": ")
    return Topic(tuple(aliases.split("|")), tuple(glyphs.split()))


class TopicIndex:
    """The topics by the words of their aliases and by the aliases' meanings."""

    def __init__(self, topics: Iterable[Topic], table: WordTable) -> None:
        rows = [(text.words(alias), topic) for topic in topics for alias in topic.aliases]
        self._table = table
        self._topics = [topic for _, topic in rows]
        bare = {frozenset(text.content(stems)): topic for stems, topic in reversed(rows)}  # the first of two wins
        self._exact = bare | {frozenset(stems): topic for stems, topic in reversed(rows)}
        self._aliases = PhraseIndex([stems for stems, _ in rows], GENERIC)
        self._totals = np.array([self._aliases.total(stems) for stems, _ in rows], np.float32)
        self._meanings = np.stack([self._meaning(stems, topic) for stems, topic in rows])

    def _meaning(self, stems: Iterable[str], topic: Topic) -> Floats:
        """An alias is meant as the whole topic is: that settles words of several meanings."""
        whole = np.sum([self._table.vector(text.words(alias)) for alias in topic.aliases], axis=0)
        meaning: Floats = (1 - _WHOLE_TOPIC) * self._table.vector(stems) + _WHOLE_TOPIC * normalised(whole)
        return meaning

    def exact(self, stems: Iterable[str]) -> Topic | None:
        """The topic one of whose aliases has just these words, in any order, fillers aside."""
        stems = tuple(stems)
        return self._exact.get(frozenset(stems)) or self._exact.get(frozenset(text.content(stems)))

    def nearest(self, stems: tuple[str, ...], count: int) -> list[tuple[Topic, float]]:
        """The topics that fit best, with their fits: 0 to 1.3."""
        shared, _ = self._aliases.shared(stems)
        lexical = shared / np.maximum(self._totals, self._aliases.total(stems))
        meant: Floats = self._meanings @ self._table.vector(stems)
        fits = np.maximum(lexical, _WORDS_SHARE * lexical + _MEANING_SHARE * meant)
        best: dict[Topic, float] = {}
        for row in np.argsort(-fits, kind="stable"):
            best.setdefault(self._topics[row], float(fits[row]))
            if len(best) == count:
                break
        return list(best.items())
