"""Passwords, keys and tickets."""

import time
from dataclasses import replace

import pytest

from icons.domain.access import Role
from icons.domain.errors import Conflict, InvalidRequest, NotFound, Unauthenticated


@pytest.fixture
def accounts(bench):
    return bench.house.accounts


def test_a_generated_password_opens_the_account(accounts) -> None:
    """The password is returned once and kept as an argon2 hash."""
    account, password = accounts.add("eve")
    assert accounts.login("eve", password).id == account.id
    assert account.password_hash.startswith("$argon2id$")
    assert password not in account.password_hash


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong"), ("nobody", "password ada"), ("", "")])
def test_wrong_names_and_passwords_look_the_same(accounts, name: str, password: str) -> None:
    """The text does not tell whether the account exists."""
    with pytest.raises(Unauthenticated, match="The user name or the password is wrong"):
        accounts.login(name, password)


def test_a_taken_name_is_a_conflict(accounts) -> None:
    """Names are unique."""
    with pytest.raises(Conflict):
        accounts.add("ada")


@pytest.mark.parametrize(("name", "password"), [("", None), ("x" * 101, None), ("a\nb", None), ("ok", "short")])
def test_unusable_names_and_passwords(accounts, name: str, password: str | None) -> None:
    """Empty, too long, unprintable, too short."""
    with pytest.raises(InvalidRequest):
        accounts.add(name, password)


def test_a_new_password_takes_the_place_of_the_old_one(accounts) -> None:
    """It is held against the same rules, and nobody gets one who signs in elsewhere."""
    accounts.set_password("ada", "another one")
    assert accounts.login("ada", "another one").subject == "ada"
    with pytest.raises(Unauthenticated):
        accounts.login("ada", "password ada")
    with pytest.raises(InvalidRequest):
        accounts.set_password("ada", "short")
    outsider = accounts.for_subject("https://issuer.example|7")
    with pytest.raises(InvalidRequest):
        accounts.set_password(outsider.subject, "another one")
    with pytest.raises(NotFound):
        accounts.set_password("nobody", "another one")


def test_a_disabled_account_is_let_in_by_nothing(accounts, bench) -> None:
    """Neither password, key nor ticket; once it is enabled again the first two open it as before."""
    key = accounts.add_key(bench.ada.account, "laptop").secret
    ticket, _ = accounts.add_ticket(bench.ada)
    accounts.set_disabled("ada", disabled=True)
    ways = (lambda: accounts.login("ada", "password ada"), lambda: accounts.by_key(key))
    for enter in (*ways, lambda: accounts.take_ticket(ticket)):
        with pytest.raises(Unauthenticated):
            enter()
    assert accounts.get(bench.ada.account) is None
    accounts.set_disabled("ada", disabled=False)
    assert [enter() is not None for enter in ways] == [True, True]


def test_a_key_stands_for_its_account_until_revoked(accounts, bench) -> None:
    """The secret is not in the listing; after the revocation it opens nothing."""
    made = accounts.add_key(bench.ada.account, "laptop")
    assert accounts.by_key(made.secret).account == bench.ada.account
    (listed,) = accounts.keys(bench.ada)
    assert made.secret not in repr(listed)
    assert listed.hint == made.secret[-4:]
    with pytest.raises(NotFound):
        accounts.revoke_key(bench.bob, made.key.id)
    accounts.revoke_key(bench.ada, made.key.id)
    with pytest.raises(Unauthenticated):
        accounts.by_key(made.secret)


def test_an_expired_key_opens_nothing(accounts, bench) -> None:
    """A key's end is its end."""
    made = accounts.add_key(bench.ada.account, "old", expires_at=time.time() - 1)
    with pytest.raises(Unauthenticated):
        accounts.by_key(made.secret)


def test_a_ticket_works_once(accounts, bench) -> None:
    """The second use is refused."""
    ticket, seconds = accounts.add_ticket(bench.ada)
    assert seconds <= 60
    assert accounts.take_ticket(ticket).account == bench.ada.account
    with pytest.raises(Unauthenticated):
        accounts.take_ticket(ticket)


def test_a_subject_of_an_outside_issuer_gets_one_account(accounts) -> None:
    """The first sight makes it, later ones find it; it has no password to log in with."""
    first = accounts.for_subject("auth0|123")
    assert accounts.for_subject("auth0|123").id == first.id
    with pytest.raises(Unauthenticated):
        accounts.login("auth0|123", "")


def test_a_ticket_ends_with_the_session_it_was_given_for(accounts, bench) -> None:
    """After a logout, or a revocation of the key, the ticket opens nothing."""
    caller = replace(bench.ada, session="session-1")
    ticket, _ = accounts.add_ticket(caller)
    accounts.end_session("session-1", time.time() + 60)
    with pytest.raises(Unauthenticated):
        accounts.take_ticket(ticket)


def test_an_outside_issuers_admin_is_not_ours(accounts) -> None:
    """An outside subject never opens a local account of the same name, and its own cannot be taken over."""
    accounts.add("root", None, Role.ADMIN)
    with pytest.raises(Unauthenticated):
        accounts.for_subject("root")
    accounts.for_subject("grace")
    with pytest.raises(Conflict):
        accounts.add("grace")
