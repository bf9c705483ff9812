"""Lanes: each provider connection with what protects it, its limits, its circuit breaker, its places."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import structlog
from asyncio_throttle.throttler import Throttler

from icons.core import metrics, tracing
from icons.core.bridge import Blocking
from icons.core.ports import Limits, Provider
from icons.domain.access import Connection
from icons.domain.breaker import Breaker, Circuit
from icons.domain.errors import ProviderError, ProviderTimeout, RequestRefused, StudioError
from icons.domain.limits import Quantity
from icons.domain.requests import Answer, Notice, Reply
from icons.domain.workers import ERRANDS

log = structlog.get_logger(__name__)

BUSY: Final = "PROVIDER_BUSY"  # code of an answer that says: slower. Somebody is there, so it is no fault.
_ERRANDS_AT_ONCE: Final = 64
_LONGEST_PAUSE: Final = 120.0  # seconds that a provider's word can stop a lane

Bought = TypeVar("Bought", Answer, Reply)


@dataclass(frozen=True, slots=True)
class Load:
    """What a call takes of its lane's limits, beside the request itself."""

    tokens: int = 0  # estimated before, put right after the answer
    images: int = 0

    @property
    def amounts(self) -> dict[str, float]:
        """By the names of the quantities."""
        return {"tokens": float(self.tokens), "images": float(self.images)}


class Lane:
    """One connection; ``connection.id`` names it."""

    def __init__(self, connection: Connection, provider: Provider, limits: Limits, blocking: Blocking) -> None:
        self.connection, self.provider = connection, provider
        self.breaker = Breaker()
        self.running = 0
        self._limits, self._blocking = limits, blocking
        bounds = {
            "requests": connection.requests_per_minute,
            "tokens": connection.tokens_per_minute,
            "images": connection.images_per_minute,
        }
        self._quantities = {name: Quantity(name, bound) for name, bound in bounds.items() if bound}
        self._label = connection.id if connection.id == connection.provider else metrics.PROFILES
        if self._label != metrics.PROFILES:
            for quantity in self._quantities.values():
                metrics.LIMIT.labels(self._label, quantity.name).set(quantity.per_minute)
        per_second = math.ceil((connection.requests_per_minute or 0) / 60) + 1
        # The store spaces what all processes start; this keeps a stalled loop from starting all it slept through.
        self._pacer = Throttler(rate_limit=per_second, period=1.0) if "requests" in self._quantities else None

    @property
    def places(self) -> int:
        """How many more jobs it may run now, the circuit breaker allowing."""
        probing = self.breaker.circuit(time.monotonic()) is Circuit.HALF_OPEN
        return (1 if probing else self.connection.concurrency) - self.running

    def closed_for(self) -> float:
        """Seconds until calls may pass again; 0 = they may."""
        return self.breaker.wait(time.monotonic())

    async def slot(self) -> None:
        """Wait for the lane's next start. Whoever claims after this claims the best job of that moment."""
        await self._take({"requests": 1.0})
        if self._pacer:
            async with self._pacer:
                pass

    async def return_slot(self) -> None:
        """Nothing was there to start."""
        await self._correct({"requests": -1.0})

    async def take(self, load: Load) -> None:
        """Wait until there is room for a call."""
        await self._take(load.amounts)

    async def give_back(self, load: Load) -> None:
        """The call was not made."""
        await self._correct({name: -amount for name, amount in load.amounts.items()})

    async def call(self, asking: Awaitable[Bought], load: Load) -> Bought:
        """What the provider answers to a call that room was taken for."""
        self.breaker = self.breaker.passed(time.monotonic())
        try:
            with (
                metrics.DRAWING.labels(provider=self.connection.provider).time(),
                tracing.span("provider call", provider=self.connection.provider),
            ):
                answer = await self._called(asking)
        except ProviderError as error:
            metrics.CALLS.labels(self._label, "busy" if error.code == BUSY else error.outcome).inc()
            await self._learn(error)
            if error.outcome == "unsent":
                await self.give_back(load)
            raise
        self.breaker = self.breaker.succeeded()
        used = answer.usage.text_tokens + answer.usage.image_tokens + answer.usage.output_tokens
        self._count(Load(used or load.tokens, load.images))
        if used:
            await self._correct({"tokens": float(used - load.tokens)})
        await self._heed(answer.notice)
        return answer

    def _count(self, used: Load) -> None:
        metrics.CALLS.labels(self._label, "answered").inc()
        for name, amount in {"requests": 1.0, **used.amounts}.items():
            metrics.USED.labels(self._label, name).inc(amount)

    async def _called(self, call: Awaitable[Bought]) -> Bought:
        seconds = self.connection.timeout
        try:
            async with asyncio.timeout(seconds):
                return await call
        except TimeoutError as error:
            raise ProviderTimeout(f"{self.connection.provider} gave no answer within {seconds:g} s.") from error

    async def _learn(self, error: ProviderError) -> None:
        if error.code == BUSY:
            await self._pause(error.retry_after or 1.0)
        elif error.transient:
            self.breaker = self.breaker.failed(time.monotonic())
            if self.breaker.circuit(time.monotonic()) is Circuit.OPEN:
                log.warning("provider.circuit_open", lane=self.connection.id, seconds=round(self.closed_for(), 1))
        else:
            self.breaker = self.breaker.succeeded()  # it refuses, so it is there

    async def _heed(self, notice: Notice) -> None:
        """Stop everybody when the provider says that nothing is left."""
        if notice.requests_left == 0 and notice.requests_reset:
            await self._pause(notice.requests_reset)
        if notice.tokens_left == 0 and notice.tokens_reset:
            await self._pause(notice.tokens_reset)

    async def _pause(self, seconds: float) -> None:
        seconds = min(seconds, _LONGEST_PAUSE)
        log.info("provider.pause", lane=self.connection.id, seconds=round(seconds, 1))
        await self._blocking(self._limits.pause, self.connection.id, seconds)

    async def _take(self, amounts: Mapping[str, float]) -> None:
        if taken := self._seconds(amounts):
            seconds = await self._blocking(self._limits.reserve, self.connection.id, taken)
            metrics.WAITS.labels(self._label).observe(seconds)
            await asyncio.sleep(seconds)

    async def _correct(self, amounts: Mapping[str, float]) -> None:
        if taken := self._seconds(amounts):
            await self._blocking(self._limits.correct, self.connection.id, taken)

    def _seconds(self, amounts: Mapping[str, float]) -> dict[str, float]:
        return {
            name: self._quantities[name].seconds(amount)
            for name, amount in amounts.items()
            if name in self._quantities and amount
        }


