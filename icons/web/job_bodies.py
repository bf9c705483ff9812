"""Jobs of any kind as the JSON of the jobs face and its streams, in camelCase."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from icons.domain.events import Event, EventType
from icons.domain.images import Image
from icons.domain.jobs import Batch, Job, State
from icons.domain.platforms import platforms
from icons.web.signing import ImageSigner
from icons.web.wire import Json, batch_status, iso, iso_or_none, prompt_of

_OPTIONS: Final = {
    "quality": "quality",
    "asked_style": "style",
    "color_scheme": "colorScheme",
    "seed": "seed",
    "provider": "provider",
    "model": "model",
    "fallback": "fallback",
}
"""Field of a stored request -> its name among the options of an answer."""


def job_summary(job: Job) -> Json:
    """A job in a list."""
    return {
        "jobId": job.id,
        "status": job.state.public,
        "progress": job.progress,
        "stage": job.stage,
        "kind": job.kind,
        "priority": job.priority.name.lower(),
        "batchId": job.batch_id,
        "userId": job.user_id,
        "prompt": prompt_of(job.request),
        "createdAt": iso(job.created_at),
        "processedAt": iso_or_none(job.started_at),
        "finishedAt": iso_or_none(job.finished_at),
    }


def job_details(job: Job, logs: Sequence[str], images: Mapping[str, Image], signer: ImageSigner) -> Json:
    """A job and, once they are there, its files."""
    request = job.request
    return {
        **job_summary(job),
        "attempts": job.attempt,
        "data": {
            "userId": job.user_id,
            "prompt": prompt_of(request),
            "platforms": list(request.get("platforms", ())),
            "options": {name: request[field] for field, name in _OPTIONS.items() if request.get(field)},
        },
        "logs": list(logs),
        "result": job_result(job, images, signer) if job.state is State.COMPLETED else None,
        "error": dict(job.error) if job.error else None,
    }


def job_result(job: Job, images: Mapping[str, Image], signer: ImageSigner) -> Json:
    """What a completed job has brought; ``images`` by id."""
    brought = [images[each] for each in job.images if each in images]
    facts: Mapping[str, Any] = job.facts or (brought[0].facts if brought else {})
    return {
        "success": True,
        "generationId": job.id,
        "images": [_image(image, signer) for image in brought],
        "revisedPrompt": facts.get("revised_prompt") or prompt_of(job.request),
        "model": facts.get("model"),
    }


def _image(image: Image, signer: ImageSigner) -> Json:
    platform = platforms().get(str(image.facts.get("platform")), platforms()["original"])
    return {
        "platform": platform.title,
        "url": signer.url(image.filename),
        "width": image.width,
        "height": image.height,
        "size": image.size,
        "format": image.format.value,
        "name": image.facts.get("file", image.filename),
    }


def job_error(job: Job) -> Json:
    """Why a job that has ended brought nothing."""
    if job.error and job.state is State.FAILED:
        return dict(job.error)
    return {"code": "JOB_CANCELLED", "message": "It was cancelled before it was finished."}


def lines(events: Iterable[Event]) -> list[str]:
    """The log lines among a job's events."""
    return [event.data["line"] for event in events if event.type is EventType.JOB_OUTPUT]


def event_entry(event: Event) -> Json:
    """An entry of the event log. Images are named by their ids: their addresses are in the job."""
    return {"seq": event.seq, "type": event.type.value, "at": iso(event.at), "jobId": event.job_id, **event.data}


def queue_figures(states: Mapping[str, int]) -> Json:
    """Jobs by public state, and in all."""
    return {**states, "total": sum(states.values()), "timestamp": iso(time.time())}


def batch_body(batch: Batch) -> Json:
    """How far a batch is, in camelCase."""
    return {_camel(name): value for name, value in batch_status(batch).items()}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
