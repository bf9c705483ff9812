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

from icons.web.auth import is_public, public
from icons.web.body import JsonRequest
from icons.web.errors import refuse

Document = dict[str, Any]

_SECURITY_SCHEMES: Final[dict[str, SecurityScheme | Document]] = {
    "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "From `/api/auth/login`."},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "From `/api/auth/keys`."},
}
_ERRORS: Final = {
    "400": "What was sent is wrong; `metadata.fields` names each field",
    "401": "No valid token or key",
    "404": "Unknown, or not yours",
    "413": "The body is too large",
    "415": "The body is not JSON",
    "default": "Any other error",
}
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
        info=Info(title="Icon Studio", version="1.0", description="Categories in, finished icons out."),
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
    document = _complete(app.api_doc, app)

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


def _complete(document: Document, app: OpenAPI) -> Document:
    """Add what holds for all views: who may call them, and the errors they answer with."""
    document["security"] = [{name: []} for name in _SECURITY_SCHEMES]
    for operation, open_to_all in _operations(document, app):
        if open_to_all:
            operation["security"] = []
        if "description" in operation:  # flask-openapi breaks lines where the docstring does
            operation["description"] = operation["description"].replace("<br/>", "\n").strip()
        _complete_body(document, operation)
        _complete_errors(operation, open_to_all)
    return document


def _operations(document: Document, app: OpenAPI) -> Iterator[tuple[Document, bool]]:
    """Every operation of the document and whether it is public."""
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
        for method, operation in document["paths"].get(path, {}).items():
            if method.upper() in (rule.methods or ()):
                yield operation, is_public(app.view_functions[rule.endpoint])


def _complete_body(document: Document, operation: Document) -> None:
    """A body none of whose fields is required may be left out."""
    if body := operation.get("requestBody"):
        name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        body["required"] = bool(document["components"]["schemas"][name].get("required"))


def _complete_errors(operation: Document, open_to_all: bool) -> None:
    statuses = {"default"}
    statuses |= set() if open_to_all else {"401"}
    statuses |= {"400"} if "requestBody" in operation or "parameters" in operation else set()
    statuses |= {"413", "415"} if "requestBody" in operation else set()
    statuses |= {"404"} if any(each["in"] == "path" for each in operation.get("parameters", ())) else set()
    operation["responses"].pop("400", None)  # flask-openapi adds a list of errors
    for status in sorted(statuses - set(operation["responses"])):
        schema = {"$ref": "#/components/schemas/Error"}
        content = {"application/json": {"schema": schema}}
        operation["responses"][status] = {"description": _ERRORS[status], "content": content}
