"""How commands come to a house: the composition root hands them what it would take to open one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from icons.core.house import House
from icons.core.vault import kept_secret, replace_secret
from icons.domain.access import Caller, Role
from icons.domain.errors import NotFound, Unauthenticated
from icons.web import Web
from icons.web.server import Address

ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Opening:
    """The settings that commands need, and what the composition root does for them."""

    house: Callable[[], House]
    web: Callable[[House], Web]
    log: Callable[[], None]  # write the log as the settings say; commands that end by themselves only warn
    address: Address
    storage: Path
    admin_password: str | None


@dataclass(frozen=True, slots=True)
class FirstStart:
    """What `welcome` found or made: the generated password is known only when the account has just been made."""

    password: str | None
    key_file: Path


def welcome(house: House, opening: Opening) -> FirstStart:
    """Make sure of the account `admin` and of an API key of it in a file that only the operator can read."""
    password = None
    try:
        admin = house.accounts.by_name(ADMIN)
    except NotFound:
        admin, password = house.accounts.add(ADMIN, opening.admin_password, Role.ADMIN)
    path = opening.storage / "secrets" / "operator.key"

    def new_key() -> str:
        return house.accounts.add_key(admin.id, "operator, kept in the storage folder").secret

    try:
        house.accounts.by_key(kept_secret(path, new_key))
    except Unauthenticated:  # revoked, or of another database
        replace_secret(path, new_key())
    return FirstStart(None if opening.admin_password else password, path)


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
