"""The local draughtsman: draws icons from the glyph pack, with no key, network or model."""

from collections.abc import Sequence
from typing import Final

from icons.adapters.providers.local import answering, draughtsman
from icons.adapters.providers.local.pool import Pool
from icons.adapters.providers.local.render import rendered
from icons.adapters.providers.local.styles import STYLES
from icons.core.ports import Preview
from icons.domain.errors import RequestRefused
from icons.domain.images import Picture
from icons.domain.requests import Answer, Message, Order, Reply

GENERATION: Final = (
    "local/1"  # to be raised when the same brief is drawn otherwise, so that cached icons are drawn anew
)


class LocalProvider:
    """The ports Provider and Renderer over a pool of drawing processes, which start with the first order."""

    name = "local"
    engine = GENERATION

    def __init__(self, processes: int) -> None:
        self._pool = Pool(processes, draughtsman.prepare)

    async def open(self) -> None:
        """Begin to start the drawing processes; the first order finds them ready, or waits for them."""
        self._pool.start()

    async def draw(self, order: Order, preview: Preview | None = None) -> Answer:
        """One picture. Raises RequestRefused for an unknown style, ProviderFailed when a process dies."""
        brief = order.prompt.brief
        if brief.drawing not in STYLES:
            raise RequestRefused(f"Unknown drawing style {brief.drawing!r}. Known: {', '.join(STYLES)}.")
        work = await self._pool.run(draughtsman.draw, brief, order.width, order.format)
        return Answer(pictures=(Picture(work.data, order.format),), model=GENERATION, facts=work.facts)

    async def render(self, svg: bytes, size: int) -> bytes:
        """The Renderer port: pixels come from the drawing processes, too."""
        return await self._pool.run(rendered, svg, size)

    async def reply(self, messages: Sequence[Message], model: str = "", end_user: str = "") -> Reply:
        """What it would draw; it says itself that it is no model."""
        return Reply(await self._pool.run(answering.answer, tuple(messages)), GENERATION)

    async def close(self) -> None:
        """End the drawing processes."""
        await self._pool.close()
