"""The operator's way to change who is let in."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from icons.adapters.store import open_store
from icons.core.accounts import Accounts
from icons.domain.errors import Unauthenticated


@pytest.fixture
def accounts(run, folder: Path) -> Iterator[Accounts]:
    """Those that the commands change, with one of them made."""
    run("users", "add", "grace", "--password", "the first one")
    with closing(open_store(f"sqlite:///{folder}/storage/icons.db")) as store:
        yield Accounts(store.accounts)


def test_a_password_is_changed(run, accounts: Accounts) -> None:
    """The new one opens, and no command says it back."""
    done = run("users", "password", "grace", "--password", "the second one")
    assert (done.returncode, done.stdout.strip()) == (0, "The password of grace has been changed."), done.stderr
    assert accounts.login("grace", "the second one")
    done = run("users", "password", "grace", "--password", "short")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "at least 8 characters" in done.stderr


def test_an_account_is_disabled_and_enabled(run, accounts: Accounts) -> None:
    """Its key counts as long as it is not disabled, which the list shows; somebody unknown is not taken for it."""
    key = run("keys", "add", "laptop", "--user", "grace").stdout.strip()
    assert accounts.by_key(key)
    assert run("users", "disable", "grace").returncode == 0
    with pytest.raises(Unauthenticated):
        accounts.by_key(key)
    (line,) = (line for line in run("users", "list").stdout.splitlines() if "grace" in line)
    assert "yes" in line
    assert run("users", "enable", "grace").returncode == 0
    assert accounts.by_key(key)
    assert "account" in run("users", "disable", "nobody").stderr
