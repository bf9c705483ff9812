"""How commands come to a house: the composition root hands them what it would take to open one."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from icons.core.house import House
from icons.core.ports import Files, Provider
from icons.core.vault import kept_secret, replace_secret
from icons.domain.access import Account, Caller, Connection, Role
from icons.domain.errors import Conflict, NotFound, Unauthenticated
from icons.servers.serving import Serving
from icons.web import Web

ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class MetricsAddress:
    """Where worker processes tell their figures, the first at ``port``; 0 = nowhere."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Places:
    """Where things lie on this machine's disk; None = elsewhere."""

    storage: Path
    database: Path | None
    files: Path | None


@dataclass(frozen=True, slots=True)
class Opening:
    """The settings that commands need, and what the composition root does for them."""

    house: Callable[[], House]
    web: Callable[[House], Web]
    own: Callable[[], Mapping[str, tuple[Connection, Provider]]]  # the operator's own providers, the default first
    files: Callable[[Path], Files]  # durable ones in a folder of this machine
    log: Callable[[], None]  # write the log as the settings say; commands that end by themselves only warn
    serving: Serving
    server: Path  # gunicorn's configuration, for all but one process with threads
    metrics: MetricsAddress
    places: Places
    limits_storage: str  # RATELIMIT_STORAGE_URL
    drain: float  # seconds that running jobs may go on once a command is stopped
    admin_password: str | None


@dataclass(frozen=True, slots=True)
class FirstStart:
    """What `welcome` found or made: the generated password is known only when the account has just been made, and there
    is a file with a key only where the database is this machine's own."""

    password: str | None
    key_file: Path | None


def welcome(house: House, opening: Opening) -> FirstStart:
    """Make sure of the account `admin` and, where the database is this machine's own, of the operator's key."""
    admin, password = _administrator(house, opening)
    path = opening.places.storage / "secrets" / "operator.key" if opening.places.database else None
    if path:
        _keep_key(house, admin, path)
    return FirstStart(None if opening.admin_password else password, path)


def _keep_key(house: House, admin: Account, path: Path) -> None:
    """Have an API key that counts in a file that only the operator can read.

    Not where machines share a database: each would make one, and a container with an empty folder one at every start.
    """

    def new_key() -> str:
        return house.accounts.add_key(admin.id, "operator, kept in the storage folder").secret

    try:
        house.accounts.by_key(kept_secret(path, new_key))
    except Unauthenticated:  # revoked, or of another database
        replace_secret(path, new_key())


def _administrator(house: House, opening: Opening) -> tuple[Account, str | None]:
    """The account and, when it has just been made, its password."""
    try:
        return house.accounts.by_name(ADMIN), None
    except NotFound:
        with suppress(Conflict):  # another process on the same database is quicker
            return house.accounts.add(ADMIN, opening.admin_password, Role.ADMIN)
    return house.accounts.by_name(ADMIN), None


@contextmanager
def working_house(opening: Opening) -> Iterator[tuple[House, Caller]]:
    """A house that runs jobs in this process, and the administrator as the caller."""
    house = opening.house()
    welcome(house, opening)
    admin = house.accounts.by_name(ADMIN)
    house.start()
    try:
        yield house, Caller(admin.id, admin.subject, admin.role)
    finally:
        house.stop()
