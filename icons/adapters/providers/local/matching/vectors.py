"""The word table: a vector for each of some 24,000 English words, near each other where their meanings are."""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
WORDS_FILE = Path(__file__).with_name("words.npz")


class WordTable:
    """Word stems and their vectors."""

    def __init__(self, stems: Sequence[str], vectors: NDArray[np.int8]) -> None:
        self._rows = {word: row for row, word in enumerate(stems)}
        self._vectors = normalised(vectors.astype(np.float32))

    def vector(self, stems: Iterable[str]) -> Floats:
        """The direction of several words together, of length 1, or all zeros if the table knows none of them."""
        rows = [self._rows[word] for word in stems if word in self._rows]
        return normalised(self._vectors[rows].sum(axis=0))


def normalised(vectors: Floats) -> Floats:
    """The vectors (the last axis) at length 1; zeros stay zeros."""
    lengths = np.sqrt((vectors**2).sum(axis=-1, keepdims=True))
    unit: Floats = vectors / np.maximum(lengths, np.float32(1e-12))
    return unit


@cache
def load_words() -> WordTable:
    """The table of the data file; read once per process."""
    with np.load(WORDS_FILE) as table:
        return WordTable(table["words"].tobytes().decode("ascii").split("\n"), table["vectors"])
