"""The word table: MiniLM run once over every word that may be typed, its vectors made short and small."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from icons.adapters.providers.local.glyphs import Glyph
from icons.adapters.providers.local.glyphs.build import wordnet
from icons.adapters.providers.local.glyphs.build.minilm import MiniLM
from icons.adapters.providers.local.matching import text
from icons.adapters.providers.local.matching.topics import read_topics
from icons.adapters.providers.local.matching.vectors import Floats, normalised

_DIMENSIONS = 64  # of the model's 384; 48 to 96 matched equally well
_DEFINED_SHARE = 0.5  # of the definition beside the bare word, for words the model has no token for


def write_words(glyphs: Iterable[Glyph], model: MiniLM, wordnet_folder: Path, path: Path) -> None:
    """Write the vectors of the pack's and the topics' words, of the model's own, and of WordNet's things."""
    things = wordnet.read_things(wordnet_folder)
    tokens = set(model.vocabulary)
    known = wordnet.read_words(wordnet_folder)
    stems = {text.stem(word) for word in tokens | set(things)} & known
    table = sorted(word for word in stems | _own_words(glyphs) if not word.isdigit())
    vectors = _embed(table, model, {word: things[word] for word in table if word in things and word not in tokens})
    np.savez_compressed(path, words=np.frombuffer("\n".join(table).encode("ascii"), np.uint8), vectors=_short(vectors))


def _own_words(glyphs: Iterable[Glyph]) -> set[str]:
    """The stems of every text a query is compared with."""
    drawn = [glyph for glyph in glyphs if not glyph.picture]  # pictures are never searched
    texts = [label for glyph in drawn for label in (glyph.name, *glyph.tags, *glyph.categories)]
    texts += [alias for topic in read_topics() for alias in topic.aliases]
    return {word for label in texts for word in text.words(label)}


def _embed(table: list[str], model: MiniLM, definitions: Mapping[str, str]) -> Floats:
    vectors = model.embed(table)
    rows = [row for row, word in enumerate(table) if word in definitions]
    defined = model.embed([f"{table[row]}: {definitions[table[row]]}" for row in rows])
    vectors[rows] = (1 - _DEFINED_SHARE) * vectors[rows] + _DEFINED_SHARE * defined
    return normalised(vectors)


def _short(vectors: Floats) -> NDArray[np.int8]:
    """Principal components (not centred), at unit length, in whole 127ths of the largest coordinate."""
    _, directions = np.linalg.eigh(vectors.T @ vectors)  # the largest come last
    short = normalised(vectors @ directions[:, : -_DIMENSIONS - 1 : -1])
    quantised: NDArray[np.int8] = np.rint(short * (127 / np.abs(short).max())).astype(np.int8)
    return quantised
