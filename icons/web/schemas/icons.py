"""Bodies and parameters of `/api/icons`."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from icons.domain.requests import MAX_BATCH_ICONS, MAX_VARIATIONS, BatchRequest, IconRequest
from icons.domain.spending import MICRO
from icons.web.schemas.fields import (
    Body,
    Category,
    Elements,
    IconFields,
    Identifier,
    Line,
    Name,
    OptionalName,
    Query,
    Variations,
)
from icons.web.schemas.hooks import HookFields

FOR_ALL, BY_CATEGORY = "<for all>", "<by category>"
"""Names of the two shapes of a batch's elements; pydantic puts them into the paths of errors."""


def _shape(value: Any) -> str | None:
    if isinstance(value, list):
        return FOR_ALL
    return BY_CATEGORY if isinstance(value, dict) else None


BatchElements = Annotated[
    Annotated[Elements, Tag(FOR_ALL)]
    | Annotated[dict[Category, Elements], Field(max_length=MAX_BATCH_ICONS), Tag(BY_CATEGORY)],
    Discriminator(
        _shape,
        custom_error_type="elements_type",
        custom_error_message="Input should be a list of objects, or an object with such a list for each category",
    ),
]


Verdict = Literal["approved", "rejected"]


class GenerateBody(IconFields, HookFields):
    """One icon, or a few variations of it."""

    category: Category
    custom_elements: Elements = Field(default=[], description="Objects to show, the most important first.")
    variations: Variations = 1
    variation: int = Field(0, ge=0, lt=MAX_VARIATIONS, description="Number of the first one: to ask for it again.")

    def request(self) -> IconRequest:
        """The domain's request, not yet normalised."""
        return replace(self.icon(self.category, self.custom_elements), variation=self.variation)


class BatchBody(IconFields, HookFields):
    """Many icons in one style."""

    categories: list[Category] = Field(min_length=1, max_length=MAX_BATCH_ICONS)
    variations_per_category: Variations = 1
    custom_elements: BatchElements = Field(default={}, description="Objects to show: for all, or by category.")
    concurrency: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None, description="Icons drawn at once, up to the operator's limit; absent = the operator's default."
    )

    max_cost: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False, strict=False)] | None = Field(
        None, description="US dollars that the batch may cost; icons beyond it fail with BUDGET_SPENT."
    )

    def request(self) -> BatchRequest:
        """The domain's request, not yet normalised. Raises InvalidRequest naming the field."""
        shared = self.custom_elements if isinstance(self.custom_elements, list) else []
        single = self.custom_elements if isinstance(self.custom_elements, dict) else {}
        return BatchRequest(
            categories=tuple(self.categories),
            variations=self.variations_per_category,
            elements={category: tuple(elements) for category, elements in single.items()},
            shared=self.icon("", shared),
            concurrency=self.concurrency,
            max_cost=None if self.max_cost is None else round(self.max_cost * MICRO),
        )


class ClearBody(Body):
    """Which remembered answers to forget; empty = all of one's own."""

    everybody: bool = Field(False, alias="all", description="Those of all accounts; administrators only.")
    category: Category | None = None
    style: Name | None = None


class JobPath(Query):
    """Which job."""

    job_id: Identifier


class BatchPath(Query):
    """Which batch."""

    batch_id: Identifier


class DownloadQuery(Query):
    """Which icons of a batch."""

    verdict: Verdict | None = Field(None, description="Only those with this tag of type THEME; absent = all.")


class BatchesQuery(Query):
    """A page of batches, newest first."""

    limit: int = Field(20, ge=1, le=100)
    before: OptionalName = Field(None, description="Id of the last batch seen: `next_before` of the previous page.")


class CachedQuery(Query):
    """A page of remembered icons, newest first."""

    page: int = Field(1, ge=1, le=1_000_000)
    per_page: int = Field(20, ge=1, le=100)
    category: OptionalName = None
    style: OptionalName = None


class SuggestionsQuery(Query):
    """What has been typed so far."""

    q: Annotated[Line, Field(max_length=200)] = ""
    limit: int = Field(10, ge=1, le=1000)
