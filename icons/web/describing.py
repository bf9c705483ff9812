"""What the operations of the OpenAPI document have in common: credentials, headers, errors, examples."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask

from icons.domain.rates import Policy
from icons.web.auth import is_public
from icons.web.examples import example
from icons.web.idempotency import KEEP_SECONDS, KEY_PATTERN, replayable
from icons.web.limits import policies_of

Document = dict[str, Any]

_TEXT: Final = {"type": "string"}
_NUMBER: Final = {"type": "integer", "minimum": 0}

# Status -> (code, what it means)
_ERRORS: Final = {
    "400": ("INVALID_REQUEST", "What was sent is wrong; `metadata.fields` names each field"),
    "401": ("UNAUTHORIZED", "No valid token or key"),
    "402": ("BUDGET_EXCEEDED", "The budget is spent"),
    "404": ("NOT_FOUND", "Unknown, or not yours"),
    "409": ("CONFLICT", "Not in the present state, or the Idempotency-Key is taken"),
    "413": ("TOO_LARGE", "The body is too large"),
    "415": ("UNSUPPORTED_MEDIA_TYPE", "The body is not JSON"),
    "429": ("RATE_LIMIT_EXCEEDED", "Too many requests"),
    "502": ("PROVIDER_FAILED", "The provider refused or failed"),
    "503": ("NO_CAPACITY", "No capacity at present"),
    "504": ("PROVIDER_TIMEOUT", "The provider did not answer in time"),
    "default": ("INTERNAL_ERROR", "Any other error"),
}
_RETRIED: Final = {"429", "503"}
_RATE_HEADERS: Final = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")

_HEADERS: Final[dict[str, Document]] = {
    "X-Correlation-ID": {"description": "The id of this request in logs, jobs and events", "schema": _TEXT},
    "X-RateLimit-Limit": {"description": "Requests in the window", "schema": _NUMBER},
    "X-RateLimit-Remaining": {"description": "Requests left", "schema": _NUMBER},
    "X-RateLimit-Reset": {"description": "When the oldest request stops counting, epoch seconds", "schema": _NUMBER},
    "Retry-After": {"description": "Seconds until there is room again", "schema": _NUMBER},
    "Location": {"description": "Where to look how far it is", "schema": _TEXT},
    "Preference-Applied": {"description": "What of `Prefer` was heeded", "schema": _TEXT},
    "Idempotent-Replayed": {"description": "`true`: the kept answer of an earlier request", "schema": _TEXT},
}
_PARAMETERS: Final[dict[str, Document]] = {
    "X-Correlation-ID": {
        "description": "An id of your own, up to 64 letters, digits, `.`, `_` and `-`; else one is made.",
        "schema": _TEXT,
        "example": "order-4711",
    },
    "Idempotency-Key": {
        "description": f"Sent again within {KEEP_SECONDS / 3600:.0f} hours with the same request, it brings the same "
        "answer and nothing is done twice.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": KEY_PATTERN},
        "example": "5f8e6a52-93c4-4f7e-9b61-0d3c1a2b4e5f",
    },
    "Prefer": {
        "description": "`wait=N`: answer within N seconds; `respond-async`: answer at once.",
        "schema": _TEXT,
        "example": "wait=30",
    },
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the document, and the view behind it."""

    body: Document
    method: str
    path: str
    endpoint: str
    public: bool
    replayable: bool
    policies: frozenset[Policy]

    @classmethod
    def of(cls, app: Flask, body: Document, method: str, path: str, endpoint: str) -> "Operation":
        """What the application knows of the view."""
        return cls(
            body,
            method,
            path,
            endpoint,
            is_public(app.view_functions[endpoint]),
            replayable(app, endpoint, method),
            policies_of(app, endpoint),
        )

    @property
    def waits(self) -> bool:
        """Whether it heeds `Prefer`: its view says so in words."""
        return "`Prefer: " in self.body.get("description", "")

    def has_parameters_in(self, *places: str) -> bool:
        return any(each.get("in") in places for each in self.body.get("parameters", ()))

    def errors(self) -> Iterator[str]:
        """The statuses it may be refused with."""
        has_body = "requestBody" in self.body
        applies = {
            "400": has_body or self.replayable or self.has_parameters_in("path", "query", "header"),
            # What is open to all but takes something takes a credential in it: a password, a ticket, a signature.
            "401": not self.public or has_body or self.has_parameters_in("path", "query"),
            "402": self.waits,  # it may draw
            "404": self.has_parameters_in("path"),
            "409": self.replayable,
            "413": has_body,
            "415": has_body,
            "429": bool(self.policies),
            "502": self.waits,
            "503": self.waits,
            "504": self.waits,
            "default": True,
        }
        return (status for status, true in applies.items() if true)


