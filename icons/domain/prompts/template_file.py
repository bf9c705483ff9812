"""Reading one template file: TOML text -> checked entries, or an error that names the file, the line and the remedy."""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import MISSING, fields, replace
from typing import Any

from icons.domain.errors import SettingsError
from icons.domain.prompts import checks
from icons.domain.prompts.composing import Template
from icons.domain.prompts.entries import canonical
from icons.domain.prompts.places import KeyPath, line_of
from icons.domain.prompts.vocabulary import E, NameTaken, Vocabulary

SECTIONS = ("styles", "schemes", "categories", "template")


class TemplateFile:
    """One file of styles, schemes, categories and template texts. Every method raises SettingsError."""

    def __init__(self, text: str, source: str) -> None:
        self._text = text
        self._source = source
        try:
            self._data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise self._syntax_error(str(error)) from None
        for section in self._data:
            if section not in SECTIONS:
                raise self._error((section,), f"unknown section; {checks.one_of(SECTIONS, section)}")

    def added_to(
        self, known: Vocabulary[E], section: str, kind: type[E], accepted: Mapping[str, checks.Check]
    ) -> Vocabulary[E]:
        """``known`` with this file's ``section``: a new name adds an entry, a known one overrides the keys it gives."""
        tables = self._table((section,))
        entries = [self._entry(known, (section, name), kind, accepted) for name in tables]
        try:
            return known.with_entries(entries)
        except NameTaken as taken:
            raise self._name_taken(section, taken) from None

    def template(self, known: Template) -> Template:
        """``known`` with the texts this file gives."""
        given = self._checked(("template",), checks.TEMPLATE, but={"objects", "backgrounds"})
        objects = self._checked(("template", "objects"), checks.OBJECTS)
        backgrounds = self._checked(("template", "backgrounds"), checks.BACKGROUNDS)
        return replace(
            known,
            objects={**known.objects, **objects},
            backgrounds={**known.backgrounds, **backgrounds},
            **given,
        )

    def _entry(self, known: Vocabulary[E], path: KeyPath, kind: type[E], accepted: Mapping[str, checks.Check]) -> E:
        name = path[-1]
        if name != canonical(name) or not name:
            raise self._error(path, f"names are lower-case words joined by _: write {canonical(name) or 'a word'!r}")
        values: dict[str, Any] = self._checked(path, accepted)
        entry = known.named(name)
        if entry is not None:
            return replace(entry, **values)
        missing = [key.name for key in fields(kind) if key.default is MISSING and key.name not in {"name", *values}]
        if missing:
            raise self._error(path, f"a new entry also needs {' and '.join(missing)}: add {missing[0]} = ...")
        return kind(name=name, **values)

    def _checked(
        self, path: KeyPath, accepted: Mapping[str, checks.Check], but: Collection[str] = ()
    ) -> dict[str, Any]:
        """The values of a table as their checks return them, all ``but`` the tables within it."""
        checked = {}
        for key, value in self._table(path).items():
            if key in but:
                continue
            if key not in accepted:
                raise self._error((*path, key), f"unknown key; {checks.one_of(accepted.keys(), key)}")
            try:
                checked[key] = accepted[key](value)
            except checks.Unfit as unfit:
                raise self._error((*path, key), str(unfit)) from None
        return checked

    def _table(self, path: KeyPath) -> Mapping[str, Any]:
        table: Mapping[str, Any] = self._data
        for depth, key in enumerate(path, 1):
            inner = table.get(key, {})
            if not isinstance(inner, dict):
                raise self._error(path[:depth], f"this is a table: write [{'.'.join(path[:depth])}] and keys below it")
            table = inner
        return table

    def _name_taken(self, section: str, taken: NameTaken) -> SettingsError:
        written = self._table((section,))
        here = taken.claimant if taken.claimant in written else taken.owner
        problem = (
            f"{taken.spelling!r} of {taken.claimant!r} already means {taken.owner!r}: "
            f"choose another word, or override the aliases of one of them without it"
        )
        return self._error((section, here, _key_spelling(taken.spelling, written[here])), problem)

    def _syntax_error(self, problem: str) -> SettingsError:
        what, _, where = problem.rpartition(" (at ")
        found = re.match(r"line (\d+)", where)
        line = int(found[1]) if found else len(self._text.splitlines()) or 1
        remedy = 'write key = "text" or [section.name] on a line of its own and close every quote and bracket'
        return SettingsError(f"{self._source}, line {line}: {what.lower() or problem}: {remedy}.")

    def _error(self, path: KeyPath, problem: str) -> SettingsError:
        place = ".".join(key for key in path if key)
        return SettingsError(f"{self._source}, line {line_of(self._text, path)}: {place}: {problem}.")


def _key_spelling(spelling: str, entry: Mapping[str, Any]) -> str:
    """The key under which ``entry`` writes ``spelling``; empty when it is the entry's name."""
    if spelling == entry.get("title"):
        return "title"
    return "aliases" if spelling in entry.get("aliases", ()) else ""
