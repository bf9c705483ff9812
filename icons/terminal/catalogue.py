"""Catalogues of categories as people keep them: YAML, CSV or plain lines. Each becomes the body of a batch request."""

import csv
import io
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path, PurePath
from typing import Any, Final, TypeVar

import click
import yaml

from icons.domain.errors import InvalidRequest

Command = TypeVar("Command", bound=Callable[..., Any])

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


def with_notation(command: Command) -> Command:
    """Add --as; `read` takes it."""
    names = click.Choice([each.value for each in Notation])
    return click.option("--as", "notation", type=names, help="Left out: as the file's name ends.")(command)


def read(path: str, notation: str | None) -> dict[str, Any]:
    """The body of a batch request; "-" is standard input. InvalidRequest names the source, and the line where there
    is one."""
    source = "standard input" if path == "-" else PurePath(path).name
    data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"{source}: save it as UTF-8 text.") from error
    return _parsed(text, source, Notation(notation) if notation else Notation.of(path))


def _parsed(text: str, source: str, notation: Notation) -> dict[str, Any]:
    match notation:
        case Notation.YAML:
            return _document(text, source)
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


def _document(text: str, source: str) -> dict[str, Any]:
    """A YAML mapping may say more than the categories; a category may carry its elements: ``- tools: [hammer]``."""
    try:
        catalogue = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise InvalidRequest(f"{source}{where}: this is not valid YAML.") from error
    if isinstance(catalogue, list):
        catalogue = {"categories": catalogue}
    if not isinstance(catalogue, dict) or not isinstance(catalogue.get("categories"), list):
        raise InvalidRequest(f"{source}: write a list of categories, or a mapping with the key categories.")
    categories: list[Any] = []
    elements: dict[str, Any] = {}
    for entry in catalogue["categories"]:
        if isinstance(entry, dict) and len(entry) == 1:
            ((entry, elements[str(entry)]),) = entry.items()
        categories.append(entry)
    body = {**catalogue, "categories": categories}
    if elements:
        if "custom_elements" in body:
            raise InvalidRequest(f"{source}: give elements beside the categories or as custom_elements, not both.")
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
