"""The draughtsman in a conversation: it tells the brief that it understood, and that it is no model."""

import asyncio

import pytest

from icons.adapters.providers.local import LocalProvider
from icons.domain.requests import Message


def reply(*texts: str) -> str:
    """What is said after these turns of a user."""
    messages = [Message("system", "Talk about shoes."), *(Message("user", text) for text in texts)]
    answer = asyncio.run(LocalProvider(1).reply(messages, "any"))
    assert answer.model == "local/1"
    return answer.text


def test_a_known_category_is_found_in_the_sentence() -> None:
    """With the objects that would stand for it."""
    text = reply("Shoes, please", "Please draw me an icon for office supplies!")
    assert "“Office supplies”" in text
    assert "stapler" in text


@pytest.mark.parametrize("said", ["a purple yak on stilts", "<script>", "", "x" * 10_000])
def test_it_says_that_it_is_a_template(said: str) -> None:
    """Whatever is said."""
    text = reply(said)
    assert "not a language model" in text
    assert "<" not in text
