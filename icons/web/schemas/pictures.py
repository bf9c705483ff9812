"""Bodies, parameters and answers of `/api/images`, but for the files."""

import json
from typing import Annotated, Any, Literal

import werkzeug.datastructures
from flask_openapi import FileStorage
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from icons.core.pictures import MAX_NAME
from icons.domain.images import Source, Tag, TagType
from icons.domain.pictures import MAX_PICTURES, MAX_PROMPT, MAX_REFERENCES, MAX_TAGS, ImageRequest
from icons.domain.profiles import Profile
from icons.web.schemas.camel import CamelAnswer, CamelBody, CamelQuery
from icons.web.schemas.fields import Identifier, Line
from icons.web.schemas.hooks import CamelHookFields


class TagBody(CamelBody):
    """A link to something of the caller's own."""

    tag_type: Annotated[TagType, Field(strict=False)]
    tag_id: Annotated[Line, Field(min_length=1, max_length=255)]


def _without_repeats(tags: list[TagBody]) -> list[TagBody]:
    return list(dict.fromkeys(tags))


def _parsed(text: Any) -> Any:
    """In forms, where values are text."""
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        raise ValueError('write a JSON list, such as [{"tagType": "THEME", "tagId": "42"}]') from None


def _sent_as_file(value: Any) -> Any:
    if not isinstance(value, werkzeug.datastructures.FileStorage):
        raise ValueError("send it as a file of the form")  # noqa: TRY004 - what pydantic takes for a wrong value
    return value


def _plain(text: str) -> str:
    if any(char < " " and char not in "\t\r\n" for char in text):
        raise ValueError("write it without control characters")
    return text


Tags = Annotated[list[TagBody], Field(max_length=MAX_TAGS), AfterValidator(_without_repeats)]
FormTags = Annotated[
    Tags, BeforeValidator(_parsed), WithJsonSchema({"type": "string", "description": "JSON: a list of tags"})
]
PromptText = Annotated[str, Field(min_length=1, max_length=MAX_PROMPT), AfterValidator(_plain)]
Option = Annotated[Line, Field(max_length=20)]
Quality = Literal["standard", "hd", "low", "medium", "high", ""]
Style = Literal["vivid", "natural", ""]


def domain_tags(tags: list[TagBody]) -> tuple[Tag, ...]:
    """The domain's values."""
    return tuple(Tag(tag.tag_type, tag.tag_id) for tag in tags)


class OptionsBody(CamelBody):
    """How to draw; what the model does not know is left out or told in words."""

    n: int = Field(default=1, ge=1, le=MAX_PICTURES, description="How many pictures.")
    size: Option = Field(default="", description="Such as 1024x1536, or auto.")
    quality: Quality = ""
    style: Style = ""
    aspect_ratio: Option = Field(default="", description="Such as 16:9; counts when there is no size.")
    references: Annotated[list[Identifier], Field(max_length=MAX_REFERENCES)] = Field(
        default=[], description="Ids of own images to work from: an edit, or a variation."
    )
    mask: Identifier = Field(
        default="", description="Id of an own image, transparent where the first reference may change."
    )


class GenerateImageBody(CamelHookFields):
    """Pictures of a prompt over one of the account's connection profiles."""

    prompt: PromptText
    profile_id: Annotated[Identifier, Field(min_length=1)] = Field(description="See `/api/profiles`.")
    tags: Tags = Field(default=[])
    options: OptionsBody = OptionsBody()

    def request(self, profile: Profile) -> ImageRequest:
        """The domain's request. Raises InvalidRequest naming the option."""
        return ImageRequest(
            prompt=self.prompt,
            profile_id=profile.id,
            provider=profile.provider,
            model=profile.model,
            count=self.options.n,
            size=self.options.size,
            aspect_ratio=self.options.aspect_ratio,
            quality=self.options.quality,
            style=self.options.style,
            tags=domain_tags(self.tags),
            references=tuple(self.options.references),
            mask=self.options.mask,
        )


class UploadForm(CamelBody):
    """A picture as a form's file."""

    file: Annotated[FileStorage, BeforeValidator(_sent_as_file)] = Field(description="PNG, JPEG or WebP")
    tags: FormTags = Field(default=[])


class ImportBody(CamelBody):
    """A picture at an address."""

    url: Annotated[Line, Field(min_length=1, max_length=2048)]
    tags: Tags = Field(default=[])


class ImageChange(CamelBody):
    """What to change; what is left out or null stays as it is."""

    name: Annotated[Line, Field(max_length=MAX_NAME)] | None = None
    tags: Tags | None = Field(default=None, description="All of the image's tags from now on.")


class RecordPath(CamelQuery):
    """Which image."""

    filename: Identifier = Field(description="The image's id")


class TagAnswer(CamelAnswer):
    """A link to something of the caller's own."""

    tag_type: TagType
    tag_id: str


class AskedIcon(CamelAnswer):
    """What an icon was asked for with."""

    category: str
    style: str
    color_scheme: str
    custom_elements: list[str]
    brand_colors: list[str]
    background: str
    seed: int
    variation: int


class OriginAnswer(CamelAnswer):
    """The job that drew an image."""

    job_id: str
    batch_id: str | None
    images: int = Field(description="How many it has brought")
    cost: str | None = Field(description="Of all of them, in US dollars; null = it was free")


class ImageAnswer(CamelAnswer):
    """An image of the gallery."""

    id: str
    filename: str
    filepath: str = Field(description="Its name within the storage, never a path of the server.")
    url: str = Field(description="A signed address, good for an hour or as the operator says.")
    mime_type: str
    size: int = Field(description="Bytes")
    width: int
    height: int
    source: Source
    name: str
    generation_prompt: str | None
    generation_model: str | None
    profile_id: str | None
    provider: str | None = Field(description="Who drew it; of an icon, perhaps a profile's id.")
    icon: AskedIcon | None = Field(description="Null: it was not drawn as an icon.")
    origin: OriginAnswer | None = Field(description="Null: brought by hand, or its job has been removed.")
    revised_prompt: str | None = Field(default=None, description="What the model made of the prompt, where it says so.")
    tags: list[TagAnswer]
    created_at: str


class GeneratedMetadata(CamelAnswer):
    """What was asked for, and who answered."""

    prompt: str
    provider: str
    model: str | None = Field(description="The model that ran; null while it has not.")
    requested_model: str | None
    count: int


class GeneratedAnswer(CamelAnswer):
    """The pictures of a prompt."""

    data: list[ImageAnswer]
    metadata: GeneratedMetadata


class GeneratedLater(CamelAnswer):
    """How far a prompt's pictures are."""

    job_id: str
    status: str
    progress: int
    stage: str
    error: dict[str, Any] | None
    status_url: str
    created_at: str
    data: list[ImageAnswer]
    metadata: GeneratedMetadata
