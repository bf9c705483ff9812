"""The gallery: pictures that callers bring or have drawn, named, tagged, found again and deleted by them."""

import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Final

import structlog

from icons.core.aside import natively
from icons.core.bridge import complete
from icons.core.gallery import Gallery
from icons.core.imaging import redrawn
from icons.core.ports import Bus, Fetcher, Files, Records
from icons.domain.access import Caller
from icons.domain.errors import InvalidRequest, NotFound, ProviderFailed, TooLarge, Unavailable
from icons.domain.images import Facets, Image, Picture, Record, Search, Source, Tag

log = structlog.get_logger(__name__)

MAX_NAME: Final = 255  # characters
_MOST_FACETS: Final = 200  # values of a kind: more than a person reads through
_MEDIA_TYPES: Final = ("image/png", "image/jpeg", "image/webp")
_AT_ONCE: Final = 2  # decoded at the same time: one of 16 megapixels takes about 300 MB
_PATIENCE: Final = 30.0  # seconds to wait for one's turn


@dataclass(frozen=True, slots=True)
class Intake:
    """What is taken from callers."""

    max_bytes: int = 10 * 1024 * 1024  # of one file
    timeout: float = 30.0  # seconds to fetch one


class Pictures:
    """The galleries of all accounts; each caller sees its own, and an unknown image looks like somebody else's."""

    def __init__(
        self, records: Records, files: Files, bus: Bus, gallery: Gallery, fetcher: Fetcher, intake: Intake
    ) -> None:
        self._records, self._files, self._bus, self._gallery = records, files, bus, gallery
        self._fetcher, self.intake = fetcher, intake
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    # Looking

    def get(self, caller: Caller, image_id: str) -> Record:
        """One image."""
        return _found(self._records.get(caller.account, image_id))

    def many(self, caller: Caller, image_ids: Sequence[str]) -> list[Record]:
        """Those of the ids that are the caller's, in this order."""
        return self._records.many(caller.account, image_ids)

    def find(self, caller: Caller, search: Search, limit: int, offset: int) -> tuple[list[Record], int]:
        """A page of the caller's images in the search's order, and how many fit it in all."""
        return self._records.find(caller.account, search, limit, offset)

    def facets(self, caller: Caller) -> Facets:
        """What the caller's images have that a search could ask for."""
        return self._records.facets(caller.account, _MOST_FACETS)

    # Bringing

    def upload(self, caller: Caller, data: bytes, filename: str, tags: Sequence[Tag] = ()) -> Record:
        """Keep a picture. InvalidRequest naming ``file``, or TooLarge."""
        self._check_size(data)
        return self._add(caller, data, Source.UPLOAD, _name(filename), tags, field="file")

    def fetch(self, caller: Caller, url: str, tags: Sequence[Tag] = ()) -> Record:
        """Keep the picture at an address. InvalidRequest naming ``url``, TooLarge, ProviderError."""
        fetched = complete(self._fetcher.get, url, self.intake.max_bytes, self.intake.timeout, _MEDIA_TYPES)
        name = _name(url.partition("?")[0].partition("#")[0])
        return self._add(caller, fetched.data, Source.IMPORT, name, tags, field="url")

    def redrawn(self, data: bytes) -> Picture:
        """A stranger's picture as a PNG of ours, not yet kept. TooLarge; ProviderFailed when it cannot be decoded."""
        self._check_size(data)
        return self._redrawn(data, as_png=True)[0]

    # Changing

    def change(
        self, caller: Caller, image_id: str, name: str | None = None, tags: Sequence[Tag] | None = None
    ) -> Record:
        """Rename or tag an image, which is kept from then on; None leaves as it is."""
        record = _found(self._records.change(caller.account, image_id, name, tags))
        self._bus.ring()
        return record

    def retag(self, caller: Caller, image_ids: Sequence[str], add: Sequence[Tag], take: Sequence[Tag]) -> int:
        """Put tags on images and take others off, which leaves the rest alone; how many there were. They are kept from
        then on; unknown ids are passed over."""
        count = self._records.retag(caller.account, image_ids, add, take)
        self._bus.ring()
        return count

    def remove(self, caller: Caller, image_id: str) -> None:
        """Delete an image, wherever it is shown, and its bytes unless another image has the same."""
        if not self.remove_all(caller, [image_id]):
            raise NotFound("image")

    def remove_all(self, caller: Caller, image_ids: Sequence[str]) -> int:
        """The same for many; how many there were. Unknown ids are passed over."""
        removed = [each for each in image_ids if self._records.remove(caller.account, each, self._gallery.remove_blob)]
        for image_id in removed:
            log.info("image.removed", account=caller.account, image_id=image_id)
        return len(removed)

    # Inside

    def _check_size(self, data: bytes) -> None:
        if len(data) > self.intake.max_bytes:
            raise TooLarge(f"A picture has at most {self.intake.max_bytes:,} bytes.")

    def _redrawn(self, data: bytes, *, as_png: bool = False) -> tuple[Picture, tuple[int, int]]:
        if not self._turns.acquire(timeout=_PATIENCE):
            raise Unavailable("Many pictures are being read at present. Try again in a minute.", retry_after=60)
        try:
            return natively(redrawn, data, as_png=as_png)
        finally:
            self._turns.release()

    def _add(
        self, caller: Caller, data: bytes, source: Source, name: str, tags: Sequence[Tag], *, field: str
    ) -> Record:
        try:
            picture, size = self._redrawn(data)
        except ProviderFailed as error:
            advice = "a whole PNG, JPEG or WebP picture of at most 16 megapixels"
            raise InvalidRequest(f"Send {advice}.", {field: advice}) from error
        image = Image.of(picture, str(uuid.uuid4()), caller.account, size, {})
        self._files.put(image.blob, picture.data)
        record = self._records.add(Record(replace(image, source=source, name=name, kept=True), tuple(tags)))
        # A purge may have removed the same bytes between the two. From the row on it no longer can.
        if not self._files.exists(image.blob):
            self._files.put(image.blob, picture.data)
        log.info("image.added", account=caller.account, image_id=image.id, source=source.value, bytes=image.size)
        return record


def _name(path: str) -> str:
    """The last part of a path, of whichever system, as a name to show."""
    last = PurePath(path.replace("\\", "/")).name
    return "".join(char for char in last if char.isprintable())[:MAX_NAME]


def _found(record: Record | None) -> Record:
    if record is None:
        raise NotFound("image")
    return record
