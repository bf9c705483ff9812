"""What each key of a template file may hold: a check per key returns the value as kept, or says what to write."""

import difflib
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, Final

from icons.domain.prompts.brief import Background
from icons.domain.prompts.composing import OBJECT_PLACEHOLDERS, PLACEHOLDERS, placeholders
from icons.domain.prompts.entries import DRAWINGS, MAX_PALETTE, hex_colour, matching_key

Check = Callable[[Any], Any]
"""Takes a TOML value and returns it as kept. Raises Unfit."""


class Unfit(Exception):
    """A value that its key may not hold; the text says what to write instead."""


def one_of(options: Collection[str], value: str) -> str:
    """What to write instead of the unknown ``value``: the closest of ``options``, if one is close, and all of them."""
    close = difflib.get_close_matches(value, options, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"{hint}Write one of: {', '.join(sorted(options))}"


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Unfit('write some text in "double quotes"')
    return " ".join(value.split())


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unfit("write true or false")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise Unfit('write a list of texts, such as ["pen", "paper clip"]')
    return tuple(_text(item) for item in value)


def _aliases(value: Any) -> tuple[str, ...]:
    if value == []:
        return ()
    aliases = _texts(value)
    for alias in aliases:
        if not matching_key(alias):
            raise Unfit(f"{alias!r} has no letter or digit: write a word")
    return aliases


def _drawing(value: Any) -> str:
    drawing = _text(value)
    if drawing not in DRAWINGS:
        raise Unfit(f"{drawing!r} is no drawing: {one_of(DRAWINGS, drawing)}")
    return drawing


def _palettes(value: Any) -> tuple[tuple[str, ...], ...]:
    if not isinstance(value, list) or not value:
        raise Unfit('write a list of palettes, such as [["#2563eb", "#38bdf8", "#a5e3ff"]]')
    return tuple(_palette(palette) for palette in value)


def _palette(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_PALETTE:
        raise Unfit(f"a palette is a list of 1 to {MAX_PALETTE} colours")
    return tuple(_colour(colour) for colour in value)


def _colour(value: Any) -> str:
    colour = hex_colour(value) if isinstance(value, str) else None
    if colour is None:
        raise Unfit(f'{value!r} is no colour: write "#rrggbb"')
    return colour


def _template_text(allowed: Collection[str], required: Collection[str], value: Any) -> str:
    """Text with placeholders; it keeps its line breaks. Each required one stands in it exactly once."""
    _text(value)
    found = placeholders(value)
    for name in found:
        if name not in allowed:
            known = ", ".join(f"{{{place}}}" for place in sorted(allowed)) or "none here"
            raise Unfit(f"the placeholder {{{name}}} is unknown; known are: {known}")
    for name in required:
        if found.count(name) != 1:
            raise Unfit(f"write {{{name}}} exactly once: the model must learn what to draw")
    return str(value).strip()


STYLE: Final[Mapping[str, Check]] = {
    "title": _text,
    "description": _text,
    "wording": _text,
    "drawing": _drawing,
    "aliases": _aliases,
}
SCHEME: Final[Mapping[str, Check]] = {
    "title": _text,
    "description": _text,
    "wording": _text,
    "palettes": _palettes,
    "monochrome": _flag,
    "branded": _flag,
    "aliases": _aliases,
}
CATEGORY: Final[Mapping[str, Check]] = {
    "title": _text,
    "group": _text,
    "suggestions": _texts,
    "aliases": _aliases,
}
TEMPLATE: Final[Mapping[str, Check]] = {
    "text": partial(_template_text, PLACEHOLDERS, ["subject"]),
    "variations": _texts,
}
OBJECTS: Final[Mapping[str, Check]] = {
    name: partial(_template_text, places, places) for name, places in OBJECT_PLACEHOLDERS.items()
}
BACKGROUNDS: Final[Mapping[str, Check]] = {background.value: _text for background in Background}
