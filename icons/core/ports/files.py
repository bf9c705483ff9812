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
