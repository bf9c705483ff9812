"""Pictures as values: what a provider returns and what the house keeps."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from icons.domain.errors import InvalidRequest

MIN_SIZE: Final = 16
MAX_SIZE: Final = 2048


class Format(StrEnum):
    """File formats; the value is the file name's ending."""

    PNG = "png"
    SVG = "svg"
    WEBP = "webp"
    JPEG = "jpeg"
    ICO = "ico"
    ICNS = "icns"
    WEBMANIFEST = "webmanifest"

    @property
    def media_type(self) -> str:
        """The IANA media type."""
        return _MEDIA_TYPES[self]

    @property
    def is_raster(self) -> bool:
        """Whether it is one picture of pixels, which can be measured and made smaller."""
        return self in (Format.PNG, Format.WEBP, Format.JPEG)


_MEDIA_TYPES: Final = {
    Format.PNG: "image/png",
    Format.SVG: "image/svg+xml",
    Format.WEBP: "image/webp",
    Format.JPEG: "image/jpeg",
    Format.ICO: "image/vnd.microsoft.icon",
    Format.ICNS: "image/icns",
    Format.WEBMANIFEST: "application/manifest+json",
}
DRAWN: Final = (Format.PNG, Format.SVG, Format.WEBP, Format.JPEG)
"""The formats that an icon can be asked for in; the others pack several pictures, or describe them."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Bytes of one picture as a provider delivered them."""

    data: bytes
    format: Format


class Source(StrEnum):
    """How an image came into the house."""

    GENERATED = "generated"
    UPLOAD = "upload"
    IMPORT = "import"  # fetched from an address


class TagType(StrEnum):
    """Kinds of things of the caller's own that an image can belong to."""

    CHARACTER = "CHARACTER"
    PERSONA = "PERSONA"
    CHAT = "CHAT"
    THEME = "THEME"


@dataclass(frozen=True, slots=True)
class Tag:
    """A link from an image to something of the caller's; the house knows nothing about it but its id."""

    type: TagType
    id: str


@dataclass(frozen=True, slots=True)
class Image:
    """One picture of the house. Its bytes lie in the files under ``blob``; many images may share one blob."""

    id: str
    account: str
    filename: str  # the public name: "<id>.<ext>", or see `delivered_name`
    blob: str  # name in the files: "ab/<sha256>.<ext>"
    format: Format
    width: int
    height: int
    size: int  # bytes
    created_at: float = field(compare=False)  # epoch seconds, UTC, by the store's clock
    facts: Mapping[str, object]  # what the provider said about it: model, glyphs, confidence...
    source: Source = Source.GENERATED
    name: str = ""  # what its owner calls it; of an upload, the file's name at first
    generation_prompt: str = ""  # what the model was told; "" when it was not generated
    generation_model: str = ""
    profile_id: str | None = None  # the connection profile it was drawn with, perhaps deleted since
    kept: bool = False  # stays until its owner deletes it, though no batch and no remembered answer shows it

    @classmethod
    def of(
        cls, picture: Picture, image_id: str, account: str, size: tuple[int, int], facts: Mapping[str, object]
    ) -> "Image":
        """The image that shows these bytes, ``size`` px wide and high. It has no date yet: the store's clock says."""
        digest = hashlib.sha256(picture.data).hexdigest()
        return cls(
            id=image_id,
            account=account,
            filename=f"{image_id}.{picture.format}",
            blob=f"{digest[:2]}/{digest}.{picture.format}",
            format=picture.format,
            width=size[0],
            height=size[1],
            size=len(picture.data),
            created_at=0.0,
            facts=facts,
        )


def delivered_name(job_id: str, moment: int, number: int, form: Format) -> str:
    """The public name of a request's picture: "<request id>_<epoch ms>.png", from the second picture on "..._2.png"."""
    return f"{job_id}_{moment}{f'_{number}' if number > 1 else ''}.{form}"


@dataclass(frozen=True, slots=True)
class Origin:
    """The job that drew an image."""

    job_id: str
    batch_id: str | None
    images: int  # how many it has brought, this one included
    cost: int | None  # micro-dollars of its provider calls; None = it made none that are paid for


@dataclass(frozen=True, slots=True)
class Record:
    """An image as its owner's gallery lists it."""

    image: Image
    tags: tuple[Tag, ...] = ()
    origin: Origin | None = None  # None = brought by hand, or its job has been cleaned away


class Sorting(StrEnum):
    """In which order a gallery lists its images."""

    NEWEST = "newest"
    OLDEST = "oldest"
    NAME = "name"  # or the category, or the prompt, of those without a name
    LARGEST = "largest"  # by bytes


@dataclass(frozen=True, slots=True)
class Search:
    """Which images of a gallery; None filters nothing."""

    tag_type: TagType | None = None
    tag_id: str | None = None
    text: str | None = None  # in name, category, prompt or the id of a tag, in any case
    source: Source | None = None
    category: str | None = None  # this and the next two: as the icon was asked for
    style: str | None = None
    color_scheme: str | None = None
    model: str | None = None  # that drew it
    provider: str | None = None  # that drew it: one of the operator's, or the profile's id
    job_id: str | None = None  # that has brought it
    since: float | None = None  # epoch seconds: made then or later
    until: float | None = None  # made before
    sorting: Sorting = Sorting.NEWEST


@dataclass(frozen=True, slots=True)
class Facets:
    """What a gallery's images have: each value with the number of images, the most frequent first."""

    tags: tuple[tuple[Tag, int], ...]
    models: tuple[tuple[str, int], ...]
    providers: tuple[tuple[str, int], ...]  # the operator's, or profiles' ids


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


_SLUG_LENGTH: Final = 60


def slug(text: str) -> str:
    """Lower-case ASCII letters, digits and single hyphens: a file name that says something and is never a path."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_SLUG_LENGTH].strip("-") or "icon"
