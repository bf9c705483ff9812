"""Jobs, batches and chats as the JSON of `/api/v1`."""

import time
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

from icons.core.chats import Turn
from icons.core.gallery import Gallery
from icons.core.imaging import SHOWN_WIDTH
from icons.domain.access import Caller
from icons.domain.chats import Chat, ChatMessage
from icons.domain.images import Image
from icons.domain.jobs import Batch, BatchState, Job, State
from icons.web.parts import WebParts
from icons.web.signing import ImageSigner
from icons.web.wire import Json, iso, iso_or_none, prompt_of

_STATUSES: Final = {
    State.HELD: "pending",
    State.WAITING: "pending",
    State.ACTIVE: "processing",
    State.DELAYED: "processing",
    State.COMPLETED: "completed",
    State.FAILED: "failed",
    State.CANCELLED: "cancelled",
}


def job_status(parts: WebParts, caller: Caller, job: Job, *, stream: bool = False) -> Json:
    """How far a job is, and its pictures; with ``stream`` an address to follow it, unless it has ended."""
    return _job(parts, caller, job, parts.gallery.images(caller, job.images), stream=stream)


def _job(parts: WebParts, caller: Caller, job: Job, images: Mapping[str, Image], *, stream: bool) -> Json:
    completed = job.state is State.COMPLETED
    brought = [images[each] for each in job.images if each in images]
    return {
        "jobId": job.id,
        "batchId": job.batch_id,
        "kind": job.kind,
        "status": _STATUSES[job.state],
        "progress": job.progress,
        "stage": job.stage,
        "prompt": prompt_of(job.request),
        "result": _result(job, brought, parts.signer) if completed else None,
        "error": _error(job),
        "metadata": job.request.get("metadata", {}),
        "userId": job.user_id,
        "statusUrl": f"{parts.settings.public_url}/api/v1/images/status/{job.id}",
        "streamUrl": _stream_url(parts, caller, f"jobs/{job.id}") if stream and not job.state.final else None,
        "createdAt": iso(job.created_at),
        "completedAt": iso_or_none(job.finished_at),
    }


def _error(job: Job) -> Json | None:
    """Why it failed; what has failed before and is tried again is no news yet."""
    return dict(job.error) if job.error and job.state is State.FAILED else None


def _stream_url(parts: WebParts, caller: Caller, what: str) -> str:
    ticket, _ = parts.accounts.add_ticket(caller)
    return f"{parts.settings.public_url}/api/sse/{what}?ticket={ticket}"


def _result(job: Job, images: Sequence[Image], signer: ImageSigner) -> Json:
    facts = job.facts or (images[0].facts if images else {})
    expires = signer.expires()
    return {
        "images": [_picture(image, job, signer) for image in images],
        "provider": job.request.get("provider") or job.lane,
        "model": facts.get("model"),
        "requestedModel": job.request.get("model") or None,
        "expiresAt": iso(expires),
        "ttl": max(0, int(expires - time.time())),
    }


def _picture(image: Image, job: Job, signer: ImageSigner) -> Json:
    url = signer.url(image.filename)
    return {
        "id": image.id,
        "url": url,
        "thumbnailUrl": f"{url}&w={SHOWN_WIDTH}" if Gallery.has_thumbnail(image, SHOWN_WIDTH) else url,
        "width": image.width,
        "height": image.height,
        "size": image.size,
        "mimeType": image.format.media_type,
        "contentHash": PurePosixPath(image.blob).stem,  # the name of a blob is that of its content
        "metadata": job.request.get("metadata", {}),
    }


def batch_status(parts: WebParts, caller: Caller, batch: Batch, *, stream: bool = False) -> Json:
    """How far a batch is, and its jobs with their pictures."""
    jobs = parts.service.jobs_of(caller, batch.id)
    images = parts.gallery.images(caller, [image for job in jobs for image in job.images])
    return {
        "batchId": batch.id,
        "status": "processing" if batch.state is BatchState.RUNNING else batch.state.value,
        "progress": batch.progress,
        "total": batch.counts.total,
        "completed": batch.counts.completed,
        "failed": batch.counts.failed,
        "cancelled": batch.counts.cancelled,
        "jobs": [_job(parts, caller, job, images, stream=False) for job in jobs],
        "userId": batch.user_id,
        "statusUrl": f"{parts.settings.public_url}/api/v1/images/batch/{batch.id}",
        "streamUrl": _stream_url(parts, caller, f"batches/{batch.id}") if stream and batch.counts.unfinished else None,
        "createdAt": iso(batch.created_at),
        "completedAt": iso_or_none(batch.finished_at),
    }


def turn_body(parts: WebParts, caller: Caller, turn: Turn) -> Json:
    """A message of a chat and what has become of it so far."""
    job, reply = turn.job, turn.reply
    drawing = job_status(parts, caller, turn.image_job, stream=True) if turn.image_job else None
    return {
        "sessionId": turn.chat.id,
        "status": _STATUSES[job.state],
        "message": reply.text if reply else None,
        "response": {"role": reply.role, "content": reply.text} if reply else None,
        "provider": job.lane,
        "model": job.facts.get("model"),
        "chatJob": job_status(parts, caller, job, stream=True),
        "imageGenerationJob": drawing,
        "error": _error(job),
        "userId": job.user_id,
        "metadata": job.request["metadata"],
        "createdAt": iso(job.created_at),
    }


def chat_summary(chat: Chat) -> Json:
    """A chat in a list."""
    return {
        "sessionId": chat.id,
        "title": chat.title,
        "userId": chat.user_id,
        "messageCount": chat.messages,
        "createdAt": iso(chat.created_at),
        "updatedAt": iso(chat.updated_at),
    }


def chat_message(message: ChatMessage) -> Json:
    """What was said."""
    return {
        "role": message.role,
        "content": message.text,
        "createdAt": iso(message.created_at),
        "jobId": message.job_id,
        "imageJobId": message.image_job_id,
    }
