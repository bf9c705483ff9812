"""A batch's finished icons as one zip, streamed file by file."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Response
from zipstream import ZipStream

from icons.core.gallery import Gallery
from icons.domain.errors import Conflict
from icons.domain.images import Image, slug
from icons.domain.jobs import Job
from icons.web.choices import Cell
from icons.web.wire import subject

_CHUNK: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class _Entry:
    """One icon in the archive."""

    name: str
    job: Job
    image: Image

    def facts(self) -> dict[str, Any]:
        """Its lines in the manifest."""
        request = self.job.request
        return {
            "file": self.name,
            "category": subject(request),
            "variation": request.get("variation", 0),
            "metadata": {
                "style": request.get("style"),
                "color_scheme": request.get("color_scheme"),
                "format": self.image.format.value,
                "width": self.image.width,
                "height": self.image.height,
                **self.image.facts,
            },
        }


def zip_response(gallery: Gallery, batch_id: str, cells: Sequence[Cell], total: int) -> Response:
    """The archive, of exactly known length: never more than one chunk of one image is in memory.

    ``total``: how many icons the batch has, so that a choice of them has the same names as all.

    An icon whose file cannot be read breaks the download off short of its announced length, so that no client takes
    it for whole. Conflict while there is nothing to download.
    """
    entries = _entries(cells, max(3, len(str(total))))
    if not entries:
        raise Conflict("No icon of this batch is finished, or has that verdict, yet. Try again when there are some.")
    archive = ZipStream(sized=True)  # pictures are compressed already, so they are stored as they are
    archive.add(_manifest(batch_id, entries), "manifest.json")
    for entry in entries:
        archive.add(_chunks(gallery, entry.image), entry.name, size=entry.image.size)
    response = Response(iter(archive), mimetype="application/zip")
    response.content_length = len(archive)
    response.headers.set("Content-Disposition", "attachment", filename=f"icons-{batch_id}.zip")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _entries(cells: Sequence[Cell], digits: int) -> list[_Entry]:
    """The finished icons in request order."""
    return [
        _Entry(_name(cell.job, number, image, digits), cell.job, image)
        for cell in cells
        for number, image in enumerate(cell.images)
    ]


def _name(job: Job, number: int, image: Image, digits: int) -> str:
    """``007-office-supplies-v2.png``: unique by the position in front, and by ``-2`` for a job's second image."""
    another = f"-{number + 1}" if number else ""
    variation = job.request.get("variation", 0) + 1
    return f"{job.position + 1:0{digits}}-{slug(subject(job.request))}-v{variation}{another}.{image.format.value}"


def _manifest(batch_id: str, entries: Sequence[_Entry]) -> str:
    return json.dumps(
        {"batch_id": batch_id, "icons": [entry.facts() for entry in entries]}, ensure_ascii=False, indent=2
    )


def _chunks(gallery: Gallery, image: Image) -> Iterator[bytes]:
    """The image's bytes; its file is opened when its turn comes."""
    with gallery.open(image) as file:
        while chunk := file.read(_CHUNK):
            yield chunk
