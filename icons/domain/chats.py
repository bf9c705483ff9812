"""Conversations as values: a chat, its messages, and what of them a model is told."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from icons.domain.models import tokens_in
from icons.domain.requests import Message

MAX_TURNS: Final = 200  # messages of one chat
MAX_MESSAGE: Final = 4000  # characters of what a caller says
MAX_TITLE: Final = 80  # characters
_MAX_CONTEXT: Final = 4000  # tokens of earlier messages: what is said in a sitting, at a bounded price
_RULES: Final = Message(
    "system",
    "You are the assistant of a studio that draws icons and pictures. Answer briefly, in the language of the user. The "
    "studio itself draws what the user asks for, beside your answer: never say that you cannot draw, never give links "
    "to pictures. Say what makes the picture clear and recognisable, and ask for what is missing.",
)


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


def context(messages: Sequence[ChatMessage], position: int) -> list[Message]:
    """What a model reads to answer the message at ``position``: the rules, the latest messages that fit, and it."""
    told = [message for message in messages if message.position <= position]
    left, chosen = _MAX_CONTEXT, told[-1:]
    for message in reversed(told[:-1]):
        left -= tokens_in(message.text)
        if left < 0:
            break
        chosen.insert(0, message)
    return [_RULES, *(Message(each.role, each.text) for each in chosen)]


def title_of(text: str) -> str:
    """A chat's name: the beginning of what was said first, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_TITLE else line[: MAX_TITLE - 1].rstrip() + "…"
