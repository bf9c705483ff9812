"""A paid call, step by step: intent written down, budget asked, call made, answer on disk, price written down.

After a crash the ledger and the spool tell what happened: an answer in the spool is used without a new call; an
intended call without one may have been paid for, and is repeated only as often as the operator allows.
"""

import base64
import json
from dataclasses import asdict
from typing import Any, Final

import structlog

from icons.core.bridge import Blocking
from icons.core.lanes import Lane, Lanes
from icons.core.ports import Files, Preview, Spending
from icons.domain.errors import ProviderError, RequestRefused
from icons.domain.images import Format, Picture
from icons.domain.jobs import Job, Lease
from icons.domain.models import Catalogue, cost
from icons.domain.requests import Answer, Order, Usage
from icons.domain.spending import Call, CallState, NewCall

log = structlog.get_logger(__name__)

HELD: Final = "SPENDING_UNKNOWN"
FREE: Final = frozenset({"local"})  # providers whose calls are not written down: they cost nothing


class Drawing:
    """What tasks draw with, whatever the provider."""

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
        """The answer of the job's lane. Raises ProviderError, or BudgetSpent before anything is called."""
        lane = await self._lanes.get(lease.job.lane, lease.job.account)
        if lane.connection.provider in FREE:
            return await lane.draw(order, 0, preview)
        calls = await self._blocking(self._spending.calls, lease.job.id)
        if answer := await self._spooled(calls):
            return answer
        await self._judge_unknown(calls)
        return await self._pay(lane, lease.job, order, len(calls), preview)

    async def settled(self, job: Job) -> None:
        """The job has its pictures: its spooled answers are needed no more."""
        if job.lane in FREE:
            return
        for call in await self._blocking(self._spending.calls, job.id):
            await self._blocking(self._files.delete, _spool(call.id))

    async def _pay(self, lane: Lane, job: Job, order: Order, number: int, preview: Preview | None) -> Answer:
        connection = lane.connection
        resolved = self._catalogue.resolve(connection.provider, order.model or connection.model)
        estimate = self._catalogue.estimate(resolved.model, order)
        call = NewCall(
            id=f"{job.id}.{number}",
            account=job.account,
            job_id=job.id,
            batch_id=job.batch_id,
            lane=connection.id,
            provider=connection.provider,
            model=resolved.model.name,
            estimate=estimate.high or 0,
        )
        await self._blocking(self._spending.intend, call)
        try:
            answer = await lane.draw(order, estimate.tokens, preview)
        except ProviderError as error:
            await self._failed(call, error)
            raise
        await self._blocking(self._files.put, _spool(call.id), _packed(answer))
        await self._answered(call, answer)
        return answer

    async def _answered(self, call: NewCall | Call, answer: Answer) -> None:
        paid = cost(self._catalogue.resolve(call.provider, call.model).model, answer.usage)
        await self._blocking(self._spending.conclude, call.id, CallState.ANSWERED, paid, asdict(answer.usage))

    async def _failed(self, call: NewCall, error: ProviderError) -> None:
        state = CallState.UNKNOWN if error.outcome == "unknown" else CallState.REFUSED
        await self._blocking(self._spending.conclude, call.id, state)
        if state is CallState.UNKNOWN:
            await self._judge_unknown(await self._blocking(self._spending.calls, call.job_id))

    async def _spooled(self, calls: list[Call]) -> Answer | None:
        """The answer that an earlier worker received and could not settle."""
        for call in calls:
            if call.state not in (CallState.INTENDED, CallState.ANSWERED):
                continue
            try:
                with await self._blocking(self._files.open, _spool(call.id)) as file:
                    answer = _unpacked(file.read())
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
                await self._blocking(self._spending.conclude, call.id, CallState.UNKNOWN)
        settled = (CallState.REFUSED, CallState.SETTLED)
        unknown = sum(call.state not in settled and not call.waived for call in calls)
        if unknown > self._retry_unknown:
            raise RequestRefused(
                "The provider may have been paid for this, and its answer was lost. Retry it by hand to pay again.",
                code=HELD,
            )


def _spool(call_id: str) -> str:
    return f"spool/{call_id}.json"


def _packed(answer: Answer) -> bytes:
    pictures = [{"format": each.format, "data": base64.b64encode(each.data).decode()} for each in answer.pictures]
    return json.dumps(
        {"pictures": pictures, "model": answer.model, "facts": dict(answer.facts), "usage": asdict(answer.usage)}
    ).encode()


def _unpacked(data: bytes) -> Answer:
    stored: dict[str, Any] = json.loads(data)
    return Answer(
        pictures=tuple(Picture(base64.b64decode(each["data"]), Format(each["format"])) for each in stored["pictures"]),
        model=stored["model"],
        facts=stored["facts"],
        usage=Usage(**stored["usage"]),
    )
