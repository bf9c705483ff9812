"""What the prompt library is made of, styles, colour schemes and categories, and when two names mean the same."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

MAX_PALETTE: Final = 6  # colours

DRAWINGS: Final = frozenset(
    {
        "badge",
        "bento",
        "blueprint",
        "clay",
        "duotone",
        "flat",
        "glass",
        "gradient",
        "hand_drawn",
        "illustrated",
        "isometric",
        "long_shadow",
        "minimal",
        "modern",
        "neon",
        "outline",
        "paper_cut",
        "pixel",
        "sticker",
    }
)
"""The drawing styles the local provider knows; a style names one of them in ``drawing``."""


@dataclass(frozen=True, slots=True)
class Style:
    """How an icon is drawn: ``wording`` directs a model, ``drawing`` the local draughtsman."""

    name: str
    title: str
    wording: str
    drawing: str  # one of DRAWINGS
    description: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scheme:
    """Which colours an icon has. A ``branded`` scheme gives way to the caller's brand colours."""

    name: str
    title: str
    wording: str
    palettes: tuple[tuple[str, ...], ...]  # each 1 to MAX_PALETTE colours "#rrggbb", the primary first
    description: str = ""
    monochrome: bool = False
    branded: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of product; ``suggestions`` are drawable objects that stand for it, the most typical first."""

    name: str
    title: str
    group: str
    suggestions: tuple[str, ...]
    aliases: tuple[str, ...] = ()


def words(text: str) -> list[str]:
    """The words of ``text`` without case, accents and punctuation: ``"Men's Café"`` -> ``["mens", "cafe"]``."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char) and char not in "'’")
    return re.findall(r"[^\W_]+", plain)


def canonical(text: str) -> str:
    """The form entries are named in: ``"Hand-drawn "`` -> ``"hand_drawn"``."""
    return "_".join(words(text))


@lru_cache(maxsize=4096)
def matching_key(text: str) -> str:
    """Equal for spellings that mean the same entry: ``"Food & Drinks"`` and ``"food and drink"``."""
    return "_".join(_stem(word) for word in words(text) if word != "and")


def _stem(word: str) -> str:
    """A word without its plural ending. Compared with other stems only, so it need not be a word itself."""
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us")):
        word = word[:-1]
    word = word.removesuffix("e")
    return f"{word[:-1]}y" if word.endswith("i") else word


def hex_colour(text: str) -> str | None:
    """``"#RGB"`` or ``"#RRGGBB"`` as ``"#rrggbb"``; None when it is neither."""
    if re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        return text.lower()
    if re.fullmatch(r"#[0-9a-fA-F]{3}", text):
        return "#" + "".join(digit * 2 for digit in text[1:].lower())
    return None
