"""The one place where anything that goes wrong becomes the error body of the contract."""

import math
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final, NoReturn

import structlog
from flask import Flask, Response, g, jsonify, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from icons.domain.errors import InvalidRequest, ProviderError, StudioError, Unavailable
from icons.web.schemas.icons import BY_CATEGORY, FOR_ALL
from icons.web.schemas.workers import BY_A_MODEL, OVER_A_PROFILE
from icons.web.wire import iso

log = structlog.get_logger(__name__)

_MAX_FIELDS: Final = 20  # named in one answer
_MAX_PATH: Final = 120  # characters of a field's path; a caller's own key may be part of it

_GENERATE: Final = "/api/images/generate"
_SHAPES: Final = (FOR_ALL, BY_CATEGORY, OVER_A_PROFILE, BY_A_MODEL, "[key]")  # in pydantic's paths
_MESSAGES: Final = {
    404: "There is nothing at this address; /api-docs lists all addresses.",
    405: "This address does not take this method; the Allow header names those it takes.",
    413: "The body is larger than this service accepts.",
}
_CODES: Final = {
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "RATE_LIMIT_EXCEEDED",
}


def install(app: Flask) -> None:
    """Have every error of the application answered here."""
    app.register_error_handler(Exception, answer)


def refuse(error: ValidationError) -> NoReturn:
    """A pydantic error as InvalidRequest: what is wrong with each field, never what its value was."""
    fields: dict[str, str] = {}
    for problem in error.errors(include_url=False, include_context=False, include_input=False)[:_MAX_FIELDS]:
        text = problem["msg"].removeprefix("Value error, ")
        fields[_path(problem["loc"])] = "unknown field" if problem["type"] == "extra_forbidden" else text
    raise InvalidRequest(f"Correct these fields: {', '.join(fields)}.", fields) from None


def job_failure(error: Mapping[str, Any], **metadata: object) -> StudioError:
    """What a job failed with, as an error with the status that its code stands for; unknown codes are a provider's."""
    code = str(error["code"])
    kind = _KINDS.get(code, ProviderError)
    return _studio_error(kind.status, kind.title, code, str(error["message"]), metadata)


def error_body(error: StudioError) -> dict[str, Any]:
    """The error body of the contract."""
    body: dict[str, Any] = {
        "error": error.title,
        "message": error.message,
        "code": error.code,
        "timestamp": iso(time.time()),
        "correlationId": g.get("correlation_id", ""),
        "metadata": error.metadata,
    }
    if error.retry_after is not None:
        body["retryAfter"] = _whole_seconds(error.retry_after)
    return body


def answer(error: Exception) -> Response:
    """What the caller gets for an error."""
    studio_error = _translated(error)
    response = jsonify(error_body(studio_error))
    response.status_code = studio_error.status
    if studio_error.retry_after is not None:
        response.headers["Retry-After"] = str(_whole_seconds(studio_error.retry_after))
    if studio_error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, HTTPException):
        for name, value in error.get_headers():  # Allow of a 405, Content-Range of a 416
            response.headers.setdefault(name, value)
    return response


def _translated(error: Exception) -> StudioError:
    match error:
        case InvalidRequest() if "prompt" in error.fields and request.path == _GENERATE:
            return InvalidRequest(error.message, error.fields, code="ERR_INVALID_PROMPT")  # the workers document's
        case StudioError():
            if error.status >= 500:
                # What passes by itself is a warning: anybody can knock at a full house as often as they like.
                tell = log.warning if isinstance(error, Unavailable) else log.error
                tell("http.failed", code=error.code, message=error.message)
            return error
        case HTTPException(code=int(status)) if status < 500:
            message = _MESSAGES.get(status) or error.description or error.name
            return _studio_error(status, error.name.capitalize(), _CODES.get(status, InvalidRequest.code), message)
        case _:
            log.error("http.crashed", exc_info=error)
            return StudioError("Something failed inside the service. Report the correlationId to its operator.")


def _studio_error(
    status: int, title: str, code: str, message: str, metadata: Mapping[str, object] | None = None
) -> StudioError:
    error = StudioError(message, code=code, metadata=metadata)
    error.status, error.title = status, title
    return error


def _path(location: tuple[int | str, ...]) -> str:
    """``("custom_elements", "<by category>", "tools", "[key]")`` -> ``custom_elements.tools``."""
    parts = [str(part) for part in location if part not in _SHAPES]
    return ".".join(parts)[:_MAX_PATH] or "body"


def _whole_seconds(seconds: float) -> int:
    return max(1, math.ceil(seconds))


def _family(kind: type[StudioError]) -> Iterator[type[StudioError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _family(child)


_KINDS: Final = {kind.code: kind for kind in reversed(list(_family(StudioError)))}
"""Code -> class. Where a class inherits its parent's code, the parent stands for it."""
