"""The event log's entries: what every listener reads, in one order."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from icons.domain.images import Record
from icons.domain.jobs import Batch, Job


class EventType(StrEnum):
    """Kinds of entries; the names are those of the Socket.IO events."""

    JOB_OUTPUT = "job_output"  # {job_id, batch_id, stage, progress, line}
    JOB_COMPLETED = "job_completed"  # {job_id, batch_id, status, images | error}: completed, failed or cancelled
    BATCH_PROGRESS = "batch_progress"  # the batch status body
    BATCH_COMPLETED = "batch_completed"  # the batch status body, once the last job has ended
    IMAGE_CHANGED = "image_changed"  # {image_id, name, tags}, once its owner has named or tagged it


@dataclass(frozen=True, slots=True)
class Event:
    """One entry. ``seq`` grows over the whole log: whoever knows the last one it saw can resume."""

    seq: int
    type: EventType
    account: str
    job_id: str | None
    batch_id: str | None
    data: Mapping[str, Any]
    at: float  # epoch seconds, UTC
    correlation_id: str


def job_data(job: Job) -> dict[str, Any]:
    """Data of `EventType.JOB_COMPLETED`. Image ids only: whoever shows the event adds addresses that still work."""
    return {
        "status": job.state.public,
        "images": list(job.images),
        "cached": job.cached,
        "error": dict(job.error) if job.error else None,
        "position": job.position,
    }


def batch_data(batch: Batch) -> dict[str, Any]:
    """Data of `EventType.BATCH_PROGRESS` and `EventType.BATCH_COMPLETED`: where the batch stood at that event.

    Times are epoch seconds.
    """
    return {
        "status": batch.state.value,
        "progress": batch.progress,
        "current_category": batch.current_category,
        "total_categories": len(batch.categories),
        "completed_categories": batch.completed_categories,
        "total": batch.counts.total,
        "completed": batch.counts.completed,
        "failed": batch.counts.failed,
        "cancelled": batch.counts.cancelled,
        "concurrency": batch.window,
        "user_id": batch.user_id,
        "created_at": batch.created_at,
        "started_at": batch.started_at,
        "finished_at": batch.finished_at,
    }


def image_data(record: Record) -> dict[str, Any]:
    """Data of `EventType.IMAGE_CHANGED`: what its owner says of the image from now on."""
    return {
        "image_id": record.image.id,
        "name": record.image.name,
        "tags": [{"type": tag.type.value, "id": tag.id} for tag in record.tags],
    }
