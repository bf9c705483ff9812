"""Where bytes lie."""

from typing import BinaryIO, Protocol


class Files(Protocol):
    """Named, immutable bytes. Engines: a folder, S3."""

    def put(self, name: str, data: bytes) -> None:
        """Durable and whole when it returns; a reader never sees half of it."""
        ...

    def open(self, name: str) -> BinaryIO:
        """A seekable reader; FileNotFoundError when there is no such name."""
        ...

    def exists(self, name: str) -> bool: ...

    def delete(self, name: str) -> None:
        """Also when it is gone already."""
        ...


class Signer(Protocol):
    """Lets browsers fetch files without the service. Engine: S3; a folder has none."""

    @property
    def origin(self) -> str:
        """Scheme and host of all addresses: what a page has to allow."""
        ...

    def address(self, name: str, seconds: int, media_type: str, disposition: str) -> str:
        """A URL that answers a GET with the bytes, as ``media_type`` and with this Content-Disposition, for ``seconds``
        at least."""
        ...
