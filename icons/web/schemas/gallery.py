"""Parameters and answers of the gallery: its pages, what a search could ask for, deletion."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from icons.domain.images import Search, Sorting, Source, TagType
from icons.web.schemas.camel import CamelAnswer, CamelBody, CamelQuery
from icons.web.schemas.fields import Identifier, Line, Moment, OptionalName, epoch
from icons.web.schemas.pictures import ImageAnswer, TagAnswer, Tags


def _absent(text: Any) -> Any:
    return None if text == "" else text


class GalleryQuery(CamelQuery):
    """A page of the account's images."""

    tag_type: Annotated[TagType | None, BeforeValidator(_absent)] = None
    tag_id: Annotated[Annotated[Line, Field(max_length=255)] | None, BeforeValidator(_absent)] = None
    q: Annotated[Line, Field(max_length=200)] = Field(
        default="", description="Part of the name, the category, the prompt or a tag's id."
    )
    source: Annotated[Source | None, BeforeValidator(_absent)] = None
    category: Annotated[Annotated[Line, Field(max_length=200)] | None, BeforeValidator(_absent)] = Field(
        None, description="Of an icon, as it was asked for."
    )
    style: OptionalName = Field(None, description="Of an icon; see `/api/icons/styles`.")
    color_scheme: OptionalName = Field(None, description="Of an icon; see `/api/icons/color-schemes`.")
    model: Annotated[Annotated[Line, Field(max_length=255)] | None, BeforeValidator(_absent)] = Field(
        None, description="That drew it; see `/api/images/facets`."
    )
    provider: OptionalName = Field(None, description="That drew it, or the id of the profile.")
    job_id: OptionalName = Field(None, description="That has brought it.")
    since: Moment = Field(None, description="Made then or later; ISO 8601.")
    until: Moment = Field(None, description="Made before.")
    sort: Sorting = Sorting.NEWEST
    page: int = Field(default=1, ge=1, le=1_000_000)
    per_page: int = Field(default=20, ge=1, le=100)

    def search(self) -> Search:
        """The domain's value."""
        return Search(
            tag_type=self.tag_type,
            tag_id=self.tag_id,
            text=self.q or None,
            source=self.source,
            category=self.category,
            style=self.style,
            color_scheme=self.color_scheme,
            model=self.model,
            provider=self.provider,
            job_id=self.job_id,
            since=epoch(self.since) if self.since else None,
            until=epoch(self.until) if self.until else None,
            sorting=self.sort,
        )


class DeleteBody(CamelBody):
    """Which images to delete."""

    ids: Annotated[list[Identifier], Field(min_length=1, max_length=500)]


class DeletedAnswer(CamelAnswer):
    """How many there were."""

    deleted: int


class RetagBody(CamelBody):
    """Which images, and which tags come and go."""

    ids: Annotated[list[Identifier], Field(min_length=1, max_length=1000)]
    add: Tags = Field(default=[])
    remove: Tags = Field(default=[], description="Stronger than `add`.")


class RetaggedAnswer(CamelAnswer):
    """How many there were."""

    tagged: int


class TagFacet(TagAnswer):
    """A tag, and how many images have it."""

    count: int


class Facet(CamelAnswer):
    """A value, and how many images have it."""

    name: str
    count: int


class FacetsAnswer(CamelAnswer):
    """What the account's images have that a search could ask for, the most frequent first."""

    tags: list[TagFacet]
    models: list[Facet]
    providers: list[Facet] = Field(description="The operator's, or ids of profiles")


class Pagination(CamelAnswer):
    """Which page of how many."""

    page: int
    per_page: int
    total: int
    pages: int


class GalleryAnswer(CamelAnswer):
    """A page of images."""

    data: list[ImageAnswer]
    pagination: Pagination
