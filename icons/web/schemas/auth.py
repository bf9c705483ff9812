"""Bodies and answers of `/api/auth`."""

from typing import Annotated, Literal

from pydantic import Field

from icons.web.schemas.fields import Answer, Body, Credential, Identifier, Name, Query, Text


class LoginBody(Body):
    """Who signs in."""

    username: Annotated[Text, Field(max_length=255)]
    password: Annotated[str, Field(min_length=1, max_length=1000)]


class RefreshBody(Body):
    """The refresh token, unless it is sent as the bearer token."""

    refresh_token: Credential | None = None


class KeyBody(Body):
    """A new API key."""

    name: Name
    expires_in_days: Annotated[int, Field(ge=1, le=3650)] | None = Field(None, description="Absent = until revoked.")


class KeyPath(Query):
    """Which key."""

    key_id: Identifier


class TokenAnswer(Answer):
    """A session's tokens."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"]
    expires_in: int = Field(description="Seconds that the access token works.")


class LogoutAnswer(Answer):
    """The session has ended."""

    success: bool


class MeAnswer(Answer):
    """The account behind the credential of this request."""

    id: str
    username: str
    role: str
    created_at: str
    credential: Literal["token", "api_key"]
    expires_at: str | None = Field(description="When the credential runs out.")


class KeyAnswer(Answer):
    """An API key as it is listed."""

    id: str
    name: str
    hint: str = Field(description="The last four characters.")
    created_at: str
    last_used_at: str | None
    expires_at: str | None


class NewKeyAnswer(Answer):
    """An API key just made."""

    id: str
    name: str
    key: str = Field(description="The key itself: shown now and never again.")
    hint: str
    created_at: str
    expires_at: str | None


class KeysAnswer(Answer):
    """The account's keys."""

    keys: list[KeyAnswer]
    count: int


class TicketAnswer(Answer):
    """A credential that works once."""

    ticket: str
    expires_in: int
