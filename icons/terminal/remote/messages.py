"""The workers' protocol as a worker hears it: what the service asks for, checked."""

import json
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from icons.domain.errors import InvalidRequest
from icons.domain.images import MAX_SIZE, MIN_SIZE
from icons.domain.pictures import MAX_PICTURES, MAX_PROMPT, ImageRequest

Json = dict[str, Any]

_STYLES: Final = ("vivid", "natural")
Side = Annotated[int, Field(ge=MIN_SIZE, le=MAX_SIZE)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel)


class Parameters(_Part):
    """How to draw."""

    width: Side = 1024
    height: Side = 1024
    quality: str = ""
    style: str = ""
    number_of_images: Annotated[int, Field(ge=1, le=MAX_PICTURES)] = 1


class Order(_Part):
    """A `generate_image`."""

    id: str = Field(alias="requestId", min_length=1, max_length=100)
    prompt: str = Field(min_length=1, max_length=MAX_PROMPT)
    model: str | None = None
    parameters: Parameters = Parameters()
    correlation_id: str = ""

    @classmethod
    def of(cls, message: Json) -> Self:
        """InvalidRequest when it cannot be carried out."""
        try:
            return cls.model_validate(message)
        except ValidationError as error:
            fields = ", ".join(".".join(map(str, each["loc"])) for each in error.errors(include_input=False))
            raise InvalidRequest(f"The worker does not understand: {fields}.") from None

    def request(self, provider: str, model: str) -> ImageRequest:
        """The domain's request; ``model`` draws when the order names none. InvalidRequest names what is wrong."""
        how = self.parameters
        return ImageRequest(
            prompt=self.prompt,
            provider=provider,
            model=self.model or model,
            count=how.number_of_images,
            size=f"{how.width}x{how.height}",
            quality=how.quality,
            style=how.style if how.style in _STYLES else "",
        )

    def addressed(self, message: Json) -> Json:
        """A message about this order, with the mark by which the service's log knows it."""
        return {**message, "correlationId": self.correlation_id}


def parsed(text: str) -> Json:
    """A message of the service; empty when it is none."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}
