"""What callers see of workers from outside: who is connected, where to connect, and how far a request is."""

import time
from urllib.parse import urlsplit

from flask import request
from flask_openapi import APIBlueprint, Tag

from icons.domain.errors import NotFound
from icons.domain.workers import OutsideWorker
from icons.web.auth import current_caller
from icons.web.image_requests import KINDS, status
from icons.web.parts import WebParts
from icons.web.schemas.workers import ConnectionAnswer, RequestPath, StatusAnswer, WorkersAnswer
from icons.web.wire import Json, iso


def blueprint(parts: WebParts) -> APIBlueprint:
    """The face."""
    tag = Tag(name="workers", description="Extensions that draw as workers")
    api = APIBlueprint("workers", __name__, abp_tags=[tag])
    service, settings = parts.service, parts.settings

    @api.get("/api/workers", responses={200: WorkersAnswer})
    def list_workers() -> Json:
        """List the account's connected extensions"""
        return {"data": [_worker(each) for each in service.workers(current_caller())]}

    @api.get("/api/websocket/info", responses={200: ConnectionAnswer})
    def connection_info() -> Json:
        """Where an extension connects

        It is asked for its id first, and for a credential: a header, `?ticket=`, or `metadata.token` in its answer.
        """
        base = urlsplit(settings.public_url or request.host_url)
        return {
            "url": f"{'wss' if base.scheme == 'https' else 'ws'}://{base.netloc}{settings.ws_path}",
            "activeConnections": len(service.workers(current_caller())),
            "protocol": "websocket",
            "timestamp": iso(time.time()),
        }

    @api.get("/api/images/<filename>/status", responses={200: StatusAnswer})
    def image_status(path: RequestPath) -> Json:
        """How far is a request for pictures?"""
        job = service.job(current_caller(), path.filename)
        if job.kind not in KINDS:
            raise NotFound("job")
        return status(job)

    return api


def _worker(worker: OutsideWorker) -> Json:
    return {
        "id": worker.id,
        "extensionId": worker.name,
        "version": worker.version,
        "capabilities": list(worker.capabilities.words),
        "capacity": worker.capacity,
        "active": worker.active,
        "available": worker.available,
        "connectedAt": iso(worker.connected_at),
        "lastSeenAt": iso(worker.seen_at),
    }
