"""What requests say about webhooks, and the bodies, parameters and answers of `/api/webhooks`."""

from typing import Annotated, Final

from pydantic import AfterValidator, AliasChoices, Field

from icons.core.hooks import Hooks
from icons.domain.hooks import MAX_URL, DeliveryState, Hook, HookEvent
from icons.web.schemas.camel import CamelAnswer, CamelBody, CamelQuery
from icons.web.schemas.fields import Body, Identifier, Line, OptionalName


def _without_repeats(events: list[HookEvent]) -> list[HookEvent]:
    return list(dict.fromkeys(events))


HookUrl = (
    Annotated[
        Line,
        Field(min_length=1, max_length=MAX_URL, description="Where to send webhooks; https, on the public internet."),
    ]
    | None
)
HookEvents = Annotated[
    list[Annotated[HookEvent, Field(strict=False)]],
    Field(min_length=1, max_length=len(HookEvent), description="What to send; absent = all."),
    AfterValidator(_without_repeats),
]
_ALL: Final = list(HookEvent)


class HookFields(Body):
    """Whom to tell how it ends; for bodies in snake_case."""

    webhook_url: HookUrl = Field(None, validation_alias=AliasChoices("webhook_url", "webhookUrl"))
    webhook_events: HookEvents = Field(_ALL, validation_alias=AliasChoices("webhook_events", "webhookEvents"))

    def hook(self, hooks: Hooks) -> Hook | None:
        """As the core asks. Raises InvalidRequest naming the field."""
        return hooks.wanted(self.webhook_url, self.webhook_events, "webhook_url")


class CamelHookFields(CamelBody):
    """The same for bodies in camelCase."""

    webhook_url: HookUrl = None
    webhook_events: HookEvents = _ALL

    def hook(self, hooks: Hooks) -> Hook | None:
        """See `HookFields.hook`."""
        return hooks.wanted(self.webhook_url, self.webhook_events, "webhookUrl")


class DeliveriesQuery(CamelQuery):
    """A page of messages, newest first."""

    status: DeliveryState | None = None
    limit: int = Field(20, ge=1, le=100)
    after: OptionalName = Field(None, description="Id of the last message seen: `nextCursor` of the previous page.")


class DeliveryPath(CamelQuery):
    """Which message."""

    delivery_id: Identifier


class PingBody(CamelBody):
    """Where to send a ping."""

    url: Annotated[Line, Field(min_length=1, max_length=MAX_URL)]


class SecretAnswer(CamelAnswer):
    """What the account's messages are signed with."""

    secret: str = Field(description="For the libraries of https://www.standardwebhooks.com")
    created_at: str
    previous_valid_until: str | None = Field(description="So long the one before signs along; null = there is none")


class DeliveryAnswer(CamelAnswer):
    """A message that is or was owed to an address."""

    id: str = Field(description="Its `webhook-id`, the same in every attempt")
    event: HookEvent
    url: str
    status: DeliveryState
    attempts: int = Field(description="Since it was written, or redelivered")
    last_status: int | None = Field(description="HTTP status of the last attempt; null = there was no answer")
    last_error: str | None
    job_id: str | None
    batch_id: str | None
    created_at: str
    next_attempt_at: str | None
    delivered_at: str | None


class DeliveriesAnswer(CamelAnswer):
    """A page of messages."""

    data: list[DeliveryAnswer]
    next_cursor: str | None


class PingAnswer(CamelAnswer):
    """How the address took it."""

    ok: bool
    message: str
    latency_ms: int
