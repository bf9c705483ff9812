"""Webhooks as values: who wants to hear what, and each message that is owed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

MAX_URL: Final = 2048
MAX_SECRETS: Final = 5  # of one account that sign at the same time: each adds to every message's header
OVERLAP: Final = 86400.0  # seconds that a secret signs along once it has been replaced
PATIENCE: Final = 3 * 86400.0  # seconds after which an undelivered message is given up
_PAUSES: Final = (5, 10, 20, 40, 90, 300, 900, 3600, 2 * 3600, 4 * 3600, 6 * 3600)  # seconds; the last one repeats


class HookEvent(StrEnum):
    """What can be asked for."""

    JOB_COMPLETED = "job.completed"
    JOB_FAILED = "job.failed"
    BATCH_COMPLETED = "batch.completed"


@dataclass(frozen=True, slots=True)
class Hook:
    """Where a request's caller wants to be told, and of what."""

    url: str
    events: tuple[HookEvent, ...] = tuple(HookEvent)

    @property
    def host(self) -> str:
        """Whom its messages burden."""
        return urlsplit(self.url).hostname or ""

    def to_json(self) -> dict[str, Any]:
        """A dict that `from_json` reads back; kept with jobs and batches."""
        return {"url": self.url, "events": list(self.events)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Hook":
        """The inverse of `to_json`."""
        return cls(data["url"], tuple(HookEvent(each) for each in data["events"]))


class DeliveryState(StrEnum):
    """Where a message stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"  # given up
    DISABLED = "disabled"  # its address has answered 410 Gone


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message that is owed to an address. Times are epoch seconds, UTC, by the store's clock."""

    id: str  # the message's id: the same in every attempt
    account: str
    event: HookEvent
    url: str
    job_id: str | None
    batch_id: str | None
    correlation_id: str
    state: DeliveryState
    attempts: int
    created_at: float
    next_at: float | None  # of the next attempt, while pending
    ended_at: float | None
    last_status: int | None  # HTTP status of the last attempt; None = there was no answer
    last_error: str


def next_pause(attempts: int, age: float, jitter: float, retry_after: float | None = None) -> float | None:
    """Seconds until the next attempt after so many failed ones; None = give up.

    ``age``: seconds since the message was written; ``jitter`` from 0 to 1 adds up to a tenth.
    """
    pause = _PAUSES[min(attempts, len(_PAUSES)) - 1] * (1 + jitter / 10)
    pause = max(pause, min(retry_after or 0.0, _PAUSES[-1]))
    return pause if age + pause <= PATIENCE else None
