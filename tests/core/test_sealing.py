"""Sealed keys: unreadable, bound to their account, and openable after a rotation."""

import pytest

from icons.core.vault import Vault
from icons.domain.errors import Conflict, SettingsError

OLD, NEW = "o" * 32, "n" * 32


def test_what_is_sealed_opens_again_and_shows_nothing() -> None:
    """Twice the same secret looks different each time."""
    vault = Vault([OLD])
    sealed = [vault.seal("ann", "sk-secret") for _ in range(2)]
    assert [vault.open("ann", each) for each in sealed] == ["sk-secret"] * 2
    assert sealed[0] != sealed[1]
    assert "sk-secret" not in "".join(sealed) + repr(vault)


def test_nobody_else_s_account_opens_it() -> None:
    """A row copied to another account is worth nothing there."""
    vault = Vault([OLD])
    with pytest.raises(Conflict) as raised:
        vault.open("bob", vault.seal("ann", "sk-secret"))
    assert raised.value.code == "KEY_UNREADABLE"


def test_a_changed_seal_is_noticed() -> None:
    """One letter is enough."""
    vault = Vault([OLD])
    sealed = vault.seal("ann", "sk-secret")
    with pytest.raises(Conflict):
        vault.open("ann", sealed[:20] + ("A" if sealed[20] != "A" else "B") + sealed[21:])


def test_the_first_key_seals_and_all_open() -> None:
    """After a rotation the old key is no longer needed; before it, it is."""
    sealed = Vault([OLD]).seal("ann", "sk-secret")
    both = Vault([NEW, OLD])
    assert both.open("ann", sealed) == "sk-secret"
    with pytest.raises(Conflict):
        Vault([NEW]).open("ann", sealed)
    assert Vault([NEW]).open("ann", both.reseal("ann", sealed)) == "sk-secret"


def test_a_vault_has_a_key() -> None:
    """An empty list is a setting to mend."""
    with pytest.raises(SettingsError, match="SECRETS_KEY"):
        Vault([])
