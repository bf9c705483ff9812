"""What happens around every request: correlation id, security headers, log line, figures."""

import re
import time
import uuid
from typing import Final

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import NotFound

from icons.core import metrics, tracing

log = structlog.get_logger(__name__)

_CORRELATION_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # Pages and images set a policy of their own.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


def install(app: Flask) -> None:
    """Wrap every request. To be called before any other before_request hook is registered."""
    app.before_request(_begin)
    app.after_request(_finish)


def _begin() -> None:
    given = request.headers.get("X-Correlation-ID", "")
    g.correlation_id = given if _CORRELATION_ID.fullmatch(given) else _trace_id() or str(uuid.uuid4())
    g.started = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(correlation_id=g.correlation_id)
    if "\0" in request.path:  # no address has one, and PostgreSQL takes none
        raise NotFound


def _trace_id() -> str | None:
    """Of the trace that the caller is in: https://www.w3.org/TR/trace-context/."""
    match = _TRACEPARENT.fullmatch(request.headers.get("traceparent", ""))
    return match[1] if match and int(match[1], 16) else None


def _finish(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if response.is_json:
        response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Correlation-ID"] = g.correlation_id
    seconds = time.perf_counter() - g.started
    # Only matched requests name their method and rule: a stranger must not be able to invent label values.
    method, route = (request.method, request.url_rule.rule) if request.url_rule else ("other", "unmatched")
    metrics.REQUESTS.labels(method, route, response.status_code).observe(seconds)
    tracing.over(f"{method} {route}", g.correlation_id, seconds, status=response.status_code)
    caller = g.get("caller")
    log.info(
        "http.request",
        method=method,
        route=route,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
        account=caller.account if caller else None,
    )
    return response
