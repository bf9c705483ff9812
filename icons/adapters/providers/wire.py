"""How every SDK reaches its provider: an aiohttp session under the guard, with errors in the house's own terms.

The SDKs bring their own transports. This one takes their place, so that addresses are checked, answers are bounded,
and no exception ever carries a request, in whose headers the key stands. Importing it takes a while: do it late.
"""

from collections.abc import AsyncIterator, Callable
from typing import Final

import aiohttp
import httpx2

from icons.adapters.providers.refusals import refusal
from icons.core.outbound import AddressClosed, check_url, socket_factory
from icons.domain.access import Connection
from icons.domain.errors import InvalidRequest, ProviderError, ProviderFailed, ProviderTimeout, RequestRefused

MAX_ANSWER: Final = 64 * 1024 * 1024  # bytes, unpacked: ten large pictures in base64
MAX_ERROR: Final = 64 * 1024  # bytes of an error answer that are read
CONNECT_SECONDS: Final = 10.0
_CHUNK: Final = 64 * 1024
_PACKING: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})


class Wire(httpx2.AsyncBaseTransport):
    """One connection's transport; belongs to the event loop on which it was made."""

    def __init__(self, connection: Connection, *, allow_private: bool) -> None:
        self._provider, self._secret, self._seconds = connection.provider, connection.api_key, connection.timeout
        self._allow_private = allow_private
        # No proxy from the environment: the guard would see the proxy's address only.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, socket_factory=socket_factory(allow_private)),
            timeout=aiohttp.ClientTimeout(total=connection.timeout, sock_connect=CONNECT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises ProviderError for everything but a success."""
        url, body = str(request.url), await request.aread()
        # the SDK's list of encodings may name some that aiohttp does not unpack
        headers = [(name, value) for name, value in request.headers.multi_items() if name != "accept-encoding"]
        failure: ProviderError
        try:
            check_url(url, allow_private=self._allow_private)
            answer = await self._session.request(
                request.method, url, headers=headers, data=body or None, allow_redirects=False
            )
            if answer.status == 200:
                return httpx2.Response(200, headers=_headers(answer), stream=_Body(answer, self._translated))
            failure = refusal(self._provider, self._secret, answer.status, answer.headers, await _beginning(answer))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, InvalidRequest) as error:
            failure = self._translated(error)
        raise failure  # outside of the handler, so that it is chained to nothing

    async def aclose(self) -> None:
        """End all connections."""
        await self._session.close()

    def _translated(self, error: Exception) -> ProviderError:
        name = self._provider
        closed = isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, AddressClosed)
        if closed or isinstance(error, InvalidRequest):
            text = f"{name}: its address does not lead to the public internet."
            return RequestRefused(text, code="PROVIDER_BAD_REQUEST", outcome="unsent")
        if isinstance(error, aiohttp.ConnectionTimeoutError):
            return ProviderTimeout(f"{name} cannot be reached.", outcome="unsent")
        if isinstance(error, aiohttp.ClientConnectorError | aiohttp.InvalidURL):
            return ProviderFailed(f"{name} cannot be reached.", outcome="unsent")
        if isinstance(error, TimeoutError):
            return ProviderTimeout(f"{name} gave no whole answer within {self._seconds:g} s.", outcome="unknown")
        return ProviderFailed(f"The connection to {name} broke.", outcome="unknown")


async def _beginning(answer: aiohttp.ClientResponse) -> bytes:
    """As much of an error answer's body as anybody needs; the rest is dropped with its connection."""
    body = bytearray()
    async with answer:
        async for chunk in answer.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > MAX_ERROR:
                break
    return bytes(body[:MAX_ERROR])


def _headers(answer: aiohttp.ClientResponse) -> list[tuple[str, str]]:
    """Without those that speak of the packed body: aiohttp has unpacked it."""
    return [(name, value) for name, value in answer.headers.items() if name.lower() not in _PACKING]


class _Body(httpx2.AsyncByteStream):
    """A success's body, as far as MAX_ANSWER."""

    def __init__(self, answer: aiohttp.ClientResponse, translated: Callable[[Exception], ProviderError]) -> None:
        self._answer, self._translated = answer, translated

    async def __aiter__(self) -> AsyncIterator[bytes]:
        failure: ProviderError | None = None
        size = 0
        try:
            async for chunk in self._answer.content.iter_chunked(_CHUNK):
                size += len(chunk)
                if size > MAX_ANSWER:
                    failure = ProviderFailed(f"The answer has more than {MAX_ANSWER:,} bytes.", outcome="unknown")
                    break
                yield chunk
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            failure = self._translated(error)
        if failure:
            raise failure

    async def aclose(self) -> None:
        """Give the connection back, or drop it when the body was not read to its end."""
        self._answer.close()
