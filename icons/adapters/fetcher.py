"""The one fetcher of addresses that users or workers name, under the guard against reaching inside."""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress

import aiohttp
from aiohttp.abc import AbstractResolver

from icons.adapters.providers.headers import retry_after
from icons.core.outbound import AddressClosed, check_url, socket_factory
from icons.core.ports import Fetched, Posted
from icons.domain.errors import InvalidRequest, ProviderFailed, ProviderTimeout, TooLarge

_CHUNK = 64 * 1024
_MANNERS = 4096, 1.0  # bytes and seconds of a posted body's answer: read, so that a server need not see it cut off


class GuardedFetcher:
    """The Fetcher port over aiohttp: no redirects, no proxy from the environment, no private address."""

    def __init__(
        self, *, allow_private: bool = False, allow_http: bool = True, resolver: AbstractResolver | None = None
    ) -> None:
        """``allow_private`` is the operator's word that users may reach inside; ``resolver`` replaces the system's."""
        self._allow_private, self._allow_http, self._resolver = allow_private, allow_http, resolver

    def check(self, url: str, field: str = "url") -> None:
        """See `Fetcher.check`."""
        check_url(url, allow_private=self._allow_private, allow_http=self._allow_http, field=field)

    async def get(self, url: str, max_bytes: int, timeout: float, accept: Collection[str]) -> Fetched:
        """See `Fetcher.get`."""
        self.check(url)
        with _translated(timeout):
            async with self._session(timeout) as session, session.get(url, allow_redirects=False) as response:
                return Fetched(await _body(response, max_bytes, accept), response.content_type)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Posted:
        """See `Fetcher.post`."""
        self.check(url)
        with _translated(timeout):
            async with (
                self._session(timeout) as session,
                session.post(url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                most, seconds = _MANNERS
                with suppress(TimeoutError, aiohttp.ClientError):  # the status has said it all
                    async with asyncio.timeout(seconds):
                        await response.content.read(most)
                return Posted(response.status, retry_after(response.headers))

    def _session(self, seconds: float) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            socket_factory=socket_factory(self._allow_private), resolver=self._resolver, force_close=True
        )
        return aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=seconds),
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
        )


@contextmanager
def _translated(timeout: float) -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise ProviderTimeout(f"The address gave no whole answer within {timeout:g} s.") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, AddressClosed):
            raise InvalidRequest(str(error.os_error)) from None
        raise ProviderFailed("The address could not be reached.") from None


async def _body(response: aiohttp.ClientResponse, max_bytes: int, accept: Collection[str]) -> bytes:
    if 300 <= response.status < 400:
        raise InvalidRequest("The address leads elsewhere; send the address that it leads to.")
    if response.status != 200:
        raise ProviderFailed(f"The address answered with status {response.status}.", outcome="refused")
    if response.content_type not in accept:
        raise InvalidRequest(f"The address gave {response.content_type}, not {' or '.join(sorted(accept))}.")
    if (response.content_length or 0) > max_bytes:
        raise _too_large(max_bytes)
    data = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        data += chunk
        if len(data) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(data)


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(f"The address gave more than {max_bytes:,} bytes.")
