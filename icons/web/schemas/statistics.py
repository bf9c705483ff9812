"""Answers about the queue and what it all adds up to."""

from pydantic import Field

from icons.web.schemas.fields import Answer
from icons.web.schemas.icon_answers import JobStatusName


class CacheUsage(Answer):
    """The cache in figures."""

    entries: int
    images: int
    bytes: int
    hits: int


class StatisticsAnswer(Answer):
    """Figures of the account; of all accounts for an administrator."""

    total_generations: int = Field(description="Icons that were drawn or failed")
    successful_generations: int
    failed_generations: int
    cancelled_generations: int
    cached_generations: int = Field(description="Successful ones that the cache answered")
    success_rate: float = Field(ge=0, le=1, description="Share of successful generations; 0 before the first")
    average_generation_time: float | None = Field(description="Seconds, of the latest 1,000; null before the first")
    median_generation_time: float | None
    p95_generation_time: float | None = Field(description="95 of 100 took no longer")
    oldest_waiting_since: str | None = Field(description="When the longest waiting job was asked for")
    active_jobs: int
    waiting_jobs: int
    active_batches: int
    total_batches: int
    cache: CacheUsage
    circuits: dict[str, str] = Field(description="Circuit breaker of each provider in use; `closed` is well")


class QueuedJob(Answer):
    """A job that has not ended."""

    job_id: str
    batch_id: str | None
    kind: str
    title: str = Field(description="Category or prompt")
    status: JobStatusName
    progress: int = Field(ge=0, le=100)
    stage: str
    created_at: str
    started_at: str | None


class QueueAnswer(Answer):
    """What runs and what waits, at most 100 of each; `/api/icons/stats` has their numbers."""

    active: list[QueuedJob]
    waiting: list[QueuedJob]
