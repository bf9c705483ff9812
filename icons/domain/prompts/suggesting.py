"""Type-ahead over categories: which ones somebody means who has typed so much."""

from collections.abc import Iterator
from itertools import chain, zip_longest

from icons.domain.prompts.entries import Category, words
from icons.domain.prompts.vocabulary import Vocabulary


def suggest(categories: Vocabulary[Category], query: str, limit: int = 10) -> list[Category]:
    """Up to ``limit`` categories, the likeliest first; for an empty query the best of every group in turn."""
    if limit < 1:
        return []
    typed = " ".join(words(query))
    ranked = _ranked(categories, typed, limit) if typed else _mixed(categories)
    found: dict[str, Category] = {}
    for category in ranked:
        found.setdefault(category.name, category)
        if len(found) == limit:
            break
    return list(found.values())


def _ranked(categories: Vocabulary[Category], typed: str, limit: int) -> Iterator[Category]:
    """By title prefix, then by a later word of the title, then by alias, then by likeness of spelling."""
    titles = [(category, " ".join(words(category.title))) for category in categories]
    yield from (category for category, title in titles if title.startswith(typed))
    yield from (category for category, title in titles if f" {typed}" in title)
    yield from (category for category in categories if any(_has_prefix(alias, typed) for alias in category.aliases))
    yield from categories.closest(typed, limit)


def _has_prefix(alias: str, typed: str) -> bool:
    return f" {typed}" in f" {' '.join(words(alias))}"


def _mixed(categories: Vocabulary[Category]) -> Iterator[Category]:
    """The first category of every group, then every group's second, and so on."""
    groups: dict[str, list[Category]] = {}
    for category in categories:
        groups.setdefault(category.group, []).append(category)
    rounds = chain.from_iterable(zip_longest(*groups.values()))
    return (category for category in rounds if category is not None)
