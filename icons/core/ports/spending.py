"""What the store keeps about providers: the ledger and the limits that all processes share."""

from collections.abc import Mapping
from typing import Any, Protocol

from icons.domain.spending import Call, CallState, NewCall


class Spending(Protocol):
    """The ledger of provider calls, and budgets. Money is whole micro-dollars."""

    def intend(self, call: NewCall) -> None:
        """Write down a call that is about to be made; BudgetSpent, and nothing written, when it would go beyond the
        account's month or its batch's bound. Calls of other states than refused count, by cost or else estimate."""
        ...

    def conclude(
        self, call_id: str, state: CallState, cost: int | None = None, usage: Mapping[str, Any] | None = None
    ) -> None:
        """Say what has become of a call. Settling is the lease's: `Leases.settle` does it with the job."""
        ...

    def calls(self, job_id: str) -> list[Call]:
        """A job's calls, oldest first. Those of unknown outcome are waived once somebody retries the job by hand."""
        ...

    def check(self, account: str, estimate: int) -> None:
        """BudgetSpent when so much more would go beyond the account's month."""
        ...

    def report(self, account: str | None, group_by: str, since: float | None = None) -> list[Mapping[str, Any]]:
        """Sums by "day", "model" or "batch" of one account, or of all: {"group", "calls", "cost", "unknown",
        "unknown_cost"}, newest or dearest first."""
        ...

    def budget(self, account: str) -> int | None:
        """What the account may spend in a calendar month; None = without a bound."""
        ...

    def left(self, account: str) -> int | None:
        """What of it is left in this month; None = without a bound."""
        ...

    def set_budget(self, account: str, month: int | None) -> None: ...


class Limits(Protocol):
    """Provider limits that all processes share. One transaction answers when to start; nobody polls."""

    def reserve(self, lane: str, taken: Mapping[str, float]) -> float:
        """Take so many seconds (see `Quantity.seconds`) of each quantity; the seconds to wait before the start."""
        ...

    def correct(self, lane: str, taken: Mapping[str, float]) -> None:
        """Take more, or give back (negative), after the fact; delays nobody by itself."""
        ...

    def pause(self, lane: str, seconds: float) -> None:
        """Let nobody start in this lane for so long."""
        ...
