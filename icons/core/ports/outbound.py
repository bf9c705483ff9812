"""What reaches addresses that others name."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Fetched:
    """What lies at an address."""

    data: bytes
    media_type: str


class Fetcher(Protocol):
    """Gets what lies at addresses that users or workers name. Engines: guarded, and free to go inside."""

    def check(self, url: str) -> None:
        """InvalidRequest unless the address may be called, as far as its text tells; nothing is looked up."""
        ...

    async def get(self, url: str, max_bytes: int, timeout: float, accept: Collection[str]) -> Fetched:
        """The bytes, of one of the media types in ``accept``; ``timeout`` in seconds bounds all of it.

        Raises InvalidRequest (not an address that may be called, a redirect, another media type), TooLarge,
        ProviderTimeout, ProviderFailed.
        """
        ...
