"""The store as a whole."""

from dataclasses import dataclass
from typing import Protocol

from icons.core.ports.accounts import Accounts, Profiles, Replies
from icons.core.ports.chats import Chats
from icons.core.ports.hooks import Hooks
from icons.core.ports.images import Images, Records
from icons.core.ports.jobs import Events, Jobs, Leases
from icons.core.ports.spending import Limits, Spending
from icons.core.ports.workers import Workers


@dataclass(frozen=True, slots=True)
class About:
    """What an operator wants to know of a database."""

    version: str  # of the engine
    schema: str  # the migration that it stands at
    clock: float  # epoch seconds, UTC


class Store(Protocol):
    """The truth. Engines: SQLite, PostgreSQL."""

    @property
    def kind(self) -> str:
        """The engine's name, as people say it."""
        ...

    @property
    def jobs(self) -> Jobs: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def events(self) -> Events: ...
    @property
    def images(self) -> Images: ...
    @property
    def records(self) -> Records: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def profiles(self) -> Profiles: ...
    @property
    def replies(self) -> Replies: ...
    @property
    def spending(self) -> Spending: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def hooks(self) -> Hooks: ...
    @property
    def chats(self) -> Chats: ...
    @property
    def workers(self) -> Workers: ...

    def about(self) -> About:
        """Which database it is, by its own word."""
        ...

    def ping(self) -> None:
        """Raise when the database does not answer."""
        ...

    def close(self) -> None: ...
