"""The dashboard's files: each packed once, under an address that changes with them."""

import gzip
import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from flask import Response, request
from werkzeug.exceptions import NotFound

_TYPES: Final[Mapping[str, str]] = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}
"""Endings of the files that are served, and what they are."""

_PACKED: Final = frozenset({".js", ".css", ".svg"})  # endings; a WebP is small already
_VERSIONED: Final = re.compile(r"v-([0-9a-f]{16})/(.+)", re.DOTALL)
_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_CSS_IMPORT: Final = re.compile(r'@import "([^"]+)";')

Parts = tuple[Path, ...]
"""What a file that is served is made of, in this order."""

Stamped = tuple[tuple[Path, int], ...]
"""Parts with their times of change, ns: read anew when one differs."""


class Files:
    """Files that are served, each at ``<prefix>/<name>`` and at ``<prefix>/v-<version>/<name>``.

    A browser keeps what it got at the second address for good: any change of any file is another version, and modules,
    which import each other by relative addresses, are all asked for in the version of their page.
    """

    def __init__(self, prefix: str, files: Mapping[str, Parts]) -> None:
        self.prefix, self.names = prefix, list(files)
        self._files = files
        self._today = self._look()

    @property
    def complete(self) -> bool:
        """Whether all are there."""
        return all(part.is_file() for parts in self._files.values() for part in parts)

    @property
    def versioned(self) -> str:
        """The prefix of today's addresses; the files are looked at anew."""
        self._today = self._look()
        return f"{self.prefix}/v-{self._today[0]}"

    def answer(self, path: str) -> Response:
        """One of them. At an address of another version, or of none, the browser asks each time whether it changed."""
        version, name = found.groups() if (found := _VERSIONED.fullmatch(path)) else ("", path)
        stamped = _stamped(self._files.get(name, ()))
        if not stamped:
            raise NotFound
        ending = Path(name).suffix
        packs = ending in _PACKED and request.accept_encodings.quality("gzip") > 0
        content = _content(stamped, packs=packs)
        response = Response(content, mimetype=_TYPES[ending])
        response.set_etag(hashlib.sha256(content).hexdigest()[:16])
        today, stamps = self._today
        response.headers["Cache-Control"] = _FOR_GOOD if (version, stamped) == (today, stamps[name]) else "no-cache"
        if packs:
            response.headers["Content-Encoding"] = "gzip"
        if ending in _PACKED:
            response.headers["Vary"] = "Accept-Encoding"
        response.make_conditional(request)
        return response

    def _look(self) -> tuple[str, Mapping[str, Stamped]]:
        """The version, and the files that it stands for."""
        stamps = {name: _stamped(self._files[name]) for name in sorted(self._files)}
        return _digest(tuple(stamps.values())), stamps


def own_files(folder: Path) -> dict[str, Parts]:
    """All files of a folder that have a known ending; a style sheet is sent as one with those that it imports."""
    found = [path for path in folder.rglob("*") if path.suffix in _TYPES and not path.is_symlink()]
    imported = {path: tuple(path.parent / each for each in _imports(path)) for path in found}
    inner = {part for parts in imported.values() for part in parts}
    return {path.relative_to(folder).as_posix(): imported[path] or (path,) for path in found if path not in inner}


def _imports(path: Path) -> list[str]:
    return _CSS_IMPORT.findall(path.read_text(encoding="utf-8")) if path.suffix == ".css" else []


def _stamped(parts: Parts) -> Stamped:
    return tuple((path, path.stat().st_mtime_ns) for path in parts if path.is_file())


@lru_cache(maxsize=512)
def _content(stamped: Stamped, *, packs: bool) -> bytes:
    content = b"".join(path.read_bytes() for path, _ in stamped)
    return gzip.compress(content, mtime=0) if packs else content


@lru_cache(maxsize=8)
def _digest(files: tuple[Stamped, ...]) -> str:
    """Of the files' content, so that all machines of a fleet agree."""
    each = (hashlib.sha256(_content(stamped, packs=False)).digest() for stamped in files)
    return hashlib.sha256(b"".join(each)).hexdigest()[:16]
