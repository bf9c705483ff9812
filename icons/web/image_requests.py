"""A prompt's pictures as the workers document tells of them: requests with five statuses and ERR_ codes."""

import time
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

from icons.domain.errors import (
    ProviderError,
    ProviderFailed,
    ProviderTimeout,
    RequestRefused,
    WorkerFailed,
    WorkerTimeout,
)
from icons.domain.images import Record
from icons.domain.jobs import Job, State
from icons.domain.workers import BROWSER, DELIVERED
from icons.web.signing import ImageSigner
from icons.web.wire import Json, iso

KINDS: Final = frozenset({"image", BROWSER})
_FOLDER: Final = PurePosixPath("generated-images")
_STATUSES: Final = {State.ACTIVE: "processing", State.COMPLETED: "completed"}
_CODES: Final = {
    **dict.fromkeys((ProviderError.code, ProviderFailed.code, RequestRefused.code), WorkerFailed.code),
    ProviderTimeout.code: WorkerTimeout.code,
}
"""Codes of other faces -> those of the document."""


def accepted(job: Job) -> Json:
    """The promise of pictures; whoever has waited for them hears how it ended."""
    return {
        "requestId": job.id,
        "status": status_of(job) if job.state.final else "accepted",
        "message": "Image generation request submitted",
        "correlationId": job.correlation_id,
        "timestamp": iso(time.time()),
    }


def status(job: Job) -> Json:
    """How far a request is."""
    standing = {"requestId": job.id, "status": status_of(job), "progress": job.progress}
    return {**standing, **_failure(job), "timestamp": iso(time.time())}


def record(job: Job, records: Sequence[Record], signer: ImageSigner) -> Json:
    """A request with what it has brought. Paths are relative names, never those of the server."""
    images = [_image(each, signer) for each in records]
    first = images[0] if images else {"imageUrl": None, "imagePath": None}
    return {
        "requestId": job.id,
        "status": status_of(job),
        "imageUrl": first["imageUrl"],
        "imagePath": first["imagePath"],
        "metadata": _metadata(job, records),
        **({"images": images} if len(images) > 1 else {}),
        **_failure(job),
        "correlationId": job.correlation_id,
        "timestamp": iso(job.finished_at or time.time()),
    }


def status_of(job: Job) -> str:
    """One of the document's five."""
    if job.state in (State.FAILED, State.CANCELLED):
        return "failed"
    if DELIVERED in job.request and not job.state.final:
        return "downloading"
    return _STATUSES.get(job.state, "accepted")


def _metadata(job: Job, records: Sequence[Record]) -> Json:
    width, height = (records[0].image.width, records[0].image.height) if records else (None, None)
    return {
        **job.request["metadata"],
        "model": job.facts.get("model"),
        "requestedModel": job.request["model"] or None,
        "prompt": job.request["prompt"],
        "width": width,
        "height": height,
        "generatedAt": iso(records[0].image.created_at) if records else None,
    }


def _image(record: Record, signer: ImageSigner) -> Json:
    image = record.image
    path = str(_FOLDER / image.filename)
    return {"imageUrl": signer.url(image.filename), "imagePath": path, "width": image.width, "height": image.height}


def _failure(job: Job) -> Mapping[str, Any]:
    if job.state is State.CANCELLED:
        return {"error": "It was cancelled.", "code": "CANCELLED"}
    if job.state is not State.FAILED or not job.error:
        return {}
    code = job.error["code"]
    return {"error": job.error["message"], "code": _CODES.get(code, code)}
