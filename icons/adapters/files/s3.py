"""Files in an S3 bucket, Amazon's or another's. What waits for it is native code: see `natively`."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import PurePosixPath
from typing import BinaryIO, Final, cast

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from icons.adapters.files.address import S3Address
from icons.adapters.files.names import checked
from icons.core import metrics
from icons.core.aside import natively
from icons.domain.errors import SettingsError, Unavailable
from icons.domain.images import Format

_CHUNK: Final = 512 * 1024  # bytes fetched at once: an icon comes with the first answer
_PROBE: Final = "probe.txt"
_RETRY_AFTER: Final = 5.0  # seconds
_MEDIA_TYPES: Final = {f".{form}": form.media_type for form in Format}
_CACHING: Final = "public, max-age=31536000, immutable"  # what lies under the name of its content never changes


class S3Files:
    """Keys come from the standard AWS_* variables, or from where the machine's own role keeps them."""

    def __init__(self, address: S3Address) -> None:
        """SettingsError when the bucket does not exist or may not be written; Unavailable when nobody answers."""
        self._store = S3Store(
            address.bucket,
            prefix=address.prefix or None,
            endpoint=address.endpoint,
            region=address.region,
            client_options={
                "allow_http": address.endpoint.startswith("http://"),
                "connect_timeout": "3s",
                "timeout": "30s",
            },
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=10)},
        )
        self._probe()

    @metrics.FILES.labels("put").time()
    def put(self, name: str, data: bytes) -> None:
        """See `Files.put`."""
        media_type = _MEDIA_TYPES.get(PurePosixPath(checked(name)).suffix)
        attributes = {"Content-Type": media_type, "Cache-Control": _CACHING} if media_type else None
        with _translated(name):
            natively(obstore.put, self._store, name, data, attributes=attributes)

    @metrics.FILES.labels("open").time()
    def open(self, name: str) -> BinaryIO:
        """See `Files.open`. What is larger than a chunk is fetched as it is read, and must not be deleted meanwhile."""
        with _translated(checked(name)):
            return natively(_opened, self._store, name)

    def exists(self, name: str) -> bool:
        """Whether there is a file of that name."""
        try:
            with _translated(checked(name)):
                natively(obstore.head, self._store, name)
        except FileNotFoundError:
            return False
        return True

    def delete(self, name: str) -> None:
        """See `Files.delete`."""
        with _translated(checked(name)):
            natively(obstore.delete, self._store, name)

    def _probe(self) -> None:
        """What can be written now can be written later: better a sentence at the start than a job that fails."""
        try:
            obstore.put(self._store, _PROBE, b"Icon Studio writes here.")
        except FileNotFoundError as error:
            raise SettingsError("STORAGE_URL: there is no such bucket; create it, or correct its name.") from error
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise SettingsError(
                "STORAGE_URL: the keys may not write to this bucket; correct AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY, or what they may do."
            ) from error
        except BaseError as error:
            raise Unavailable(
                "STORAGE_URL: the storage service does not answer; correct the endpoint, or wait until it does.",
                retry_after=_RETRY_AFTER,
            ) from error


def _opened(store: S3Store, name: str) -> BinaryIO:
    found = obstore.get(store, name)
    size = found.meta["size"]
    if size <= _CHUNK:
        return io.BytesIO(found.bytes())
    return cast(BinaryIO, io.BufferedReader(_Remote(store, name, size, found.meta["e_tag"]), _CHUNK))


class _Remote(io.RawIOBase):
    """An object that is read by ranges. Should another take its place meanwhile, reading fails rather than mixes."""

    def __init__(self, store: S3Store, name: str, size: int, version: str | None) -> None:
        self._store, self._name, self._size, self._version = store, name, size, version
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override] # what BufferedReader passes
        end = min(self._position + len(buffer), self._size)
        if end <= self._position:
            return 0
        with _translated(self._name):
            data = natively(self._between, self._position, end)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _between(self, start: int, end: int) -> memoryview:
        found = obstore.get(self._store, self._name, options={"range": (start, end), "if_match": self._version})
        return memoryview(found.bytes())


@contextmanager
def _translated(name: str) -> Iterator[None]:
    """The storage's errors in the product's terms. Their own texts name buckets and servers."""
    try:
        yield
    except FileNotFoundError:
        raise FileNotFoundError(name) from None
    except BaseError as error:
        raise Unavailable(
            "The storage of the images does not answer. Try again in a few seconds.", retry_after=_RETRY_AFTER
        ) from error
