"""Answers of `/api/jobs` and `/api/queue`, for the OpenAPI document."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from icons.web.schemas.camel import CamelAnswer
from icons.web.schemas.icon_answers import JobError, JobStatusName


class JobCreated(CamelAnswer):
    """It has been stored."""

    job_id: str
    status: str = Field(description="`queued`, or `completed` when the cache had it")
    message: str
    estimated_time: str
    status_url: str
    stream_url: str = Field(description="Server-sent events; its ticket works once, within a minute")


class JobImage(CamelAnswer):
    """One file."""

    platform: str = Field(description="Its title")
    url: str = Field(description="Signed; works without a header until it expires")
    width: int
    height: int
    size: int = Field(description="Bytes")
    format: str
    name: str = Field(description="What the platform calls the file")


class JobResult(CamelAnswer):
    """What a job has brought."""

    success: Literal[True]
    generation_id: str
    images: list[JobImage]
    revised_prompt: str
    model: str | None


class JobData(CamelAnswer):
    """What was asked for."""

    user_id: str | None
    prompt: str
    platforms: list[str]
    options: dict[str, Any]


class JobSummary(CamelAnswer):
    """A job in a list."""

    job_id: str
    status: JobStatusName
    progress: int = Field(ge=0, le=100)
    stage: str
    kind: str
    priority: str
    batch_id: str | None
    user_id: str | None
    prompt: str
    created_at: str
    processed_at: str | None
    finished_at: str | None


class JobDetails(JobSummary):
    """A job and, once they are there, its files."""

    attempts: int
    data: JobData
    logs: list[str]
    result: JobResult | None
    error: JobError | None


class JobsAnswer(CamelAnswer):
    """A page of jobs."""

    jobs: list[JobSummary]
    count: int
    status: str | None
    next_after: str | None = Field(description="`after` of the next page")


class JobMoved(CamelAnswer):
    """What has become of it."""

    job_id: str
    status: str
    message: str


class JobEvent(CamelAnswer):
    """An entry of the event log; more fields by its type."""

    model_config = ConfigDict(extra="allow")

    seq: int
    type: str
    at: str


class JobEventsAnswer(CamelAnswer):
    """A page of a job's events."""

    events: list[JobEvent]
    count: int
    next_after: int = Field(description="`after` of the next page")


class QueueStatistics(CamelAnswer):
    """Jobs by state: the account's; all accounts' for an administrator."""

    waiting: int
    active: int
    completed: int
    failed: int
    delayed: int
    cancelled: int
    total: int
    timestamp: str


class CleanAnswer(CamelAnswer):
    """What was removed."""

    cleaned: int
    status: str | None
    message: str
