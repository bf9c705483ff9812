"""WordNet: which words exist, and what a thing's word says it is (the database format is wndb(5WN))."""

import re
from collections.abc import Iterator
from pathlib import Path

_PARTS_OF_SPEECH = ("noun", "verb", "adj", "adv")
_THINGS = frozenset({"05", "06", "13", "20"})  # the files of animals, artefacts, foods and plants
_WORD = re.compile(r"[a-z]{2,}")
_OFFSET = re.compile(r"\d{8}")


def read_words(folder: Path) -> set[str]:
    """Every word that is one word and no proper name."""
    lines = (line for part in _PARTS_OF_SPEECH for line in _lines(folder, f"data.{part}"))
    return {word for line in lines for word in _synset_words(line) if _WORD.fullmatch(word)}


def read_things(folder: Path) -> dict[str, str]:
    """Words for animals, artefacts, foods and plants with the definition of their commonest such sense."""
    definitions = {
        line[:8]: line.partition("|")[2].partition(";")[0].strip()
        for line in _lines(folder, "data.noun")
        if line.split(maxsplit=2)[1] in _THINGS
    }
    things = {}
    for line in _lines(folder, "index.noun"):
        senses = [offset for offset in _OFFSET.findall(line) if offset in definitions]
        word = line.partition(" ")[0]
        if senses and _WORD.fullmatch(word):
            things[word] = definitions[senses[0]]
    return things


def _lines(folder: Path, name: str) -> Iterator[str]:
    text = (folder / "dict" / name).read_text(encoding="latin-1")
    return (line for line in text.split("\n") if line and not line.startswith("  "))  # the licence is indented


def _synset_words(line: str) -> list[str]:
    """The words of a row: their number is the fourth field, in hexadecimal, and each is followed by another field."""
    fields = line.split()
    return [word.partition("(")[0] for word in fields[4 : 4 + 2 * int(fields[3], 16) : 2]]
