"""The dashboard: a page, its modules and styles as static files. It asks the public API, as any front end would."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
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
_PRELOADS: Final = "<!-- modulepreload: every module -->"
_VERSIONED: Final = re.compile(r"v-([0-9a-f]{16})/(.+)", re.DOTALL)
_FOR_GOOD: Final = "public, max-age=31536000, immutable"


class FilePath(Query):
    """Which file."""

    filename: str


def blueprint(parts: WebParts) -> APIBlueprint:
    """``GET /`` and the files that the page loads."""
    api = APIBlueprint("dashboard", __name__, doc_ui=False)
    template = (_FOLDER / "index.html").read_text(encoding="utf-8")
    own = _Files(_OWN, _FOLDER / "static", _own_files(_FOLDER / "static"))
    vendor = _Files(_VENDOR, _PACKAGES, _vendor_files(template))

    @api.get("/")
    @public
    def show() -> Response:
        if not vendor.complete:
            raise Unavailable("The dashboard's packages are not installed. Run `make run`, which does it, and reload.")
        page = _page(template, own, vendor)
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


@dataclass(frozen=True)
class _Files:
    """The files of a folder that are served, each at ``<prefix>/<name>`` and at ``<prefix>/v-<version>/<name>``.

    A browser keeps what it got at the second address for good: any change of any file is another version, and modules,
    which import each other by relative addresses, are all asked for in the version of their page.
    """

    prefix: str
    folder: Path
    names: frozenset[str]

    @property
    def complete(self) -> bool:
        """Whether all are there."""
        return all((self.folder / name).is_file() for name in self.names)

    @property
    def versioned(self) -> str:
        """The prefix of today's addresses."""
        return f"{self.prefix}/v-{self._version()}"

    @property
    def modules(self) -> list[str]:
        """Today's addresses of the modules."""
        return [f"{self.versioned}/{name}" for name in sorted(self.names) if name.endswith(".js")]

    def answer(self, path: str) -> Response:
        """One of them. At an address of another version, or of none, the browser asks each time whether it changed."""
        version, name = found.groups() if (found := _VERSIONED.fullmatch(path)) else ("", path)
        if name not in self.names:
            raise NotFound
        response = send_from_directory(self.folder, name, mimetype=_TYPES[Path(name).suffix])
        response.headers["Cache-Control"] = _FOR_GOOD if version == self._version() else "no-cache"
        return response

    def _version(self) -> str:
        present = (path for name in sorted(self.names) if (path := self.folder / name).is_file())
        return _digest(tuple((path, path.stat().st_mtime_ns) for path in present))


@lru_cache(maxsize=8)
def _digest(files: tuple[tuple[Path, int], ...]) -> str:
    """Of the files' content, so that all machines of a fleet agree; looked at anew when a time of change differs."""
    each = (hashlib.sha256(path.read_bytes()).digest() for path, _ in files)
    return hashlib.sha256(b"".join(each)).hexdigest()[:16]


def _page(template: str, own: _Files, vendor: _Files) -> str:
    """The page with today's addresses. It names all modules: else each would be found only in the one importing it."""
    links = (f'<link rel="modulepreload" href="{address}">' for address in (*vendor.modules, *own.modules))
    addressed = template.replace(f"{own.prefix}/", f"{own.versioned}/").replace(
        f"{vendor.prefix}/", f"{vendor.versioned}/"
    )
    return addressed.replace(_PRELOADS, "\n    ".join(links))


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
