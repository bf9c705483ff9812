"""Bodies and answers of `/api/profiles`."""

from typing import Annotated, Any, cast

from pydantic import AfterValidator, Field, StringConstraints

from icons.core.profiles import Fields
from icons.domain.profiles import MAX_URL, PROVIDERS
from icons.web.schemas.camel import CamelAnswer, CamelBody, CamelQuery
from icons.web.schemas.fields import Identifier, Line, Name


def _printable(key: str) -> str:
    """A key travels in a header: a line break in it would begin another."""
    if not all("!" <= char <= "~" for char in key):
        raise ValueError("write the key without blanks, line breaks and letters beyond ASCII")
    return key


ProviderKey = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), AfterValidator(_printable)
]
Rate = Annotated[int, Field(ge=1, le=2**31 - 1)]


class LimitsBody(CamelBody):
    """What the provider grants the key; null = not known."""

    requests_per_minute: Rate | None = None
    tokens_per_minute: Rate | None = None
    images_per_minute: Rate | None = None
    concurrency: Annotated[int, Field(ge=1, le=256)] | None = Field(default=None, description="Calls at once.")


class ProfileChange(CamelBody):
    """What to change; what is left out stays as it is."""

    name: Name = ""
    provider: Name = Field(default="", description=f"One of {', '.join(PROVIDERS)}.")
    base_url: Annotated[Line, Field(max_length=MAX_URL)] | None = Field(
        None, description="Where the provider is reached, https; null = its own address."
    )
    model: Annotated[Line, Field(max_length=200)] | None = Field(
        default=None, description="null = the provider's default."
    )
    api_key: ProviderKey | None = Field(
        None, description="Kept sealed and never shown. To be sent again with another provider or baseUrl."
    )
    limits: LimitsBody = LimitsBody()

    def fields(self) -> Fields:
        """What has been sent."""
        given: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        for name in {"base_url", "model"} & given.keys():
            given[name] = given[name] or ""
        if "limits" in given:
            given["limits"] = {name: getattr(self.limits, name) for name in self.limits.model_fields_set}
        return cast(Fields, given)


class ProfileBody(ProfileChange):
    """A new profile."""

    name: Name
    provider: Name = Field(description=f"One of {', '.join(PROVIDERS)}.")


class ProfilePath(CamelQuery):
    """Which profile."""

    profile_id: Identifier = Field(alias="profile_id")


class LimitsAnswer(CamelAnswer):
    """What the provider grants the key; null = not known."""

    requests_per_minute: int | None
    tokens_per_minute: int | None
    images_per_minute: int | None
    concurrency: int | None


class ProfileAnswer(CamelAnswer):
    """A connection profile; its key is never shown."""

    id: str
    name: str
    provider: str
    base_url: str | None
    model: str | None
    key_hint: str | None = Field(description="The key's last four characters; null = without a key.")
    limits: LimitsAnswer
    created_at: str
    updated_at: str


class ProfilesAnswer(CamelAnswer):
    """The account's profiles, oldest first."""

    data: list[ProfileAnswer]


class TestedAnswer(CamelAnswer):
    """How the provider answered."""

    ok: bool
    message: str
    latency_ms: int
