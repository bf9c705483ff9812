"""A paid call, step by step: intent written down, budget asked, call made, answer on disk, price written down.

After a crash the ledger and the spool tell what happened: an answer in the spool is used without a new call; an
intended call without one may have been paid for, and is repeated only as often as the operator allows.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Final, Generic

import structlog

from icons.core import metrics, spool
from icons.core.bridge import Blocking
from icons.core.lanes import Bought, Lane, Lanes, Load
from icons.core.ports import Files, Preview, Spending
from icons.domain.errors import ProviderError, RequestRefused, StudioError, Unavailable
from icons.domain.jobs import Job, Lease
from icons.domain.models import Catalogue, ChatModel, Estimate, Model, cost, price_reply
from icons.domain.requests import Answer, Message, Order, Reply
from icons.domain.spending import BudgetSpent, Call, CallState, NewCall

log = structlog.get_logger(__name__)

HELD: Final = "SPENDING_UNKNOWN"
_PAUSE: Final = 1.0  # seconds between two tries to put an answer away
FREE: Final = frozenset({"local"})  # providers whose calls are not written down: they cost nothing


@dataclass(frozen=True, slots=True)
class _Purchase(Generic[Bought]):
    """What is to be bought, for how much, and how it is asked for and read back from the spool."""

    model: Model | ChatModel
    estimate: Estimate
    load: Load
    ask: Callable[[], Awaitable[Bought]]
    unpack: Callable[[bytes], Bought]


class PaidCalls:
    """What tasks have done by providers, whichever they are: pictures drawn, turns of a conversation."""

    def __init__(
        self,
        lanes: Lanes,
        spending: Spending,
        files: Files,
        catalogue: Catalogue,
        blocking: Blocking,
        retry_unknown: int = 1,
    ) -> None:
        """``retry_unknown``: how often a job's call may be repeated when an earlier one may have been paid for."""
        self._lanes, self._spending, self._files = lanes, spending, files
        self._catalogue, self._blocking, self._retry_unknown = catalogue, blocking, retry_unknown

    async def draw(self, lease: Lease, order: Order, preview: Preview | None = None) -> Answer:
        """The pictures of the job's lane. Raises ProviderError, or BudgetSpent before anything is called."""
        lane = await self._lane(lease.job)
        connection = lane.connection
        model = self._catalogue.resolve(connection.provider, order.model or connection.model).model
        estimate = self._catalogue.estimate(model, order)
        load = Load(estimate.tokens, order.count)
        ask = partial(lane.provider.draw, replace(order, end_user=lease.job.end_user), preview)
        return await self._buy(lane, lease.job, _Purchase(model, estimate, load, ask, spool.unpacked_answer))

    async def reply(self, lease: Lease, messages: Sequence[Message], model: str = "") -> Reply:
        """The next turn by the job's lane. Raises as `draw` does."""
        lane = await self._lane(lease.job)
        talker = self._catalogue.chat_model(lane.connection.provider, model)
        estimate = price_reply(talker, messages)
        ask = partial(lane.provider.reply, messages, model, lease.job.end_user)
        purchase = _Purchase(talker, estimate, Load(estimate.tokens), ask, spool.unpacked_reply)
        return await self._buy(lane, lease.job, purchase)

    async def settled(self, job: Job) -> None:
        """The job has what it was made for: its spooled answers are needed no more."""
        if job.lane in FREE:
            return
        for call in await self._blocking(self._spending.calls, job.id):
            await self._blocking(self._files.delete, spool.name(call.id))

    async def _lane(self, job: Job) -> Lane:
        return await self._lanes.get(job.lane, job.account)

    async def _buy(self, lane: Lane, job: Job, purchase: _Purchase[Bought]) -> Bought:
        if lane.connection.provider in FREE:
            await lane.take(purchase.load)
            return await lane.call(purchase.ask(), purchase.load)
        calls = await self._blocking(self._spending.calls, job.id)
        if answer := await self._spooled(calls, purchase.unpack):
            return answer
        await self._judge_unknown(calls)
        return await self._pay(lane, job, purchase, len(calls))

    async def _pay(self, lane: Lane, job: Job, purchase: _Purchase[Bought], number: int) -> Bought:
        call = NewCall(
            id=f"{job.id}.{number}",
            account=job.account,
            job_id=job.id,
            batch_id=job.batch_id,
            lane=lane.connection.id,
            provider=lane.connection.provider,
            model=purchase.model.name,
            estimate=purchase.estimate.high or 0,
        )
        await self._intend(lane, call, purchase.load)
        try:
            answer = await lane.call(purchase.ask(), purchase.load)
        except ProviderError as error:
            await self._failed(call, error)
            raise
        except asyncio.CancelledError:  # it may be on the bill all the same
            await self._doubt(call)
            raise
        await asyncio.shield(self._received(call, answer))  # what is paid for is not lost to a cancelled job
        return answer

    async def _intend(self, lane: Lane, call: NewCall, load: Load) -> None:
        """Written down when there is room for the call: what is intended may be under way."""
        await lane.take(load)
        try:
            await self._blocking(self._spending.intend, call)
        except StudioError as error:
            metrics.OVER_BUDGET.inc(isinstance(error, BudgetSpent))
            await lane.give_back(load)
            raise

    async def _received(self, call: NewCall, answer: Answer | Reply) -> None:
        await self._put(spool.name(call.id), spool.packed(answer))
        await self._answered(call, answer)

    async def _put(self, name: str, data: bytes) -> None:
        """However long the files are away: thrown away, the answer would have to be bought once more."""
        while True:
            try:
                return await self._blocking(self._files.put, name, data)
            except Unavailable as error:
                log.error("call.not_spooled_yet", name=name, message=error.message)
                await asyncio.sleep(_PAUSE)

    async def _answered(self, call: NewCall | Call, answer: Answer | Reply) -> None:
        paid = cost(self._priced(call, answer), answer.usage)
        await self._blocking(self._spending.conclude, call.id, CallState.ANSWERED, paid, asdict(answer.usage))
        known = isinstance(call, Call) and call.state is CallState.ANSWERED  # its worker died after having counted it
        if paid and not known:
            metrics.SPENT.labels(call.provider, call.model).inc(paid)

    def _priced(self, call: NewCall | Call, answer: Answer | Reply) -> Model | ChatModel:
        """The model as the ledger names it: another one may be set by now."""
        if isinstance(answer, Reply):
            return self._catalogue.chat_model(call.provider, call.model)
        return self._catalogue.resolve(call.provider, call.model).model

    async def _failed(self, call: NewCall, error: ProviderError) -> None:
        if error.outcome == "unknown":
            await self._doubt(call)
            await self._judge_unknown(await self._blocking(self._spending.calls, call.job_id))
        else:
            await self._blocking(self._spending.conclude, call.id, CallState.REFUSED)

    async def _doubt(self, call: NewCall | Call) -> None:
        await self._blocking(self._spending.conclude, call.id, CallState.UNKNOWN)
        metrics.DOUBTFUL.labels(call.provider).inc()

    async def _spooled(self, calls: list[Call], unpack: Callable[[bytes], Bought]) -> Bought | None:
        """The answer that an earlier worker received and could not settle."""
        for call in calls:
            if call.state not in (CallState.INTENDED, CallState.ANSWERED):
                continue
            try:
                with await self._blocking(self._files.open, spool.name(call.id)) as file:
                    answer = unpack(file.read())
            except FileNotFoundError:
                continue
            await self._answered(call, answer)
            log.info("call.resumed", call_id=call.id, job_id=call.job_id)
            return answer
        return None

    async def _judge_unknown(self, calls: list[Call]) -> None:
        """Whether another call may be made: those that may have been paid for are within what is allowed."""
        for call in calls:
            if call.state in (CallState.INTENDED, CallState.ANSWERED):  # its worker died, its answer is lost
                await self._doubt(call)
        settled = (CallState.REFUSED, CallState.SETTLED)
        unknown = sum(call.state not in settled and not call.waived for call in calls)
        if unknown > self._retry_unknown:
            raise RequestRefused(
                "The provider may have been paid for this, and its answer was lost. Retry it by hand to pay again.",
                code=HELD,
            )
