"""The draughtsman in a conversation: it tells what it would draw, and that it is no model."""

import asyncio
from collections.abc import Iterator

import pytest

from icons.adapters.providers.local import LocalProvider
from icons.domain.images import Format
from icons.domain.prompts.library import Library
from icons.domain.requests import IconRequest, Message, Order


@pytest.fixture(scope="module")
def draughtsman() -> Iterator[LocalProvider]:
    """One with a process of its own."""
    provider = LocalProvider(1)
    yield provider
    asyncio.run(provider.close())


def reply(draughtsman: LocalProvider, *texts: str) -> str:
    """What is said after these turns of a user."""
    messages = [Message("system", "Talk about shoes."), *(Message("user", text) for text in texts)]
    answer = asyncio.run(draughtsman.reply(messages, "any"))
    assert answer.model == "local/1"
    return answer.text


def test_a_known_category_is_found_in_the_sentence(draughtsman: LocalProvider) -> None:
    """With the objects that would stand for it."""
    text = reply(draughtsman, "Shoes, please", "Please draw me an icon for office supplies!")
    assert "“Office supplies”" in text
    assert "stapler" in text


@pytest.mark.parametrize("said", ["cloud backup", "a purple yak on stilts", "music & dance", "office supplies"])
def test_it_names_what_it_draws(draughtsman: LocalProvider, said: str) -> None:
    """The glyphs in the answer are those of the picture, in the style that is named."""
    order = Order(IconRequest(said).prompt(Library.built_in()), 1024, 1024, Format.SVG)
    drawn = asyncio.run(draughtsman.draw(order)).facts["glyphs"]
    text = reply(draughtsman, said)
    assert "in the style Modern, showing: " in text
    shown = text.partition("showing: ")[2].partition(".")[0].split(", ")
    assert [glyph.partition(":")[2].replace("-", " ") for glyph in drawn] == shown
    assert "another style, such as Flat" in text


@pytest.mark.parametrize("said", ["a purple yak on stilts", "<script>", "", "x" * 10_000, "{styles} {0}", "…"])
def test_it_says_that_it_is_a_template(draughtsman: LocalProvider, said: str) -> None:
    """Whatever is said, and nothing of it is read as a template."""
    text = reply(draughtsman, said)
    assert "not a language model" in text
    assert "<" not in text
