"""The store: jobs, events, images and accounts in one SQL database."""

from pathlib import Path

from icons.adapters.store.accounts import SqlAccounts
from icons.adapters.store.chats import SqlChats
from icons.adapters.store.database import Database
from icons.adapters.store.engine import kind_of
from icons.adapters.store.events import SqlEvents
from icons.adapters.store.hooks import SqlHooks
from icons.adapters.store.images import SqlImages
from icons.adapters.store.jobs import SqlJobs
from icons.adapters.store.leases import SqlLeases
from icons.adapters.store.limits import SqlLimits
from icons.adapters.store.migrations import migrate, present_schema
from icons.adapters.store.profiles import SqlProfiles
from icons.adapters.store.records import SqlRecords
from icons.adapters.store.replies import SqlReplies
from icons.adapters.store.spending import SqlSpending
from icons.adapters.store.workers import SqlWorkers
from icons.core.ports import About, Store


class SqlStore:
    """The port `Store` over one database; safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.kind = database.kind.title
        self.jobs = SqlJobs(database)
        self.leases = SqlLeases(database)
        self.events = SqlEvents(database)
        self.images = SqlImages(database)
        self.records = SqlRecords(database)
        self.accounts = SqlAccounts(database)
        self.profiles = SqlProfiles(database)
        self.replies = SqlReplies(database)
        self.spending = SqlSpending(database)
        self.limits = SqlLimits(database)
        self.hooks = SqlHooks(database)
        self.chats = SqlChats(database)
        self.workers = SqlWorkers(database)

    def about(self) -> About:
        with self._database.read() as tx:
            version = ".".join(map(str, tx.connection.dialect.server_version_info or ()))
            return About(version, present_schema(tx.connection) or "none", tx.now)

    def ping(self) -> None:
        self._database.ping()

    def close(self) -> None:
        self._database.close()


def database_file(url: str) -> Path | None:
    """The file that the URL names; None when the database is a server's."""
    kind, address = kind_of(url)
    return None if kind.shared else Path(address.database or "")


def open_store(url: str) -> Store:
    """Open the database at ``url`` (``sqlite:///<path>``, ``postgresql://...``), brought up to date where needed.

    SettingsError when the URL, or what it names, cannot serve; Unavailable when another process holds it too long.
    """
    database = Database(url)
    migrate(database)
    return SqlStore(database)
