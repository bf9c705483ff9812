"""Domain values as the JSON of the icons face and its events."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from icons.core.submitting import Quote
from icons.domain.events import Event, EventType, batch_data
from icons.domain.images import Image
from icons.domain.jobs import Batch, Job, State, remaining_seconds
from icons.domain.spending import dollars
from icons.web.signing import ImageSigner

Json = dict[str, Any]
Reply = tuple[Json, int, dict[str, str]]
"""Body, status, headers."""

_ASKED: Final = {
    "style": "style",
    "color_scheme": "color_scheme",
    "category": "category",
    "elements": "custom_elements",
    "brand_colors": "brand_colors",
    "size": "size",
    "format": "format",
    "background": "background",
    "seed": "seed",
    "variation": "variation",
    "provider": "provider",
    "quality": "quality",
}
"""Field of a stored request -> its name in an answer's metadata."""

_NAMED: Final = 5  # categories of a batch in a list: the rest is their number


def iso(epoch: float) -> str:
    """Epoch seconds as ISO 8601 in UTC, to the millisecond: ``2026-01-31T12:00:00.000Z``."""
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_or_none(epoch: float | None) -> str | None:
    """The same, for what may not have happened yet."""
    return None if epoch is None else iso(epoch)


def subject(request: Mapping[str, Any]) -> str:
    """What a stored request is about: an icon's category or, of pictures in plain words, their prompt."""
    return str(request.get("category") or request.get("prompt") or "")


def prompt_of(request: Mapping[str, Any]) -> str:
    """A stored request in its caller's words: of an icon its category; "" for what has no words."""
    return str(request.get("prompt") or request.get("category") or "")


# Images


def image_body(image: Image, signer: ImageSigner) -> Json:
    """Where an image is to be had. ``local_path`` is its name within the storage, never a path of the server."""
    return {
        "image_url": signer.url(image.filename),
        "local_path": f"files/{image.blob}",
        "filename": image.filename,
        "width": image.width,
        "height": image.height,
        "bytes": image.size,
    }


def icon_body(image: Image, request: Mapping[str, Any], signer: ImageSigner, *, cached: bool) -> Json:
    """A finished icon. ``request`` is the stored form of its IconRequest; an answer from the cache took no time."""
    metadata = _metadata(request, image.facts)
    return {
        "success": True,
        **image_body(image, signer),
        "generation_time": 0.0 if cached else image.facts.get("generation_time", 0.0),
        "cached": cached,
        "model": metadata["model"],
        "metadata": metadata,
    }


def _metadata(request: Mapping[str, Any], facts: Mapping[str, object]) -> Json:
    """What was asked for, and what the provider said about the picture."""
    asked = {name: request[field] for field, name in _ASKED.items() if field in request}
    told = {name: value for name, value in facts.items() if name not in {*_ASKED, *asked, "generation_time"}}
    model = request.get("model", "")
    return {**asked, "requested_model": model or None, "model": model, **told}


# Jobs


def job_status(job: Job) -> Json:
    """How far a job is."""
    return {
        "job_id": job.id,
        "batch_id": job.batch_id,
        "status": job.state.public,
        "progress": job.progress,
        "stage": job.stage,
        "category": subject(job.request) or None,
        "attempts": job.attempt,
        "user_id": job.user_id,
        "created_at": iso(job.created_at),
        "started_at": iso_or_none(job.started_at),
        "finished_at": iso_or_none(job.finished_at),
        "error": dict(job.error) if job.error else None,
    }


def job_body(job: Job, images: Mapping[str, Image], signer: ImageSigner) -> Json:
    """A single job, with its icon once it is there."""
    image = _first_image(job, images)
    result = icon_body(image, job.request, signer, cached=job.cached) if image else None
    return {**job_status(job), "result": result}


def _first_image(job: Job, images: Mapping[str, Image]) -> Image | None:
    return next((images[each] for each in job.images if each in images), None)


def job_accepted(job: Job, public_url: str) -> Json:
    """The promise of an icon; ``public_url`` is the prefix of addresses, "" = relative ones."""
    status_url = f"{public_url}/api/icons/jobs/{job.id}"
    return {
        "job_id": job.id,
        "status": job.state.public,
        "progress": job.progress,
        "stage": job.stage,
        "status_url": status_url,
        "message": "The icon is being drawn; status_url tells how far it is.",
        "created_at": iso(job.created_at),
    }


