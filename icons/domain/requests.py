"""What is asked for, as values, and the fingerprint under which equal requests are the same work."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from icons.domain.images import Format, Picture
from icons.domain.prompts.brief import Background, Prompt

MAX_BATCH_ICONS: Final = 1000
MAX_VARIATIONS: Final = 10


@dataclass(frozen=True, slots=True)
class IconRequest:
    """One icon, in the caller's words, checked and normalised."""

    category: str
    style: str = "modern"
    color_scheme: str = "brand_colors"
    brand_colors: tuple[str, ...] = ()  # "#rrggbb"
    elements: tuple[str, ...] = ()
    size: int = 512  # px, square
    format: Format = Format.PNG
    background: Background = Background.AUTO
    seed: int = 0
    variation: int = 0
    provider: str = "local"
    model: str = ""  # "" = the provider's default

    def to_json(self) -> dict[str, Any]:
        """A dict that `from_json` reads back; kept with the job."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "IconRequest":
        """The inverse of `to_json`."""
        values = dict(data)
        values["format"] = Format(values["format"])
        values["background"] = Background(values["background"])
        values["brand_colors"] = tuple(values["brand_colors"])
        values["elements"] = tuple(values["elements"])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Order:
    """What a provider is asked to draw: one picture of one prompt."""

    prompt: Prompt
    size: int  # px, square
    format: Format
    model: str = ""
    key: str = ""  # stable over retries of the same work: the provider's idempotency key
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider delivered for one order."""

    pictures: tuple[Picture, ...]
    model: str  # the model that really ran
    facts: Mapping[str, Any]  # JSON values for the answer's metadata


def fingerprint(request: IconRequest, prompt: Prompt, engine: str) -> str:
    """The cache key: SHA-256 of everything the picture depends on.

    ``engine`` names the provider's drawing generation ("local/1"), so that a new generation draws anew. The prompt is
    in it, so an operator's edit of a template makes the affected requests new ones.
    """
    canonical = {
        "request": request.to_json(),
        "text": prompt.text,
        "brief": asdict(prompt.brief),
        "engine": engine,
    }
    return hashlib.sha256(json.dumps(canonical, sort_keys=True, ensure_ascii=True).encode()).hexdigest()
