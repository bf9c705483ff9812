"""What operators and orchestrators ask: is it alive, is it ready, what does it count."""

import hmac
import ipaddress
import time
from pathlib import Path
from typing import Final

from flask import Response, request
from flask_openapi import APIBlueprint, Tag
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field
from werkzeug.exceptions import NotFound

from icons.web.auth import public
from icons.web.parts import WebParts
from icons.web.wire import iso

_STATUS: Final = Path("/proc/self/status")
# Headers by which a proxy owns up: through a proxy on this host, everybody's peer address is the loopback.
_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


class Memory(BaseModel):
    """The process's memory in bytes; 0 where the system does not say (no /proc)."""

    rss: int = Field(description="Resident: everything of the process that is in RAM")
    heap_total: int = Field(alias="heapTotal", description="Reserved for data and thread stacks, used or not (VmData)")
    heap_used: int = Field(alias="heapUsed", description="Of it in RAM: what the process itself wrote (RssAnon)")


class Health(BaseModel):
    """The process is alive; says nothing about what it needs."""

    status: str = Field(description="Always `healthy`")
    timestamp: str
    uptime: int = Field(description="Seconds since the service was built")
    memory: Memory
    environment: str


class Readiness(BaseModel):
    """Whether the process can do its work now."""

    ready: bool
    checks: dict[str, str] = Field(description="Each part: `ok`, or what is wrong with it")
    circuits: dict[str, str] = Field(
        description="Circuit breaker of each provider in use; an open one stops nobody else"
    )


def blueprint(parts: WebParts) -> APIBlueprint:
    """``/health`` and ``/ready``, open to all; ``/metrics`` for the operator only."""
    api = APIBlueprint("ops", __name__, abp_tags=[Tag(name="operations", description="Health and figures")])
    started = time.monotonic()

    @api.get("/health", responses={200: Health})
    @public
    def health() -> Response:
        """Is the process alive?"""
        body = Health(
            status="healthy",
            timestamp=iso(time.time()),
            uptime=int(time.monotonic() - started),
            memory=_memory(),
            environment=parts.settings.environment,
        )
        return _fresh(body)

    @api.get("/ready", responses={200: Readiness, 503: Readiness})
    @public
    def ready() -> Response:
        """Can it do its work now?"""
        checks = parts.ready()
        body = Readiness(
            ready=all(state == "ok" for state in checks.values()), checks=checks, circuits=dict(parts.circuits())
        )
        return _fresh(body, 200 if body.ready else 503)

    @api.get("/metrics", responses={200: {"content": {"text/plain": {}}}})
    @public
    def metrics() -> Response:
        """Figures for Prometheus"""
        if not _operator(parts.settings.metrics_token):
            raise NotFound
        return Response(generate_latest(parts.figures), content_type=CONTENT_TYPE_LATEST)

    return api


def _fresh(body: BaseModel, status: int = 200) -> Response:
    """An answer that no proxy keeps."""
    return Response(
        body.model_dump_json(by_alias=True), status, {"Cache-Control": "no-store"}, mimetype="application/json"
    )


def _operator(token: str | None) -> bool:
    """Whether the request carries the metrics token or, when none is set, comes straight from this machine."""
    if token is not None:
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    return _loopback(request.remote_addr) and not any(name in request.headers for name in _FORWARDED)


def _loopback(address: str | None) -> bool:
    try:
        peer = ipaddress.ip_address(address or "")
    except ValueError:  # a Unix socket's peer has no address
        return False
    mapped = peer.ipv4_mapped if isinstance(peer, ipaddress.IPv6Address) else None
    return (mapped or peer).is_loopback


def _memory() -> Memory:
    figures = _kernel_figures()
    return Memory(rss=figures.get("VmRSS", 0), heapTotal=figures.get("VmData", 0), heapUsed=figures.get("RssAnon", 0))


def _kernel_figures() -> dict[str, int]:
    """Linux's figures about this process, in bytes; empty elsewhere."""
    try:
        lines = _STATUS.read_text().splitlines()
    except OSError:
        return {}
    fields = (line.split() for line in lines if line.endswith(" kB"))
    return {name.rstrip(":"): int(kilobytes) * 1024 for name, kilobytes, _ in fields}
