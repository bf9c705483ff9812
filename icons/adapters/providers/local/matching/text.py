"""Words: what a user typed, as stems that can be compared."""

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 200  # characters of a text that are read; no category's name is longer
_FUNCTION_WORDS = frozenset({
    "a", "an", "the", "of", "and", "or", "for", "to", "with", "in", "on", "at", "by", "from", "my", "our",
    "your",
})  # fmt: skip
_TRADE_WORDS = frozenset({  # they name a trade, not a thing; stems
    "icon", "app", "online", "service", "supply", "accessory", "shop", "store", "company", "product",
    "equipment",
})  # fmt: skip
_PLURAL_ONLY = frozenset({"glasses", "goods", "sales"})  # whose singular is another thing
_WORD = re.compile(r"[a-z0-9]+")
_SEPARATOR = re.compile(r"[&,;/+|]|\band\b")
_ES_PLURAL = re.compile(r"(ch|sh|ss|x)es$")


def words(text: str) -> tuple[str, ...]:
    """The stems of a text's words, accents folded; scripts other than Latin give none."""
    folded = unicodedata.normalize("NFKD", text[:LONGEST]).encode("ascii", "ignore").decode().lower()
    return tuple(map(stem, _WORD.findall(folded.replace("'", ""))))


def stem(word: str) -> str:
    """A word without its plural ending, by three rules that miss irregular plurals."""
    if word in _PLURAL_ONLY:
        return word
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and _ES_PLURAL.search(word):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def content(stems: Iterable[str]) -> tuple[str, ...]:
    """The stems that mean something: no function words, and trade words only where they stand alone."""
    meant = tuple(word for word in stems if word not in _FUNCTION_WORDS)
    return tuple(word for word in meant if word not in _TRADE_WORDS) or meant


def parts(text: str) -> tuple[tuple[str, ...], ...]:
    """The content words of each thing an enumeration names: "pets & gardens" gives two."""
    pieces = (content(words(piece)) for piece in _SEPARATOR.split(text[:LONGEST].lower()))
    return tuple(piece for piece in pieces if piece)
