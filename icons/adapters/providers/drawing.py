"""Carrying out an order, the same for every provider: the calls one after the other, then the house's own encoding."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from icons.adapters.providers.planning import Plan
from icons.adapters.providers.refusals import broken
from icons.core.imaging import Fitted, fit_to
from icons.domain.errors import ProviderError, ProviderFailed
from icons.domain.images import Format
from icons.domain.requests import Answer, Notice, Order, Usage


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one call brought: files as they came."""

    files: tuple[bytes, ...]
    usage: Usage = field(default_factory=Usage)
    notice: Notice = field(default_factory=Notice)
    facts: Mapping[str, Any] = field(default_factory=dict)  # JSON values


Call = Callable[[int, str], Awaitable[Drawn]]
"""Asks for so many pictures under this idempotency key. Raises ProviderError."""


async def carry_out(provider: str, order: Order, plan: Plan, call: Call) -> Answer:
    """The order's pictures. When a later call fails, those that are paid for already are delivered."""
    drawn, failure = await _calls(order, plan, call)
    fitted: list[Fitted] = []
    for file in [file for each in drawn for file in each.files][: order.count]:
        try:
            fitted.append(await asyncio.to_thread(_finished, file, order, plan))
        except ProviderFailed as error:
            failure = error
    if not fitted:
        raise failure or broken(provider)
    facts = _facts(order, plan, fitted, drawn)
    if len(fitted) < order.count:
        reason = failure.message if failure else f"{provider} sent fewer than it was asked for."
        facts["undelivered"] = {"pictures": order.count - len(fitted), "reason": reason}
    usage = replace(_sum(each.usage for each in drawn), images=len(fitted))
    pictures = tuple(each.picture for each in fitted)
    return Answer(pictures, plan.model.name, facts, usage, drawn[-1].notice)


async def _calls(order: Order, plan: Plan, call: Call) -> tuple[list[Drawn], ProviderError | None]:
    drawn: list[Drawn] = []
    for number, count in enumerate(plan.counts):
        key = f"{order.key}-{number}" if order.key and number else order.key
        try:
            drawn.append(await call(count, key))
        except ProviderError as error:
            if not drawn:
                raise
            return drawn, error
    return drawn, None


def _finished(file: bytes, order: Order, plan: Plan) -> Fitted:
    return fit_to(file, order.format, order.width, order.height, cut=plan.wants_transparency)


def _sum(usages: Any) -> Usage:
    total: Counter[str] = Counter()
    for usage in usages:
        total.update(asdict(usage))
    return Usage(**total)


def _facts(order: Order, plan: Plan, fitted: list[Fitted], drawn: list[Drawn]) -> dict[str, Any]:
    facts: dict[str, Any] = {"requested_model": plan.requested or plan.model.name}
    for each in drawn:
        facts.update(each.facts)
    if order.format is not Format.SVG:
        facts["drawn_size"] = f"{fitted[0].width}x{fitted[0].height}"
    if plan.wants_transparency:
        facts["transparent"] = _transparency(fitted)
    if plan.quality:
        facts["quality"] = plan.quality
    if plan.notes:
        facts["notes"] = list(plan.notes)
    return facts


def _transparency(fitted: list[Fitted]) -> str:
    """How the worst of the pictures came to be transparent."""
    if not all(each.transparent for each in fitted):
        return "no"
    return "matte" if any(each.cut for each in fitted) else "native"
