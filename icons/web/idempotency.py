"""The Idempotency-Key header: a POST that is sent twice is done once, and both get the same answer.

What is kept is the answer as it was sent: signed image addresses in it run out as they would have.
"""

import hashlib
import re
import uuid
from typing import Final

import structlog
from flask import Flask, Response, current_app, g, request

from icons.core.ports import Replies
from icons.domain.errors import Conflict, InvalidRequest, StudioError
from icons.domain.replies import Claim, StoredReply
from icons.web.auth import current_caller, is_public
from icons.web.marks import Marked, mark, marks
from icons.web.prefer import preference
from icons.web.settings import WebSettings

log = structlog.get_logger(__name__)

KEEP_SECONDS: Final = 24 * 3600.0
CLAIM_SECONDS: Final = 60.0  # after which a request without an answer counts as lost, beyond the time it may wait
KEY_PATTERN: Final = r"^[!-~]([ -~]{0,253}[!-~])?$"  # 1 to 255 printable characters
_HEADERS: Final = ("Content-Type", "Location", "Preference-Applied")
# Beside 5xx: what another try with the same body may well change.
_PASSING: Final = frozenset({401, 402, 429})


def secret_answers(marked: Marked) -> Marked:
    """Mark a view, or a whole blueprint, whose answers are never kept: they hold secrets."""
    return mark(marked, "secret", True)


def replayable(app: Flask, endpoint: str, method: str) -> bool:
    """Whether an Idempotency-Key counts there."""
    return method == "POST" and not is_public(app.view_functions[endpoint]) and not marks(app, endpoint, "secret")


def install(app: Flask, replies: Replies, settings: WebSettings) -> None:
    """Heed the header from now on. To be called after gate and limits are installed."""

    @app.before_request
    def begin() -> Response | None:
        key = request.headers.get("Idempotency-Key")
        if key is None or not request.endpoint or not replayable(current_app, request.endpoint, request.method):
            return None
        claim = Claim(current_caller().account, _checked(key), _digest(), str(uuid.uuid4()))
        wait = preference(request.headers.get("Prefer"), settings.default_wait, settings.max_wait).wait
        kept = replies.claim(claim, CLAIM_SECONDS + wait)
        if kept is None:
            g.claim = claim
            return None
        if kept.digest != claim.digest:
            raise Conflict("This Idempotency-Key was sent with another request.", code="IDEMPOTENCY_MISMATCH")
        if kept.reply is None:
            raise Conflict(
                "The first request with this Idempotency-Key is still being answered.",
                code="IDEMPOTENCY_IN_PROGRESS",
                retry_after=1,
            )
        return _replayed(kept.reply)

    @app.after_request
    def end(response: Response) -> Response:
        if claim := g.pop("claim", None):
            _conclude(replies, claim, response)
        return response


def _conclude(replies: Replies, claim: Claim, response: Response) -> None:
    """Keep the answer, or let the next one try. The answer goes out in any case."""
    try:
        if _keeps(response):
            headers = {name: response.headers[name] for name in _HEADERS if name in response.headers}
            replies.keep(claim, StoredReply(response.status_code, headers, response.get_data()), KEEP_SECONDS)
        else:
            replies.release(claim)
    except StudioError as error:
        log.error("idempotency.not_kept", message=error.message)


def _keeps(response: Response) -> bool:
    return response.status_code < 500 and response.status_code not in _PASSING and not response.is_streamed


def _replayed(reply: StoredReply) -> Response:
    response = Response(reply.body, reply.status, dict(reply.headers))
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _checked(key: str) -> str:
    if not re.fullmatch(KEY_PATTERN, key):
        raise InvalidRequest(
            "An Idempotency-Key has 1 to 255 printable ASCII characters.", {"Idempotency-Key": "not acceptable"}
        )
    return key


def _digest() -> str:
    """SHA-256 of the request: method, address, kind of body and body."""
    parts = (request.method, request.full_path, request.content_type or "")
    head = "\n".join(parts).encode(errors="surrogatepass")
    return hashlib.sha256(head + b"\n" + request.get_data()).hexdigest()
