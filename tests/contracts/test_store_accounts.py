"""What authentication can rely on: unique subjects, keys that count, sessions that end, tickets used once."""

import time

import pytest

from icons.domain.access import Caller, Role
from icons.domain.errors import Conflict


@pytest.fixture
def accounts(scene):
    return scene.store.accounts


def test_an_account_is_found_by_id_and_subject(accounts):
    """What was stored comes back, with the password that was set last."""
    admin = accounts.add("admin", Role.ADMIN, "hash")
    assert accounts.get(admin.id) == accounts.by_subject("admin") == admin
    assert (admin.role, admin.password_hash, admin.disabled) == (Role.ADMIN, "hash", False)
    assert {account.subject for account in accounts.all()} == {"ann", "admin"}
    accounts.set_password(admin.id, "newer")
    assert accounts.by_subject("admin").password_hash == "newer"
    assert accounts.get("nobody") is None
    assert accounts.by_subject("nobody") is None


def test_a_subject_is_taken_once(accounts):
    """The second account of the same name is refused."""
    with pytest.raises(Conflict):
        accounts.add("ann", Role.USER, None)


def test_a_key_opens_its_account(scene, accounts):
    """By its hash alone; its first use is noted."""
    key = accounts.add_key(scene.account, "laptop", "hash-1", "wxyz", None)
    assert (key.name, key.hint, key.last_used_at, key.expires_at) == ("laptop", "wxyz", None, None)
    account, found = accounts.by_key("hash-1")
    assert (account.id, found.id) == (scene.account, key.id)
    (listed,) = accounts.keys(scene.account)
    assert listed.last_used_at >= listed.created_at
    assert accounts.by_key("hash-2") is None


def test_keys_and_tickets_of_a_disabled_account_do_not_count(scene, accounts):
    """Nobody else's are touched, and a key counts again when its account does."""
    accounts.add_key(scene.account, "laptop", "hash-1", "wxyz", None)
    accounts.add_key(scene.add_account("bob"), "laptop", "hash-2", "wxyz", None)
    accounts.put_ticket("ticket", Caller(scene.account, "ann"), 60)
    accounts.set_disabled(scene.account, disabled=True)
    assert accounts.get(scene.account).disabled
    assert accounts.by_key("hash-1") is None
    assert accounts.take_ticket("ticket") is None
    assert accounts.by_key("hash-2")
    accounts.set_disabled(scene.account, disabled=False)
    assert accounts.by_key("hash-1")


def test_the_use_of_a_key_is_not_written_every_time(scene, accounts):
    """A second use within the minute leaves the note as it is."""
    accounts.add_key(scene.account, "laptop", "hash-1", "wxyz", None)
    accounts.by_key("hash-1")
    (noted,) = accounts.keys(scene.account)
    time.sleep(0.005)  # the clock has moved on
    accounts.by_key("hash-1")
    assert accounts.keys(scene.account) == [noted]


def test_expired_and_revoked_keys_do_not_count(scene, accounts):
    """A revoked key vanishes from the list and ends what it had opened; only its owner can revoke it."""
    now = time.time()
    accounts.add_key(scene.account, "old", "expired", "aaaa", now - 3600)
    key = accounts.add_key(scene.account, "new", "live", "bbbb", now + 3600)
    assert accounts.by_key("expired") is None
    assert accounts.by_key("live")
    assert accounts.revoke_key(scene.add_account("bob"), key.id) is False
    assert accounts.session_ended(key.id) is False
    assert accounts.revoke_key(scene.account, key.id) is True
    assert accounts.revoke_key(scene.account, key.id) is False
    assert accounts.by_key("live") is None
    assert accounts.session_ended(key.id) is True
    assert [listed.name for listed in accounts.keys(scene.account)] == ["old"]


def test_an_ended_session_stays_ended(accounts):
    """Until its tokens would have expired anyway; ending it twice is no error."""
    later = time.time() + 3600
    assert accounts.session_ended("jti") is False
    accounts.end_session("jti", later)
    accounts.end_session("jti", later)
    accounts.end_session("stale", 1.0)
    accounts.end_session("another", later)
    assert accounts.session_ended("jti") is True
    assert accounts.session_ended("stale") is False


def test_a_ticket_is_used_once(scene, accounts):
    """The second use, an unknown ticket and one past its time all open nothing."""
    caller = Caller(scene.account, "ann", Role.USER, session="s-1", by_key=True, expires_at=4e9)
    accounts.put_ticket("ticket", caller, 60)
    accounts.put_ticket("late", caller, -1)
    taken = accounts.take_ticket("ticket")
    assert (taken.account, taken.session, taken.by_key, taken.expires_at) == (scene.account, "s-1", True, 4e9)
    assert accounts.take_ticket("ticket") is None
    assert accounts.take_ticket("late") is None
    assert accounts.take_ticket("unknown") is None
