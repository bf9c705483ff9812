"""A worker's connection to a service elsewhere: introduces itself, keeps in touch, comes back when the line breaks."""

import asyncio
import json
import random
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import aiohttp
import structlog

from icons.core.ports import Provider
from icons.domain.access import Connection
from icons.domain.errors import InvalidRequest, ProviderFailed, StudioError, Unauthenticated
from icons.terminal.remote.easel import Easel
from icons.terminal.remote.messages import Json, Order, parsed
from icons.terminal.remote.shelf import Shelf

log = structlog.get_logger(__name__)

VERSION: Final = "1.0.0"  # of what this worker says and understands
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0  # seconds between two tries to connect: full jitter, doubling
_WELCOME: Final = 20.0  # seconds for the introduction
_PING: Final = 15.0  # seconds: a line that does not answer is a broken one
_BEAT: Final = 5.0  # seconds, where the service does not say
_MAX_MESSAGE: Final = 2**20  # bytes: orders are words
_UNAUTHORIZED: Final = 4401


@dataclass(frozen=True, slots=True)
class Introduction:
    """Where the worker goes and what it says of itself."""

    url: str  # ws:// or wss://
    token: str = field(repr=False)
    name: str
    capabilities: tuple[str, ...]
    capacity: int  # requests at once


class OutsideWorker:
    """Serves one service with one provider."""

    def __init__(
        self, introduction: Introduction, connection: Connection, provider: Provider, model: str, shelf: Shelf
    ) -> None:
        self._about, self._provider = introduction, provider
        self._easel = Easel(connection, provider, introduction.capacity, model, shelf, self._send)
        self._line: aiohttp.ClientWebSocketResponse | None = None
        self._leaving = False

    async def run(self, stop: asyncio.Event, drain: float) -> None:
        """Until ``stop``, then at most ``drain`` seconds more. StudioError when the service refuses the worker."""
        await self._provider.open()
        serving = asyncio.create_task(self._serve())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                serving.result()
            self._leaving = True
            await self._beat()
            await self._easel.finish(drain)
        finally:
            for task in (serving, stopping):
                task.cancel()
            await asyncio.gather(serving, stopping, return_exceptions=True)
            await self._provider.close()

    async def _serve(self) -> None:
        """Stay connected."""
        failures = 0
        async with aiohttp.ClientSession() as http:
            while True:
                try:
                    async with http.ws_connect(self._about.url, heartbeat=_PING, max_msg_size=_MAX_MESSAGE) as line:
                        beat = await asyncio.wait_for(self._introduce(line), _WELCOME)
                        failures = 0
                        await self._converse(line, beat)
                    reason = f"closed with {line.close_code}"
                except aiohttp.WSServerHandshakeError as error:
                    reason = _refusal(error)
                except (aiohttp.ClientError, TimeoutError, OSError, ProviderFailed) as error:
                    reason = error.message if isinstance(error, ProviderFailed) else type(error).__name__
                failures += 1
                pause = random.random() * min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(failures, 10))  # noqa: S311 - jitter
                log.warning("line.lost", reason=reason, seconds=round(pause, 1))
                await asyncio.sleep(pause)

    async def _introduce(self, line: aiohttp.ClientWebSocketResponse) -> float:
        """Say who comes; seconds between heartbeats. Unauthenticated when the token does not count."""
        about = self._about
        metadata = {
            "version": VERSION,
            "capabilities": list(about.capabilities),
            "capacity": about.capacity,
            "acknowledge": True,
            "token": about.token,
        }
        await line.send_str(json.dumps({"type": "authenticate", "extensionId": about.name, "metadata": metadata}))
        async for each in line:
            message = parsed(each.data) if each.type is aiohttp.WSMsgType.TEXT else {}
            if message.get("type") == "authentication_success":
                log.info("line.open", url=about.url, worker=message.get("workerId"), capacity=about.capacity)
                most, beat = message.get("maxMessageSize"), message.get("heartbeatInterval")
                self._easel.max_message = most if isinstance(most, int) and most > 0 else None
                return beat / 1000 if isinstance(beat, int | float) and beat > 0 else _BEAT
            if message.get("type") == "error":
                raise _turned_away(message)
        raise _closed(line)

    async def _converse(self, line: aiohttp.ClientWebSocketResponse, beat: float) -> None:
        """Take what comes until the line breaks."""
        self._line = line
        beating = asyncio.create_task(self._keep_beating(beat))
        try:
            async for each in line:
                if each.type is aiohttp.WSMsgType.TEXT:
                    await self._heed(parsed(each.data))
            if line.close_code == _UNAUTHORIZED:
                raise _closed(line)
        finally:
            self._line = None
            beating.cancel()

    async def _heed(self, message: Json) -> None:
        request_id = str(message.get("requestId", ""))
        match message.get("type"):
            case "generate_image":
                await self._take(message, request_id)
            case "cancel_image":
                self._easel.cancel(request_id)
            case "image_received":
                self._easel.forget(request_id)
            case "error":
                self._easel.refused(request_id, str(message.get("code")))
                log.warning("service.objects", error=message.get("error"), request_id=request_id)

    async def _take(self, message: Json, request_id: str) -> None:
        try:
            order = Order.of(message)
        except InvalidRequest as error:
            failed = {"type": "image_generation_failed", "requestId": request_id, "error": error.message}
            await self._send(failed)
            return
        log.info("request.taken", request_id=order.id, correlation_id=order.correlation_id)
        await self._easel.take(order)

    async def _keep_beating(self, seconds: float) -> None:
        while True:
            await self._beat()
            await asyncio.sleep(seconds)

    async def _beat(self) -> None:
        easel = self._easel
        status = {
            "available": easel.available and not self._leaving,
            "queueSize": easel.queued,
            "activeRequests": easel.active,
        }
        await self._send({"type": "heartbeat", "extensionId": self._about.name, "status": status})

    async def _send(self, message: Json) -> bool:
        """See `Send`."""
        if self._line is None:
            return False
        with suppress(ConnectionError, aiohttp.ClientError, RuntimeError):  # the last: a line that is being closed
            await self._line.send_str(json.dumps(message))
            return True
        return False


def _turned_away(message: Json) -> StudioError:
    if message.get("code") == Unauthenticated.code or "uthentication" in str(message.get("error")):
        return Unauthenticated("The service does not accept this token.")
    return ProviderFailed(str(message.get("error")))


def _closed(line: aiohttp.ClientWebSocketResponse) -> StudioError:
    if line.close_code == _UNAUTHORIZED:
        return Unauthenticated("The service no longer accepts this token.")
    return ProviderFailed(f"closed with {line.close_code}")


def _refusal(error: aiohttp.WSServerHandshakeError) -> str:
    """Why the service does not open the line. StudioError when trying again would not mend it."""
    if error.status in (401, 403, 404):
        raise InvalidRequest(f"The service answers {error.status}; check --url and the token.") from None
    return f"the service answers {error.status}"
