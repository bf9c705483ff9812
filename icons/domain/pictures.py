"""Pictures asked for in plain words, without style or scheme: the request and what a provider is told."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from icons.domain.errors import InvalidRequest
from icons.domain.images import MAX_SIZE, MIN_SIZE, Format, Picture, Tag, TagType
from icons.domain.profiles import PROVIDERS
from icons.domain.prompts.brief import Prompt
from icons.domain.prompts.composing import MAX_SUBJECT, clean
from icons.domain.prompts.library import Library
from icons.domain.requests import Order

MAX_PROMPT: Final = 4000  # characters
MAX_PICTURES: Final = 10  # of one request
MAX_REFERENCES: Final = 16  # as many as current models look at
MAX_TAGS: Final = 50  # of one picture
MAX_RATIO: Final = 3.0  # 1:3 to 3:1, as wide as current models draw
_SIDE: Final = 1024  # px, the longer side when only a ratio is given
_GRID: Final = 16  # px: models draw multiples of it
_STYLES: Final = {
    "": "",
    "vivid": "\n\nStyle: vivid, dramatic, saturated.",
    "natural": "\n\nStyle: natural, plain, true to life.",
}


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """Pictures of one prompt, drawn by one of the operator's providers or over a connection profile."""

    prompt: str
    profile_id: str = ""  # "" = by the operator's
    provider: str = ""  # "" = the operator's default; of a profile, the profile's
    model: str = ""  # "" = the provider's default
    count: int = 1
    size: str = ""  # "1024x1536"; "" or "auto" = by the ratio
    aspect_ratio: str = ""  # "16:9"; "" = square
    quality: str = ""  # "standard", "hd"; "" = the model's default
    style: str = ""  # "vivid", "natural"; told in words, because current models take no such option
    tags: tuple[Tag, ...] = ()
    references: tuple[str, ...] = ()  # ids of own images to work from: an edit, or a variation
    mask: str = ""  # id of an own image, transparent where the first reference may change
    metadata: Mapping[str, Any] = field(default_factory=dict)  # the caller's own, given back as it came

    def __post_init__(self) -> None:
        dimensions(self.size, self.aspect_ratio)
        if not clean(self.prompt, MAX_SUBJECT):
            advice = "at least one visible character"
            raise InvalidRequest(f"Write a prompt with {advice}.", {"prompt": advice})

    def orders(self, library: Library, key: str, correlation_id: str, sources: Sequence[Picture] = ()) -> list[Order]:
        """What the provider is asked, in one call for all pictures. ``sources``: references and mask, in this order.

        The local draughtsman reads no sentences and gets their beginning; it draws one variation at a time.
        """
        width, height = self.dimensions
        local = PROVIDERS[self.provider].local
        text = self.prompt + _STYLES[self.style]
        return [
            Order(
                prompt=Prompt(text, library.prompt(category=clean(self.prompt, MAX_SUBJECT), variation=number).brief),
                width=width,
                height=height,
                format=Format.PNG,
                model=self.model,
                quality=self.quality,
                count=1 if local else self.count,
                references=tuple(sources[: len(self.references)]),
                mask=sources[-1] if self.mask else None,
                key=key,
                correlation_id=correlation_id,
            )
            for number in range(self.count if local else 1)
        ]

    @property
    def dimensions(self) -> tuple[int, int]:
        """Width and height in px."""
        return dimensions(self.size, self.aspect_ratio)

    def to_json(self) -> dict[str, Any]:
        """A dict that `from_json` reads back; kept with the job."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ImageRequest":
        """The inverse of `to_json`; what else a job has to remember is passed over."""
        known = {each.name: data[each.name] for each in fields(cls)}
        tags = tuple(Tag(TagType(tag["type"]), tag["id"]) for tag in data["tags"])
        return cls(**{**known, "tags": tags, "references": tuple(data["references"])})

    @property
    def sources(self) -> list[str]:
        """Ids of references and mask, in this order."""
        return [*self.references, *([self.mask] if self.mask else [])]


def dimensions(size: str, aspect_ratio: str) -> tuple[int, int]:
    """Width and height in px. InvalidRequest naming the option."""
    if size not in ("", "auto"):
        width, height = _pair(size, "x", "options.size", "1024x1024")
        if not MIN_SIZE <= min(width, height) <= max(width, height) <= MAX_SIZE:
            raise _wrong("options.size", f"both sides from {MIN_SIZE} to {MAX_SIZE}")
        return width, height
    if not aspect_ratio:
        return _SIDE, _SIDE
    wide, high = _pair(aspect_ratio, ":", "options.aspectRatio", "16:9")
    if not 1 / MAX_RATIO <= wide / high <= MAX_RATIO:
        raise _wrong("options.aspectRatio", f"1:{MAX_RATIO:g} to {MAX_RATIO:g}:1")
    scale = _SIDE / max(wide, high)
    return _on_grid(wide * scale), _on_grid(high * scale)


def _pair(text: str, mark: str, field: str, example: str) -> tuple[int, int]:
    first, _, second = text.partition(mark)
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 and int(part) for part in (first, second)):
        raise _wrong(field, f"write it like {example}")
    return int(first), int(second)


def _on_grid(pixels: float) -> int:
    return max(_GRID, math.floor(pixels / _GRID + 0.5) * _GRID)


def _wrong(field: str, advice: str) -> InvalidRequest:
    return InvalidRequest(f"Correct {field}: {advice}.", {field: advice})
