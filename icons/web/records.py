"""Images of the gallery and the requests that bring them, as the JSON of the camelCase faces."""

from collections.abc import Iterable, Sequence

from icons.domain.images import Facets, Image, Origin, Record
from icons.domain.jobs import Job
from icons.domain.spending import dollars
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
        "provider": image.facts.get("provider"),
        "icon": _icon(image),
        "origin": _origin(record.origin) if record.origin else None,
        "tags": [{"tagType": tag.type.value, "tagId": tag.id} for tag in record.tags],
        "createdAt": iso(image.created_at),
    }
    if revised := image.facts.get("revised_prompt"):
        body["revisedPrompt"] = revised
    return body


def _icon(image: Image) -> Json | None:
    """What it was asked for with; images drawn otherwise, or before these facts were kept, have none."""
    facts = image.facts
    if "color_scheme" not in facts:
        return None
    return {
        "category": facts["category"],
        "style": facts["style"],
        "colorScheme": facts["color_scheme"],
        "customElements": facts["elements"],
        "brandColors": facts["brand_colors"],
        "background": facts["background"],
        "seed": facts["seed"],
        "variation": facts["variation"],
    }


def _origin(origin: Origin) -> Json:
    return {
        "jobId": origin.job_id,
        "batchId": origin.batch_id,
        "images": origin.images,
        "cost": None if origin.cost is None else dollars(origin.cost),
    }


def facets_body(facets: Facets) -> Json:
    """What a search could ask for."""
    return {
        "tags": [{"tagType": tag.type.value, "tagId": tag.id, "count": count} for tag, count in facets.tags],
        "models": _counted(facets.models),
        "providers": _counted(facets.providers),
    }


def _counted(values: Iterable[tuple[str, int]]) -> list[Json]:
    return [{"name": name, "count": count} for name, count in values]


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
