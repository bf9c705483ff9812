"""Images and the cache of answers: asking, showing, listing, clearing, retention."""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO, Final

import structlog

from icons.core import metrics
from icons.core.aside import natively
from icons.core.imaging import THUMBNAIL_WIDTHS, thumbnail, thumbnail_name
from icons.core.ports import Files, Signer, Store
from icons.domain.access import Caller
from icons.domain.errors import Forbidden, InvalidRequest, NotFound
from icons.domain.images import CacheEntry, Format, Image, Picture

log = structlog.get_logger(__name__)

_PAGE: Final = 500  # images asked about at a time
_LOOKS: Final = 16  # at once: each is a request where files lie in S3


@dataclass(frozen=True, slots=True)
class Retention:
    """How long answers are remembered; None = without a bound."""

    max_age: float | None = None  # seconds since the last use
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Cleared:
    """What a clearing removed."""

    entries: int
    images: int
    bytes: int


class Gallery:
    """The images of all accounts; each caller sees its own."""

    def __init__(
        self, store: Store, files: Files, retention: Retention = Retention(), signer: Signer | None = None
    ) -> None:
        """``signer``: lets browsers fetch pictures without the service."""
        self._store, self._files, self._retention, self._signer = store, files, retention, signer
        self._uses: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    # Asking the cache

    def remembered(self, account: str, fingerprints: Sequence[str]) -> dict[str, tuple[Image, ...]]:
        """Remembered answers among these fingerprints. Uses are counted in memory and written by `sweep`."""
        found = self._store.images.cached(account, fingerprints)
        with self._lock:
            self._uses.update((account, fingerprint) for fingerprint in found)
        metrics.CACHE.labels(result="hit").inc(len(found))
        metrics.CACHE.labels(result="miss").inc(len(fingerprints) - len(found))
        return found

    # Showing

    def images(self, caller: Caller, image_ids: Iterable[str]) -> dict[str, Image]:
        """Own images by id; what is unknown is left out."""
        return self._store.images.many(caller.account, image_ids)

    def image(self, caller: Caller | None, filename: str) -> Image:
        """One image by its public name. Without a caller: for an address whose signature has been checked."""
        image = self._store.images.get(caller.account, filename) if caller else self._store.images.by_filename(filename)
        if image is None:
            raise NotFound("image")
        return image

    def open(self, image: Image, width: int | None = None) -> BinaryIO:
        """A seekable reader of the image, or of its thumbnail (lossless WebP) of that width in px.

        A vector picture and one that is narrower already is given as it is.
        """
        _check_width(width)
        try:
            if width is None or not self.has_thumbnail(image, width):
                return self._files.open(image.blob)
            return self._thumbnail(image, width)
        except FileNotFoundError as error:
            log.error("image.blob_missing", image_id=image.id)
            raise NotFound("image") from error

    def address(self, image: Image, width: int | None, seconds: int, disposition: str) -> str | None:
        """Where a browser gets what `open` reads, for ``seconds`` at least; None when it has to come from here.

        Vector pictures always do: no storage sends the headers that keep their scripts still.
        """
        _check_width(width)
        if self._signer is None or image.format is Format.SVG:
            return None
        if width is None or not self.has_thumbnail(image, width):
            return self._signer.address(image.blob, seconds, image.format.media_type, disposition)
        name = thumbnail_name(image.blob, width)
        if not self._files.exists(name):
            self.open(image, width).close()
        return self._signer.address(name, seconds, Format.WEBP.media_type, disposition)

    def pictures(self, account: str, image_ids: Sequence[str]) -> list[Picture]:
        """The bytes of an account's images, in this order. InvalidRequest when one is unknown or no raster picture."""
        found = self._store.images.many(account, image_ids)
        pictures = []
        for image_id in image_ids:
            image = found.get(image_id)
            if image is None or not image.format.is_raster:
                raise InvalidRequest(
                    "Name PNG, WebP or JPEG images of your own gallery.", {"options.references": "unknown image"}
                )
            with self._files.open(image.blob) as file:
                pictures.append(Picture(file.read(), image.format))
        return pictures

    @staticmethod
    def has_thumbnail(image: Image, width: int) -> bool:
        """Whether a thumbnail of that width differs from the image itself."""
        return image.format.is_raster and image.width > width

    def _thumbnail(self, image: Image, width: int) -> BinaryIO:
        name = thumbnail_name(image.blob, width)
        try:
            return self._files.open(name)
        except FileNotFoundError:
            with self._files.open(image.blob) as original:
                self._files.put(name, natively(thumbnail, original.read(), width))
            return self._files.open(name)

    # Listing and clearing

    def entries(
        self, caller: Caller, limit: int, offset: int, category: str | None = None, style: str | None = None
    ) -> tuple[list[CacheEntry], int]:
        """A page of the caller's remembered answers, newest first, and how many there are."""
        return self._store.images.entries(caller.account, limit, offset, category, style)

    def clear(
        self, caller: Caller, *, everybody: bool = False, category: str | None = None, style: str | None = None
    ) -> Cleared:
        """Forget the caller's answers, or everybody's for an administrator, and what no batch shows any more."""
        if everybody and not caller.is_admin:
            raise Forbidden("Only an administrator clears everybody's cache; leave `all` out to clear your own.")
        entries = self._store.images.forget(None if everybody else caller.account, category, style)
        cleared = self._purge(entries)
        log.info("cache.cleared", entries=cleared.entries, images=cleared.images, bytes=cleared.bytes)
        return cleared

    def sweep(self) -> Cleared:
        """Write down the uses since the last sweep, then forget what is too old or too much."""
        with self._lock:
            uses, self._uses = self._uses, Counter()
        if uses:
            self._store.images.touch(uses)
        expired = self._store.images.expire(self._retention.max_age, self._retention.max_bytes)
        swept = self._purge(expired)
        if swept.entries or swept.images:
            log.info("cache.swept", entries=swept.entries, images=swept.images, bytes=swept.bytes)
        return swept

    def usage(self, account: str | None) -> Mapping[str, int]:
        """Entries, images, bytes and hits of one account, or of all."""
        return self._store.images.usage(account)

    def missing(self) -> Iterator[str]:
        """Names of files that images have and storage has not; asks for each of them."""
        last = ""
        with ThreadPoolExecutor(_LOOKS) as looking:
            while names := self._store.images.blobs(last, _PAGE):
                last = names[-1]
                there = looking.map(self._files.exists, names)
                yield from (name for name, found in zip(names, there, strict=True) if not found)

    def _purge(self, entries: int) -> Cleared:
        images = size = 0
        while True:
            removed, freed = self._store.images.purge(self.remove_blob)
            images, size = images + removed, size + freed
            if not removed:
                return Cleared(entries, images, size)

    def remove_blob(self, blob: str) -> None:
        """Remove the bytes of images that are gone, and their thumbnails."""
        self._files.delete(blob)
        for width in THUMBNAIL_WIDTHS:
            self._files.delete(thumbnail_name(blob, width))


def _check_width(width: int | None) -> None:
    if width is not None and width not in THUMBNAIL_WIDTHS:
        widths = ", ".join(str(each) for each in THUMBNAIL_WIDTHS)
        raise InvalidRequest(f"Thumbnails are {widths} px wide.", {"w": f"one of {widths}"})
