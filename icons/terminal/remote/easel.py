"""Drawing what a service elsewhere asks of this worker: several requests at once, each paid for at most once."""

import asyncio
import base64
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from asyncio_throttle.throttler import Throttler

from icons.core.paying import FREE
from icons.core.ports import Provider
from icons.domain.access import Connection
from icons.domain.errors import InvalidRequest, ProviderError, ProviderTimeout, StudioError
from icons.domain.images import Picture
from icons.domain.pictures import ImageRequest
from icons.domain.prompts.library import Library
from icons.domain.requests import Answer
from icons.terminal.remote.messages import Json, Order

log = structlog.get_logger(__name__)

Send = Callable[[Json], Awaitable[bool]]
"""Whether the message has left; False while there is no connection."""

_REMEMBERED: Final = 32  # answers: some megabytes each
_BEGUN, _PREVIEW, _DRAWN = 5, 15, 90  # % of a request


class Easel:
    """One provider with the requests on it.

    An answer that may not have arrived is kept and sent again when its request comes again, so a lost connection does
    not make anybody pay twice. A call whose outcome nobody knows is reported as final: a person decides.
    """

    def __init__(self, connection: Connection, provider: Provider, capacity: int, model: str, send: Send) -> None:
        """``model``: for requests that name none; "" = the connection's."""
        self._connection, self._provider, self._send = connection, provider, send
        self._model = model or connection.model
        self._library = Library.built_in()
        self._places = asyncio.Semaphore(capacity)
        self.capacity = capacity
        self._free = connection.provider in FREE
        per_minute = connection.requests_per_minute
        self._pacer = Throttler(rate_limit=per_minute, period=60.0) if per_minute else None
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._answers: OrderedDict[str, Json] = OrderedDict()
        self._paused_until = 0.0  # monotonic seconds: the provider has asked for a rest

    @property
    def active(self) -> int:
        """Requests that are being drawn."""
        return min(len(self._tasks), self.capacity)

    @property
    def queued(self) -> int:
        """Requests that wait for a place."""
        return len(self._tasks) - self.active

    @property
    def available(self) -> bool:
        """Whether another request would be begun at once."""
        return len(self._tasks) < self.capacity and time.monotonic() >= self._paused_until

    async def take(self, order: Order) -> None:
        """Begin a request; one that has been answered is answered with the same, one at work goes on."""
        if order.id in self._tasks:
            return
        if answer := self._answers.get(order.id):
            log.info("request.answered_again", request_id=order.id)
            await self._hand_in(order, answer)
            return
        task = asyncio.get_running_loop().create_task(self._carry_out(order))
        self._tasks[order.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(order.id, None))

    def cancel(self, request_id: str) -> None:
        """Stop a request: nobody wants it any more."""
        self._answers.pop(request_id, None)
        if task := self._tasks.get(request_id):
            task.cancel()

    def forget(self, request_id: str) -> None:
        """The service does not take the answer: should the request come again, it is a new one."""
        self._answers.pop(request_id, None)

    async def finish(self, seconds: float) -> None:
        """Let what is at work end for so long, then give it up and say so."""
        if not self._tasks:
            return
        await asyncio.wait([*self._tasks.values()], timeout=seconds)
        for request_id, task in [*self._tasks.items()]:
            task.cancel()
            await self._send(self._stopped(request_id))

    def _stopped(self, request_id: str) -> Json:
        reason = "" if self._free else "The provider may have been paid for it; retry it by hand to pay again."
        return _failed(request_id, "The worker was stopped while it drew.", reason, retryable=self._free)

    async def _carry_out(self, order: Order) -> None:
        async with self._places:
            started = time.monotonic()
            try:
                answer = await self._drawn(order)
            except StudioError as error:
                message = self._failure(order, error)
            except Exception:
                log.exception("request.crashed", request_id=order.id, correlation_id=order.correlation_id)
                message = _failed(order.id, "The worker failed.", "Its log says more.", retryable=False)
            else:
                message = answer
            log.info(
                "request.ended",
                request_id=order.id,
                correlation_id=order.correlation_id,
                outcome=message["type"],
                error=message.get("error"),
                seconds=round(time.monotonic() - started, 3),
            )
            await self._hand_in(order, message)

    async def _hand_in(self, order: Order, message: Json) -> None:
        arrived = await self._send(order.addressed(message))
        if arrived and message["type"] == "image_generation_failed":
            self._answers.pop(order.id, None)
            return  # the service knows: should it come again, somebody wants it tried again
        self._answers[order.id] = message
        while len(self._answers) > _REMEMBERED:
            self._answers.popitem(last=False)

    async def _drawn(self, order: Order) -> Json:
        request = order.request(self._connection.provider, self._model)
        await self._progress(order, _BEGUN, f"Drawing with {self._connection.provider}")

        async def preview(_: Picture) -> None:
            await self._progress(order, _PREVIEW, "The provider has sent a first sketch")

        answers: list[Answer] = []
        orders = request.orders(self._library, order.id, order.correlation_id)
        for each in orders:
            if self._pacer:
                async with self._pacer:
                    pass
            try:
                async with asyncio.timeout(self._connection.timeout):
                    answers.append(await self._provider.draw(each, preview))
            except TimeoutError:
                raise ProviderTimeout(f"{self._connection.provider} gave no answer in time.") from None
            await self._progress(order, _BEGUN + (_DRAWN - _BEGUN) * len(answers) // len(orders), "Drawn")
        return _generated(order, request, answers)

    async def _progress(self, order: Order, percent: int, status: str) -> None:
        message = {"type": "image_generation_progress", "requestId": order.id, "progress": percent, "status": status}
        await self._send(order.addressed(message))

    def _failure(self, order: Order, error: StudioError) -> Json:
        if isinstance(error, InvalidRequest) or not isinstance(error, ProviderError):
            return _failed(order.id, error.message, "", retryable=False)
        if error.retry_after:
            self._paused_until = time.monotonic() + error.retry_after
        known = self._free or error.outcome != "unknown"
        reason = "" if known else "It may have been carried out and billed; retry it by hand to pay again."
        return _failed(order.id, error.message, reason, retryable=error.transient and known)


def _generated(order: Order, request: ImageRequest, answers: list[Answer]) -> Json:
    """The result's message."""
    pictures = [base64.b64encode(picture.data).decode() for answer in answers for picture in answer.pictures]
    width, height = request.dimensions
    metadata: dict[str, Any] = {
        "model": answers[0].model,
        "prompt": request.prompt,
        "width": width,
        "height": height,
        "generatedAt": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    brought: Json = (
        {"imageData": pictures[0]} if len(pictures) == 1 else {"images": [{"imageData": each} for each in pictures]}
    )
    return {"type": "image_generated", "requestId": order.id, **brought, "metadata": metadata}


def _failed(request_id: str, error: str, reason: str, *, retryable: bool) -> Json:
    return {
        "type": "image_generation_failed",
        "requestId": request_id,
        "error": error,
        "reason": reason,
        "retryable": retryable,
    }
