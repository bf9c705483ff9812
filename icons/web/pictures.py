"""`/api/images`: the gallery, and pictures of a prompt over a profile. What has an id of its own is in `images`."""

import math
from collections.abc import Sequence
from typing import Any, Final

from flask import g, request
from flask_openapi import APIBlueprint, Tag

from icons.core.service import Context
from icons.domain.errors import Conflict, NotFound
from icons.domain.images import Record
from icons.domain.jobs import Job, State
from icons.web.auth import current_caller
from icons.web.errors import job_failure
from icons.web.image_requests import accepted
from icons.web.limits import limited
from icons.web.parts import WebParts
from icons.web.prefer import preference
from icons.web.records import facets_body, generated, generated_later, image_record
from icons.web.schemas.gallery import (
    DeleteBody,
    DeletedAnswer,
    FacetsAnswer,
    GalleryAnswer,
    GalleryQuery,
    RetagBody,
    RetaggedAnswer,
)
from icons.web.schemas.pictures import (
    GeneratedLater,
    GenerateImageBody,
    ImageAnswer,
    ImportBody,
    UploadForm,
    domain_tags,
)
from icons.web.schemas.workers import DrawImagesAnswer, DrawImagesBody, ModelImageBody
from icons.web.wire import Json, Reply

_FORM_ROOM: Final = 64 * 1024  # bytes of a form beside its file


def blueprint(parts: WebParts) -> APIBlueprint:
    """The face."""
    tag = Tag(name="gallery", description="Images: drawn, uploaded, imported; tagged and found again")
    api = APIBlueprint("gallery", __name__, url_prefix="/api/images", abp_tags=[tag])
    _add_bringing(api, parts)
    _add_generate(api, parts)
    _add_records(api, parts)
    return api


def _add_records(api: APIBlueprint, parts: WebParts) -> None:
    pictures, signer = parts.pictures, parts.signer

    @api.get("", responses={200: GalleryAnswer})
    def list_images(query: GalleryQuery) -> Json:
        """List the account's images"""
        offset = (query.page - 1) * query.per_page
        found, total = pictures.find(current_caller(), query.search(), query.per_page, offset)
        pages = math.ceil(total / query.per_page)
        return {
            "data": [image_record(record, signer) for record in found],
            "pagination": {"page": query.page, "perPage": query.per_page, "total": total, "pages": pages},
        }

    @api.get("/facets", responses={200: FacetsAnswer})
    def list_facets() -> Json:
        """List what the images have that a search could ask for"""
        return facets_body(pictures.facets(current_caller()))

    @api.post("/tags", responses={200: RetaggedAnswer})
    def tag_images(body: RetagBody) -> Json:
        """Put tags on images and take others off; unknown ids are passed over

        The images' other tags stay, whoever tags them at the same time, and the images are kept from then on.
        """
        add, take = domain_tags(body.add), domain_tags(body.remove)
        return {"tagged": pictures.retag(current_caller(), body.ids, add, take)}

    @api.post("/delete", responses={200: DeletedAnswer})
    def delete_images(body: DeleteBody) -> Json:
        """Delete images, wherever they are shown; unknown ids are passed over"""
        return {"deleted": pictures.remove_all(current_caller(), body.ids)}


def _add_bringing(api: APIBlueprint, parts: WebParts) -> None:
    pictures, signer = parts.pictures, parts.signer
    largest = pictures.intake.max_bytes

    @api.url_value_preprocessor
    def make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
        """Before anything reads the body, the idempotency key's digest included."""
        if endpoint == f"{api.name}.upload":
            request.max_content_length = max(largest + _FORM_ROOM, parts.settings.max_body)

    @api.post("", responses={201: ImageAnswer})
    def upload(form: UploadForm) -> tuple[Json, int]:
        """Upload a picture

        It is drawn anew: metadata and everything that is not a pixel stays outside.
        """
        data = form.file.stream.read(largest + 1)
        record = pictures.upload(current_caller(), data, form.file.filename or "", domain_tags(form.tags))
        return image_record(record, signer), 201

    @api.post("/import", responses={201: ImageAnswer})
    def fetch(body: ImportBody) -> tuple[Json, int]:
        """Fetch a picture from an address on the public internet"""
        record = pictures.fetch(current_caller(), body.url, domain_tags(body.tags))
        return image_record(record, signer), 201


def _add_generate(api: APIBlueprint, parts: WebParts) -> None:
    service, settings = parts.service, parts.settings

    @api.post("/generate", responses={200: DrawImagesAnswer, 202: GeneratedLater})
    @limited("images")
    def generate_images(body: DrawImagesBody) -> Reply:
        """Draw pictures of a prompt

        With `profileId` over that connection profile: waits for them, up to `Prefer: wait=N` seconds; `Prefer:
        respond-async` does not wait. What is not finished by then is answered with 202 and the address of its status.

        Without, by an extension that is connected as a worker or by the house: answered at once, unless `Prefer:
        wait=N` says otherwise. `/api/images/{requestId}/status` tells how far it is.
        """
        match body.root:
            case GenerateImageBody() as over_profile:
                return drawn(over_profile)
            case by_model:
                return promised(by_model)

    def promised(body: ModelImageBody) -> Reply:
        caller = current_caller()
        wish = preference(request.headers.get("Prefer"), 0.0, settings.max_wait)
        context = Context(body.user_id, g.correlation_id, body.hook(parts.hooks))
        job = service.submit_image(caller, body.request(), context)
        if wish.wait:
            job = service.wait(caller, job.id, wish.wait)
        return accepted(job), 200, wish.headers

    def drawn(body: GenerateImageBody) -> Reply:
        caller = current_caller()
        wish = preference(request.headers.get("Prefer"), settings.default_wait, settings.max_wait)
        asked = body.request(parts.profiles.get(caller, body.profile_id))
        job = service.submit_image(caller, asked, Context(correlation_id=g.correlation_id, hook=body.hook(parts.hooks)))
        if wish.wait:
            job = service.wait(caller, job.id, wish.wait)
        records = parts.pictures.many(caller, job.images)
        if not job.state.final or not wish.wait:
            later = generated_later(job, records, parts.signer, settings.public_url)
            return later, 202, {"Location": later["statusUrl"], **wish.headers}
        return _delivered(job, records, parts), 200, wish.headers


def _delivered(job: Job, records: Sequence[Record], parts: WebParts) -> Json:
    """The pictures of a job that has ended. Raises what it failed with."""
    if job.state is State.FAILED and job.error:
        raise job_failure(job.error, attempts=job.error["attempts"], job_id=job.id)
    if job.state is not State.COMPLETED:
        raise Conflict("It was cancelled before it was drawn.", metadata={"job_id": job.id})
    if not records:
        raise NotFound("image")  # deleted this very moment
    return generated(job, records, parts.signer)
