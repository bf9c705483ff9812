"""Conversations as values: a chat and its messages."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

MAX_TURNS: Final = 200  # messages of one chat
MAX_TITLE: Final = 80  # characters


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation of an account. Times are epoch seconds, UTC, by the store's clock."""

    id: str
    account: str
    title: str
    user_id: str | None  # the caller's own label
    created_at: float = 0.0
    updated_at: float = 0.0
    messages: int = 0


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message. What a user says carries the jobs that it began; the reply is stored once its job has ended."""

    position: int
    role: str  # "user" or "assistant"
    text: str
    created_at: float = 0.0
    job_id: str | None = None  # of the reply
    image_job_id: str | None = None  # of the pictures that were asked for beside


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What a job of kind "chat" is to do: answer the last message of a chat, having read those before it."""

    chat_id: str
    position: int  # of the message to be answered
    provider: str = ""  # the operator's, or a profile's id; "" = the operator's default
    model: str = ""  # "" = the provider's default
    metadata: Mapping[str, Any] = field(default_factory=dict)  # the caller's own

    def to_json(self) -> dict[str, Any]:
        """A dict that `from_json` reads back; kept with the job."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ChatRequest":
        """The inverse of `to_json`."""
        return cls(**data)
