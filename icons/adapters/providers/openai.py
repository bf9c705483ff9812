"""OpenAI: GPT Image models, with edits, masks, unfinished pictures, and transparency that some accounts are refused."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing, suppress
from typing import Any, Final

from icons.adapters.providers import reading
from icons.adapters.providers.catalogue import load_catalogue
from icons.adapters.providers.chatting import reply_over
from icons.adapters.providers.drawing import Drawn, carry_out
from icons.adapters.providers.line import Heard, Line
from icons.adapters.providers.planning import Plan, plan
from icons.adapters.providers.refusals import broken
from icons.core.imaging import fit_to
from icons.core.ports import Preview
from icons.domain.access import Connection
from icons.domain.errors import ProviderFailed, RequestRefused
from icons.domain.images import Format
from icons.domain.requests import Answer, Message, Order, Reply

BASE_URL: Final = "https://api.openai.com/v1"
_PARTIAL_IMAGES: Final = 2  # unfinished pictures to ask for; each costs 100 tokens


class OpenAIProvider:
    """The Provider port over OpenAI's images API."""

    def __init__(self, connection: Connection, *, allow_private: bool) -> None:
        self.name = connection.provider
        self._model, self._drawn_size = connection.model, connection.image_size
        self._line = Line(connection, BASE_URL, allow_private=allow_private)
        self._opaque: set[str] = set()  # models that have refused this connection a transparent background

    async def open(self) -> None:
        """See `Line.open`."""
        await self._line.open()

    async def draw(self, order: Order, preview: Preview | None = None) -> Answer:
        """See `Provider.draw`. Unfinished pictures are streamed for orders of one picture."""
        chosen = plan(load_catalogue(), self.name, order, self._model, self._drawn_size)

        async def call(count: int, key: str) -> Drawn:
            if not chosen.asks_transparency or chosen.model.name in self._opaque:
                return await self._ask(order, chosen, count, key, preview, {})
            try:
                return await self._ask(order, chosen, count, key, preview, {"background": "transparent"})
            except RequestRefused as error:
                if not _refuses_transparency(error):
                    raise
            self._opaque.add(chosen.model.name)
            return await self._ask(order, chosen, count, f"{key}-opaque" if key else "", preview, {})

        return await carry_out(self.name, order, chosen, call)

    async def reply(self, messages: Sequence[Message], model: str = "", end_user: str = "") -> Reply:
        """See `Provider.reply`."""
        return await reply_over(self._line, self.name, messages, model, end_user)

    async def close(self) -> None:
        """Hang up."""
        await self._line.close()

    async def _ask(
        self, order: Order, chosen: Plan, count: int, key: str, preview: Preview | None, more: Mapping[str, str]
    ) -> Drawn:
        parameters = {**_parameters(order, chosen, count), **reading.uploads(order), **more}
        if preview and count == order.count == 1 and chosen.model.streams and order.format is not Format.SVG:
            return await self._streamed(order, key, parameters, preview)
        ask = self._line.edit if order.references else self._line.generate
        return reading.images(self.name, await ask(key, parameters))

    async def _streamed(self, order: Order, key: str, parameters: Mapping[str, Any], preview: Preview) -> Drawn:
        parameters = {**parameters, "partial_images": _PARTIAL_IMAGES}
        async with aclosing(self._line.stream(key, parameters, edit=bool(order.references))) as events:
            async for heard in events:
                kind = str(heard.body.get("type"))
                if kind.endswith(".completed"):
                    return reading.drawn(heard, (reading.decoded(self.name, heard.body.get("b64_json")),))
                if kind.endswith(".partial_image"):
                    await self._show(heard, order, preview)
        raise broken(self.name)

    async def _show(self, heard: Heard, order: Order, preview: Preview) -> None:
        with suppress(ProviderFailed):  # an unfinished picture that cannot be shown is no reason to stop
            file = reading.decoded(self.name, heard.body.get("b64_json"))
            shown = await asyncio.to_thread(fit_to, file, order.format, order.width, order.height)
            await preview(shown.picture)


def _parameters(order: Order, chosen: Plan, count: int) -> dict[str, Any]:
    """Without response_format and style: GPT Image models refuse them."""
    optional = {
        "size": str(chosen.size or ""),
        "quality": chosen.quality,
        "output_format": chosen.format,
        "safety_identifier": order.end_user if chosen.model.end_user else "",
    }
    return {
        "model": chosen.model.name,
        "prompt": order.prompt.text,
        "n": count,
        **{name: value for name, value in optional.items() if value},
    }


def _refuses_transparency(error: RequestRefused) -> bool:
    text = error.message.lower()
    return error.code == "PROVIDER_BAD_REQUEST" and ("background" in text or "transparen" in text)
