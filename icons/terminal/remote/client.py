"""A service elsewhere, asked over HTTP: repeats what may be repeated, and turns its errors into the product's own."""

import asyncio
import json
import math
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlsplit

import aiohttp

from icons.domain.errors import InvalidRequest, ProviderError, ProviderFailed, StudioError
from icons.domain.retry import RetryPolicy

Json = dict[str, Any]
Value = TypeVar("Value")

PATIENCE: Final = RetryPolicy(
    attempts=6, base=0.5, cap=900.0
)  # seconds; no documented limit has a longer window in use
_TIMES: Final = aiohttp.ClientTimeout(total=None, sock_connect=10.0, sock_read=60.0)  # a quiet stream beats every 15 s
_SHOWN: Final = 500  # characters of a foreign text
_LINE: Final = 2**24  # bytes of one event: the last one of a job names every file
_BLOCK: Final = 2**16


@dataclass(frozen=True, slots=True)
class Access:
    """Where the service is and what opens it."""

    server: str  # without a slash at its end; may have a path
    token: str = field(repr=False)  # an access token or an API key

    @classmethod
    def checked(cls, server: str, token: str) -> Self:
        """InvalidRequest when it cannot be meant."""
        try:
            parts = urlsplit(server)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable or "@" in server or "?" in server or "#" in server:
            raise InvalidRequest("Write the server's address like https://icons.example.com, without user or question.")
        if not token.isascii() or not token.isprintable() or " " in token:
            raise InvalidRequest("The token is one word of letters, digits and signs; copy it again.")
        return cls(server.rstrip("/"), token)


class Client:
    """One account's way to a service, an async context manager. Every call raises StudioError."""

    def __init__(self, access: Access, tell: Callable[[str], None]) -> None:
        """``tell`` hears, as a sentence, what is being waited for."""
        self._access, self._tell = access, tell

    async def __aenter__(self) -> Self:
        headers = {"Authorization": f"Bearer {self._access.token}"}
        self._http = aiohttp.ClientSession(headers=headers, timeout=_TIMES, read_bufsize=_LINE)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def get(self, path: str) -> Json:
        """What lies at a path."""

        async def ask() -> Json:
            async with self._answer("GET", path) as answer:
                return _parsed(await answer.text(errors="replace"))

        return await self._patiently(ask)

    async def submit(self, path: str, body: Json, key: str) -> Json:
        """Ask for work. ``key`` makes it safe to ask again: a lost answer is replayed, the work is not done twice."""
        headers = {"Idempotency-Key": key, "Prefer": "respond-async"}

        async def ask() -> Json:
            async with self._answer("POST", path, headers, body) as answer:
                return _parsed(await answer.text(errors="replace"))

        return await self._patiently(ask)

    async def fetch(self, path: str, keep: Callable[[AsyncIterator[bytes]], Awaitable[None]]) -> None:
        """Have the bytes at a path kept; after a break anew, from their beginning."""

        async def ask() -> None:
            async with self._answer("GET", path) as answer:
                await keep(answer.content.iter_chunked(_BLOCK))

        await self._patiently(ask)

    async def follow(self, path: str) -> AsyncIterator[Json]:
        """The events of a stream until it has said how it ends; after a break it goes on behind the last one heard."""
        last, failures, over = "", 0, False
        while not over:
            try:
                async with self._answer("GET", path, {"Last-Event-ID": last} if last else {}) as answer:
                    over = answer.status == 204  # everything has been heard
                    async for number, event in _events(answer):
                        last, failures, over = number, 0, event.get("type") in ("done", "error")
                        yield event
                if not over:
                    raise ProviderFailed("The server has closed the stream.")
            except ProviderError as error:
                failures += 1
                await self._pause(error, failures)

    async def _patiently(self, ask: Callable[[], Awaitable[Value]]) -> Value:
        """Ask again, after a pause, as long as another try makes sense."""
        failures = 0
        while True:
            try:
                return await ask()
            except ProviderError as error:
                failures += 1
                await self._pause(error, failures)

    async def _pause(self, error: ProviderError, failures: int) -> None:
        seconds = PATIENCE.delay(error, failures, random.random())  # noqa: S311 - jitter, not a secret
        if seconds is None:
            raise error
        self._tell(f"{error.message} Trying again in {math.ceil(seconds)} s.")
        await asyncio.sleep(seconds)

    @asynccontextmanager
    async def _answer(
        self, method: str, path: str, headers: Mapping[str, str] = {}, body: Json | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """A good answer; ProviderFailed for what another try may mend, else the server's own error.

        Redirects are not followed: the token is for this server only.
        """
        url = f"{self._access.server}{path}"
        try:
            async with self._http.request(method, url, headers=headers, json=body, allow_redirects=False) as answer:
                if answer.status >= 300:
                    raise _error(answer, await answer.text(errors="replace"))
                yield answer
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            reason = "it took too long" if isinstance(error, TimeoutError) else type(error).__name__
            raise ProviderFailed(f"The server {self._access.server} does not answer ({reason}).") from None


async def _events(answer: aiohttp.ClientResponse) -> AsyncIterator[tuple[str, Json]]:
    """(number, data) of each server-sent event."""
    number = ""
    async for line in answer.content:
        name, _, value = line.decode(errors="replace").rstrip("\r\n").partition(":")
        if name == "id":
            number = value.strip()
        elif name == "data":
            yield number, _parsed(value)


def _parsed(text: str) -> Json:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise ProviderFailed("What answers there is no Icon Studio; check the server's address.")
    return body


def _error(answer: aiohttp.ClientResponse, text: str) -> StudioError:
    """What the server says went wrong. What is not in its words comes from something in between."""
    if answer.status < 400:
        return InvalidRequest("The server has moved; give its new address.")
    try:
        body = _parsed(text)
        message, code = plain(body["message"]), plain(body["code"])
    except (ProviderFailed, KeyError):
        error: StudioError = ProviderFailed(f"Something between here and the server answers {answer.status}.")
        error.status = answer.status
        return error if answer.status >= 500 else _final(error.message, "NO_ANSWER", answer.status)
    after = answer.headers.get("Retry-After", "")
    if after.isascii() and after.isdigit():
        again = ProviderFailed(message, code=code, retry_after=float(after))
        again.status = answer.status
        return again
    return _final(f"{message}{_fields(body)}", code, answer.status)


def _final(message: str, code: str, status: int) -> StudioError:
    error = StudioError(message, code=code)
    error.status = status
    return error


def _fields(body: Json) -> str:
    """What is wrong with each field, where the server says so."""
    metadata = body.get("metadata")
    fields = metadata.get("fields") if isinstance(metadata, dict) else None
    if not isinstance(fields, dict) or not fields:
        return ""
    return " " + plain("; ".join(f"{name}: {advice}" for name, advice in fields.items())) + "."


def plain(text: Any) -> str:
    """A foreign text for a terminal: bounded, one line, and nothing that steers the terminal."""
    return "".join(char if char.isprintable() else " " for char in str(text)[:_SHOWN])


def identifier(answer: Json, name: str) -> str:
    """The id that an answer gives to what was asked for."""
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise ProviderFailed("What answers there is no Icon Studio; check the server's address.")
    return plain(value)
