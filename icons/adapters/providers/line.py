"""A line to an OpenAI-shaped service: the openai package over the house's wire, answers as plain JSON values."""

import asyncio
import importlib
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from icons.adapters.providers.refusals import broken, streamed_refusal
from icons.domain.access import Connection
from icons.domain.errors import ProviderError, RequestRefused

if TYPE_CHECKING:
    from httpx2 import AsyncClient
    from openai import AsyncOpenAI

NO_KEY: Final = "none"  # the packages insist on one; services without keys ignore it


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer: its JSON, and its headers with names in lower case."""

    body: Mapping[str, Any]
    headers: Mapping[str, str]


class Line:
    """One client per connection, made by `open` for the loop on which it runs. Every call raises ProviderError."""

    def __init__(self, connection: Connection, base_url: str, *, allow_private: bool) -> None:
        self._connection, self._allow_private = connection, allow_private
        self._base_url = connection.base_url or base_url
        self._client: AsyncOpenAI | None = None
        self._http: AsyncClient | None = None

    async def open(self) -> None:
        """Import the package, in a thread because that takes a second or more, and make the client."""
        await asyncio.to_thread(importlib.import_module, "openai")
        from openai import AsyncOpenAI, DefaultAioHttpClient

        from icons.adapters.providers.wire import Wire

        wire = Wire(self._connection, allow_private=self._allow_private)
        self._http = DefaultAioHttpClient(transport=wire, follow_redirects=False)
        self._client = AsyncOpenAI(
            api_key=self._connection.api_key or NO_KEY,
            base_url=self._base_url,
            max_retries=0,  # a repeated POST is a second purchase: the house decides
            timeout=None,  # the wire's
            http_client=self._http,
        )
        # The SDK takes these from the environment: they are the operator's, and no business of a profile's address.
        self._client.organization = self._client.project = None

    async def close(self) -> None:
        """Hang up."""
        client, self._client, self._http = self._client, None, None
        if client is not None:
            await client.close()

    async def generate(self, key: str, parameters: Mapping[str, Any]) -> Heard:
        """POST /images/generations."""
        return await self._call(self._ready.images.with_raw_response.generate, key, parameters)

    async def edit(self, key: str, parameters: Mapping[str, Any]) -> Heard:
        """POST /images/edits, as a form."""
        return await self._call(self._ready.images.with_raw_response.edit, key, parameters)

    async def edit_in_json(self, key: str, body: Mapping[str, Any]) -> Heard:
        """POST /images/edits as JSON: the package knows the form only."""

        async def post(extra_headers: Mapping[str, str]) -> Any:
            options: Any = {"headers": {**extra_headers, "X-Stainless-Raw-Response": "true"}}  # as `with_raw_response`
            return await self._ready.post("/images/edits", cast_to=object, body=body, options=options)

        return await self._call(post, key, {})

    async def chat(self, key: str, parameters: Mapping[str, Any]) -> Heard:
        """POST /chat/completions."""
        return await self._call(self._ready.chat.completions.with_raw_response.create, key, parameters)

    async def fetch(self, url: str) -> bytes:
        """What lies at an address that an answer names; without the key, and under the same guard."""
        if self._http is None:
            raise _not_open()
        return (await self._http.get(url)).content

    async def stream(self, key: str, parameters: Mapping[str, Any], *, edit: bool) -> AsyncGenerator[Heard, None]:
        """The events of /images/generations or /images/edits, each with the answer's headers."""
        from openai import APIError

        images = self._ready.images.with_raw_response
        failure: ProviderError | None = None
        try:
            raw: Any = await (images.edit if edit else images.generate)(
                **parameters, stream=True, extra_headers=_headers(key)
            )
            headers = _lowered(raw.headers)
            async with raw.parse() as events:
                async for event in events:
                    yield Heard(event.to_dict(), headers)
        except APIError as error:  # an event of type error; it holds the request, and so the key
            failure = streamed_refusal(self._connection.provider, self._connection.api_key, error.body)
        except (ValueError, TypeError, AttributeError, RecursionError):
            failure = broken(self._connection.provider)
        if failure:
            raise failure

    async def _call(self, method: Any, key: str, parameters: Mapping[str, Any]) -> Heard:
        failure: ProviderError
        try:
            raw = await method(**parameters, extra_headers=_headers(key))
            body = raw.http_response.json()
            if isinstance(body, dict):
                return Heard(body, _lowered(raw.headers))
            failure = broken(self._connection.provider)
        except (ValueError, RecursionError):  # not JSON, cut off, or nested to break the reader
            failure = broken(self._connection.provider)
        raise failure

    @property
    def _ready(self) -> "AsyncOpenAI":
        if self._client is None:
            raise _not_open()
        return self._client


def _not_open() -> RequestRefused:
    return RequestRefused("The connection is not open.", outcome="unsent")


def _headers(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key} if key else {}


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
