"""Parameters and answers about providers, models and what they cost."""

from typing import Literal

from pydantic import Field

from icons.web.schemas.camel import CamelAnswer
from icons.web.schemas.fields import Answer, Query


class SpendingQuery(Query):
    """Which sums."""

    group_by: Literal["day", "model", "batch"] = "day"
    since: float | None = Field(None, ge=0, allow_inf_nan=False, description="Epoch seconds; absent = from the start.")


class SpendingRow(Answer):
    """One sum; money in US dollars, written as text."""

    group: str | None = Field(description="The day, the model's name or the batch's id; null = calls without a batch")
    calls: int
    cost: str
    unknown: int = Field(description="Calls among them that may or may not have been paid for")
    unknown_cost: str


class SpendingAnswer(Answer):
    """What was spent: by the account, or by all for an administrator."""

    currency: str
    group_by: str
    month_budget: str | None = Field(description="What the account may spend in a calendar month; null = no bound")
    month_spent: str = Field(description="By the account itself in this calendar month, UTC")
    total: str
    rows: list[SpendingRow]


class ProviderAnswer(CamelAnswer):
    """A provider that requests can name, or profiles can lead to."""

    name: str
    available: bool = Field(description="Set up by the operator: requests can name it without a profile")
    default: bool = Field(description="Draws when a request names none")
    models: int
    circuit: str | None = Field(description="Its circuit breaker here; null = not in use")


class ProvidersAnswer(CamelAnswer):
    """All of them."""

    providers: list[ProviderAnswer]


class ModelAnswer(CamelAnswer):
    """What a model can do."""

    name: str
    title: str
    aliases: list[str]
    sizes: list[str] = Field(description="Empty with freeSize: any size")
    free_size: bool
    ratios: list[str]
    qualities: list[str]
    formats: list[str]
    transparent: str
    max_images: int
    max_references: int
    masks: bool
    streams: bool
    priced: bool
    retires_on: str | None


class ModelsAnswer(CamelAnswer):
    """A provider's models that can be asked for today."""

    provider: str
    default_model: str | None
    models: list[ModelAnswer]


class ProviderPath(Query):
    """Which provider."""

    name: str
