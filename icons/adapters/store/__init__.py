"""The store: jobs, events, images and accounts in one SQL database."""

from icons.adapters.store.accounts import SqlAccounts
from icons.adapters.store.database import Database
from icons.adapters.store.events import SqlEvents
from icons.adapters.store.images import SqlImages
from icons.adapters.store.jobs import SqlJobs
from icons.adapters.store.leases import SqlLeases
from icons.adapters.store.limits import SqlLimits
from icons.adapters.store.migrations import migrate
from icons.adapters.store.profiles import SqlProfiles
from icons.adapters.store.records import SqlRecords
from icons.adapters.store.replies import SqlReplies
from icons.adapters.store.spending import SqlSpending
from icons.core.ports import Store


class SqlStore:
    """The port `Store` over one database; safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
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

    def ping(self) -> None:
        self._database.ping()

    def close(self) -> None:
        self._database.close()


def open_store(url: str) -> Store:
    """Open the database at ``url`` (``sqlite:///<path>``), made and brought up to date where needed.

    SettingsError when the URL or the file cannot serve; Unavailable when another process holds it too long.
    """
    database = Database(url)
    migrate(database.engine)
    return SqlStore(database)