# Batches


def quote_body(quote: Quote) -> Json:
    """What icons would cost."""
    return {
        "currency": "USD",
        "icons": quote.icons,
        "low": dollars(quote.low),
        "high": dollars(quote.high),
        "unpriced": quote.unpriced,
        "budget_left": None if quote.left is None else dollars(quote.left),
    }


def batch_accepted(batch: Batch, public_url: str, quote: Quote | None = None) -> Json:
    """The promise of a batch. What has been completed by now was in the cache."""
    address = f"{public_url}/api/icons/batch/{batch.id}"
    return {
        "batch_id": batch.id,
        "status": batch.state.value,
        "message": "The icons are being drawn; status_url tells how far they are.",
        "total_categories": len(batch.categories),
        "total_icons": batch.counts.total,
        "cached": batch.counts.completed,
        "concurrency": batch.window,
        "status_url": f"{address}/status",
        "result_url": f"{address}/result",
        "cancel_url": f"{address}/cancel",
        "created_at": iso(batch.created_at),
        "estimate": quote_body(quote) if quote else None,
    }


def batch_status(batch: Batch) -> Json:
    """How far a batch is."""
    return _batch_body(batch.id, batch.seq, batch_data(batch), time.time())


def batch_listed(batch: Batch, images: Sequence[Image], signer: ImageSigner) -> Json:
    """A batch in a list: what one knows it again by."""
    preview = [image_body(image, signer) for image in images]
    return {**batch_status(batch), "categories": [*batch.categories[:_NAMED]], "preview": preview}


def _batch_body(batch_id: str | None, seq: int, data: Mapping[str, Any], now: float) -> Json:
    """The status body as of ``now``, of a batch itself or of one of its events."""
    return {
        "batch_id": batch_id,
        **data,
        "estimated_completion": _estimated_completion(data, now),
        "created_at": iso(data["created_at"]),
        "started_at": iso_or_none(data["started_at"]),
        "finished_at": iso_or_none(data["finished_at"]),
        "seq": seq,
    }


def _estimated_completion(data: Mapping[str, Any], now: float) -> str | None:
    if data["started_at"] is None:
        return None
    finished = data["completed"] + data["failed"] + data["cancelled"]
    seconds = remaining_seconds(finished, data["total"], max(0.0, now - data["started_at"]))
    return None if seconds is None else iso(now + seconds)


def batch_result(batch: Batch, jobs: Sequence[Job], images: Mapping[str, Image], signer: ImageSigner) -> Json:
    """Everything a batch has brought so far, in request order."""
    counts = batch.counts
    return {
        "batch_id": batch.id,
        "status": batch.state.value,
        "summary": {
            "total": counts.total,
            "completed": counts.completed,
            "failed": counts.failed,
            "cancelled": counts.cancelled,
            "unfinished": counts.unfinished,
            "cached": sum(job.cached for job in jobs),
        },
        "results": [result_body(job, images, signer) for job in jobs],
    }


def result_body(job: Job, images: Mapping[str, Image], signer: ImageSigner) -> Json:
    """One icon of a batch: finished, failed or still to come."""
    place = {
        "category": subject(job.request),
        "variation": job.request.get("variation", 0),
        "job_id": job.id,
        "status": job.state.public,
    }
    if image := _first_image(job, images):
        return {**place, **icon_body(image, job.request, signer, cached=job.cached)}
    if job.error and job.state is State.FAILED:
        told = {"error": job.error["message"], "code": job.error["code"], "attempts": job.error["attempts"]}
        return {**place, "success": False, **told}
    return {**place, "success": False}


# Events


def event_body(event: Event, images: Mapping[str, Image], signer: ImageSigner) -> Json:
    """An entry of the event log as listeners get it. ``images`` by id: those that the entry names."""
    if event.type in (EventType.BATCH_PROGRESS, EventType.BATCH_COMPLETED):
        return {**_batch_body(event.batch_id, event.seq, event.data, event.at), "at": iso(event.at)}
    if event.type is EventType.IMAGE_CHANGED:
        return {"seq": event.seq, **event.data, "at": iso(event.at)}
    body = {"job_id": event.job_id, "batch_id": event.batch_id, "seq": event.seq, **event.data, "at": iso(event.at)}
    if event.type is EventType.JOB_COMPLETED:
        body["images"] = [image_body(images[each], signer) for each in event.data["images"] if each in images]
    return body
