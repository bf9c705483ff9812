"""Answers of `/api/v1`, for the OpenAPI document."""

from typing import Any, Literal

from pydantic import Field

from icons.web.schemas.camel import CamelAnswer
from icons.web.schemas.icon_answers import JobError

StatusName = Literal["pending", "processing", "completed", "failed", "cancelled"]


class PictureAnswer(CamelAnswer):
    """One picture."""

    id: str
    url: str = Field(description="Signed; works without a header until `expiresAt`")
    thumbnail_url: str = Field(description="256 px wide, or the picture itself where that is no wider; signed likewise")
    width: int
    height: int
    size: int = Field(description="Bytes")
    mime_type: str
    content_hash: str = Field(description="SHA-256 of the file, in hex: equal pictures have equal ones")
    metadata: dict[str, Any] = Field(description="As it was sent")


class PicturesAnswer(CamelAnswer):
    """What a job has brought."""

    images: list[PictureAnswer]
    provider: str | None
    model: str | None = Field(description="That ran")
    requested_model: str | None
    expires_at: str = Field(description="When the addresses stop working; ask for the status again for new ones")
    ttl: int = Field(description="The same in seconds from now")


class JobStatus(CamelAnswer):
    """How far a job is."""

    job_id: str
    batch_id: str | None
    kind: str
    status: StatusName
    progress: int = Field(ge=0, le=100)
    stage: str
    prompt: str
    result: PicturesAnswer | None
    error: JobError | None
    metadata: dict[str, Any]
    user_id: str | None
    status_url: str
    stream_url: str | None = Field(description="Server-sent events; its ticket works once, within a minute")
    created_at: str
    completed_at: str | None


class BatchStatusAnswer(CamelAnswer):
    """How far a batch is; its jobs in the order of the request."""

    batch_id: str
    status: Literal["pending", "processing", "completed", "partial", "failed", "cancelled"]
    progress: int = Field(ge=0, le=100)
    total: int
    completed: int
    failed: int
    cancelled: int
    jobs: list[JobStatus]
    user_id: str | None
    status_url: str
    stream_url: str | None = Field(description="Server-sent events; its ticket works once, within a minute")
    created_at: str
    completed_at: str | None


class ResponseAnswer(CamelAnswer):
    """What was replied."""

    role: Literal["assistant"]
    content: str


class TurnAnswer(CamelAnswer):
    """A message, its reply once that is there, and the pictures that are being drawn."""

    session_id: str
    status: StatusName = Field(description="Of the reply")
    message: str | None = Field(description="The reply's text")
    response: ResponseAnswer | None
    provider: str = Field(description="Who answers")
    model: str | None = Field(description="That has answered")
    chat_job: JobStatus
    image_generation_job: JobStatus | None
    error: JobError | None = Field(description="Why there is no reply")
    user_id: str | None
    metadata: dict[str, Any]
    created_at: str


class ChatSummary(CamelAnswer):
    """A chat in a list."""

    session_id: str
    title: str = Field(description="The beginning of what was said first")
    user_id: str | None
    message_count: int
    created_at: str
    updated_at: str


class MessageAnswer(CamelAnswer):
    """One message."""

    role: Literal["user", "assistant"]
    content: str
    created_at: str
    job_id: str | None = Field(description="That answers it, or has said it")
    image_job_id: str | None = Field(description="That draws it; see `/api/v1/images/status/{jobId}`")


class ChatAnswer(ChatSummary):
    """A chat with all that was said."""

    messages: list[MessageAnswer]


class ChatsAnswer(CamelAnswer):
    """A page of chats."""

    chats: list[ChatSummary]
    count: int
    next_after: str | None = Field(description="`after` of the next page")
