"""Who draws, and who renders."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from icons.domain.images import Picture
from icons.domain.requests import Answer, Message, Order, Reply

Preview = Callable[[Picture], Awaitable[None]]


class Provider(Protocol):
    """Draws. Engines: the local draughtsman, OpenAI, and others by profile."""

    @property
    def name(self) -> str: ...

    async def open(self) -> None:
        """Get ready on the running loop, so that the first order need not wait. Called before any other call."""
        ...

    async def draw(self, order: Order, preview: Preview | None = None) -> Answer:
        """Raises ProviderError: transient ones are worth another try. ``preview`` is called with unfinished pictures
        where the model streams them."""
        ...

    async def reply(self, messages: Sequence[Message], model: str = "", end_user: str = "") -> Reply:
        """Go on with a conversation; ``end_user`` as in `Order`. Raises ProviderError; RequestRefused when it cannot
        chat."""
        ...

    async def close(self) -> None: ...


class Renderer(Protocol):
    """Turns vector pictures into pixels. Engine: the local draughtsman's processes."""

    @property
    def engine(self) -> str:
        """Name and generation of the draughtsman ("local/1"): part of the fingerprint of what it draws."""
        ...

    async def render(self, svg: bytes, size: int) -> bytes:
        """A PNG with alpha, ``size`` px wide and high. Raises ProviderError."""
        ...
