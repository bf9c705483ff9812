"""Connection profiles: an account's own ways to providers, whose keys are opened only when a call is made."""

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypedDict

import structlog

from icons.core.outbound import check_url
from icons.core.ports import Profiles as ProfileStore
from icons.core.vault import Vault
from icons.domain.access import Caller, Connection
from icons.domain.errors import InvalidRequest, NotFound, StudioError
from icons.domain.profiles import Profile, check_complete, checked_base_url, provider_name

log = structlog.get_logger(__name__)

_HINTED_FROM: Final = 12  # characters: of a shorter key four are too many to show
_DEFAULT_CONCURRENCY: Final = 8

TestConnection = Callable[[Connection], str]
"""The provider's cheapest check: a sentence about what answered. Raises StudioError."""


class Fields(TypedDict, total=False):
    """What a caller may set; what is absent stays as it is."""

    name: str
    provider: str
    base_url: str  # "" = the provider's own
    model: str  # "" = the provider's default
    api_key: str | None  # None = without a key
    limits: Mapping[str, int | None]  # of ProfileLimits; absent ones stay as they are


@dataclass(frozen=True, slots=True)
class Tested:
    """How a provider answered."""

    ok: bool
    message: str
    seconds: float


class Profiles:
    """The profiles of all accounts; each caller sees its own, and an unknown one looks like somebody else's."""

    def __init__(
        self,
        store: ProfileStore,
        vault: Vault,
        test_connection: TestConnection,
        *,
        allow_private: bool = False,
        timeout: float = 300.0,
    ) -> None:
        """``allow_private``: addresses may lead into inner networks, and be http. ``timeout``: seconds for one call."""
        self._store, self._vault, self._test_connection = store, vault, test_connection
        self._allow_private, self._timeout = allow_private, timeout

    def all(self, caller: Caller) -> list[Profile]:
        """The caller's profiles, oldest first."""
        return self._store.all(caller.account)

    def get(self, caller: Caller, profile_id: str) -> Profile:
        """One of them."""
        return _found(self._store.get(caller.account, profile_id))

    def add(self, caller: Caller, fields: Fields) -> Profile:
        """A new profile. InvalidRequest names the field."""
        blank = Profile(str(uuid.uuid4()), caller.account, name="", provider="local")
        profile = self._store.add(self._changed(blank, fields))
        log.info("profile.added", account=caller.account, profile_id=profile.id, provider=profile.provider)
        return profile

    def update(self, caller: Caller, profile_id: str, fields: Fields) -> Profile:
        """Change a profile. InvalidRequest names the field.

        Another provider or address gets the stored key from nobody: it is to be sent again with the change, so that
        whoever holds a session only cannot have the key sent to a server of their own.
        """
        profile = _found(self._store.put(self._changed(self.get(caller, profile_id), fields)))
        log.info("profile.changed", account=caller.account, profile_id=profile.id, provider=profile.provider)
        return profile

    def remove(self, caller: Caller, profile_id: str) -> None:
        """Delete a profile and its key; jobs that still wait for it will fail."""
        if not self._store.remove(caller.account, profile_id):
            raise NotFound("profile")
        log.info("profile.removed", account=caller.account, profile_id=profile_id)

    def connection(self, account: str, profile_id: str) -> Connection:
        """How the profile's provider is reached, with the key opened: for the moment of a call."""
        profile = _found(self._store.get(account, profile_id))
        limits = profile.limits
        return Connection(
            id=profile.id,
            provider=profile.provider,
            api_key=self._vault.open(account, profile.sealed_key) if profile.sealed_key else "",
            base_url=profile.base_url,
            model=profile.model,
            requests_per_minute=limits.requests_per_minute,
            tokens_per_minute=limits.tokens_per_minute,
            images_per_minute=limits.images_per_minute,
            concurrency=limits.concurrency or _DEFAULT_CONCURRENCY,
            timeout=self._timeout,
        )

    def test(self, caller: Caller, profile_id: str) -> Tested:
        """Ask the provider for its cheapest answer; what goes wrong is part of the result."""
        connection = self.connection(caller.account, profile_id)
        started = time.monotonic()
        try:
            ok, message = True, self._test_connection(connection)
        except StudioError as error:
            ok, message = False, error.message
        return Tested(ok, message, time.monotonic() - started)

    def reseal(self) -> int:
        """Seal every key anew under the first of the vault's keys; how many."""
        count = self._store.reseal(self._vault.reseal)
        log.info("profile.resealed", count=count)
        return count

    def _changed(self, profile: Profile, fields: Fields) -> Profile:
        changed = replace(
            profile,
            name=fields.get("name", profile.name),
            provider=provider_name(fields["provider"]) if "provider" in fields else profile.provider,
            base_url=self._base_url(fields["base_url"]) if "base_url" in fields else profile.base_url,
            model=fields.get("model", profile.model),
            limits=replace(profile.limits, **fields.get("limits", {})),
        )
        moved = (changed.provider, changed.base_url) != (profile.provider, profile.base_url)
        if "api_key" in fields:
            changed = self._with_key(changed, fields["api_key"])
        elif moved and changed.sealed_key:
            raise InvalidRequest(
                "With another provider or address, send the key again as apiKey.", {"apiKey": "missing"}
            )
        check_complete(changed)
        return changed

    def _base_url(self, url: str) -> str:
        if not url:
            return ""
        check_url(url, allow_private=self._allow_private, field="baseUrl")
        return checked_base_url(url, allow_http=self._allow_private)

    def _with_key(self, profile: Profile, key: str | None) -> Profile:
        if key is None:
            return replace(profile, sealed_key="", key_hint="")
        hint = key[-4:] if len(key) >= _HINTED_FROM else ""
        return replace(profile, sealed_key=self._vault.seal(profile.account, key), key_hint=hint)


def _found(profile: Profile | None) -> Profile:
    if profile is None:
        raise NotFound("profile")
    return profile
