"""Pictures as values: what a provider returns and what the house keeps."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from icons.domain.errors import InvalidRequest

MIN_SIZE: Final = 16
MAX_SIZE: Final = 2048


class Format(StrEnum):
    """File formats that can be asked for."""

    PNG = "png"
    SVG = "svg"
    WEBP = "webp"

    @property
    def media_type(self) -> str:
        """The IANA media type."""
        return {"png": "image/png", "svg": "image/svg+xml", "webp": "image/webp"}[self.value]


@dataclass(frozen=True, slots=True)
class Picture:
    """Bytes of one picture as a provider delivered them."""

    data: bytes
    format: Format


@dataclass(frozen=True, slots=True)
class Image:
    """One picture of the house. Its bytes lie in the files under ``blob``; many images may share one blob."""

    id: str
    account: str
    filename: str  # the public name: "<id>.<ext>"
    blob: str  # name in the files: "ab/<sha256>.<ext>"
    format: Format
    width: int
    height: int
    size: int  # bytes
    created_at: float  # epoch seconds, UTC
    facts: Mapping[str, object]  # what the provider said about it: model, glyphs, confidence...


_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}\Z|#[0-9a-fA-F]{3}\Z")


def parse_colour(text: str, field: str = "brand_colors") -> str:
    """``#rgb`` or ``#rrggbb`` in any case, with or without ``#`` -> ``#rrggbb`` in lower case."""
    text = text.strip()
    text = text if text.startswith("#") else f"#{text}"
    if not _COLOUR.match(text):
        raise InvalidRequest("A colour is written #RGB or #RRGGBB, for example #4F46E5.", {field: "not a colour"})
    digits = text[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """One remembered answer of an account: the same request again costs nothing."""

    fingerprint: str
    category: str
    style: str
    color_scheme: str
    images: tuple[Image, ...]
    created_at: float
    last_used_at: float
