"""Bodies, parameters and answers of the workers document."""

from typing import Annotated, Any, Final

from pydantic import Discriminator, Field, RootModel, Tag

from icons.domain.images import MAX_SIZE, MIN_SIZE
from icons.domain.pictures import MAX_PICTURES, ImageRequest
from icons.web.schemas.camel import CamelAnswer, CamelBody, CamelQuery
from icons.web.schemas.fields import Identifier, Line
from icons.web.schemas.hooks import CamelHookFields
from icons.web.schemas.pictures import (
    GeneratedAnswer,
    GenerateImageBody,
    PromptText,
    Quality,
    Style,
    Tags,
    domain_tags,
)

OVER_A_PROFILE, BY_A_MODEL = "<over a profile>", "<by a model>"
"""Names of the two shapes of a request; pydantic puts them into the paths of errors."""

_MAX_METADATA: Final = 50  # entries
Fact = Annotated[str, Field(max_length=1000)] | bool | int | float | None
Metadata = Annotated[dict[Annotated[str, Field(max_length=100)], Fact], Field(max_length=_MAX_METADATA)]


class ParametersBody(CamelBody):
    """How to draw."""

    width: int = Field(default=1024, ge=MIN_SIZE, le=MAX_SIZE, description="px")
    height: int = Field(default=1024, ge=MIN_SIZE, le=MAX_SIZE, description="px")
    quality: Quality = ""
    style: Style = ""
    number_of_images: int = Field(default=1, ge=1, le=MAX_PICTURES)


class ModelImageBody(CamelHookFields):
    """Pictures of a prompt, by an extension that is connected as a worker or by the house."""

    prompt: PromptText
    model: Annotated[Line, Field(max_length=100)] = Field(default="", description="Empty = any.")
    parameters: ParametersBody = ParametersBody()
    provider: Annotated[Line, Field(max_length=100)] = Field(
        default="",
        description="`browser`: an extension only. Empty: an extension where one is able, else the house's default.",
    )
    user_id: Annotated[Line, Field(max_length=255)] | None = Field(
        default=None, description="A label of your own user."
    )
    metadata: Metadata = Field(default={}, description="Your own; given back with the result.")
    tags: Tags = Field(default=[])

    def request(self) -> ImageRequest:
        """The domain's request. Raises InvalidRequest naming the field."""
        asked = self.parameters
        return ImageRequest(
            prompt=self.prompt,
            provider=self.provider,
            model=self.model,
            count=asked.number_of_images,
            size=f"{asked.width}x{asked.height}",
            quality=asked.quality,
            style=asked.style,
            tags=domain_tags(self.tags),
            metadata=self.metadata,
        )


def _shape(value: Any) -> str:
    return OVER_A_PROFILE if isinstance(value, dict) and "profileId" in value else BY_A_MODEL


class DrawImagesBody(
    RootModel[
        Annotated[
            Annotated[GenerateImageBody, Tag(OVER_A_PROFILE)] | Annotated[ModelImageBody, Tag(BY_A_MODEL)],
            Discriminator(_shape),
        ]
    ]
):
    """With `profileId` over that profile, else by a model's name."""


class AcceptedAnswer(CamelAnswer):
    """The promise of pictures."""

    request_id: str
    status: str = Field(description="`accepted`, or where it stands after a `Prefer: wait=N`")
    message: str
    correlation_id: str
    timestamp: str


class DrawImagesAnswer(RootModel[GeneratedAnswer | AcceptedAnswer]):
    """With `profileId` the pictures, else a promise of them."""


class RequestPath(CamelQuery):
    """Which request."""

    filename: Identifier = Field(description="The request's id")


class StatusAnswer(CamelAnswer):
    """How far a request is."""

    request_id: str
    status: str = Field(description="`accepted`, `processing`, `downloading`, `completed` or `failed`")
    progress: int
    error: str | None = Field(default=None, description="Why it failed")
    code: str | None = Field(default=None, description="`ERR_...`")
    timestamp: str


class WorkerAnswer(CamelAnswer):
    """An extension that is connected as a worker."""

    id: str
    extension_id: str
    version: str
    capabilities: list[str]
    capacity: int = Field(description="Requests at once")
    active: int = Field(description="Requests that it has now")
    available: bool
    connected_at: str
    last_seen_at: str


class WorkersAnswer(CamelAnswer):
    """The account's extensions."""

    data: list[WorkerAnswer]


class ConnectionAnswer(CamelAnswer):
    """How an extension connects."""

    url: str
    active_connections: int = Field(description="Of the account")
    protocol: str
    timestamp: str
