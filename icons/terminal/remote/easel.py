"""Drawing what a service elsewhere asks of this worker: several requests at once, each paid for at most once."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from asyncio_throttle.throttler import Throttler

from icons.core.paying import FREE
from icons.core.ports import Provider
from icons.domain.access import Connection
from icons.domain.errors import (
    ProviderError,
    ProviderFailed,
    ProviderTimeout,
    StudioError,
    Unavailable,
)
from icons.domain.images import Picture
from icons.domain.prompts.library import Library
from icons.domain.requests import Answer
from icons.domain.requests import Order as Call
from icons.terminal.remote.messages import Json, Order
from icons.terminal.remote.results import FAILED, failed, generated
from icons.terminal.remote.shelf import Shelf

log = structlog.get_logger(__name__)

Send = Callable[[Json], Awaitable[bool]]
"""Whether the message has left; False while there is no connection."""

_REMEMBERED: Final = 1000  # requests that have been answered, and of which the service has said nothing yet
_AGAIN: Final = 10.0  # seconds until an answer is sent again that the service could not take
_PASSING: Final = (Unavailable.code, StudioError.code)  # what it says then
_BEGUN, _PREVIEW, _DRAWN = 5, 15, 90  # % of a request


class Easel:
    """One provider with the requests on it.

    What has to be paid for lies on the shelf before it is delivered, and until the service has it: neither a lost
    connection nor a killed worker makes anybody pay twice. A call whose outcome nobody knows is reported as final: a
    person decides.
    """

    def __init__(
        self, connection: Connection, provider: Provider, capacity: int, model: str, shelf: Shelf, send: Send
    ) -> None:
        """``model``: for requests that name none; "" = the connection's."""
        self._connection, self._provider, self._shelf, self._send = connection, provider, shelf, send
        self._model = model or connection.model
        self._library = Library.built_in()
        self._places = asyncio.Semaphore(capacity)
        self.capacity = capacity
        self.max_message: int | None = None  # bytes that the service takes; None = it has not said
        self._free = connection.provider in FREE
        per_minute = connection.requests_per_minute
        self._pacer = Throttler(rate_limit=per_minute, period=60.0) if per_minute else None
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._untold: OrderedDict[str, Json] = OrderedDict()  # failures that could not be sent
        self._delivered: OrderedDict[str, Order] = OrderedDict()  # and perhaps never arrived
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
        """Begin a request; one at work goes on, and one that has failed unheard is not tried again by itself."""
        if order.id in self._tasks:
            return
        if failure := self._untold.get(order.id):
            await self._hand_in(order, failure)
            return
        self._begin(order)

    def cancel(self, request_id: str) -> None:
        """Stop a request: nobody wants it any more."""
        self.forget(request_id)
        if task := self._tasks.get(request_id):
            task.cancel()

    def forget(self, request_id: str) -> None:
        """The service has the answer, or wants none: should the request come again, it is a new one."""
        self._untold.pop(request_id, None)
        if order := self._delivered.pop(request_id, None):
            self._shelf.drop(order)

    def refused(self, request_id: str, code: str) -> None:
        """The service does not take an answer. What it cannot take at present it is sent again in a while."""
        order = self._delivered.get(request_id)
        if order and code in _PASSING:
            asyncio.get_running_loop().call_later(_AGAIN, self._repeat, order)
        else:
            self.forget(request_id)

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
        return failed(request_id, "The worker was stopped while it drew.", reason, retryable=self._free)

    def _begin(self, order: Order) -> None:
        task = asyncio.get_running_loop().create_task(self._carry_out(order))
        self._tasks[order.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(order.id, None))

    def _repeat(self, order: Order) -> None:
        if order.id in self._delivered and order.id not in self._tasks:
            self._begin(order)

    async def _carry_out(self, order: Order) -> None:
        async with self._places:
            started = time.monotonic()
            try:
                answer = await self._drawn(order)
            except StudioError as error:
                message = self._failure(order, error)
            except Exception:
                log.exception("request.crashed", request_id=order.id, correlation_id=order.correlation_id)
                message = failed(order.id, "The worker failed.", "Its log says more.", retryable=False)
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
        """Send it, and remember it where the service may ask again. A failure that has left is none of these: should
        the request come again, somebody wants it tried again."""
        if message["type"] != FAILED:
            self._delivered[order.id] = order  # first of all: the service may be quick to say that it has it
        arrived = await self._send(order.addressed(message))
        if message["type"] == FAILED:
            self._untold.pop(order.id, None)
            if not arrived:
                self._untold[order.id] = message
        for request_id in [*self._delivered][:-_REMEMBERED] + [*self._untold][:-_REMEMBERED]:
            self.forget(request_id)

    async def _drawn(self, order: Order) -> Json:
        request = order.request(self._connection.provider, self._model)
        await self._progress(order, _BEGUN, f"Drawing with {self._connection.provider}")
        orders = request.orders(self._library, order.id, order.correlation_id)
        answers: list[Answer] = []
        for each in orders:
            answers.append(await (self._asked(order, each) if self._free else self._bought(order, each)))
            await self._progress(order, _BEGUN + (_DRAWN - _BEGUN) * len(answers) // len(orders), "Drawn")
        return await asyncio.to_thread(generated, order.id, request, answers, self.max_message)

    async def _bought(self, order: Order, call: Call) -> Answer:
        """What lies on the shelf, or else what the provider gives; one call brings all pictures of a request.

        Written down is also that a call begins, so that one that a killed worker has made is not repeated by itself.
        """
        if answer := await asyncio.to_thread(self._shelf.find, order):
            log.info("request.answered_again", request_id=order.id, correlation_id=order.correlation_id)
            return answer
        if self._shelf.begun(order):
            self._shelf.end(order)
            raise ProviderFailed("A worker of this machine has begun to draw it, and never told how that ended.")
        if self._pacer:
            async with self._pacer:
                pass
        await asyncio.to_thread(self._shelf.begin, order)
        try:
            answer = await self._asked(order, call)
            await self._keep(order, answer)
        finally:
            self._shelf.end(order)
        return answer

    async def _keep(self, order: Order, answer: Answer) -> None:
        """On a full disk it is delivered all the same: that is the best that can be done with it."""
        try:
            await asyncio.to_thread(self._shelf.keep, order, answer)
        except Unavailable as error:
            log.error("request.not_kept", request_id=order.id, message=error.message)

    async def _asked(self, order: Order, call: Call) -> Answer:
        async def preview(_: Picture) -> None:
            await self._progress(order, _PREVIEW, "The provider has sent a first sketch")

        try:
            async with asyncio.timeout(self._connection.timeout):
                return await self._provider.draw(call, preview)
        except TimeoutError:
            raise ProviderTimeout(f"{self._connection.provider} gave no answer in time.") from None

    async def _progress(self, order: Order, percent: int, status: str) -> None:
        message = {"type": "image_generation_progress", "requestId": order.id, "progress": percent, "status": status}
        await self._send(order.addressed(message))

    def _failure(self, order: Order, error: StudioError) -> Json:
        if not isinstance(error, ProviderError):
            return failed(order.id, error.message, "", retryable=isinstance(error, Unavailable))
        if error.retry_after:
            self._paused_until = time.monotonic() + error.retry_after
        known = self._free or error.outcome != "unknown"
        reason = "" if known else "It may have been carried out and billed; retry it by hand to pay again."
        return failed(order.id, error.message, reason, retryable=error.transient and known)
