"""What the service was asked for: icons of a batch, or the pictures of one prompt. Where each is followed and found."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final, Protocol
from urllib.parse import quote

from icons.domain.errors import StudioError
from icons.terminal.remote.client import Client, Json, plain

_FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one picture."""

    asked: str  # the category or the prompt
    name: str = ""  # of its file; "" = there is none
    error: str = ""  # why not; "" = it is still to come


class Work(Protocol):
    """Something that was asked for."""

    @property
    def id(self) -> str: ...

    @property
    def events(self) -> str:
        """Path of its stream."""
        ...

    @property
    def status(self) -> str:
        """Path of how far it is."""
        ...

    @property
    def result(self) -> str:
        """Path of what it has brought."""
        ...

    def outcomes(self, result: Json) -> list[Outcome]:
        """What the answer at `result` says."""
        ...


@dataclass(frozen=True, slots=True)
class IconBatch:
    """Icons, asked for by category."""

    id: str

    @property
    def events(self) -> str:
        """See `Work`."""
        return f"/api/sse/batches/{_safe(self.id)}"

    @property
    def status(self) -> str:
        """See `Work`."""
        return f"/api/icons/batch/{_safe(self.id)}/status"

    @property
    def result(self) -> str:
        """See `Work`."""
        return f"/api/icons/batch/{_safe(self.id)}/result"

    def outcomes(self, result: Json) -> list[Outcome]:
        """See `Work`."""
        return [self._outcome(item) for item in _dicts(result.get("results"))]

    @staticmethod
    def _outcome(item: Json) -> Outcome:
        variation = item.get("variation")
        asked = plain(f"{item.get('category')} {variation + 1 if isinstance(variation, int) else 1}")
        if item.get("success"):
            return Outcome(asked, file_name(item.get("filename")))
        cancelled = "It was cancelled." if item.get("status") == "cancelled" else ""
        return Outcome(asked, error=plain(item.get("error") or cancelled))


@dataclass(frozen=True, slots=True)
class PictureRequest:
    """Pictures, asked for by a prompt."""

    id: str

    @property
    def events(self) -> str:
        """See `Work`."""
        return f"/api/sse/jobs/{_safe(self.id)}"

    @property
    def status(self) -> str:
        """See `Work`."""
        return f"/api/images/{_safe(self.id)}/status"

    @property
    def result(self) -> str:
        """See `Work`."""
        return f"/api/images/{_safe(self.id)}"

    def outcomes(self, result: Json) -> list[Outcome]:
        """See `Work`."""
        metadata = result.get("metadata")
        asked = plain(metadata.get("prompt", "")) if isinstance(metadata, dict) else ""
        if result.get("status") != "completed":
            return [Outcome(asked, error=plain(result.get("error") or ""))]
        pictures = list(_dicts(result.get("images"))) or [result]
        return [Outcome(asked, file_name(each.get("imagePath"))) for each in pictures]


async def find(client: Client, some_id: str) -> tuple[Work, Json]:
    """What an id stands for, and how far it is. The server's error when it stands for nothing."""
    batch = IconBatch(some_id)
    try:
        return batch, await client.get(batch.status)
    except StudioError as error:
        if error.status != 404:
            raise
    request = PictureRequest(some_id)
    return request, await client.get(request.status)


def file_name(path: Any) -> str:
    """The last part of a name that the server gives. StudioError when no file here should be called so."""
    name = PurePosixPath(str(path)).name
    if not _FILE_NAME.fullmatch(name):
        raise StudioError("The server names a file in a way that is not safe to follow.")
    return name


def _safe(some_id: str) -> str:
    return quote(some_id, safe="")


def _dicts(values: Any) -> Iterator[Json]:
    return (each for each in values if isinstance(each, dict)) if isinstance(values, list) else iter(())
