"""An ordered collection of named entries, found by name or alias in any spelling."""

import difflib
from collections.abc import Iterable, Iterator
from typing import Final, Generic, TypeVar

from icons.domain.prompts.entries import Category, Scheme, Style, matching_key

E = TypeVar("E", bound=Style | Scheme | Category)

_LIKENESS: Final = 0.7  # difflib's ratio; any lower, and "resturant" also finds "transport"


class NameTaken(Exception):
    """Two entries claim one spelling: ``claimant`` wants it, but it leads to ``owner`` already."""

    def __init__(self, spelling: str, owner: str, claimant: str) -> None:
        super().__init__(f"{spelling!r} of {claimant!r} already means {owner!r}")
        self.spelling = spelling
        self.owner = owner
        self.claimant = claimant


class Vocabulary(Generic[E]):
    """Entries of one kind in their order. Raises NameTaken when a name, title or alias would lead to two of them."""

    def __init__(self, entries: Iterable[E] = ()) -> None:
        self._by_name: dict[str, E] = {entry.name: entry for entry in entries}
        self._by_key: dict[str, E] = {}
        for entry in self:
            self._claim(entry.name, entry)
        for entry in self:
            for spelling in (entry.title, *entry.aliases):
                self._claim(spelling, entry)

    def _claim(self, spelling: str, entry: E) -> None:
        key = matching_key(spelling)  # empty for a title such as "★", by which nobody can ask
        owner = self._by_key.setdefault(key, entry) if key else entry
        if owner is not entry:
            raise NameTaken(spelling, owner.name, entry.name)

    def __iter__(self) -> Iterator[E]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    @property
    def names(self) -> list[str]:
        """The entries' own names, without aliases, in order."""
        return list(self._by_name)

    def named(self, name: str) -> E | None:
        """The entry of exactly this name; aliases do not count."""
        return self._by_name.get(name)

    def find(self, text: str) -> E | None:
        """The entry whose name, title or alias is ``text``, whatever its case, spacing, accents or plural endings."""
        return self._by_key.get(matching_key(text))

    def closest(self, text: str, limit: int = 1) -> list[E]:
        """Up to ``limit`` entries spelled most like ``text``, the best first; none when nothing is close."""
        keys = difflib.get_close_matches(matching_key(text), self._by_key, n=3 * limit, cutoff=_LIKENESS)
        found = {self._by_key[key].name: self._by_key[key] for key in keys}
        return list(found.values())[:limit]

    def with_entries(self, entries: Iterable[E]) -> "Vocabulary[E]":
        """A vocabulary in which ``entries`` replace those of the same name in their place, or come last."""
        return Vocabulary((self._by_name | {entry.name: entry for entry in entries}).values())
