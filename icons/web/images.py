"""The files: images and their thumbnails under signed addresses, or with a caller's credential."""

import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from flask import Response, jsonify, request
from flask_openapi import APIBlueprint, Tag
from pydantic import Field
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import wrap_file

from icons.core.gallery import Gallery
from icons.domain.access import Caller
from icons.domain.errors import Forbidden, NotFound, Unauthenticated
from icons.domain.images import Format, Image
from icons.web.auth import Gate, current_caller, public
from icons.web.image_requests import KINDS, record
from icons.web.limits import limited
from icons.web.parts import WebParts
from icons.web.records import generated_later, image_record
from icons.web.schemas.fields import Query
from icons.web.schemas.pictures import ImageAnswer, ImageChange, RecordPath, domain_tags
from icons.web.signing import ImageSigner
from icons.web.wire import Json

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_FILENAME: Final = re.compile(rf"[0-9a-f-]{{36}}(_\d{{1,16}}){{0,2}}\.({'|'.join(Format)})", re.ASCII)
# What lies under a name never changes, so a browser need not ask again while it keeps the address.
_CACHING: Final = "private, max-age=31536000, immutable"
# An SVG opened by itself is a document: no script, no fetch, and an origin of its own.
_SVG_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


class ImagePath(Query):
    """Which image."""

    filename: str = Field(description="`<uuid>.png`, `.svg`, `.webp`..., as in `image_url`")


class ImageQuery(Query):
    """How to show it, and the permission that a signed address carries."""

    expires: int = Field(0, description="Epoch seconds; part of a signed address")
    signature: str | None = Field(None, description="Part of a signed address")
    w: int | None = Field(None, description="Thumbnail width in px: 64, 128, 256 or 512")
    download: bool = Field(False, description="Offer it as a file to save")


def blueprint(parts: WebParts) -> APIBlueprint:
    """``GET|HEAD /api/images/<filename>``.

    Open to a valid signed address and to the owner's token or key. A signature that is wrong or has expired is
    answered with 403, as storage services do: signing in would not mend it. Without any credential: 401.
    """
    api = APIBlueprint("images", __name__, abp_tags=[Tag(name="images", description="The pictures themselves")])

    @api.get(
        "/api/images/<filename>",
        responses={
            200: {"content": {form.media_type: {} for form in Format}, "description": "The image"},
            206: {"description": "The asked-for range of it"},
            302: {"description": "Where the storage itself shows it, for who comes with a signed address"},
            304: {"description": "The copy you have is the image"},
            416: {"description": "One range within the image is understood"},
        },
    )
    @public
    @limited("files")
    def show(path: ImagePath, query: ImageQuery) -> Response:
        """Show an image or its thumbnail

        Open to the signed address that answers give, and to the owner's token or key.
        """
        if _ID.fullmatch(path.filename):
            return jsonify(_record(parts, parts.gate.caller_from_header(request.headers), path.filename))
        viewer = _viewer(parts.gate, parts.signer, path.filename, query)
        if not _FILENAME.fullmatch(path.filename):
            raise NotFound("image")
        image = parts.gallery.image(viewer, path.filename)
        if viewer is None and request.method == "GET" and (elsewhere := _elsewhere(parts, image, query)):
            return elsewhere
        return _response(parts.gallery, image, query)

    _add_changing(api, parts)
    return api


def _add_changing(api: APIBlueprint, parts: WebParts) -> None:
    """Here and not with the gallery: the OpenAPI document takes all methods of an address from one blueprint."""

    @api.patch("/api/images/<filename>", responses={200: ImageAnswer})
    def change_image(path: RecordPath, body: ImageChange) -> Json:
        """Rename or tag an image, which is kept from then on"""
        tags = None if body.tags is None else domain_tags(body.tags)
        record = parts.pictures.change(current_caller(), path.filename, body.name, tags)
        return image_record(record, parts.signer)

    @api.delete("/api/images/<filename>", responses={204: None})
    def remove_image(path: RecordPath) -> tuple[str, int]:
        """Delete an image, wherever it is shown"""
        parts.pictures.remove(current_caller(), path.filename)
        return "", 204


def _record(parts: WebParts, caller: Caller, some_id: str) -> Json:
    """What an id stands for: an image of the gallery, or a request and the pictures that it has brought."""
    try:
        return image_record(parts.pictures.get(caller, some_id), parts.signer)
    except NotFound as unknown:
        with suppress(NotFound):
            job = parts.service.job(caller, some_id)
            if job.kind in KINDS:
                records = parts.pictures.many(caller, job.images)
                if not job.request["profile_id"]:
                    return record(job, records, parts.signer)
                return generated_later(job, records, parts.signer, parts.settings.public_url)
        raise unknown from None


def _viewer(gate: Gate, signer: ImageSigner, filename: str, query: ImageQuery) -> Caller | None:
    """Who looks: None when a valid signature speaks for the address itself."""
    if query.signature is not None and signer.valid(filename, query.expires, query.signature):
        return None
    try:
        return gate.caller_from_header(request.headers)
    except Unauthenticated as error:
        if query.signature is None:
            raise
        raise Forbidden(
            "This address has expired or was changed. Fetch the icon again for a fresh one, or send your token or key.",
            code="SIGNATURE_INVALID",
        ) from error


def _elsewhere(parts: WebParts, image: Image, query: ImageQuery) -> Response | None:
    """The way to the storage itself; None when the picture has to come from here.

    Addresses in answers stay the service's own: they may be shown, checked and taken back like any other. Not for who
    sends a credential: some clients would pass it on to the storage.
    """
    seconds = parts.settings.image_url_ttl
    small = query.w is not None and parts.gallery.has_thumbnail(image, query.w)
    address = parts.gallery.address(image, query.w, seconds, _disposition(image, small, query))
    if address is None:
        return None
    response = Response(status=302, headers={"Location": address})
    response.headers["Cache-Control"] = f"private, max-age={seconds // 2}"  # the address lives longer
    return response


def _response(gallery: Gallery, image: Image, query: ImageQuery) -> Response:
    """The whole image, a range of it (206) or nothing new (304)."""
    small = query.w is not None and gallery.has_thumbnail(image, query.w)
    form = Format.WEBP if small else image.format
    digest = PurePosixPath(image.blob).stem
    etag = f"{digest}-w{query.w}" if small else digest
    response = Response(mimetype=form.media_type, direct_passthrough=True)
    response.last_modified = datetime.fromtimestamp(image.created_at, UTC)
    response.set_etag(etag)
    response.headers["Cache-Control"] = _CACHING
    response.headers["X-Content-Type-Options"] = "nosniff"
    if form is Format.SVG:
        response.headers["Content-Security-Policy"] = _SVG_POLICY
    response.headers["Content-Disposition"] = _disposition(image, small, query)
    if request.if_none_match.contains_weak(etag):  # known without the file, which may be far away
        response.status_code = 304
        return response
    return _filled(response, gallery.open(image, query.w))


def _disposition(image: Image, small: bool, query: ImageQuery) -> str:
    """To be shown or saved, under the public name."""
    ending = Format.WEBP if small else image.format
    return f"{'attachment' if query.download else 'inline'}; filename={image.id}.{ending}"


def _filled(response: Response, file: BinaryIO) -> Response:
    """With the bytes that If-Modified-Since, Range and If-Range ask for."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    # The server's own wrapper, where it has one, lets the kernel copy the file (sendfile).
    response.response, response.content_length = wrap_file(request.environ, file), size
    try:
        response.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        file.close()
        raise
    return response