class Lanes:
    """All lanes of this process, opened when first used and reopened when their connection has been changed."""

    def __init__(
        self,
        own: Mapping[str, tuple[Connection, Provider]],
        connection: Callable[[str, str], Connection],
        connect: Callable[[Connection], Provider],
        limits: Limits,
        blocking: Blocking,
    ) -> None:
        """``own``: the operator's, by lane. ``connection(account, profile id)`` reads a profile."""
        self._own, self._connection, self._connect = own, connection, connect
        self._limits, self._blocking = limits, blocking
        self._open: dict[str, Lane] = {}
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Get the operator's own providers ready."""
        for connection, provider in self._own.values():
            await provider.open()
            self._open[connection.id] = Lane(connection, provider, self._limits, self._blocking)
        stand_in = next(iter(self._own.values()))[1]  # errands call no provider
        errands = Connection(ERRANDS, ERRANDS, concurrency=_ERRANDS_AT_ONCE)
        self._errands = Lane(errands, stand_in, self._limits, self._blocking)

    async def get(self, lane: str, account: str) -> Lane:
        """The lane, of the account when it is a profile's. RequestRefused when its profile is gone or unusable."""
        if lane in self._own:
            return self._open[lane]
        if lane == ERRANDS:
            return self._errands
        async with self._turn:
            try:
                connection = await self._blocking(self._connection, account, lane)
                return await self._current(connection)
            except ProviderError:
                raise
            except StudioError as error:
                raise RequestRefused(f"The connection profile cannot be used: {error.message}") from error

    async def _current(self, connection: Connection) -> Lane:
        present = self._open.get(connection.id)
        if present and present.connection == connection:
            return present
        provider = self._connect(connection)
        await provider.open()
        self._open[connection.id] = lane = Lane(connection, provider, self._limits, self._blocking)
        if present:
            await present.provider.close()
        return lane

    def closed(self, name: str) -> Lane:
        """A stand-in for a lane that cannot be opened: its jobs are claimed, and fail when they ask for it."""
        local, provider = next(iter(self._own.values()))
        return Lane(replace(local, id=name), provider, self._limits, self._blocking)

    def circuits(self) -> dict[str, Circuit]:
        """The state of each open lane's circuit breaker."""
        now = time.monotonic()
        return {name: lane.breaker.circuit(now) for name, lane in [*self._open.items()]}

    async def close(self) -> None:
        """Close every provider."""
        for _, provider in self._own.values():
            await provider.close()
        for name, lane in self._open.items():
            if name not in self._own:
                await lane.provider.close()
