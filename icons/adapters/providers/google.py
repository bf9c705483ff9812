"""Google: Gemini models that draw by generate_content, over the google-genai package, which is an optional extra."""

import asyncio
import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from icons.adapters.providers.catalogue import load_catalogue
from icons.adapters.providers.chatting import chat_model
from icons.adapters.providers.drawing import Drawn, carry_out
from icons.adapters.providers.line import NO_KEY
from icons.adapters.providers.planning import Plan, plan
from icons.adapters.providers.reading import storable
from icons.adapters.providers.refusals import broken, moderated
from icons.core.ports import Preview
from icons.domain.access import Connection
from icons.domain.errors import ProviderError, RequestRefused
from icons.domain.requests import Answer, Message, Order, Reply, Usage

if TYPE_CHECKING:
    from google.genai import types
    from google.genai.client import AsyncClient
    from httpx2 import AsyncClient as Http

BASE_URL: Final = "https://generativelanguage.googleapis.com"
_BLOCKED: Final = ("SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "RECITATION", "SPII")  # at the end of finish reasons


class GoogleProvider:
    """The Provider port over the Gemini API."""

    def __init__(self, connection: Connection, *, allow_private: bool) -> None:
        self.name = connection.provider
        self._connection, self._allow_private = connection, allow_private
        self._http: Http | None = None
        self._client: AsyncClient | None = None

    async def open(self) -> None:
        """Import the package, in a thread because that takes a second or more, and make the client.

        Raises RequestRefused when the package is not installed.
        """
        try:
            await asyncio.to_thread(importlib.import_module, "google.genai")
        except ImportError:
            raise RequestRefused(
                "The provider google needs the package google-genai; install it with: pip install google-genai",
                code="PROVIDER_NOT_INSTALLED",
                outcome="unsent",
            ) from None
        self._http = _http(self._connection, allow_private=self._allow_private)
        self._client = _client(self._connection, self._http)

    async def draw(self, order: Order, preview: Preview | None = None) -> Answer:
        """See `Provider.draw`; nothing is shown before it is finished."""
        chosen = plan(load_catalogue(), self.name, order, self._connection.model)

        async def call(count: int, key: str) -> Drawn:
            answer = await self._generate(chosen.model.name, _contents(order), _config(chosen))
            files = tuple(
                part.inline_data.data for part in _parts(answer) if part.inline_data and part.inline_data.data
            )
            if not files:
                raise self._refused(answer)
            return Drawn(files[-1:], _usage(answer), facts=_facts(answer))  # earlier ones are drafts

        return await carry_out(self.name, order, chosen, call)

    async def reply(self, messages: Sequence[Message], model: str = "", end_user: str = "") -> Reply:
        """See `Provider.reply`."""
        from google.genai import types

        model = chat_model(self.name, model)
        rules = "\n\n".join(each.text for each in messages if each.role == "system")
        roles = {"user": "user", "assistant": "model"}
        contents = [
            types.Content(role=roles[each.role], parts=[types.Part.from_text(text=each.text)])
            for each in messages
            if each.role in roles
        ]
        answer = await self._generate(model, contents, types.GenerateContentConfig(system_instruction=rules or None))
        text = "".join(part.text or "" for part in _parts(answer) if not part.thought)
        if not text:
            raise self._refused(answer)
        return Reply(storable(text), storable(answer.model_version or model), _usage(answer))

    async def close(self) -> None:
        """Hang up."""
        http, self._http, self._client = self._http, None, None
        if http is not None:
            await http.aclose()  # the package leaves it open: it did not make it

    async def _generate(
        self, model: str, contents: Any, config: "types.GenerateContentConfig"
    ) -> "types.GenerateContentResponse":
        if self._client is None:
            raise RequestRefused("The connection is not open.", outcome="unsent")
        failure: ProviderError
        try:
            return await self._client.models.generate_content(model=model, contents=contents, config=config)
        except (
            ValueError,
            TypeError,
            AttributeError,
            LookupError,
            RecursionError,
        ):  # not JSON, or not of the documented shape
            failure = broken(self.name)
        raise failure

    def _refused(self, answer: "types.GenerateContentResponse") -> ProviderError:
        """Why there is nothing in a successful answer."""
        feedback = answer.prompt_feedback
        reasons = [str(each.finish_reason) for each in answer.candidates or () if each.finish_reason]
        if (feedback and feedback.block_reason) or any(reason.endswith(_BLOCKED) for reason in reasons):
            return moderated(self.name)
        return broken(self.name)


def _http(connection: Connection, *, allow_private: bool) -> "Http":
    """A client of the package's own kind. Given one, it repeats nothing; its own repeats a POST when a line breaks."""
    from httpx2 import AsyncClient as Http

    from icons.adapters.providers.wire import Wire

    return Http(transport=Wire(connection, allow_private=allow_private), timeout=None)


def _client(connection: Connection, http: "Http") -> "AsyncClient":
    from google.genai import Client, types

    options = types.HttpOptions(base_url=connection.base_url or BASE_URL, httpx_async_client=http)
    key = connection.api_key or NO_KEY  # else it looks for one in the environment
    return Client(api_key=key, vertexai=False, http_options=options).aio


def _contents(order: Order) -> "list[types.Part]":
    from google.genai import types

    pictures = [types.Part.from_bytes(data=each.data, mime_type=each.format.media_type) for each in order.references]
    return [types.Part.from_text(text=order.prompt.text), *pictures]


def _config(chosen: Plan) -> "types.GenerateContentConfig":
    from google.genai import types

    shape = types.ImageConfig(aspect_ratio=chosen.ratio or None, image_size=chosen.resolution or None)
    return types.GenerateContentConfig(response_modalities=["IMAGE"], image_config=shape if chosen.ratio else None)


def _parts(answer: "types.GenerateContentResponse") -> "list[types.Part]":
    contents = [candidate.content for candidate in answer.candidates or ()]
    return [part for content in contents if content for part in content.parts or ()]


def _usage(answer: "types.GenerateContentResponse") -> Usage:
    counts = answer.usage_metadata
    if counts is None:
        return Usage()
    images = sum(
        each.token_count or 0
        for each in counts.prompt_tokens_details or ()
        if each.modality is not None and each.modality.value == "IMAGE"
    )
    return Usage(
        text_tokens=max(0, (counts.prompt_token_count or 0) - images),
        image_tokens=images,
        output_tokens=(counts.candidates_token_count or 0) + (counts.thoughts_token_count or 0),
    )


def _facts(answer: "types.GenerateContentResponse") -> dict[str, Any]:
    return {"request_id": storable(answer.response_id)} if answer.response_id else {}
