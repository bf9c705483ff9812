"""What the store keeps about people: accounts and credentials, profiles, answers under their own keys."""

from collections.abc import Callable, Mapping
from typing import Protocol

from icons.domain.access import Account, ApiKey, Caller, Role
from icons.domain.profiles import Profile
from icons.domain.replies import Claim, Kept, StoredReply


class Profiles(Protocol):
    """Connection profiles. Keys come sealed only."""

    def add(self, profile: Profile) -> Profile:
        """Store a profile; the store's clock dates it. Conflict when the account has MAX_PROFILES."""
        ...

    def get(self, account: str, profile_id: str) -> Profile | None: ...

    def all(self, account: str) -> list[Profile]:
        """An account's profiles, oldest first."""
        ...

    def put(self, profile: Profile) -> Profile | None:
        """Replace what is stored under the profile's id; None when it has been deleted."""
        ...

    def remove(self, account: str, profile_id: str) -> bool:
        """Whether there was such a profile."""
        ...

    def reseal(self, seal: Callable[[str, str], str]) -> int:
        """Replace every sealed key by ``seal(account, sealed key)``, all or none; how many."""
        ...


class Accounts(Protocol):
    """Accounts, API keys, and what ends a session. Secrets come as hashes only."""

    def add(self, subject: str, role: Role, password_hash: str | None) -> Account:
        """A new account; Conflict when the subject is taken."""
        ...

    def get(self, account_id: str) -> Account | None: ...

    def by_subject(self, subject: str) -> Account | None: ...

    def all(self) -> list[Account]: ...

    def set_password(self, account_id: str, password_hash: str) -> None: ...

    def set_disabled(self, account_id: str, *, disabled: bool) -> None:
        """Whether its keys and tickets count no more, whatever else it holds."""
        ...

    def set_rates(self, account_id: str, rates: Mapping[str, str]) -> None:
        """Policy -> rate, in place of what everybody has."""
        ...

    def add_key(self, account_id: str, name: str, secret_hash: str, hint: str, expires_at: float | None) -> ApiKey: ...

    def keys(self, account_id: str) -> list[ApiKey]: ...

    def revoke_key(self, account_id: str, key_id: str) -> bool:
        """Whether there was such a key."""
        ...

    def by_key(self, secret_hash: str) -> tuple[Account, ApiKey] | None:
        """The live key with this hash and its account; expired or revoked ones do not count."""
        ...

    def end_session(self, session: str, expires_at: float) -> None:
        """No token with this jti is accepted any more; remembered until it would have expired anyway."""
        ...

    def session_ended(self, session: str) -> bool:
        """Whether `end_session` was called for it, or it is the id of a revoked key."""
        ...

    def put_ticket(self, ticket_hash: str, caller: Caller, seconds: float) -> None:
        """A single-use credential that stands for the caller, with the end of the caller's own proof."""
        ...

    def take_ticket(self, ticket_hash: str) -> Caller | None:
        """Use a ticket up; None when unknown, used, expired, or of a disabled account."""
        ...


class Replies(Protocol):
    """Answers kept under the caller's own key. See `domain/replies.py`."""

    def claim(self, claim: Claim, seconds: float) -> Kept | None:
        """Take a key for so many seconds; what it stands for already when it is taken."""
        ...

    def keep(self, claim: Claim, reply: StoredReply, seconds: float) -> bool:
        """Put the answer in the place of the claim; whether the claim still held."""
        ...

    def release(self, claim: Claim) -> None:
        """Let the next request with this key try."""
        ...

    def prune(self) -> int:
        """Drop what has expired; how many."""
        ...
