"""The asyncio loop that delivers webhooks: it claims what is due, posts it, and writes down what came of it."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog

from icons.core import metrics
from icons.core.bridge import Blocking
from icons.core.hooks import Hooks
from icons.core.ports import Fetcher, Images, Queue
from icons.core.ports import Hooks as HookStore
from icons.core.ports.hooks import Due, Ending, Owed
from icons.domain.errors import StudioError
from icons.domain.hooks import DeliveryState, next_pause
from icons.domain.images import Image

log = structlog.get_logger(__name__)

Body = Callable[[Owed, Mapping[str, Image]], bytes]
"""A face's: a message as it is sent now, with those of its images that are still there, by id."""

_GONE: Final = 410  # the address wants nothing more
_LOOK_AHEAD: Final = 256  # due messages among which those are chosen whose host and account are free


@dataclass(frozen=True, slots=True)
class Tour:
    """How a courier goes about it; times in seconds."""

    poll: float = 1.0  # looks for messages this often even when nobody rings
    timeout: float = 15.0  # for one attempt, from looking up the name to the answer
    lease: float = 60.0  # after which the message of a courier that died is sent by another
    scale: float = 1.0  # of the pauses between attempts, and of the patience
    at_once: int = 32
    per_account: int = 16  # of them, so that nobody's many slow hosts stop everybody
    per_host: int = 4
    drain: float = 5.0  # what is under way when the stop comes may take this long


@dataclass
class Courier:
    """Delivers until it is stopped. All its blocking calls go through ``blocking``."""

    hooks: Hooks
    store: HookStore
    images: Images
    fetcher: Fetcher
    body: Body
    queue: Queue
    blocking: Blocking
    tour: Tour = field(default_factory=Tour)

    def __post_init__(self) -> None:
        self._attempts: dict[asyncio.Task[None], Due] = {}
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = False

    def stop(self) -> None:
        """From any thread: finish what is under way, then return from `run`."""
        self._stopping = True
        self._ring()

    async def run(self) -> None:
        """Deliver until `stop`."""
        self._loop = asyncio.get_running_loop()
        unlisten = self.queue.listen(self._ring)
        try:
            while not self._stopping:
                self._wake.clear()
                try:
                    while await self._start_some():
                        pass
                except StudioError as error:
                    log.error("courier.store_unavailable", message=error.message)
                except Exception:  # a bug about one message must not silence all the others
                    log.exception("courier.stumbled")
                await self._pause()
        finally:
            unlisten()
            await self._drain()

    def _ring(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    async def _pause(self) -> None:
        """Until somebody rings, an attempt ends, or it is time to look."""
        try:
            async with asyncio.timeout(self.tour.poll):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _drain(self) -> None:
        """What is not over in time is sent again once its lease has run out."""
        if not self._attempts:
            return
        _, late = await asyncio.wait(self._attempts, timeout=self.tour.drain)
        for attempt in late:
            attempt.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    # Choosing

    async def _start_some(self) -> bool:
        """Begin attempts as far as there is room; whether another look may find more."""
        room = self.tour.at_once - len(self._attempts)
        if room <= 0 or self._stopping:
            return False
        hosts, accounts = self._under_way()
        busy_hosts = [host for host, count in hosts.items() if count >= self.tour.per_host]
        busy_accounts = [account for account, count in accounts.items() if count >= self.tour.per_account]
        due = await self.blocking(self.store.due, _LOOK_AHEAD, busy_hosts, busy_accounts)
        chosen = self._chosen(due, room)
        if not chosen:
            return False
        by_id = {each.id: each for each in chosen}
        claimed = await self.blocking(self.store.claim, list(by_id), self.tour.lease)
        for owed in claimed:
            attempt = asyncio.create_task(self._attempt(owed))
            self._attempts[attempt] = by_id[owed.delivery.id]
            attempt.add_done_callback(self._over)
        return bool(claimed)

    def _chosen(self, due: list[Due], room: int) -> list[Due]:
        hosts, accounts = self._under_way()
        chosen: list[Due] = []
        for each in due:
            free = hosts[each.host] < self.tour.per_host and accounts[each.account] < self.tour.per_account
            if free and len(chosen) < room:
                hosts[each.host] += 1
                accounts[each.account] += 1
                chosen.append(each)
        return chosen

    def _under_way(self) -> tuple[Counter[str], Counter[str]]:
        """Attempts by host and by account."""
        under_way = self._attempts.values()
        return Counter(each.host for each in under_way), Counter(each.account for each in under_way)

    def _over(self, attempt: asyncio.Task[None]) -> None:
        del self._attempts[attempt]
        self._wake.set()

    # Attempting

    async def _attempt(self, owed: Owed) -> None:
        message = owed.delivery
        try:
            ending = await self._sent(owed)
        except Exception:
            log.exception("webhook.unsendable", delivery_id=message.id)
            ending = self._failed(owed, None, "It could not be sent; the operator's log says why.")
        try:
            await self.blocking(self.store.settle, owed, ending)
        except StudioError as error:  # it is sent again once the lease has run out
            log.error("webhook.not_settled", delivery_id=message.id, message=error.message)
            return
        outcome = "postponed" if ending.state is DeliveryState.PENDING else ending.state.value
        metrics.HOOKS.labels(outcome=outcome).inc()
        log.info(
            "webhook.attempted",
            delivery_id=message.id,
            event_type=message.event.value,
            attempt=message.attempts,
            outcome=outcome,
            status=ending.status,
            correlation_id=message.correlation_id,
        )

    async def _sent(self, owed: Owed) -> Ending:
        try:
            body, headers = await self.blocking(self._packed, owed)
            posted = await self.fetcher.post(owed.delivery.url, body, headers, self.tour.timeout)
        except StudioError as error:
            return self._failed(owed, None, error.message)
        if 200 <= posted.status < 300:
            return Ending(DeliveryState.DELIVERED, posted.status)
        if posted.status == _GONE:
            return Ending(DeliveryState.DISABLED, posted.status, "The address wants no more webhooks (410 Gone).")
        redirected = " A redirect is not followed." if 300 <= posted.status < 400 else ""
        reason = f"The address answered with status {posted.status}.{redirected}"
        return self._failed(owed, posted.status, reason, posted.retry_after)

    def _packed(self, owed: Owed) -> tuple[bytes, dict[str, str]]:
        """Body and headers, as of now: image addresses are fresh, and whatever secret counts now has signed."""
        message = owed.delivery
        images = self.images.many(message.account, owed.data.get("images", ()))
        body = self.body(owed, images)
        headers = self.hooks.headers(message.account, message.id, body)
        return body, {**headers, "X-Correlation-ID": message.correlation_id}

    def _failed(self, owed: Owed, status: int | None, reason: str, retry_after: float | None = None) -> Ending:
        scale = self.tour.scale
        wish = None if retry_after is None else retry_after / scale
        jitter = random.random()  # noqa: S311 - jitter, not a secret
        pause = next_pause(owed.delivery.attempts, owed.age / scale, jitter, wish)
        if pause is None:
            return Ending(DeliveryState.FAILED, status, reason)
        return Ending(DeliveryState.PENDING, status, reason, pause * scale)
