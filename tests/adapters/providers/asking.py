"""What the provider tests share: connections to the fake service, orders, and the pixels of an answer."""

import asyncio
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any, TypeVar

from PIL import Image

from icons.adapters.providers import connect
from icons.core.ports import Provider
from icons.domain.access import Connection
from icons.domain.images import Format, Picture
from icons.domain.prompts.brief import Background
from icons.domain.prompts.library import Library
from icons.domain.requests import Answer, Message, Order, Reply
from tests.fakes.provider import FakeProvider

T = TypeVar("T")

KEY = "a-secret-that-nobody-may-see-42"
MODELS = {"openai-compatible": "any-model", "gab": "any-model"}  # the others have a default
PROVIDERS = ("openai", "google", "xai", "openrouter", "ollama", "openai-compatible", "gab")


def an_order(**changes: Any) -> Order:
    """An icon of 64 px, but for the changes; ``background`` goes into its brief."""
    prompt = Library.built_in().prompt(category="tools", background=changes.pop("background", Background.AUTO))
    values = {"prompt": prompt, "width": 64, "height": 64, "format": Format.PNG, "key": "job-1", **changes}
    return Order(**values)


def with_provider(
    fake: FakeProvider,
    name: str,
    work: Callable[[Provider], Awaitable[T]],
    model: str | None = None,
    timeout: float = 10,
) -> T:
    """The result of the work with a provider that is opened before and closed after."""

    async def main() -> T:
        model_name = MODELS.get(name, "") if model is None else model
        connection = Connection("p", name, KEY, fake.address(name), model_name, timeout=timeout)
        provider = connect(connection, allow_private=True)
        await provider.open()
        try:
            return await work(provider)
        finally:
            await provider.close()

    return asyncio.run(main())


def draw(fake: FakeProvider, order: Order, name: str = "openai", **options: Any) -> Answer:
    """One order's answer."""
    return with_provider(fake, name, lambda provider: provider.draw(order), **options)


def say(fake: FakeProvider, text: str, name: str = "openai", model: str = "talker") -> Reply:
    """The reply to one sentence."""
    messages = [Message("system", "Be brief."), Message("user", text)]
    return with_provider(fake, name, lambda provider: provider.reply(messages, model))


def pixels(picture: Picture) -> Image.Image:
    """A picture in RGBA."""
    with Image.open(BytesIO(picture.data)) as image:
        return image.convert("RGBA")
