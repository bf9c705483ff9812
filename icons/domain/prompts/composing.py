"""How a request becomes a prompt's text: the template, and the cleaning that keeps user text in its place."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile
from typing import Final

MAX_SUBJECT: Final = 200  # characters of the category
MAX_ELEMENT: Final = 100  # characters of one element

PLACEHOLDERS: Final = frozenset({"subject", "objects", "style", "colors", "palette", "background", "size", "variation"})
"""What ``[template] text`` may contain between braces."""

OBJECT_PLACEHOLDERS: Final[Mapping[str, frozenset[str]]] = {
    "requested": frozenset({"elements"}),
    "suggested": frozenset({"suggestions"}),
    "free": frozenset(),
}
"""What each text of ``[template.objects]`` may contain: the caller named objects, the category has some, neither."""

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co"})  # control, format (bidi marks, joiners), surrogate, private use
_NEUTRAL: Final = str.maketrans(
    dict.fromkeys("\"'`´“”„‟‘‛‚«»＂＇｀", "’") | dict.fromkeys("<＜﹤", "‹") | dict.fromkeys(">＞﹥", "›")
)  # quotes of every kind close nothing, and no angle bracket is left to write a tag with


@dataclass(frozen=True, slots=True)
class Template:
    """The texts around a request's values. ``text`` is the frame, the others are what some places say."""

    text: str = ""
    variations: tuple[str, ...] = ()  # composition hints; variation n takes the n-th, round and round
    objects: Mapping[str, str] = field(default_factory=dict)  # a text for each of OBJECT_PLACEHOLDERS
    backgrounds: Mapping[str, str] = field(default_factory=dict)  # a text for each value of Background


def placeholders(text: str) -> list[str]:
    """The names between braces in ``text``, in order."""
    return _PLACEHOLDER.findall(text)


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its placeholders replaced, in one pass: braces inside a value stay what they are."""
    return _PLACEHOLDER.sub(lambda place: values[place[1]], text)


def clean(text: str, limit: int) -> str:
    """User text as one visible line of at most ``limit`` characters that holds no quote and no angle bracket."""
    visible = "".join(_seen(char) for char in text)
    neutral = unicodedata.normalize("NFC", visible).translate(_NEUTRAL)
    folded = "".join(dropwhile(_leans_on_its_neighbour, " ".join(neutral.split())))
    return folded[:limit].rstrip()


def _seen(char: str) -> str:
    if char.isspace():
        return " "
    return "" if unicodedata.category(char) in _UNSEEN else char


def _leans_on_its_neighbour(char: str) -> bool:
    """Whether a leading ``char`` would combine with the delimiter before it: ">" and U+0338 become "≯"."""
    return char == " " or unicodedata.category(char).startswith("M")


def objects_text(template: Template, elements: Sequence[str], suggestions: Sequence[str]) -> str:
    """What the prompt says about the objects to draw; ``elements`` are cleaned user text."""
    if elements:
        spans = ", ".join(tagged("object", element) for element in elements)
        return fill(template.objects["requested"], {"elements": spans})
    if suggestions:
        return fill(template.objects["suggested"], {"suggestions": ", ".join(suggestions)})
    return template.objects["free"]


def tagged(tag: str, text: str) -> str:
    """Cleaned user text between delimiters that it cannot contain."""
    return f"<{tag}>{text}</{tag}>"
