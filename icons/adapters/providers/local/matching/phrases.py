"""An inverted index over short phrases: which of them share words with a query, and how much."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


_GENERIC_WEIGHT = 0.5


class PhraseIndex:
    """Phrases by their words. A word weighs its inverse document frequency (Spärck Jones 1972), a generic one half."""

    def __init__(self, phrases: Sequence[Iterable[str]], generic: Set[str] = frozenset()) -> None:
        postings: dict[str, list[int]] = defaultdict(list)
        for row, phrase in enumerate(phrases):
            for word in sorted(set(phrase)):
                postings[word].append(row)
        self._postings = {word: np.array(rows) for word, rows in postings.items()}
        self._count = len(phrases)
        self._generic = generic
        self.lengths: Floats = np.array([max(1, len(set(phrase))) for phrase in phrases], np.float32)

    def weight(self, word: str) -> float:
        """How telling a word is: the rarer the more."""
        frequency = len(self._postings.get(word, ()))
        return math.log(1 + self._count / (1 + frequency)) * (_GENERIC_WEIGHT if word in self._generic else 1)

    def total(self, words: Iterable[str]) -> float:
        """The summed weight of some words."""
        return sum(map(self.weight, sorted(set(words))))

    def shared(self, words: Iterable[str]) -> tuple[Floats, Floats]:
        """Per phrase: the summed weight of the words it shares with the query, and their number."""
        weights = np.zeros(self._count, np.float32)
        counts = np.zeros(self._count, np.float32)
        for word in sorted(set(words) & self._postings.keys()):
            weights[self._postings[word]] += self.weight(word)
            counts[self._postings[word]] += 1
        return weights, counts
