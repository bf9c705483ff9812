"""The dashboard: a page, its modules and styles as static files. It asks the public API, as any front end would."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from flask import Response, send_from_directory
from flask_openapi import APIBlueprint
from werkzeug.exceptions import NotFound

from icons.domain.errors import Unavailable
from icons.web.auth import public
from icons.web.parts import WebParts
from icons.web.schemas.fields import Query

_FOLDER: Final = Path(__file__).parent
_PACKAGES: Final = _FOLDER.parents[2] / "node_modules"
_OWN, _VENDOR = "/static/dashboard", "/static/vendor"
_TYPES: Final[Mapping[str, str]] = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}
"""Endings of the files that are served, and what they are."""

_IMPORT_MAP: Final = re.compile(r'<script type="importmap">(.*?)</script>', re.DOTALL)


class FilePath(Query):
    """Which file."""

    filename: str


def blueprint(parts: WebParts) -> APIBlueprint:
    """``GET /`` and the files that the page loads."""
    api = APIBlueprint("dashboard", __name__, doc_ui=False)
    page = (_FOLDER / "index.html").read_text(encoding="utf-8")
    policy = _policy(page, parts.settings.image_origin)
    vendor = _vendor_files(page)
    own = _own_files(_FOLDER / "static")

    @api.get("/")
    @public
    def show() -> Response:
        if not all((_PACKAGES / name).is_file() for name in vendor):
            raise Unavailable("The dashboard's packages are not installed. Run `make run`, which does it, and reload.")
        response = Response(page, mimetype="text/html")
        response.headers["Content-Security-Policy"] = policy
        response.headers["Cache-Control"] = "no-cache"
        return response

    @api.get(f"{_OWN}/<path:filename>")
    @public
    def own_file(path: FilePath) -> Response:
        return _file(_FOLDER / "static", path.filename, own)

    @api.get(f"{_VENDOR}/<path:filename>")
    @public
    def vendor_file(path: FilePath) -> Response:
        return _file(_PACKAGES, path.filename, vendor)

    return api


def _file(folder: Path, name: str, allowed: frozenset[str]) -> Response:
    """One of the allowed files; the browser keeps it, and asks each time whether it has changed."""
    if name not in allowed:
        raise NotFound
    response = send_from_directory(folder, name, mimetype=_TYPES[Path(name).suffix])
    response.headers["Cache-Control"] = "no-cache"
    return response


def _own_files(folder: Path) -> frozenset[str]:
    found = (path for path in folder.rglob("*") if path.suffix in _TYPES and not path.is_symlink())
    return frozenset(path.relative_to(folder).as_posix() for path in found)


def _vendor_files(page: str) -> frozenset[str]:
    """The files of `node_modules` that the page's import map names: these and no others are served."""
    imports: dict[str, str] = json.loads(_import_map(page))["imports"]
    return frozenset(address.removeprefix(f"{_VENDOR}/") for address in imports.values())


def _import_map(page: str) -> str:
    found = _IMPORT_MAP.search(page)
    if found is None:
        raise ValueError("the page has no import map")
    return found[1]


def _policy(page: str, image_origin: str = "") -> str:
    """Content-Security-Policy: this origin only, pictures from ``image_origin`` too; the import map, which has to be
    inline, by its hash.

    Trusted Types with no policy at all: the browser itself refuses to read any text as HTML.
    """
    digest = base64.b64encode(hashlib.sha256(_import_map(page).encode()).digest()).decode()
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'sha256-{digest}'",
            "style-src 'self'",
            f"img-src 'self' blob: data: {image_origin}".rstrip(),
            "connect-src 'self'",  # Socket.IO's ws: address of this origin included
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )
