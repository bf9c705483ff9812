"""What is asked for, as values, and the fingerprint under which equal requests are the same work."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Final

from icons.domain.errors import InvalidRequest
from icons.domain.images import Format, Picture
from icons.domain.prompts.brief import Background, Brief, Prompt
from icons.domain.prompts.library import Library

MAX_BATCH_ICONS: Final = 1000
MAX_VARIATIONS: Final = 10


def _fields(value: "IconRequest | Brief") -> dict[str, Any]:
    """`dataclasses.asdict` for flat values, without its deep copies: this runs for every cached answer."""
    return {each.name: getattr(value, each.name) for each in fields(value)}


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
    provider: str = ""  # one of the operator's, or a profile's id; "" = the operator's default
    model: str = ""  # "" = the provider's default
    quality: str = ""  # "" = the model's default
    fallback: tuple[str, ...] = ()  # who draws when the provider does not: the operator's, or profiles' ids

    def prompt(self, library: Library) -> Prompt:
        """What a model reads and the draughtsman draws. InvalidRequest when the library does not know a name."""
        return library.prompt(
            category=self.category,
            style=self.style,
            color_scheme=self.color_scheme,
            brand_colors=self.brand_colors,
            elements=self.elements,
            background=self.background,
            variation=self.variation,
            seed=self.seed,
            size=self.size,
        )

    def to_json(self) -> dict[str, Any]:
        """A dict that `from_json` reads back; kept with the job."""
        return _fields(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "IconRequest":
        """The inverse of `to_json`."""
        values = dict(data)
        values["format"] = Format(values["format"])
        values["background"] = Background(values["background"])
        values["brand_colors"] = tuple(values["brand_colors"])
        values["elements"] = tuple(values["elements"])
        values["fallback"] = tuple(values["fallback"])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Order:
    """What a provider is asked to draw: ``count`` pictures of one prompt."""

    prompt: Prompt
    width: int  # px
    height: int  # px
    format: Format
    model: str = ""  # as asked for, an alias perhaps; "" = the provider's default
    quality: str = ""  # as asked for: low, medium, high, hd...; "" = the model's default
    count: int = 1
    references: tuple[Picture, ...] = ()  # pictures to work from: an edit
    mask: Picture | None = None  # transparent where the first reference may change
    key: str = ""  # stable over retries of the same work: the provider's idempotency key
    correlation_id: str = ""
    end_user: str = ""  # for whom, in a way that names nobody; "" = not said


@dataclass(frozen=True, slots=True)
class Usage:
    """What a provider counted for one call; prices follow from it."""

    text_tokens: int = 0  # in
    image_tokens: int = 0  # in
    output_tokens: int = 0
    images: int = 0  # delivered


@dataclass(frozen=True, slots=True)
class Notice:
    """What a provider's headers say about its limits; None = it did not say. Seconds from now."""

    requests_left: int | None = None
    requests_reset: float | None = None
    tokens_left: int | None = None
    tokens_reset: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider delivered for one order."""

    pictures: tuple[Picture, ...]
    model: str  # the model that really ran
    facts: Mapping[str, Any]  # JSON values for the answer's metadata: revised_prompt, what was translated...
    usage: Usage = Usage()
    notice: Notice = Notice()


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: str  # "system", "user" or "assistant"
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a chat model answered."""

    text: str
    model: str
    usage: Usage = Usage()
    notice: Notice = Notice()


def fingerprint(request: IconRequest, prompt: Prompt, engine: str) -> str:
    """The cache key: SHA-256 of everything the picture depends on.

    ``engine`` names the provider's drawing generation ("local/1"), so that a new generation draws anew. The prompt is
    in it, so an operator's edit of a template makes the affected requests new ones.
    """
    canonical = {
        "request": request.to_json(),
        "text": prompt.text,
        "brief": _fields(prompt.brief),
        "engine": engine,
    }
    return hashlib.sha256(json.dumps(canonical, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """Many icons in one style: categories x variations, with what all of them share in ``shared``."""

    categories: tuple[str, ...]
    variations: int = 1  # per category
    elements: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # category -> objects to show
    shared: IconRequest = field(default_factory=lambda: IconRequest(category=""))
    concurrency: int | None = None  # jobs at once; None = the operator's default
    max_cost: int | None = None  # micro-dollars; None = without a bound

    def __post_init__(self) -> None:
        total = len(self.categories) * self.variations
        if not 1 <= total <= MAX_BATCH_ICONS:
            raise InvalidRequest(
                f"A batch has 1 to {MAX_BATCH_ICONS:,} icons; this one would have {total:,}.",
                {"categories": f"at most {MAX_BATCH_ICONS} icons, variations included"},
            )
        seen: dict[str, str] = {}
        for category in self.categories:
            if (key := category.casefold()) in seen:
                raise InvalidRequest(
                    f"“{category}” is in the list twice; ask for more variations instead.",
                    {"categories": f"duplicate: {category}"},
                )
            seen[key] = category
        if strangers := [name for name in self.elements if name not in self.categories]:
            raise InvalidRequest(
                "Elements are given for categories that are not in the batch.",
                {"custom_elements": f"not in categories: {', '.join(strangers[:5])}"},
            )

    def icons(self) -> list[tuple[int, IconRequest]]:
        """(index of the category, request), in request order: all variations of the first category first."""
        return [
            (
                index,
                replace(
                    self.shared,
                    category=category,
                    elements=self.elements.get(category, self.shared.elements),
                    variation=self.shared.variation + variation,
                ),
            )
            for index, category in enumerate(self.categories)
            for variation in range(self.variations)
        ]

    def to_json(self) -> dict[str, Any]:
        """For display with the batch."""
        return asdict(self)
