"""`/api/icons/batch`: many icons in one style, from asking to downloading."""

from typing import Final

from flask import Response, g, request
from flask_openapi import APIBlueprint, Tag

from icons.core.service import Context
from icons.web.archive import zip_response
from icons.web.auth import current_caller
from icons.web.choices import Cell, cells
from icons.web.parts import WebParts
from icons.web.prefer import preference
from icons.web.schemas.icon_answers import BatchAccepted, BatchesAnswer, BatchResult, BatchRetried, BatchStatus
from icons.web.schemas.icons import BatchBody, BatchesQuery, BatchPath, DownloadQuery
from icons.web.signing import ImageSigner
from icons.web.wire import Json, Reply, batch_accepted, batch_listed, batch_result, batch_status, icon_body

_PREVIEW: Final = 4  # pictures beside a batch in a list


def blueprint(parts: WebParts) -> APIBlueprint:
    """The face."""
    tag = Tag(name="batches", description="Many icons in one style")
    api = APIBlueprint("batches", __name__, url_prefix="/api/icons", abp_tags=[tag])
    _add_asking(api, parts)
    _add_looking(api, parts)
    _add_changing(api, parts)
    return api


def _add_asking(api: APIBlueprint, parts: WebParts) -> None:
    service, settings = parts.service, parts.settings

    @api.post("/generate/batch", responses={200: BatchResult, 202: BatchAccepted})
    def generate_batch(body: BatchBody) -> Reply:
        """Draw many icons

        Answers at once; with `Prefer: wait=N`, with the result when it is there within N seconds.
        """
        caller = current_caller()
        wish = preference(request.headers.get("Prefer"), 0.0, settings.max_wait)
        context = Context(body.user_id, g.correlation_id, body.hook(parts.hooks))
        batch, quote = service.submit_quoted(caller, body.request(), context)
        if wish.wait:
            batch = service.wait_batch(caller, batch.id, wish.wait)
        if wish.wait and not batch.counts.unfinished:
            return _result(parts, batch.id), 200, wish.headers
        accepted = batch_accepted(batch, settings.public_url, quote)
        return accepted, 202, {"Location": accepted["status_url"], **wish.headers}


def _add_looking(api: APIBlueprint, parts: WebParts) -> None:
    service = parts.service

    @api.get("/batches", responses={200: BatchesAnswer})
    def list_batches(query: BatchesQuery) -> Json:
        """List the account's batches, newest first"""
        caller = current_caller()
        found = service.batches(caller, query.limit + 1, query.before)
        page = found[: query.limit]
        more = len(found) > query.limit
        first = service.first_images(caller, page, _PREVIEW)
        return {
            "batches": [batch_listed(batch, first[batch.id], parts.signer) for batch in page],
            "count": len(page),
            "next_before": page[-1].id if more else None,
        }

    @api.get("/batch/<batch_id>/status", responses={200: BatchStatus})
    def show_status(path: BatchPath) -> Json:
        """Show how far a batch is"""
        return batch_status(service.batch(current_caller(), path.batch_id))

    @api.get("/batch/<batch_id>/result", responses={200: BatchResult})
    def show_result(path: BatchPath) -> Json:
        """Show what a batch has brought so far, in request order"""
        return _result(parts, path.batch_id)

    @api.get("/batch/<batch_id>/download", responses={200: {"content": {"application/zip": {}}}})
    def download(path: BatchPath, query: DownloadQuery) -> Response:
        """Download the finished icons of a batch as a zip, all or those of a verdict"""
        found = _cells(parts, path.batch_id)
        chosen = [cell for cell in found if query.verdict in (None, cell.verdict)]
        return zip_response(parts.gallery, path.batch_id, chosen, len(found))


def _add_changing(api: APIBlueprint, parts: WebParts) -> None:
    service = parts.service

    @api.post("/batch/<batch_id>/cancel", responses={200: BatchStatus})
    def cancel(path: BatchPath) -> Json:
        """Stop a batch; what is finished is kept"""
        return batch_status(service.cancel_batch(current_caller(), path.batch_id))

    @api.post("/batch/<batch_id>/retry", responses={200: BatchRetried})
    def retry(path: BatchPath) -> Json:
        """Begin the failed and cancelled icons of a batch anew"""
        retried = service.retry_batch(current_caller(), path.batch_id)
        return {"retried": retried, **batch_status(service.batch(current_caller(), path.batch_id))}


def _result(parts: WebParts, batch_id: str) -> Json:
    batch = parts.service.batch(current_caller(), batch_id)
    found = _cells(parts, batch_id)
    images = {record.image.id: record.image for cell in found for record in cell.own}
    body = batch_result(batch, [cell.job for cell in found], images, parts.signer)
    for row, cell in zip(body["results"], found, strict=True):
        row |= _choice(cell, parts.signer)
    return body


def _cells(parts: WebParts, batch_id: str) -> list[Cell]:
    caller = current_caller()
    return cells(parts.service.jobs_of(caller, batch_id), parts.pictures, caller)


def _choice(cell: Cell, signer: ImageSigner) -> Json:
    """What its owner has decided about an icon; nothing as long as it is not there."""
    if not cell.images:
        return {}
    redrawn = icon_body(cell.images[0], cell.request, signer, cached=False) if cell.redrawn else None
    return {"verdict": cell.verdict, "redrawn": redrawn}
