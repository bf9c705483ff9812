"""What the store keeps about webhooks: messages that are owed, secrets that sign them, addresses that are silent."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from icons.domain.hooks import Delivery, DeliveryState


@dataclass(frozen=True, slots=True)
class HookSecret:
    """What signs an account's messages, sealed. Times are epoch seconds, UTC."""

    sealed: str
    created_at: float
    expires_at: float | None  # None: the present one; others sign along until then


@dataclass(frozen=True, slots=True)
class Due:
    """A message whose time has come, as far as it takes to choose among them."""

    id: str
    account: str
    host: str


@dataclass(frozen=True, slots=True)
class Owed:
    """A message that is being sent: nobody else sends it meanwhile."""

    delivery: Delivery
    data: Mapping[str, Any]  # what the event was about, as it stood then
    begun_at: float  # when it was written, or redelivered by hand
    age: float  # seconds from then to this attempt


@dataclass(frozen=True, slots=True)
class Ending:
    """What an attempt came to."""

    state: DeliveryState  # pending: to be tried again; disabled: its address wants nothing more
    status: int | None  # of the answer; None = there was none
    error: str = ""
    pause: float = 0.0  # seconds until the next attempt of one that is pending


class Hooks(Protocol):
    """The outbox. Messages are put into it by `Jobs` and `Leases`, in the transactions of the events they tell of."""

    # As their owner sees them

    def find(self, account: str, state: DeliveryState | None, limit: int, after: str | None = None) -> list[Delivery]:
        """Messages, newest first; ``after`` is the id of the last one seen."""
        ...

    def get(self, account: str, delivery_id: str) -> Delivery | None: ...

    def redeliver(self, account: str, delivery_id: str) -> Delivery | None:
        """Begin a message anew, whatever became of it; its address is no longer silent."""
        ...

    # Secrets

    def secrets(self, account: str) -> list[HookSecret]:
        """Those that sign now, the present one first; empty until the first is added."""
        ...

    def add_secret(self, account: str, sealed: str) -> list[HookSecret]:
        """The same with ``sealed`` as the first one, unless somebody was faster."""
        ...

    def rotate(self, account: str, sealed: str, overlap: float) -> list[HookSecret]:
        """The same with ``sealed`` as the present one; the earlier one signs along for so many seconds. Conflict when
        MAX_SECRETS sign already."""
        ...

    def reseal(self, seal: Callable[[str, str], str]) -> int:
        """Replace every sealed secret by ``seal(account, sealed)``; how many."""
        ...

    # As their couriers see them

    def due(self, limit: int, busy_hosts: Collection[str], busy_accounts: Collection[str]) -> list[Due]:
        """Messages to be sent now, longest due first, but for those of busy hosts and accounts."""
        ...

    def claim(self, delivery_ids: Sequence[str], lease: float) -> list[Owed]:
        """Those of the messages that are still due: this caller's for ``lease`` seconds, by the store's clock."""
        ...

    def settle(self, owed: Owed, ending: Ending) -> None:
        """Write down what an attempt came to; nothing when its lease has run out and another has been made."""
        ...

    def backlog(self) -> tuple[int, float | None]:
        """How many messages are pending, and for how many seconds the oldest has been."""
        ...

    def forget(self, older_than: float) -> int:
        """Drop messages that ended so many seconds ago, and secrets that have run out; how many messages."""
        ...
