"""Where pictures are shown: the files that each platform wants, and the request for a picture in their formats."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Final

from icons.domain.errors import InvalidRequest
from icons.domain.images import Format
from icons.domain.prompts.brief import Background, Prompt
from icons.domain.prompts.composing import MAX_SUBJECT, clean
from icons.domain.prompts.library import Library
from icons.domain.requests import IconRequest, Order, fingerprint

MAX_PROMPT: Final = 4000  # characters
MAX_PLATFORMS: Final = 20  # of one request
MASTER_SIZE: Final = 1024  # px, what is drawn before platforms' files are made of it
SMALL: Final = 64  # px: below it a picture is drawn anew with its hero alone
GENERATION: Final = "platforms/1"  # to be raised when the same request makes other files


class Ground(StrEnum):
    """What lies behind the subject in a file."""

    OWN = "own"  # as it was drawn
    FULL = "full"  # opaque to the edge
    NONE = "none"  # transparent: the subject alone
    ONLY = "only"  # the ground without the subject

    @property
    def background(self) -> Background:
        """What a draughtsman is asked for."""
        return {"full": Background.OPAQUE, "none": Background.TRANSPARENT}.get(self.value, Background.AUTO)


@dataclass(frozen=True, slots=True)
class View:
    """One drawing of a vector picture: below `SMALL` each size is drawn for itself."""

    background: Background
    size: int  # px


def view(ground: Ground, size: int) -> View:
    """The drawing from which a picture, ``size`` px wide, is rendered."""
    return View(ground.background, size if size < SMALL else MASTER_SIZE)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of a platform."""

    name: str
    width: int  # px; of a file that packs several pictures, the widest
    height: int  # px
    ground: Ground = Ground.OWN
    safe: float = 1.0  # diameter of the circle that is never cut off, as a share of the shorter side
    sizes: tuple[int, ...] = ()  # px, of the square pictures that one file packs

    @property
    def format(self) -> Format:
        """Told by the name."""
        return Format(self.name.rpartition(".")[2])

    def views(self) -> set[View]:
        """The drawings it needs."""
        return {view(self.ground, size) for size in self.sizes or (min(self.width, self.height),)}


@dataclass(frozen=True, slots=True)
class Platform:
    """A place where pictures are shown."""

    name: str
    title: str
    assets: tuple[Asset, ...]


ORIGINAL: Final = "original"
"""The platform of those who name none."""


@cache
def platforms() -> Mapping[str, Platform]:
    """All platforms by name, in the table's order."""
    table = tomllib.loads(resources.files("icons.domain").joinpath("platforms.toml").read_text("utf-8"))
    return {
        name: Platform(name, row["title"], tuple(_asset(file) for file in row["files"])) for name, row in table.items()
    }


def _asset(file: Mapping[str, Any]) -> Asset:
    sizes = tuple(file.get("sizes", ()))
    side = max(sizes, default=0)
    return Asset(
        name=file["name"],
        width=file.get("width", side),
        height=file.get("height", side),
        ground=Ground(file.get("ground", "own")),
        safe=file.get("safe", 1.0),
        sizes=sizes,
    )


@dataclass(frozen=True, slots=True)
class Mood:
    """What an image model's option ``style`` comes to: words for a model, a style and a scheme for the draughtsman."""

    wording: str
    style: str
    color_scheme: str


# Vivid and natural as OpenAI documents them for dall-e-3; its successors take no such option.
MOODS: Final[Mapping[str, Mood]] = {
    "vivid": Mood("Make it vivid: dramatic, saturated, hyper-real.", "modern", "vibrant"),
    "natural": Mood("Make it natural: plain, muted, true to life.", "flat", "earth"),
}


@dataclass(frozen=True, slots=True)
class PlatformRequest:
    """A free prompt, and the platforms that its picture is for.

    ``icon`` is the same request for a draughtsman who reads no sentences; it also holds provider, model and quality.
    """

    prompt: str
    icon: IconRequest
    platforms: tuple[str, ...] = (ORIGINAL,)
    style: str = ""  # as the caller wrote it: a key of MOODS, a style of the library, or ""

    def text(self) -> str:
        """What a model reads."""
        mood = MOODS.get(self.style)
        return f"{self.prompt}\n\n{mood.wording}" if mood else self.prompt

    def brief(self, library: Library, background: Background) -> Prompt:
        """Both readings. InvalidRequest when the library does not know a name."""
        return replace(replace(self.icon, background=background).prompt(library), text=self.text())

    def order(self, library: Library, seen: View, file_format: Format, key: str, correlation_id: str) -> Order:
        """One square drawing; for ``key`` and ``correlation_id`` see `Order`."""
        return Order(
            prompt=self.brief(library, seen.background),
            width=seen.size,
            height=seen.size,
            format=file_format,
            model=self.icon.model,
            quality=self.icon.quality,
            key=key,
            correlation_id=correlation_id,
        )

    def fingerprint(self, library: Library, engine: str) -> str:
        """The cache key; see `requests.fingerprint`."""
        made = " ".join((engine, GENERATION, *self.platforms))
        return fingerprint(self.icon, self.brief(library, self.icon.background), made)

    def to_json(self) -> dict[str, Any]:
        """A dict that `from_json` reads back; the fields of the icon lie beside the others, as in icon jobs."""
        own = {"prompt": self.prompt, "platforms": self.platforms, "asked_style": self.style}
        return {**self.icon.to_json(), **own}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "PlatformRequest":
        """The inverse of `to_json`."""
        values = dict(data)
        prompt, wanted, style = (values.pop(name) for name in ("prompt", "platforms", "asked_style"))
        return cls(prompt, IconRequest.from_json(values), tuple(wanted), style)


def platform_request(
    prompt: str, wanted: tuple[str, ...], style: str, color_scheme: str, icon: IconRequest
) -> PlatformRequest:
    """A request, with ``icon`` completed by what prompt, style and scheme come to ("" = what suits the other).

    InvalidRequest naming the field.
    """
    known = platforms()
    if strangers := [name for name in wanted if name not in known]:
        valid = f"one or more of: {', '.join(known)}"
        raise InvalidRequest(f"Unknown platform {strangers[0][:40]!r}. Write {valid}.", {"platforms": valid})
    subject = clean(prompt, MAX_SUBJECT)
    if not subject:
        raise InvalidRequest("Write what the picture shall show.", {"prompt": "at least one visible character"})
    mood = MOODS.get(style)
    drawn = replace(
        icon,
        category=subject,
        style=mood.style if mood else style or icon.style,
        color_scheme=color_scheme or (mood.color_scheme if mood else icon.color_scheme),
        size=MASTER_SIZE,
    )
    return PlatformRequest(prompt, drawn, tuple(dict.fromkeys(wanted)) or (ORIGINAL,), style)
