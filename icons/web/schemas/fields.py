"""The kinds of values that bodies and queries are made of, each with its bounds."""

import unicodedata
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from icons.domain.errors import InvalidRequest
from icons.domain.images import DRAWN, MAX_SIZE, MIN_SIZE, Format, parse_colour
from icons.domain.prompts.brief import Background
from icons.domain.requests import MAX_VARIATIONS, IconRequest

DEFAULTS = IconRequest(category="")
"""Where the defaults of icon requests are written down."""


class Body(BaseModel):
    """A JSON body: unknown fields are refused, and nothing is converted (no "5" or true for 5)."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Query(BaseModel):
    """Query or path parameters: text, converted; unknown ones are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """Kept, because flask-openapi asks for it at every request."""
        return _schema(cls, *args, **options)


@cache
def _schema(model: type[Query], *args: Any, **options: Any) -> dict[str, Any]:
    return super(Query, model).model_json_schema(*args, **options)


class Answer(BaseModel):
    """A JSON answer, for the OpenAPI document."""

    model_config = ConfigDict(extra="forbid")


def _visible(text: str) -> str:
    if any(unicodedata.category(char) == "Cc" for char in text):
        raise ValueError("write it without control characters")
    return text


def _colour(text: str) -> str:
    try:
        return parse_colour(text)
    except InvalidRequest as error:
        raise ValueError(error.message) from error


_CONTROL: Final = r"\x00-\x1f\x7f-\x9f"

Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    AfterValidator(_visible),
    Field(json_schema_extra={"pattern": f"^[^{_CONTROL}]*$"}),
]
"""One line of text; outer blanks do not count."""

Text = Annotated[
    Line, Field(min_length=1, json_schema_extra={"pattern": f"^[^{_CONTROL}]*[^\\s{_CONTROL}][^{_CONTROL}]*$"})
]
"""One line of text that says something."""

Category = Annotated[Text, Field(max_length=200)]
Element = Annotated[Text, Field(max_length=60)]
Elements = Annotated[list[Element], Field(max_length=8)]
Name = Annotated[Text, Field(max_length=100)]
Fallback = Annotated[
    list[Name],
    Field(max_length=5, description="Who draws when the provider does not: names as in `provider`, in this order."),
]
Colour = Annotated[
    str,
    AfterValidator(_colour),
    Field(json_schema_extra={"pattern": r"^\s*#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})\s*$"}),
]
Palette = Annotated[list[Colour], Field(max_length=6)]
Identifier = Annotated[Line, Field(max_length=100)]
Credential = Annotated[str, Field(min_length=1, max_length=8192)]


def _absent(text: Any) -> Any:
    return None if isinstance(text, str) and not text.strip() else text


OptionalName = Annotated[Annotated[Line, Field(max_length=100)] | None, BeforeValidator(_absent)]
"""In queries: an empty parameter is an absent one."""


def _moment(text: str | None) -> str | None:
    if text:
        try:
            epoch(text)
        except (ValueError, OverflowError) as error:
            raise ValueError("write a moment such as 2026-01-31T12:00:00Z") from error
    return text


def epoch(text: str) -> float:
    """Epoch seconds of an ISO 8601 moment; UTC where it names no zone."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


Moment = Annotated[OptionalName, AfterValidator(_moment)]
"""In queries: a point in time, as text."""


def _drawn(file_format: Format) -> Format:
    if file_format not in DRAWN:
        raise ValueError(f"write one of: {', '.join(DRAWN)}")
    return file_format


DrawnFormat = Annotated[
    Format,
    Field(strict=False),
    AfterValidator(_drawn),
    WithJsonSchema({"type": "string", "enum": [each.value for each in DRAWN]}),
]
"""A format that an icon can be asked for in."""


class IconFields(Body):
    """What all requests for icons share."""

    style: Name = Field(DEFAULTS.style, description="Name or alias of a style; see `/api/icons/styles`.")
    color_scheme: Name = Field(DEFAULTS.color_scheme, description="See `/api/icons/color-schemes`.")
    brand_colors: Palette = Field(default=[], description="The brand's own colours, the primary first: `#4F46E5`.")
    size: int = Field(DEFAULTS.size, ge=MIN_SIZE, le=MAX_SIZE, description="Width and height in px.")
    format: DrawnFormat = DEFAULTS.format
    background: Annotated[Background, Field(strict=False)] = DEFAULTS.background
    seed: int = Field(DEFAULTS.seed, ge=0, le=2**31 - 1, description="Another seed, another equally good picture.")
    provider: Annotated[Line, Field(max_length=100)] = Field(
        DEFAULTS.provider, description="Who draws: see `/api/providers`, or a profile's id. Empty = the default."
    )
    model: Annotated[Line, Field(max_length=100)] = Field(DEFAULTS.model, description="Empty = the provider's default.")
    quality: Annotated[Line, Field(max_length=20)] = Field(
        DEFAULTS.quality, description="`low`, `medium`, `high`, `hd`...; empty = the model's default."
    )
    fallback: Fallback = Field(default=[])
    user_id: Annotated[Line, Field(max_length=255)] | None = Field(
        None,
        validation_alias=AliasChoices("user_id", "userId"),
        description="A label of your own user. Stored and returned; grants nothing.",
    )

    def icon(self, category: str, elements: list[str]) -> IconRequest:
        """The domain's request, not yet normalised."""
        return IconRequest(
            category=category,
            style=self.style,
            color_scheme=self.color_scheme,
            brand_colors=tuple(self.brand_colors),
            elements=tuple(elements),
            size=self.size,
            format=self.format,
            background=self.background,
            seed=self.seed,
            provider=self.provider,
            quality=self.quality,
            fallback=tuple(self.fallback),
            model=self.model,
        )


Variations = Annotated[int, Field(ge=1, le=MAX_VARIATIONS)]
