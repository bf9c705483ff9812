"""What provider calls cost: the ledger's entries and their outcomes, budgets. Money is whole micro-dollars."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from icons.domain.errors import StudioError

MICRO: Final = 1_000_000  # micro-dollars in a dollar


class CallState(StrEnum):
    """What has become of a provider call. It is written down before the call is made."""

    INTENDED = "intended"  # perhaps under way
    ANSWERED = "answered"  # the answer is on disk, its job is not settled yet
    SETTLED = "settled"  # paid for, and the job has its picture
    REFUSED = "refused"  # the provider charges nothing
    UNKNOWN = "unknown"  # it may have been charged: the process or the connection died in between


COUNTED: Final = (CallState.INTENDED, CallState.ANSWERED, CallState.SETTLED, CallState.UNKNOWN)
"""States whose cost, or estimate as long as nothing better is known, counts against a budget."""


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call about to be made."""

    id: str
    account: str
    job_id: str
    batch_id: str | None
    lane: str
    provider: str
    model: str
    estimate: int  # micro-dollars


@dataclass(frozen=True, slots=True)
class Call:
    """A ledger entry."""

    id: str
    account: str
    job_id: str
    batch_id: str | None
    lane: str
    provider: str
    model: str
    state: CallState
    estimate: int  # micro-dollars
    cost: int | None  # micro-dollars, once known
    usage: Mapping[str, Any]
    waived: bool  # somebody has retried its job by hand since: it holds nothing up any more
    created_at: float
    ended_at: float | None


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent; None = without a bound. Micro-dollars."""

    month: int | None = None  # by the account, in a calendar month (UTC)
    batch: int | None = None  # by the batch, over its life


class BudgetSpent(StudioError):
    """The next call would go beyond a budget; nothing was called."""

    status = 402
    code = "BUDGET_SPENT"
    title = "Budget spent"


def dollars(micro: int) -> str:
    """``1234500`` -> ``1.2345``: plain digits, at least two after the point."""
    whole, part = divmod(abs(micro), MICRO)
    digits = f"{part:06d}".rstrip("0").ljust(2, "0")
    return f"{'-' if micro < 0 else ''}{whole}.{digits}"


def check_budget(budget: Budget, spent_month: int, spent_batch: int, estimate: int) -> None:
    """BudgetSpent when ``estimate`` more would go beyond the account's month or the batch's bound."""
    for bound, spent, whose in ((budget.batch, spent_batch, "batch"), (budget.month, spent_month, "month")):
        if bound is not None and spent + estimate > bound:
            raise BudgetSpent(
                f"This would cost about ${dollars(estimate)}; ${dollars(spent)} of this {whose}'s ${dollars(bound)} "
                "are spent. Raise the budget, or draw with the provider local.",
                metadata={"estimate": dollars(estimate), "spent": dollars(spent), "budget": dollars(bound)},
            )
