"""What the draughtsman says in a conversation: how it would draw what was said, and what can be asked for next."""

from collections.abc import Iterator, Sequence
from typing import Final

from icons.adapters.providers.local.compose import choose_glyphs
from icons.adapters.providers.local.draughtsman import found_for
from icons.adapters.providers.local.matching import THRESHOLD
from icons.domain.prompts.composing import MAX_SUBJECT, clean
from icons.domain.prompts.entries import Category
from icons.domain.prompts.library import Library
from icons.domain.requests import IconRequest, Message

_LONGEST_NAME: Final = 4  # words of a category
_WORDS_READ: Final = 60
_SIZE: Final = 1024  # px, as pictures of prompts are drawn
_STYLES_NAMED: Final = 4
_NEXT: Final = "Next you can name the objects to show, your brand colours, or another style, such as {styles}."
_DISCLAIMER: Final = (
    "(This is a template of the local draughtsman, not a language model; choose another provider for a conversation.)"
)


def answer(messages: Sequence[Message]) -> str:
    """Some sentences about the last thing that the user said."""
    library = Library.built_in()
    said = next((each.text for each in reversed(messages) if each.role == "user"), "")
    wish = clean(said, MAX_SUBJECT)
    if not wish:
        return f"Tell me what the icon stands for, such as “office supplies”. {_DISCLAIMER}"
    return " ".join((_drawn(wish, library), *_hint(wish, library), _next(library), _DISCLAIMER))


def _drawn(wish: str, library: Library) -> str:
    """Exactly what a picture of these words shows."""
    request = IconRequest(wish)
    brief = request.prompt(library).brief
    match, glyphs = found_for(brief)
    if match.confidence < THRESHOLD:
        return f"I know no drawing for “{wish}” and would show a neutral shape."
    shown = ", ".join(glyph.name.replace("-", " ").lower() for glyph in choose_glyphs(brief, glyphs, _SIZE))
    return f"I would draw “{wish}” in the style {library.style(request.style).title}, showing: {shown}."


def _hint(wish: str, library: Library) -> Iterator[str]:
    """Words that are understood better."""
    if category := _named(wish, library):
        objects = ", ".join(category.suggestions[:3])
        yield f"The category “{category.title}” by itself shows: {objects}."
    elif close := library.suggest(wish, 3):
        yield f"Categories close to it: {', '.join(each.title for each in close)}."


def _next(library: Library) -> str:
    others = [style.title for style in library.styles if style.name != IconRequest("").style]
    return _NEXT.format(styles=", ".join(others[:_STYLES_NAMED]))


def _named(wish: str, library: Library) -> Category | None:
    """The category whose name stands in the wish; the longest name counts."""
    return next((found for phrase in _phrases(wish) if (found := library.category(phrase))), None)


def _phrases(wish: str) -> Iterator[str]:
    words = wish.split()[:_WORDS_READ]
    for length in range(_LONGEST_NAME, 0, -1):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])
