"""What the store keeps about pictures: the cache and the gallery."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from icons.domain.images import CacheEntry, Facets, Image, Record, Search, Tag


class Images(Protocol):
    """Images and the cache. Blobs are removed only when nothing refers to them."""

    def get(self, account: str, filename: str) -> Image | None:
        """An account's image by its public file name."""
        ...

    def by_filename(self, filename: str) -> Image | None:
        """Anybody's image: only for an address whose signature has been checked."""
        ...

    def many(self, account: str, image_ids: Iterable[str]) -> dict[str, Image]:
        """An account's images by id; unknown ids are left out."""
        ...

    def cached(self, account: str, fingerprints: Sequence[str]) -> dict[str, tuple[Image, ...]]:
        """Remembered answers among these fingerprints."""
        ...

    def touch(self, uses: Mapping[tuple[str, str], int]) -> None:
        """Record that (account, fingerprint) was answered n more times."""
        ...

    def entries(
        self, account: str, limit: int, offset: int, category: str | None = None, style: str | None = None
    ) -> tuple[list[CacheEntry], int]:
        """A page of an account's remembered answers, newest first, and how many there are in all."""
        ...

    def forget(self, account: str | None, category: str | None = None, style: str | None = None) -> int:
        """Drop remembered answers of one account, or of all; how many."""
        ...

    def expire(self, max_age: float | None, max_bytes: int | None) -> int:
        """Drop answers unused for ``max_age`` seconds, then the longest unused until the rest fits; how many."""
        ...

    def purge(self, remove: Callable[[str], None], limit: int = 200) -> tuple[int, int]:
        """Delete images that neither the cache nor a batch shows, and call ``remove`` with each blob that no image
        needs any more, inside the transaction. How many images and how many bytes of blobs."""
        ...

    def blobs(self, after: str, limit: int) -> list[str]:
        """Names of the blobs that images have, in order; those behind ``after``."""
        ...

    def usage(self, account: str | None) -> Mapping[str, int]:
        """{"entries", "images", "bytes", "hits"} of one account, or of all."""
        ...


class Records(Protocol):
    """The gallery: an account's images with their tags, as their owner keeps them."""

    def add(self, record: Record) -> Record:
        """Store an image whose blob lies in the files, with its tags; the store's clock dates it."""
        ...

    def get(self, account: str, image_id: str) -> Record | None: ...

    def many(self, account: str, image_ids: Sequence[str]) -> list[Record]:
        """Those of the ids that are the account's, in this order."""
        ...

    def find(self, account: str, search: Search, limit: int, offset: int) -> tuple[list[Record], int]:
        """A page of an account's images in the search's order, and how many fit it in all."""
        ...

    def facets(self, account: str, limit: int) -> Facets:
        """What the images of an account have that a search could ask for, so many values of each kind."""
        ...

    def change(self, account: str, image_id: str, name: str | None, tags: Sequence[Tag] | None) -> Record | None:
        """Rename or tag an image; None leaves as it is. What is changed is kept from then on."""
        ...

    def retag(self, account: str, image_ids: Sequence[str], add: Sequence[Tag], take: Sequence[Tag]) -> int:
        """Put tags on images and take others off; the rest stays, whoever writes at the same time. What is changed is
        kept from then on. How many of the images are the account's; Conflict when one has too many tags."""
        ...

    def remove(self, account: str, image_id: str, remove: Callable[[str], None]) -> bool:
        """Delete an image, and the remembered answers that show it; ``remove`` is called, inside the transaction, with
        its blob when no other image needs it. Whether there was such an image."""
        ...
