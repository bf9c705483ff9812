"""Bodies and parameters of `/api/v1`."""

import json
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, AliasChoices, Field, JsonValue

from icons.core.chats import Saying
from icons.domain.chats import MAX_MESSAGE
from icons.domain.errors import InvalidRequest
from icons.domain.pictures import MAX_PICTURES, ImageRequest, dimensions
from icons.web.schemas.camel import CamelBody, CamelQuery
from icons.web.schemas.fields import Identifier, Line, OptionalName
from icons.web.schemas.hooks import CamelHookFields
from icons.web.schemas.jobs import Prompt
from icons.web.schemas.pictures import PromptText

MAX_JOBS: Final = 100  # of one batch
_MAX_METADATA: Final = 8192  # bytes of JSON
_MAX_DEPTH: Final = 8  # lists and objects within each other
_SIDE: Final = r"(1[6-9]|[2-9]\d|[1-9]\d\d|1\d{3}|20[0-3]\d|204[0-8])"  # 16 to 2048


def _size(text: str) -> str:
    try:
        dimensions(text, "")
    except InvalidRequest as error:
        raise ValueError(next(iter(error.fields.values()))) from error
    return text


def _depth(value: JsonValue) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(_depth, inner), default=0)


def _bounded(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    if _depth(value) > _MAX_DEPTH or len(json.dumps(value)) > _MAX_METADATA:
        raise ValueError(f"send at most {_MAX_METADATA:,} bytes of JSON, at most {_MAX_DEPTH} levels deep")
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("write it without halves of characters") from error
    return value


Size = Annotated[Line, AfterValidator(_size), Field(json_schema_extra={"pattern": f"^(auto|{_SIDE}x{_SIDE})?$"})]
Metadata = Annotated[
    dict[str, JsonValue], AfterValidator(_bounded), Field(description="Your own; comes back with the pictures.")
]
UserId = Annotated[
    Line, Field(max_length=255, description="A label of your own user. Stored and returned; grants nothing.")
]
Provider = Annotated[
    Line,
    Field(max_length=100, description="Of `/api/providers`, a profile's id, or a model's name; empty = the default."),
]
ModelName = Annotated[Line, Field(max_length=100, description="Empty = the provider's default.")]


class DrawingFields(CamelBody):
    """How a prompt is drawn; what the model does not know is left out or told in words."""

    provider: Provider = ""
    model: ModelName = ""
    size: Size = Field("", description="Such as 1024x1536; empty or auto = square.")
    quality: Literal["standard", "hd", "low", "medium", "high", ""] = ""
    style: Literal["vivid", "natural", ""] = ""
    n: int = Field(1, ge=1, le=MAX_PICTURES, description="How many pictures.")
    metadata: Metadata = Field(default={})

    def drawn(self, prompt: str) -> ImageRequest:
        """The domain's request. Raises InvalidRequest naming the field."""
        return ImageRequest(
            prompt=prompt,
            provider=self.provider,
            model=self.model,
            count=self.n,
            size=self.size,
            quality=self.quality,
            style=self.style,
            metadata=self.metadata,
        )


class ImageGeneration(DrawingFields):
    """Pictures of what is said, drawn beside the reply."""

    enabled: bool = True


class SayBody(CamelHookFields):
    """A message, and whether it is drawn, too."""

    prompt: Annotated[Prompt, Field(max_length=MAX_MESSAGE)]
    user_id: UserId | None = None
    provider: Annotated[Provider, Field(description="Who answers; empty = the default.")] = ""
    model: ModelName = ""
    image_generation: ImageGeneration | None = None
    metadata: Metadata = Field(default={})

    def saying(self) -> Saying:
        """As the core takes it."""
        asked = self.image_generation
        image = asked.drawn(self.prompt) if asked and asked.enabled else None
        return Saying(self.prompt, self.provider, self.model, image, self.metadata)


class PictureBody(DrawingFields, CamelHookFields):
    """Pictures of a prompt."""

    prompt: PromptText
    user_id: UserId | None = None


class PictureItem(DrawingFields):
    """One of a batch."""

    prompt: PromptText


class PicturesBody(CamelHookFields):
    """Many prompts, each drawn in its own way."""

    jobs: list[PictureItem] = Field(
        min_length=1, max_length=MAX_JOBS, validation_alias=AliasChoices("jobs", "images", "requests")
    )
    user_id: UserId | None = None


class ChatPath(CamelQuery):
    """Which chat."""

    session_id: Identifier


class ChatsQuery(CamelQuery):
    """A page of chats, the latest talk first."""

    limit: int = Field(20, ge=1, le=100)
    after: OptionalName = Field(None, description="Id of the last one seen: `nextAfter` of the previous page.")
    user_id: OptionalName = None
