"""Which pages of other origins a browser lets in: the CORS headers, and the same list for Socket.IO and `/ws`."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, request

EVERYBODY: Final = "*"
_EXPOSED: Final = (
    "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, X-Correlation-ID, Location, "
    "Idempotent-Replayed, Preference-Applied, Content-Disposition, Content-Range, ETag"
)
_TAKEN: Final = (
    "Authorization, X-API-Key, Content-Type, Idempotency-Key, Prefer, X-Correlation-ID, Last-Event-ID, Range, "
    "If-None-Match, If-Modified-Since"
)
_METHODS: Final = "GET, HEAD, POST, PUT, PATCH, DELETE"
_PREFLIGHT_SECONDS: Final = "7200"  # as long as Chromium remembers


@dataclass(frozen=True, slots=True)
class Origins:
    """The operator's list: origins, ``chrome-extension://*`` for all of a scheme, or ``*`` for everybody."""

    listed: tuple[str, ...] = ()
    public_url: str = ""  # the address under which this service is known outside; "" = as it is asked

    def listens_to(self, origin: str) -> bool:
        """Whether the list lets this origin in."""
        scheme, mark, _ = origin.partition("://")
        return EVERYBODY in self.listed or origin in self.listed or (bool(mark) and f"{scheme}://*" in self.listed)

    def allowed_origin(self, origin: str | None, host: str | None) -> bool:
        """Whether a socket may be opened by a page of ``origin`` on ``host``, the headers of its request.

        Without an origin no browser asks, and nobody needs to be protected. A page of the service itself is known by
        its host alone: behind a proxy that ends TLS the scheme is not the one that was asked with.
        """
        if origin is None or self.listens_to(origin):
            return True
        own = {host, urlsplit(self.public_url).netloc} - {None, ""}
        return _host(origin) in own


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # "http://[": no address at all
        return ""


def install(app: Flask, origins: Origins) -> None:
    """Answer browsers' questions from now on. To be called before the gate is installed: a preflight has no key."""
    if not origins.listed:
        return

    @app.before_request
    def answer_preflight() -> Response | None:
        asks = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        return Response(status=204) if asks else None

    @app.after_request
    def permit(response: Response) -> Response:
        origin = request.headers.get("Origin")
        if EVERYBODY not in origins.listed:
            response.vary.add("Origin")
        if origin and origins.listens_to(origin):
            response.headers.update(_permission(origins, origin))
        return response


def _permission(origins: Origins, origin: str) -> dict[str, str]:
    """What lets the page read the answer. Credentials are for those that are named, never for everybody."""
    everybody = EVERYBODY in origins.listed
    return {
        "Access-Control-Allow-Origin": EVERYBODY if everybody else origin,
        **({} if everybody else {"Access-Control-Allow-Credentials": "true"}),
        **(_for_preflight() if request.method == "OPTIONS" else {"Access-Control-Expose-Headers": _EXPOSED}),
    }


def _for_preflight() -> dict[str, str]:
    return {
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Allow-Headers": _TAKEN,
        "Access-Control-Max-Age": _PREFLIGHT_SECONDS,
    }
