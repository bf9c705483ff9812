"""What profiles can rely on: owners, dates, a bound, and seals that are renewed all or none."""

from dataclasses import replace

import pytest

from icons.domain.errors import Conflict
from icons.domain.profiles import MAX_PROFILES, Profile, ProfileLimits

from .conftest import new_id


def profile(scene, **parts) -> Profile:
    return Profile(new_id(), scene.account, "mine", "openai", sealed_key="sealed", key_hint="abcd", **parts)


def test_a_profile_is_kept_for_its_account_alone(scene):
    """Every field comes back, with the store's dates; another account finds and changes nothing."""
    asked = profile(scene, limits=ProfileLimits(1, 2, 3, 4))
    kept = scene.store.profiles.add(asked)
    bob = scene.add_account("bob")
    assert kept == replace(asked, created_at=kept.created_at, updated_at=kept.updated_at)
    assert kept.created_at > 0
    assert scene.store.profiles.get(scene.account, kept.id) == kept
    assert scene.store.profiles.get(bob, kept.id) is None
    assert scene.store.profiles.put(replace(kept, account=bob)) is None
    assert scene.store.profiles.remove(bob, kept.id) is False
    assert scene.store.profiles.all(scene.account) == [kept]


def test_a_profile_is_replaced_and_removed(scene):
    """The first date stays; what is gone is not brought back by a late change."""
    kept = scene.store.profiles.add(profile(scene))
    changed = scene.store.profiles.put(replace(kept, name="other"))
    assert (changed.name, changed.created_at) == ("other", kept.created_at)
    assert scene.store.profiles.remove(scene.account, kept.id)
    assert scene.store.profiles.put(kept) is None


def test_an_account_has_a_bounded_number(scene):
    """The one beyond is refused."""
    for _ in range(MAX_PROFILES):
        scene.store.profiles.add(profile(scene))
    with pytest.raises(Conflict):
        scene.store.profiles.add(profile(scene))


def test_seals_are_renewed_all_or_none(scene):
    """A seal that fails leaves every other as it was; profiles without a key are left out."""
    first, second = (scene.store.profiles.add(profile(scene)) for _ in range(2))
    scene.store.profiles.add(replace(profile(scene), sealed_key=""))
    seen = []

    def fail_at_the_second(account: str, sealed: str) -> str:
        seen.append(account)
        if len(seen) == 2:
            raise Conflict("no")
        return "new"

    with pytest.raises(Conflict):
        scene.store.profiles.reseal(fail_at_the_second)
    assert {each.sealed_key for each in scene.store.profiles.all(scene.account)} == {"sealed", ""}
    assert scene.store.profiles.reseal(lambda account, sealed: f"{account}:{sealed}") == 2
    for each in (first, second):
        assert scene.store.profiles.get(scene.account, each.id).sealed_key == f"{scene.account}:sealed"