def add_components(document: Document) -> None:
    """Headers, parameters and errors that operations refer to."""
    components = document["components"]
    components["headers"] = _HEADERS
    components["parameters"] = {name: {"name": name, "in": "header", **each} for name, each in _PARAMETERS.items()}
    components["responses"] = {f"Error{status}": _error(status) for status in _ERRORS}


def describe(operation: Operation, schemas: Document) -> None:
    """Complete one operation."""
    body = operation.body
    body["operationId"] = operation.endpoint.replace(".", "_")
    if operation.public:
        body["security"] = []
    if "description" in body:  # flask-openapi breaks lines where the docstring does
        body["description"] = body["description"].replace("<br/>", "\n").strip()
    if operation.policies:
        body["x-rate-limits"] = sorted(policy.value for policy in operation.policies)
    errors = list(operation.errors())
    _add_parameters(operation)
    _complete_body(operation, schemas)
    _complete_answers(operation, schemas)
    body["responses"].pop("400", None)  # flask-openapi adds a list of errors
    for status in errors:
        body["responses"].setdefault(status, {"$ref": f"#/components/responses/Error{status}"})


def _add_parameters(operation: Operation) -> None:
    names = ["X-Correlation-ID"]
    names += ["Idempotency-Key"] if operation.replayable else []
    names += ["Prefer"] if operation.waits else []
    references = [{"$ref": f"#/components/parameters/{name}"} for name in names]
    operation.body["parameters"] = [*operation.body.get("parameters", ()), *references]


def _complete_body(operation: Operation, schemas: Document) -> None:
    """A body none of whose fields is required may be left out."""
    for media in operation.body.get("requestBody", {}).get("content", {}).values():
        operation.body["requestBody"]["required"] = _demanding(media["schema"], schemas)
        media.setdefault("example", example(media["schema"], schemas, whole=False))


def _demanding(schema: Document, schemas: Document) -> bool:
    """Whether it has required fields, whichever of its forms is chosen."""
    named = schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
    forms = named.get("oneOf", ())
    return all(_demanding(form, schemas) for form in forms) if forms else bool(named.get("required"))


def _complete_answers(operation: Operation, schemas: Document) -> None:
    for status, answer in operation.body["responses"].items():
        names = ["X-Correlation-ID", *(_RATE_HEADERS if operation.policies else ())]
        names += ["Idempotent-Replayed"] if operation.replayable else []
        names += ["Preference-Applied"] if operation.waits else []
        names += ["Location"] if operation.waits and status in ("201", "202") else []
        answer.setdefault("headers", {}).update(_references(names))
        media = answer.get("content", {}).get("application/json", {})
        if "schema" in media:
            media.setdefault("example", example(media["schema"], schemas))


def _error(status: str) -> Document:
    code, meaning = _ERRORS[status]
    body: Document = {
        "error": meaning.partition(";")[0],
        "message": f"{meaning}.",
        "code": code,
        "timestamp": "2026-01-31T12:00:00.000Z",
        "correlationId": "order-4711",
        "metadata": {"fields": {"size": "Input should be greater than or equal to 16"}} if status == "400" else {},
        **({"retryAfter": 12} if status in _RETRIED else {}),
    }
    names = ["X-Correlation-ID", *(("Retry-After",) if status in _RETRIED else ())]
    schema = {"$ref": "#/components/schemas/Error"}
    return {
        "description": meaning,
        "headers": _references(names + list(_RATE_HEADERS if status == "429" else ())),
        "content": {"application/json": {"schema": schema, "example": body}},
    }


def _references(names: list[str]) -> Document:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
