"""The gate: who a request or a socket comes from, and whether that still counts."""

import hashlib
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, TypeVar

from flask import Flask, g, request
from werkzeug.datastructures import Headers

from icons.core.accounts import KEY_PREFIX, Accounts
from icons.domain.access import Account, Caller
from icons.domain.errors import Conflict, Forbidden, Unauthenticated
from icons.web.settings import WebSettings
from icons.web.tokens import LEEWAY, Kind, TokenPair, Tokens

REMEMBER_SECONDS: Final = 5.0  # an account disabled or a session ended by another process counts this much later
_REMEMBER_AT_MOST: Final = 10_000  # credentials
_MAX_SECRET: Final = 8192  # characters of a credential
_PUBLIC: Final = "is_public"
_TICKETED: Final = "takes_ticket"

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Mark a view that answers without a credential; stands below the route's decorator."""
    setattr(view, _PUBLIC, True)
    return view


def is_public(view: Callable[..., Any] | None) -> bool:
    """Whether `public` marks the view."""
    return getattr(view, _PUBLIC, False)


def ticketed(view: View) -> View:
    """Mark a view that takes ``?ticket=`` in place of a header; stands below the route's decorator."""
    setattr(view, _TICKETED, True)
    return view


def current_caller() -> Caller:
    """Who the present request comes from. Unauthenticated in a public view."""
    caller: Caller | None = g.get("caller")
    if caller is None:
        raise Unauthenticated
    return caller


class Gate:
    """Checks credentials. Look-ups are remembered for `REMEMBER_SECONDS`, so that a request seldom costs a read.

    Whatever this gate itself ends, a session or a key, counts no more from that moment on.
    """

    def __init__(self, accounts: Accounts, settings: WebSettings) -> None:
        self._accounts, self._settings = accounts, settings.tokens
        self._tokens = Tokens(settings.tokens)
        self._recent = _RecentCallers()

    def install(self, app: Flask) -> None:
        """Have every view of the application, but for those marked `public`, demand a caller."""

        @app.before_request
        def authenticate() -> None:
            unmatched = request.routing_exception is not None  # answered with 404 or 405
            view = app.view_functions.get(request.endpoint or "")
            if not unmatched and not is_public(view):
                ticket = request.args.get("ticket") if getattr(view, _TICKETED, False) else None
                g.caller = self._accounts.take_ticket(ticket) if ticket else self.caller_from_header(request.headers)

    # Coming in

    def caller_from_header(self, headers: Headers) -> Caller:
        """Who sends ``Authorization: Bearer <token or key>`` or, without that, ``X-API-Key``."""
        scheme, _, credential = headers.get("Authorization", "").partition(" ")
        return self.caller_from_secret(credential if scheme.lower() == "bearer" else headers.get("X-API-Key", ""))

    def caller_from_secret(self, secret: str) -> Caller:
        """Who a token or an API key stands for. Unauthenticated tells nothing more."""
        secret = secret.strip()
        if not secret.isascii() or not 0 < len(secret) <= _MAX_SECRET:
            raise Unauthenticated
        digest = hashlib.sha256(secret.encode()).digest()
        era = self._recent.era
        caller = self._recent.get(digest)
        if caller is None:
            caller = self._accounts.by_key(secret) if secret.startswith(KEY_PREFIX) else self._by_token(secret)
            self._recent.put(digest, caller, era)
        if _expired(caller):
            raise Unauthenticated
        return caller

    def still_valid(self, caller: Caller) -> bool:
        """Whether the proof has not run out, its session or key has not ended and the account is not disabled.

        Asks the store each time: meant for long connections, once in a while.
        """
        if _expired(caller) or self._accounts.get(caller.account) is None:
            return False
        return caller.session is None or not self._accounts.session_ended(caller.session)

    def _by_token(self, token: str) -> Caller:
        claims = self._tokens.verify(token)
        if self._accounts.session_ended(claims.session):
            raise Unauthenticated
        account = (
            self._accounts.get(claims.subject) if claims.is_account else self._accounts.for_subject(claims.subject)
        )
        if account is None:
            raise Unauthenticated
        return Caller(
            account.id,
            account.subject,
            account.role,
            claims.session,
            expires_at=claims.expires_at,
            rates=account.rates,
        )

    # Sessions

    def issue(self, account: Account) -> TokenPair:
        """Tokens of a new session. Forbidden with an outside issuer, which alone signs people in."""
        if self._tokens.outside:
            raise Forbidden(f"Sign in at {self._settings.issuer}; this service only checks its tokens.")
        return self._tokens.issue(account.id)

    def refresh(self, refresh_token: str) -> TokenPair:
        """New tokens of the same session."""
        claims = self._tokens.verify(refresh_token.strip(), Kind.REFRESH)
        if not claims.is_account or self._accounts.session_ended(claims.session):
            raise Unauthenticated
        if self._accounts.get(claims.subject) is None:
            raise Unauthenticated
        return self._tokens.issue(claims.subject, claims.session)

    def end_session(self, caller: Caller, refresh_token: str | None = None) -> None:
        """End the caller's session, its refresh tokens included, and that of ``refresh_token`` if it is another."""
        if caller.session is None or caller.by_key:
            raise Conflict("An API key has no session; end it with DELETE /api/auth/keys/{id}.")
        sessions = {caller.session}
        if refresh_token:
            with suppress(Unauthenticated):  # nothing to end
                claims = self._tokens.verify(refresh_token, Kind.REFRESH)
                sessions |= {claims.session} if claims.subject == caller.account else set()
        latest = max(time.time() + self._settings.refresh_seconds, caller.expires_at or 0.0) + LEEWAY
        for session in sessions:
            self._accounts.end_session(session, latest)
        self._recent.forget()

    def revoke_key(self, caller: Caller, key_id: str) -> None:
        """End a key of the caller."""
        self._accounts.revoke_key(caller, key_id)
        self._recent.forget()


def _expired(caller: Caller) -> bool:
    return caller.expires_at is not None and caller.expires_at + LEEWAY <= time.time()


class _RecentCallers:
    """Callers by the digest of their credential, for a few seconds.

    Each `forget` begins an era; what was looked up before it is not put in after it.
    """

    def __init__(self) -> None:
        self.era = 0
        self._callers: dict[bytes, tuple[float, Caller]] = {}
        self._lock = threading.Lock()

    def get(self, digest: bytes) -> Caller | None:
        until, caller = self._callers.get(digest, (0.0, None))
        return caller if time.monotonic() < until else None

    def put(self, digest: bytes, caller: Caller, era: int) -> None:
        with self._lock:
            if len(self._callers) >= _REMEMBER_AT_MOST:
                self._callers.clear()
            if era == self.era:
                self._callers[digest] = (time.monotonic() + REMEMBER_SECONDS, caller)

    def forget(self) -> None:
        with self._lock:
            self.era += 1
            self._callers.clear()
