"""The dashboard: a page, its modules and styles as static files. It asks the public API, as any front end would."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from flask import Response
from flask_openapi import APIBlueprint

from icons.domain.errors import Unavailable
from icons.web.auth import public
from icons.web.dashboard.files import Files, own_files
from icons.web.dashboard.modules import needed
from icons.web.parts import WebParts
from icons.web.schemas.fields import Query

_FOLDER: Final = Path(__file__).parent
_STATIC: Final = _FOLDER / "static"
_PACKAGES: Final = _FOLDER.parents[2] / "node_modules"
_OWN, _VENDOR = "/static/dashboard", "/static/vendor"
_IMPORT_MAP: Final = re.compile(r'<script type="importmap">(.*?)</script>', re.DOTALL)
_PRELOADS: Final = "<!-- modulepreload: every module -->"


class FilePath(Query):
    """Which file."""

    filename: str


def blueprint(parts: WebParts) -> APIBlueprint:
    """``GET /`` and the files that the page loads."""
    api = APIBlueprint("dashboard", __name__, doc_ui=False)
    template = (_FOLDER / "index.html").read_text(encoding="utf-8")
    own = Files(_OWN, own_files(_STATIC))
    vendor = Files(_VENDOR, {name: (_PACKAGES / name,) for name in _vendor_names(template)})

    @lru_cache(maxsize=1)
    def current(_own: str, _vendor: str) -> str:
        """The page; it changes with the versions of its files."""
        return _page(template, own, vendor)

    @api.get("/")
    @public
    def show() -> Response:
        if not vendor.complete:
            raise Unavailable("The dashboard's packages are not installed. Run `make run`, which does it, and reload.")
        page = current(own.versioned, vendor.versioned)
        response = Response(page, mimetype="text/html")
        response.headers["Content-Security-Policy"] = _policy(page, parts.settings.image_origin)
        response.headers["Cache-Control"] = "no-cache"
        return response

    @api.get(f"{_OWN}/<path:filename>")
    @public
    def own_file(path: FilePath) -> Response:
        return own.answer(path.filename)

    @api.get(f"{_VENDOR}/<path:filename>")
    @public
    def vendor_file(path: FilePath) -> Response:
        return vendor.answer(path.filename)

    return api


def _page(template: str, own: Files, vendor: Files) -> str:
    """The page with today's addresses."""
    addressed = template.replace(f"{own.prefix}/", f"{own.versioned}/").replace(
        f"{vendor.prefix}/", f"{vendor.versioned}/"
    )
    return addressed.replace(_PRELOADS, "\n    ".join(_preloads(own, vendor)))


def _preloads(own: Files, vendor: Files) -> Iterator[str]:
    """All modules, else each would be found only in the one that imports it; those of the other pages come last."""
    first = needed("main.js", lambda name: (_STATIC / name).read_text(encoding="utf-8"))
    later = sorted({name for name in own.names if name.endswith(".js")} - {*first})
    yield from (f'<link rel="modulepreload" href="{vendor.versioned}/{name}">' for name in vendor.names)
    yield from (f'<link rel="modulepreload" href="{own.versioned}/{name}">' for name in first)
    yield from (f'<link rel="modulepreload" href="{own.versioned}/{name}" fetchpriority="low">' for name in later)


def _vendor_names(page: str) -> list[str]:
    """The files of `node_modules` that the page's import map names: these and no others are served."""
    imports: dict[str, str] = json.loads(_import_map(page))["imports"]
    return [address.removeprefix(f"{_VENDOR}/") for address in imports.values()]


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
