"""What the draughtsman says in a conversation: the brief that it understood, told by a template."""

from collections.abc import Iterator, Sequence
from typing import Final

from icons.domain.prompts.composing import MAX_SUBJECT, clean
from icons.domain.prompts.entries import Category
from icons.domain.prompts.library import Library
from icons.domain.requests import Message

_LONGEST_NAME: Final = 4  # words of a category
_WORDS_READ: Final = 60
_DISCLAIMER: Final = (
    "(This is a template of the local draughtsman, not a language model; choose another provider for a conversation.)"
)


def answer(messages: Sequence[Message], library: Library) -> str:
    """A sentence or two about the last thing that the user said."""
    said = next((each.text for each in reversed(messages) if each.role == "user"), "")
    wish = clean(said, MAX_SUBJECT)
    if not wish:
        return f"Tell me what the icon stands for, such as “office supplies”. {_DISCLAIMER}"
    category = _named(wish, library)
    if category:
        objects = ", ".join(category.suggestions[:3])
        return f"I read an icon for “{category.title}”. I would show: {objects}. {_DISCLAIMER}"
    close = ", ".join(each.title for each in library.suggest(wish, 3))
    hint = f" Categories close to it: {close}." if close else ""
    return f"I would draw “{wish}” from the words themselves.{hint} {_DISCLAIMER}"


def _named(wish: str, library: Library) -> Category | None:
    """The category whose name stands in the wish; the longest name counts."""
    return next((found for phrase in _phrases(wish) if (found := library.category(phrase))), None)


def _phrases(wish: str) -> Iterator[str]:
    words = wish.split()[:_WORDS_READ]
    for length in range(_LONGEST_NAME, 0, -1):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])
