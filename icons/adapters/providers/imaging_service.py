"""Services that draw by /images/generations as OpenAI once shaped it, each with its own parameters."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from icons.adapters.providers import reading
from icons.adapters.providers.catalogue import load_catalogue
from icons.adapters.providers.chatting import reply_over
from icons.adapters.providers.drawing import Drawn, carry_out
from icons.adapters.providers.line import Heard, Line
from icons.adapters.providers.planning import Plan, plan
from icons.core.ports import Preview
from icons.domain.access import Connection
from icons.domain.errors import ProviderError, ProviderFailed
from icons.domain.requests import Answer, Message, Order, Reply

Parameters = Callable[[Order, Plan, int], Mapping[str, Any]]
"""What is asked for so many pictures of an order."""


@dataclass(frozen=True, slots=True)
class Manner:
    """Where such a service is reached, and how it is asked."""

    base_url: str  # "" = it has no address of its own
    generate: Parameters
    edit_in_json: Parameters | None = None  # None = edits are a form, with what `generate` says beside the pictures


class ImagingService:
    """The Provider port over one such service."""

    def __init__(self, connection: Connection, manner: Manner, *, allow_private: bool) -> None:
        self.name = connection.provider
        self._model, self._manner = connection.model, manner
        self._line = Line(connection, manner.base_url, allow_private=allow_private)

    async def open(self) -> None:
        """See `Line.open`."""
        await self._line.open()

    async def draw(self, order: Order, preview: Preview | None = None) -> Answer:
        """See `Provider.draw`; nothing is shown before it is finished."""
        chosen = plan(load_catalogue(), self.name, order, self._model)

        async def call(count: int, key: str) -> Drawn:
            heard = await self._ask(order, chosen, count, key)
            return reading.images(self.name, await self._with_files(heard, count))

        return await carry_out(self.name, order, chosen, call)

    async def _ask(self, order: Order, chosen: Plan, count: int, key: str) -> Heard:
        if not order.references:
            return await self._line.generate(key, self._manner.generate(order, chosen, count))
        if self._manner.edit_in_json:
            return await self._line.edit_in_json(key, self._manner.edit_in_json(order, chosen, count))
        form = {**self._manner.generate(order, chosen, count), **reading.uploads(order)}
        return await self._line.edit(key, form)

    async def _with_files(self, heard: Heard, count: int) -> Heard:
        """The answer with files in place of addresses: some services give those, whatever they are asked for."""
        items = [await self._with_file(item) for item in reading.items(heard)[:count]]
        return replace(heard, body={**heard.body, "data": items})

    async def _with_file(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        url = item.get("url")
        if not isinstance(url, str) or not url.startswith("http"):
            return item
        try:
            file = await self._line.fetch(url)
        except ProviderError:  # whatever is wrong with the address: the picture itself has been bought
            raise ProviderFailed(f"{self.name} names an address where there is no picture.") from None
        return {**item, "b64_json": base64.b64encode(file).decode()}

    async def reply(self, messages: Sequence[Message], model: str = "", end_user: str = "") -> Reply:
        """See `Provider.reply`."""
        return await reply_over(self._line, self.name, messages, model)

    async def close(self) -> None:
        """Hang up."""
        await self._line.close()
