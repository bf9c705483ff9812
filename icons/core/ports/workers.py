"""What the store keeps about workers from outside, beside the leases that they hold like any other."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from icons.domain.workers import Demand, OutsideWorker


class Workers(Protocol):
    """Connected workers from outside, whichever process holds their connection. A lost one is missed by `Leases`."""

    def join(self, worker: OutsideWorker) -> None:
        """Make a worker known, or what is new about it; its heart has just beaten."""
        ...

    def connected(self, account: str, silent_for: float) -> list[OutsideWorker]:
        """An account's workers with how much each has to do, but for those silent for so many seconds."""
        ...

    def beat(self, workers: Collection[str]) -> set[str]:
        """Say that these workers live; those of them that are still known. The others have lost their jobs."""
        ...

    def stopping(self, workers: Collection[str]) -> list[str]:
        """Ids of these workers' active jobs that shall stop."""
        ...

    def demands(self, accounts: Collection[str]) -> list[Demand]:
        """What these accounts' waiting jobs demand of workers from outside; the longest waiting first."""
        ...

    def give_up(self, older_than: float, silent_for: float, error: Mapping[str, Any]) -> int:
        """Fail the jobs that wait for a worker from outside for so many seconds, while none that could do them is
        connected; how many."""
        ...
