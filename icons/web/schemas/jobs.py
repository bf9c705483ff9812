"""Bodies and parameters of `/api/jobs`, `/api/queue` and `/api/sse`."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from icons.core.ports import JobFilter
from icons.domain.jobs import FINAL, Priority, State
from icons.domain.platforms import MAX_PLATFORMS, MAX_PROMPT, PlatformRequest, platform_request
from icons.domain.prompts.brief import Background
from icons.domain.requests import IconRequest
from icons.web.schemas.camel import CamelBody, CamelQuery
from icons.web.schemas.fields import (
    DEFAULTS,
    Elements,
    Fallback,
    Identifier,
    Line,
    Moment,
    Name,
    OptionalName,
    Palette,
    Query,
    epoch,
)
from icons.web.schemas.hooks import CamelHookFields

_STATES: Final = {
    "waiting": frozenset({State.WAITING, State.HELD}),
    "queued": frozenset({State.WAITING, State.HELD}),
    **{state.value: frozenset({state}) for state in State if state not in (State.WAITING, State.HELD)},
}
"""A status that callers write -> states."""

StatusName = Literal["waiting", "queued", "active", "delayed", "completed", "failed", "cancelled"]
FinalName = Literal["completed", "failed", "cancelled"]


def _readable(text: str) -> str:
    if any(ord(char) < 32 and char not in "\n\r\t" for char in text) or not text.strip():
        raise ValueError("write it without control characters, and not empty")
    return text.strip()


Prompt = Annotated[str, Field(min_length=1, max_length=MAX_PROMPT), AfterValidator(_readable)]


class JobOptions(CamelBody):
    """How it shall be drawn."""

    quality: Annotated[Line, Field(max_length=20)] = Field(
        default="", description="`standard`, `hd`, `low`...; empty = usual."
    )
    style: Annotated[Line, Field(max_length=100)] = Field(
        default="", description="`vivid`, `natural`, or a style of `/api/icons/styles`."
    )
    color_scheme: Annotated[Line, Field(max_length=100)] = Field(
        default="", description="See `/api/icons/color-schemes`."
    )
    brand_colors: Palette = Field(default=[], description="The primary first: `#4F46E5`.")
    custom_elements: Elements = Field(default=[], description="Objects to show, the most important first.")
    background: Annotated[Background, Field(strict=False)] = DEFAULTS.background
    seed: int = Field(default=DEFAULTS.seed, ge=0, le=2**31 - 1)
    provider: Annotated[Line, Field(max_length=100)] = Field(
        default=DEFAULTS.provider, description="Who draws; empty = the operator's usual one."
    )
    model: Annotated[Line, Field(max_length=100)] = Field(
        default=DEFAULTS.model, description="Empty = the provider's default."
    )
    fallback: Fallback = Field(default=[])


class CreateJobBody(CamelHookFields):
    """A picture of a prompt, in the formats of platforms."""

    prompt: Prompt
    platforms: list[Name] = Field(default=[], max_length=MAX_PLATFORMS, description="Empty = the picture itself.")
    options: JobOptions = JobOptions()
    priority: Literal["interactive", "normal", "batch"] = "normal"
    user_id: Annotated[Line, Field(max_length=255)] | None = Field(
        None, description="A label of your own user. Stored and returned; grants nothing."
    )

    def request(self) -> PlatformRequest:
        """The domain's request, not yet normalised. Raises InvalidRequest naming the field."""
        options = self.options
        icon = IconRequest(
            category="",
            brand_colors=tuple(options.brand_colors),
            elements=tuple(options.custom_elements),
            background=options.background,
            seed=options.seed,
            provider=options.provider,
            model=options.model,
            quality=options.quality,
            fallback=tuple(options.fallback),
        )
        wanted = tuple(self.platforms)
        return platform_request(self.prompt, wanted, options.style, options.color_scheme, icon)

    @property
    def tier(self) -> Priority:
        """The priority."""
        return Priority[self.priority.upper()]


class CleanBody(CamelBody):
    """Which ended jobs to remove; empty = all of one's own."""

    grace: int = Field(0, ge=0, le=10**13, description="Milliseconds since they ended, at least.")
    older_than: int | None = Field(None, ge=0, le=10**10, description="The same in seconds, in place of `grace`.")
    status: FinalName | None = None
    everybody: bool = Field(False, alias="all", description="Those of all accounts; administrators only.")

    @property
    def seconds(self) -> float:
        """Least age."""
        return self.grace / 1000 if self.older_than is None else self.older_than

    @property
    def states(self) -> frozenset[State]:
        """Which ones."""
        return _STATES[self.status] if self.status else FINAL


class JobsQuery(CamelQuery):
    """A page of jobs, newest first."""

    status: StatusName | None = None
    limit: int = Field(20, ge=1, le=100)
    after: OptionalName = Field(None, description="Id of the last job seen: `nextAfter` of the previous page.")
    user_id: OptionalName = None
    batch_id: OptionalName = None
    since: Moment = Field(None, description="Created then or later; ISO 8601.")
    until: Moment = Field(None, description="Created before.")

    def wanted(self) -> JobFilter:
        """As the core asks."""
        return JobFilter(
            states=_STATES[self.status] if self.status else None,
            user_id=self.user_id,
            batch_id=self.batch_id,
            since=epoch(self.since) if self.since else None,
            until=epoch(self.until) if self.until else None,
        )


class JobIdPath(CamelQuery):
    """Which job."""

    job_id: Identifier


class BatchIdPath(CamelQuery):
    """Which batch."""

    batch_id: Identifier


class EventsQuery(Query):
    """A page of a job's events, oldest first."""

    after: int = Field(0, ge=0, le=2**63 - 1, description="`seq` of the last event seen.")
    limit: int = Field(100, ge=1, le=500)


class StreamQuery(Query):
    """How to listen."""

    ticket: Annotated[str, Field(max_length=200)] | None = Field(
        None, description="From `/api/auth/ticket`, for those who cannot send headers."
    )
    after: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = Field(
        None, description="Number of the last event seen; `Last-Event-ID` counts before it."
    )
