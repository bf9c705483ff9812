"""Images of the gallery and the requests that bring them, as the JSON of the camelCase faces."""

from collections.abc import Sequence

from icons.domain.images import Record
from icons.domain.jobs import Job
from icons.web.signing import ImageSigner
from icons.web.wire import Json, iso


def image_record(record: Record, signer: ImageSigner) -> Json:
    """An image. ``filepath`` is its name within the storage, never a path of the server."""
    image = record.image
    body = {
        "id": image.id,
        "filename": image.filename,
        "filepath": f"files/{image.blob}",
        "url": signer.url(image.filename),
        "mimeType": image.format.media_type,
        "size": image.size,
        "width": image.width,
        "height": image.height,
        "source": image.source.value,
        "name": image.name,
        "generationPrompt": image.generation_prompt or None,
        "generationModel": image.generation_model or None,
        "profileId": image.profile_id,
        "tags": [{"tagType": tag.type.value, "tagId": tag.id} for tag in record.tags],
        "createdAt": iso(image.created_at),
    }
    if revised := image.facts.get("revised_prompt"):
        body["revisedPrompt"] = revised
    return body


def generated(job: Job, records: Sequence[Record], signer: ImageSigner) -> Json:
    """What a job of kind "image" has brought so far."""
    return {
        "data": [image_record(record, signer) for record in records],
        "metadata": {
            "prompt": job.request["prompt"],
            "provider": job.request["provider"],
            "model": job.facts.get("model"),
            "requestedModel": job.request["model"] or None,
            "count": len(records),
        },
    }


def generated_later(job: Job, records: Sequence[Record], signer: ImageSigner, public_url: str) -> Json:
    """How far it is; ``public_url`` is the prefix of addresses, "" = relative ones."""
    return {
        "jobId": job.id,
        "status": job.state.public,
        "progress": job.progress,
        "stage": job.stage,
        "error": dict(job.error) if job.error else None,
        "statusUrl": f"{public_url}/api/images/{job.id}",
        "createdAt": iso(job.created_at),
        **generated(job, records, signer),
    }
