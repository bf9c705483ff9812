"""Who asks: accounts, callers, API keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What an account may do beyond its own things."""

    USER = "user"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who owns jobs, images and keys. ``subject`` is the login name, or an outside issuer's ``sub``."""

    id: str
    subject: str
    role: Role
    password_hash: str | None  # argon2; None for accounts of an outside issuer
    created_at: float
    disabled: bool = False
    rates: Mapping[str, str] = field(default_factory=dict, hash=False)  # policy -> rate, where it is not everybody's


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated account on whose behalf something is asked."""

    account: str
    subject: str
    role: Role = Role.USER
    session: str | None = None  # the token's session or the key's id: what a logout or a revocation ends
    by_key: bool = False  # whether that is an API key
    expires_at: float | None = None  # when the proof runs out, epoch seconds; None = until revoked
    rates: Mapping[str, str] = field(default_factory=dict, hash=False)  # the account's own

    @property
    def is_admin(self) -> bool:
        """Whether operator's verbs are allowed."""
        return self.role is Role.ADMIN


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is listed: the secret itself is shown once at creation and kept only as a hash."""

    id: str
    account: str
    name: str
    hint: str  # the last four characters
    created_at: float
    last_used_at: float | None
    expires_at: float | None


@dataclass(frozen=True, slots=True)
class Connection:
    """How a provider is reached: the operator's own from the settings, or an account's profile with its key opened."""

    id: str  # "openai" for the operator's own, else the profile's id: the lane its jobs run in
    provider: str  # "openai", "google", "openrouter"...
    api_key: str = field(default="", repr=False)
    base_url: str = ""  # "" = the provider's own
    model: str = ""  # what is used when a request names none; "" = the catalogue's default
    image_size: str = ""  # "1024x1024": what the model is asked for, in place of the nearest to what is wanted
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    images_per_minute: int | None = None
    concurrency: int = 8  # calls at once
    timeout: float = 300.0  # seconds for one call
