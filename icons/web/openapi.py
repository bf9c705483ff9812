"""The OpenAPI document, generated from the views, and the page that shows it."""

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, send_from_directory
from flask_openapi import Info, OpenAPI
from flask_openapi.models.security_scheme import SecurityScheme
from pydantic import BaseModel, Field

from icons.web.auth import public
from icons.web.body import JsonRequest
from icons.web.describing import Document, Operation, add_components, describe
from icons.web.errors import refuse

_SECURITY_SCHEMES: Final[dict[str, SecurityScheme | Document]] = {
    "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "From `/api/auth/login`."},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "From `/api/auth/keys`."},
}
_ABOUT: Final = """Categories in, finished icons out.

Send `Authorization: Bearer <token or key>` or `X-API-Key: <key>`. Every error has the body `Error`; its
`correlationId` finds the request in the service's log. A POST that carries an `Idempotency-Key` can be sent again
without being done again. `x-rate-limits` names the limits that an operation counts under.
"""
_PAGE: Final = Path(str(resources.files("icons.web") / "docs"))
_ASSETS: Final = Path(str(resources.files("flask_openapi_swagger") / "templates" / "swagger"))
_PAGE_POLICY: Final = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"


class Error(BaseModel):
    """What every error looks like."""

    error: str = Field(description="In short")
    message: str = Field(description="What to do about it")
    code: str = Field(examples=["INVALID_REQUEST"])
    timestamp: str
    correlationId: str = Field(description="Quote it to the operator")  # noqa: N815 - the name on the wire
    metadata: dict[str, Any]
    retryAfter: int | None = Field(default=None, description="Seconds; with 429 and 503")  # noqa: N815 - as above


def new_app() -> OpenAPI:
    """An application without routes whose bodies are read strictly and whose document is OpenAPI 3.1."""
    app = OpenAPI(
        "icons.web",
        info=Info(title="Icon Studio", version="1.0", description=_ABOUT),
        security_schemes=_SECURITY_SCHEMES,
        validation_error_status=400,
        validation_error_model=Error,
        validation_error_callback=refuse,
        doc_ui=False,
        static_folder=None,
    )
    app.request_class = JsonRequest
    app.openapi_version = "3.1.0"  # what tools understand; flask-openapi says 3.2
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's own provider has it
    return app


def install(app: OpenAPI) -> None:
    """Serve the document of all views so far at ``/api/openapi.json`` and its page at ``/api-docs``."""
    docs = Blueprint("docs", __name__)
    document = _completed(app)

    @docs.get("/api/openapi.json")
    @public
    def openapi() -> Document:
        return document

    @docs.get("/api-docs", strict_slashes=False)
    @public
    def page() -> Response:
        return _file(_PAGE, "index.html")

    @docs.get("/api-docs/<path:filename>")
    @public
    def asset(filename: str) -> Response:
        return _file(_PAGE if filename == "start.js" else _ASSETS, filename)

    app.register_blueprint(docs)


def _file(folder: Path, name: str) -> Response:
    response = send_from_directory(folder, name)
    response.headers["Content-Security-Policy"] = _PAGE_POLICY
    return response


def operations(app: OpenAPI) -> Iterator[Operation]:
    """Every operation of the application's document."""
    paths = app.api_doc["paths"]
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
        for method, body in paths.get(path, {}).items():
            if method.upper() in (rule.methods or ()):
                yield Operation.of(app, body, method.upper(), path, rule.endpoint)


def _completed(app: OpenAPI) -> Document:
    document: Document = app.api_doc
    document["security"] = [{name: []} for name in _SECURITY_SCHEMES]
    add_components(document)
    for operation in operations(app):
        describe(operation, document["components"]["schemas"])
    return document
