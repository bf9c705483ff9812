"""What reaches addresses that others name."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Fetched:
    """What lies at an address."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Posted:
    """How an address took what was sent there."""

    status: int  # of HTTP
    retry_after: float | None = None  # seconds, where it asks for patience


class Fetcher(Protocol):
    """Calls addresses that users or workers name. Engines: guarded, and free to go inside."""

    def check(self, url: str, field: str = "url") -> None:
        """InvalidRequest naming ``field`` unless the address may be called, as far as its text tells; nothing is
        looked up."""
        ...

    async def get(self, url: str, max_bytes: int, timeout: float, accept: Collection[str]) -> Fetched:
        """The bytes, of one of the media types in ``accept``; ``timeout`` in seconds bounds all of it.

        Raises InvalidRequest (not an address that may be called, a redirect, another media type), TooLarge,
        ProviderTimeout, ProviderFailed.
        """
        ...

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Posted:
        """Send a body and hear how it was taken, whatever the status; no redirect is followed and no answer kept.

        Raises InvalidRequest (not an address that may be called), ProviderTimeout, ProviderFailed.
        """
        ...
