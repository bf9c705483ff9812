"""Connection profiles: how an account reaches a provider of its own choice, and what a profile may say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from icons.domain.errors import InvalidRequest

MAX_PROFILES: Final = 100  # of one account
MAX_URL: Final = 500  # characters of a base URL


@dataclass(frozen=True, slots=True)
class ProviderKind:
    """What a profile of a provider must bring."""

    key: bool = True  # it answers nobody without one
    address: bool = False  # there is no address of its own that a profile could leave out
    local: bool = False  # it draws in this house: neither key nor address


PROVIDERS: Final[Mapping[str, ProviderKind]] = {
    "local": ProviderKind(key=False, local=True),
    "openai": ProviderKind(),
    "google": ProviderKind(),
    "xai": ProviderKind(),
    "openrouter": ProviderKind(),
    "gab": ProviderKind(),
    "ollama": ProviderKind(key=False, address=True),
    "openai-compatible": ProviderKind(key=False, address=True),
}
_ALSO_WRITTEN: Final = {"grok": "xai", "gemini": "google", "gab-ai": "gab"}
_CHAT_ONLY: Final = {"anthropic", "claude", "cohere", "deepseek", "groq", "mistral", "perplexity"}


@dataclass(frozen=True, slots=True)
class ProfileLimits:
    """What the provider grants this key; None = not known, found out as answers come."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    images_per_minute: int | None = None
    concurrency: int | None = None  # calls at once; None = the house's default


@dataclass(frozen=True, slots=True)
class Profile:
    """A connection of an account. Its key is sealed; only `Profiles.connection` opens it."""

    id: str
    account: str
    name: str
    provider: str  # of PROVIDERS
    base_url: str = ""  # "" = the provider's own
    model: str = ""  # "" = the provider's default
    sealed_key: str = field(default="", repr=False)  # "" = without a key
    key_hint: str = ""  # the key's last four characters
    limits: ProfileLimits = ProfileLimits()
    created_at: float = 0.0  # epoch seconds; the store's clock says
    updated_at: float = 0.0

    @property
    def kind(self) -> ProviderKind:
        """What its provider demands."""
        return PROVIDERS[self.provider]


def provider_name(text: str) -> str:
    """The provider's own name for what a caller wrote: ``OPENAI_COMPATIBLE`` -> ``openai-compatible``."""
    name = text.strip().lower().replace("_", "-").replace(" ", "-")
    name = _ALSO_WRITTEN.get(name, name)
    if name in PROVIDERS:
        return name
    known = ", ".join(PROVIDERS)
    if name in _CHAT_ONLY:
        raise InvalidRequest(f"This provider draws no pictures. Choose one of: {known}.", {"provider": "cannot draw"})
    raise InvalidRequest(f"Providers are: {known}.", {"provider": f"one of {known}"})


def check_complete(profile: Profile) -> None:
    """InvalidRequest naming what the profile's provider needs or has no use for."""
    kind, provider = profile.kind, profile.provider
    if kind.key and not profile.sealed_key:
        raise InvalidRequest(f"{provider} answers nobody without a key; send it as apiKey.", {"apiKey": "missing"})
    if kind.address and not profile.base_url:
        raise InvalidRequest(f"Say where {provider} is reached; send baseUrl.", {"baseUrl": "missing"})
    if kind.local and profile.base_url:
        raise InvalidRequest("The local provider has no address; leave baseUrl out.", {"baseUrl": "not for local"})
    if kind.local and profile.sealed_key:
        raise InvalidRequest("The local provider needs no key; leave apiKey out.", {"apiKey": "not for local"})


def checked_base_url(url: str, *, allow_http: bool) -> str:
    """The address without a trailing slash, once it is a plain one; whether it leads inside is not asked here.

    A query and a fragment are refused: keys belong into apiKey, which is sealed.
    """
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or set(url) & set(' \\"<>'):
        raise _wrong_url("write it like https://api.example.com/v1")
    if not url.lower().startswith(("https://", "http://") if allow_http else "https://"):
        raise _wrong_url("write it with https://")
    if "?" in url or "#" in url:
        raise _wrong_url("write it without ? and #")
    return url.rstrip("/")


def _wrong_url(advice: str) -> InvalidRequest:
    return InvalidRequest(f"The address of the provider cannot be used: {advice}.", {"baseUrl": advice})
