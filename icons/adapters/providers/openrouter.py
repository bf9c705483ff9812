"""OpenRouter: pictures come as part of a chat completion, as data URLs."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from icons.adapters.providers import reading
from icons.adapters.providers.catalogue import load_catalogue
from icons.adapters.providers.chatting import reply_over
from icons.adapters.providers.drawing import Drawn, carry_out
from icons.adapters.providers.line import Heard, Line
from icons.adapters.providers.planning import Plan, plan
from icons.adapters.providers.refusals import broken
from icons.core.ports import Preview
from icons.domain.access import Connection
from icons.domain.requests import Answer, Message, Order, Reply

BASE_URL: Final = "https://openrouter.ai/api/v1"


class OpenRouterProvider:
    """The Provider port over OpenRouter."""

    def __init__(self, connection: Connection, *, allow_private: bool) -> None:
        self.name = connection.provider
        self._model = connection.model
        self._line = Line(connection, BASE_URL, allow_private=allow_private)

    async def open(self) -> None:
        """See `Line.open`."""
        await self._line.open()

    async def draw(self, order: Order, preview: Preview | None = None) -> Answer:
        """See `Provider.draw`; nothing is shown before it is finished."""
        chosen = plan(load_catalogue(), self.name, order, self._model)

        async def call(count: int, key: str) -> Drawn:
            return self._read(await self._line.chat(key, _parameters(order, chosen)))

        return await carry_out(self.name, order, chosen, call)

    async def reply(self, messages: Sequence[Message], model: str = "", end_user: str = "") -> Reply:
        """See `Provider.reply`."""
        return await reply_over(self._line, self.name, messages, model)

    async def close(self) -> None:
        """Hang up."""
        await self._line.close()

    def _read(self, heard: Heard) -> Drawn:
        images = reading.message(self.name, heard).get("images")
        addresses = [_address(image) for image in images] if isinstance(images, list) else []
        if not addresses:
            raise broken(self.name)
        return reading.drawn(heard, tuple(reading.decoded(self.name, address) for address in addresses[:1]))


def _parameters(order: Order, chosen: Plan) -> dict[str, Any]:
    content: list[Mapping[str, Any]] = [{"type": "text", "text": order.prompt.text}]
    content += [{"type": "image_url", "image_url": {"url": reading.data_url(each)}} for each in order.references]
    shape = {"image_config": {"aspect_ratio": chosen.ratio}} if chosen.ratio else {}
    return {
        "model": chosen.model.name,
        "messages": [{"role": "user", "content": content}],
        "extra_body": {"modalities": ["image", "text"], **shape},
    }


def _address(image: Any) -> Any:
    link = image.get("image_url") if isinstance(image, dict) else None
    return link.get("url") if isinstance(link, dict) else None
