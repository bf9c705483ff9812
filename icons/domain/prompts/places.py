"""Where in a TOML text a key stands: tomllib reads values only, an error message also needs the line."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

KeyPath = tuple[str, ...]


def line_of(text: str, path: KeyPath) -> int:
    """The 1-based line on which ``path``, or the nearest table around it, is first written in this valid TOML text."""
    lines = _lines(text)
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _lines(text: str) -> dict[KeyPath, int]:
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, statement, parsed in _statements(text):
        paths = list(_paths(parsed))
        if statement.startswith("["):
            table = paths[-1]
            paths = [table[: depth + 1] for depth in range(len(table))]
        else:
            paths = [table + path for path in paths]
        for path in paths:
            lines.setdefault(path, number)
    return lines


def _statements(text: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """(line it starts on, text, value) of each header and assignment: the shortest runs of lines that parse alone."""
    start, statement = 1, ""
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        statement += line + "\n"
        try:
            parsed = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue  # an array or a string goes on
        if parsed:
            yield start, statement.lstrip(), parsed
        start, statement = number + 1, ""


def _paths(value: Mapping[str, Any], above: KeyPath = ()) -> Iterator[KeyPath]:
    """Every key path in ``value``, outer ones first."""
    for key, inner in value.items():
        yield (*above, key)
        if isinstance(inner, dict):
            yield from _paths(inner, (*above, key))
