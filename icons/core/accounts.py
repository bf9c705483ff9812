"""Who may come in: passwords, API keys, tickets, ended sessions."""

import hashlib
import secrets
import threading
from dataclasses import dataclass
from typing import Final

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from icons.core.ports import Accounts as AccountStore
from icons.domain.access import Account, ApiKey, Caller, Role
from icons.domain.errors import Conflict, InvalidRequest, NotFound, Unauthenticated, Unavailable
from icons.domain.rates import Policy, checked_rate

log = structlog.get_logger(__name__)

KEY_PREFIX: Final = "isk_"  # so that secret scanners can tell a leaked key
TICKET_SECONDS: Final = 60
MIN_PASSWORD: Final = 8

# OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane; about 25 ms.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_VERIFYING: Final = threading.BoundedSemaphore(4)
_VERIFY_PATIENCE: Final = 5.0  # seconds
# Verified when the account is unknown, so that the answer takes as long as for a wrong password.
_NOBODY: Final = _HASHER.hash(secrets.token_hex(16))


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made; ``secret`` is shown now and never again."""

    key: ApiKey
    secret: str


def _digest(secret: str) -> str:
    """Keys and tickets carry 256 random bits: a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _hashed(password: str) -> str:
    """As it is kept. InvalidRequest when nobody should sign in with it."""
    if not MIN_PASSWORD <= len(password) <= 1000:
        raise InvalidRequest(f"A password has at least {MIN_PASSWORD} characters.", {"password": "too short"})
    return _HASHER.hash(password)


class Accounts:
    """Accounts and what proves them, but for tokens, which the web signs."""

    def __init__(self, store: AccountStore) -> None:
        self._store = store

    def add(self, username: str, password: str | None = None, role: Role = Role.USER) -> tuple[Account, str]:
        """A new account and its password, generated when none is given."""
        username = username.strip()
        if not 1 <= len(username) <= 100 or not username.isprintable():
            raise InvalidRequest("A user name has 1 to 100 printable characters.", {"username": "not acceptable"})
        password = secrets.token_urlsafe(12) if password is None else password
        account = self._store.add(username, role, _hashed(password))
        log.info("account.added", account=account.id, role=role.value)
        return account, password

    def login(self, username: str, password: str) -> Account:
        """The account with this name and password; Unauthenticated tells nothing more."""
        account = self._store.by_subject(username)
        usable = account is not None and not account.disabled and account.password_hash is not None
        try:
            self._verify(account.password_hash if usable and account and account.password_hash else _NOBODY, password)
        except (VerificationError, InvalidHashError) as error:
            raise Unauthenticated("The user name or the password is wrong.") from error
        if not usable or account is None:
            raise Unauthenticated("The user name or the password is wrong.")
        return account

    @staticmethod
    def _verify(password_hash: str, password: str) -> None:
        """A few at a time: each takes 19 MiB and 25 ms of a processor."""
        if not _VERIFYING.acquire(timeout=_VERIFY_PATIENCE):
            raise Unavailable("Too many people sign in just now. Try again in a few seconds.", retry_after=5)
        try:
            _HASHER.verify(password_hash, password)
        finally:
            _VERIFYING.release()

    def for_subject(self, subject: str) -> Account:
        """The account of an outside issuer's ``sub``, made when it is first seen."""
        account = self._store.by_subject(subject)
        if account is None:
            try:
                account = self._store.add(subject, Role.USER, None)
            except Conflict:  # two first requests at once
                account = self._store.by_subject(subject)
        if account is None or account.disabled:
            raise Unauthenticated
        if account.password_hash is not None:  # a local account: the issuer's "admin" is not ours
            log.warning("account.subject_refused", account=account.id, reason="a local account has this name")
            raise Unauthenticated
        return account

    def get(self, account_id: str) -> Account | None:
        """An account that is not disabled."""
        account = self._store.get(account_id)
        return None if account is None or account.disabled else account

    def all(self) -> list[Account]:
        """Every account."""
        return self._store.all()

    def by_name(self, username: str) -> Account:
        """The account with this login name."""
        account = self._store.by_subject(username)
        if account is None:
            raise NotFound("account")
        return account

    def set_rate(self, username: str, policy: Policy, rate: str | None) -> None:
        """Let an account ask more or less often than everybody; None = as everybody."""
        account = self.by_name(username)
        others = {name: each for name, each in account.rates.items() if name != policy}
        self._store.set_rates(account.id, others if rate is None else {**others, policy.value: checked_rate(rate)})
        log.info("account.rate_set", account=account.id, policy=policy.value, rate=rate)

    def set_password(self, username: str, password: str) -> None:
        """Replace a password. InvalidRequest for somebody who signs in elsewhere."""
        account = self.by_name(username)
        if account.password_hash is None:
            raise InvalidRequest(f"{username} signs in with an outside issuer and has no password here.")
        self._store.set_password(account.id, _hashed(password))
        log.info("account.password_set", account=account.id)

    def set_disabled(self, username: str, *, disabled: bool) -> None:
        """Let an account in no more, whatever it shows, or again."""
        account = self.by_name(username)
        self._store.set_disabled(account.id, disabled=disabled)
        log.info("account.disabled" if disabled else "account.enabled", account=account.id)

    # API keys

    def add_key(self, account_id: str, name: str, expires_at: float | None = None) -> NewKey:
        """A new key of an account."""
        secret = KEY_PREFIX + secrets.token_urlsafe(32)
        key = self._store.add_key(account_id, name, _digest(secret), secret[-4:], expires_at)
        log.info("key.added", account=account_id, key_id=key.id)
        return NewKey(key, secret)

    def keys(self, caller: Caller) -> list[ApiKey]:
        """The caller's live keys."""
        return self._store.keys(caller.account)

    def revoke_key(self, caller: Caller, key_id: str) -> None:
        """End a key of the caller."""
        if not self._store.revoke_key(caller.account, key_id):
            raise NotFound("key")
        log.info("key.revoked", account=caller.account, key_id=key_id)

    def by_key(self, secret: str) -> Caller:
        """Who a key stands for."""
        found = self._store.by_key(_digest(secret))
        if found is None:
            raise Unauthenticated
        account, key = found
        return Caller(
            account.id,
            account.subject,
            account.role,
            key.id,
            by_key=True,
            expires_at=key.expires_at,
            rates=account.rates,
        )

    # Sessions and tickets

    def end_session(self, session: str, expires_at: float) -> None:
        """Accept a token's jti no longer."""
        self._store.end_session(session, expires_at)

    def session_ended(self, session: str) -> bool:
        """Whether a logout or a revocation has ended it."""
        return self._store.session_ended(session)

    def add_ticket(self, caller: Caller) -> tuple[str, int]:
        """A single-use credential for a stream, and the seconds it lives."""
        ticket = secrets.token_urlsafe(32)
        self._store.put_ticket(_digest(ticket), caller, TICKET_SECONDS)
        return ticket, TICKET_SECONDS

    def take_ticket(self, ticket: str) -> Caller:
        """Who a ticket stands for; it is used up."""
        caller = self._store.take_ticket(_digest(ticket))
        if caller is None or (caller.session and self._store.session_ended(caller.session)):
            raise Unauthenticated
        return caller
