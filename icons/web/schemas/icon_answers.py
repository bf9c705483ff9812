"""Answers of `/api/icons`."""

from typing import Any, Literal

from pydantic import ConfigDict, Field, RootModel

from icons.domain.jobs import BatchState
from icons.web.schemas.fields import Answer
from icons.web.schemas.icons import Verdict

JobStatusName = Literal["waiting", "active", "delayed", "completed", "failed", "cancelled"]


class IconMetadata(Answer):
    """What was asked for, and what the provider says about the picture (facts of its own may come on top)."""

    model_config = ConfigDict(extra="allow")

    style: str
    color_scheme: str
    category: str | None
    custom_elements: list[str]
    brand_colors: list[str]
    size: int
    format: str
    background: str
    seed: int
    variation: int
    provider: str
    quality: str = Field(description="As asked for; empty = the model's default")
    model: str = Field(description="The model that ran")
    requested_model: str | None


class PictureFields(Answer):
    """Where a picture is to be had."""

    image_url: str = Field(description="Signed; works without a header until it expires")
    local_path: str = Field(description="Name within the service's storage")
    filename: str
    width: int
    height: int
    bytes: int


class IconAnswer(PictureFields):
    """A finished icon."""

    success: Literal[True]
    generation_time: float = Field(description="Seconds that drawing took; 0 from the cache")
    cached: bool
    model: str
    metadata: IconMetadata


class GenerateAnswer(IconAnswer):
    """The icon, or the first of several variations."""

    job_id: str | None = Field(description="Null when the cache answered, and for variations")
    batch_id: str | None = Field(description="The batch of the variations")
    images: list[IconAnswer] | None = Field(None, description="All variations, when more than one was asked for")


class JobAccepted(Answer):
    """Not drawn yet."""

    job_id: str
    status: JobStatusName
    progress: int
    stage: str
    status_url: str
    message: str
    created_at: str


class JobError(Answer):
    """Why a job failed."""

    code: str
    message: str
    attempts: int
    final: bool = Field(description="The same request would fail again")


class JobAnswer(Answer):
    """A job and, once it is there, its icon."""

    job_id: str
    batch_id: str | None
    status: JobStatusName
    progress: int = Field(ge=0, le=100)
    stage: str
    category: str
    attempts: int
    user_id: str | None
    created_at: str
    started_at: str | None
    finished_at: str | None
    error: JobError | None
    result: IconAnswer | None


class EstimateAnswer(Answer):
    """What icons would cost, in US dollars written as text."""

    currency: str
    icons: int = Field(description="To be drawn; the others come from the cache")
    low: str
    high: str
    unpriced: int = Field(description="Icons among them whose price nobody knows: they are in neither sum")
    budget_left: str | None = Field(description="Of the account's budget of this month; null = without a bound")


class BatchAccepted(Answer):
    """A batch has been stored."""

    batch_id: str
    status: BatchState
    message: str
    total_categories: int
    total_icons: int
    cached: int = Field(description="Icons that were there at once, from the cache")
    concurrency: int
    status_url: str
    result_url: str
    cancel_url: str
    created_at: str
    estimate: EstimateAnswer | None = None


class GenerateAccepted(RootModel[JobAccepted | BatchAccepted]):
    """A job or, for several variations, a batch."""


class BatchStatus(Answer):
    """How far a batch is."""

    batch_id: str
    status: BatchState
    progress: int = Field(ge=0, le=100)
    current_category: str | None
    total_categories: int
    completed_categories: int
    estimated_completion: str | None = Field(description="At the pace so far")
    total: int
    completed: int
    failed: int
    cancelled: int
    concurrency: int
    user_id: str | None
    created_at: str
    started_at: str | None
    finished_at: str | None
    seq: int = Field(description="Number of the batch's newest event")


class BatchRetried(BatchStatus):
    """A batch some of whose icons begin anew."""

    retried: int


class BatchSummary(Answer):
    """A batch in figures."""

    total: int
    completed: int
    failed: int
    cancelled: int
    unfinished: int
    cached: int


class BatchItem(Answer):
    """One icon of a batch; what `IconAnswer` names is there once it is finished."""

    model_config = ConfigDict(extra="allow")

    category: str
    variation: int
    job_id: str
    status: JobStatusName
    success: bool
    error: str | None = None
    code: str | None = None
    attempts: int | None = None
    verdict: Verdict | None = Field(
        None, description="Which tag of type THEME the icon has; of one redrawn, the picture in its place."
    )
    redrawn: IconAnswer | None = Field(
        None, description="In its place, on the sheet and in the zip: named by its tag of type THEME, `redrawn:<id>`."
    )


class BatchResult(Answer):
    """What a batch has brought so far, in request order."""

    batch_id: str
    status: BatchState
    summary: BatchSummary
    results: list[BatchItem]


class BatchListed(BatchStatus):
    """A batch in a list, with what one knows it again by."""

    categories: list[str] = Field(description="The first few of them")
    preview: list[PictureFields] = Field(description="The first few of its finished icons")


class BatchesAnswer(Answer):
    """A page of batches."""

    batches: list[BatchListed]
    count: int
    next_before: str | None = Field(description="`before` of the next page")


class CachedIcon(PictureFields):
    """A remembered icon."""

    category: str
    style: str
    color_scheme: str
    created_at: str
    last_used_at: str
    metadata: dict[str, Any] = Field(description="What the provider said about the picture")


class CachedAnswer(Answer):
    """A page of remembered icons."""

    icons: list[CachedIcon]
    total: int
    page: int
    per_page: int
    pages: int


class ClearedAnswer(Answer):
    """What was removed."""

    success: Literal[True]
    entries: int
    images: int
    bytes: int
    message: str


class StyleAnswer(Answer):
    """A style."""

    name: str
    title: str
    description: str
    aliases: list[str]


class StylesAnswer(Answer):
    """All styles."""

    styles: list[StyleAnswer]
    count: int


class SchemeAnswer(StyleAnswer):
    """A colour scheme."""

    palettes: list[list[str]] = Field(description="The primary colour first")
    branded: bool = Field(description="`brand_colors` take the place of the palettes")


class SchemesAnswer(Answer):
    """All colour schemes."""

    color_schemes: list[SchemeAnswer]
    count: int


class CategoryAnswer(Answer):
    """A category, with objects that stand for it."""

    name: str
    title: str
    group: str
    suggestions: list[str]


class SuggestionsAnswer(Answer):
    """Categories that fit what was typed, the likeliest first."""

    categories: list[CategoryAnswer]
    count: int
