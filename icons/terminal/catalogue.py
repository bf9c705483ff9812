"""Catalogues of categories as people keep them: YAML, CSV or plain lines. Each becomes the body of a batch request."""

import csv
import io
from enum import StrEnum
from pathlib import PurePath
from typing import Any, Final

from icons.domain.errors import InvalidRequest
from icons.terminal.batch import read_catalogue

_COLUMNS: Final = {"category", "elements"}


class Notation(StrEnum):
    """How a catalogue is written."""

    YAML = "yaml"
    CSV = "csv"  # a header with category and perhaps elements, which are parted by semicolons
    TEXT = "text"  # a category a line, perhaps with elements: "tools: hammer, wrench"; # begins a remark

    @classmethod
    def of(cls, name: str) -> "Notation":
        """As the ending of a file's name says."""
        return {".yaml": cls.YAML, ".yml": cls.YAML, ".csv": cls.CSV}.get(PurePath(name).suffix.lower(), cls.TEXT)


def read(text: str, source: str, notation: Notation) -> dict[str, Any]:
    """The body of a batch request. InvalidRequest names the source, and the line where there is one."""
    match notation:
        case Notation.YAML:
            return read_catalogue(text, source)
        case Notation.CSV:
            entries = _rows(text, source)
        case Notation.TEXT:
            entries = _lines(text)
    if not entries:
        raise InvalidRequest(f"{source}: there is no category in it.")
    body: dict[str, Any] = {"categories": [category for category, _ in entries]}
    if elements := {category: shown for category, shown in entries if shown}:
        body["custom_elements"] = elements
    return body


def _lines(text: str) -> list[tuple[str, list[str]]]:
    entries = []
    for line in text.lstrip("\ufeff").splitlines():
        category, _, elements = line.partition("#")[0].partition(":")
        if category.strip():
            entries.append((category.strip(), _parted(elements, ",")))
    return entries


def _rows(text: str, source: str) -> list[tuple[str, list[str]]]:
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), skipinitialspace=True, strict=True)
    try:
        columns = set(reader.fieldnames or ())
        if "category" not in columns or columns - _COLUMNS:
            raise InvalidRequest(f"{source}, line 1: write the columns category and, if you like, elements.")
        return [_entry(row, source, reader.line_num) for row in reader]
    except csv.Error as error:
        raise InvalidRequest(f"{source}, line {reader.line_num}: this is not valid CSV.") from error


def _entry(row: dict[Any, Any], source: str, line: int) -> tuple[str, list[str]]:
    category = (row["category"] or "").strip()
    if not category or None in row:
        raise InvalidRequest(f"{source}, line {line}: write a category, and elements parted by semicolons.")
    return category, _parted(row.get("elements") or "", ";")


def _parted(text: str, mark: str) -> list[str]:
    return [part.strip() for part in text.split(mark) if part.strip()]
