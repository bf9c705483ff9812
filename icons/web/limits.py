"""Rate limits: which views are under which policies, and what callers are told."""

import hashlib
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any, Final

from flask import Flask, Response, g, request
from flask_limiter import ApplicationLimit, Limiter, RateLimitExceeded, RequestLimit
from limits.errors import ConfigurationError, StorageError
from werkzeug.exceptions import HTTPException

from icons.domain.errors import RateLimited, SettingsError, StudioError
from icons.domain.rates import Policy
from icons.web import errors
from icons.web.auth import is_public
from icons.web.marks import Marked, mark, marks
from icons.web.settings import LimitSettings

_PATIENCE: Final = 0.5  # seconds for the storage to answer


def limited(*policies: str) -> Callable[[Marked], Marked]:
    """Put a view or a whole blueprint under policies; a view's come on top of its blueprint's."""
    chosen = frozenset(Policy(each) for each in policies)
    return lambda marked: mark(marked, "policies", chosen)


def policies_of(app: Flask, endpoint: str) -> frozenset[Policy]:
    """What a view is under. Without a mark: `Policy.ICONS`, or nothing when it is public."""
    if chosen := marks(app, endpoint, "policies"):
        return frozenset[Policy]().union(*chosen)
    return frozenset() if is_public(app.view_functions[endpoint]) else frozenset({Policy.ICONS})


def install(app: Flask, settings: LimitSettings) -> None:
    """Count from now on. To be called after the gate is installed, which says whose request it is."""
    if not settings.enabled:
        return
    limiter = _limiter(app, settings)

    @app.errorhandler(RateLimitExceeded)
    def refuse(_: RateLimitExceeded) -> Response:
        return errors.answer(_refusal(limiter))

    @app.after_request
    def tell(response: Response) -> Response:
        # Not Flask-Limiter's own headers: those put Retry-After on every answer.
        with suppress(StorageError):  # counting goes on without the storage, and so does answering
            if told := limiter.current_limits:
                response.headers.update(_headers(told))
        return response


def _limiter(app: Flask, settings: LimitSettings) -> Limiter:
    """One limit per policy, over all views of the policy together."""
    policies = cache(lambda endpoint: policies_of(app, endpoint))

    def rate_of(policy: Policy) -> Callable[[], str]:
        def rate() -> str:
            """Empty where the policy does not apply."""
            if policy not in policies(request.endpoint):
                return ""
            caller = g.get("caller")
            return (caller and caller.rates.get(policy)) or settings.rates[policy]

        return rate

    try:
        return Limiter(
            _who,
            app=app,
            application_limits=[
                ApplicationLimit(rate_of(policy), _login if policy is Policy.LOGIN else _who, scope=policy.value)
                for policy in Policy
            ],
            strategy="moving-window",
            storage_uri=settings.storage_url,
            storage_options=_storage_options(settings.storage_url),
            in_memory_fallback_enabled=True,  # a lost Redis means counting by process, not an outage
        )
    except (ConfigurationError, StorageError) as error:
        raise SettingsError(
            "RATELIMIT_STORAGE_URL: write memory:// for one process, or the address of a Redis for several "
            "(redis://host:6379)."
        ) from error


def _storage_options(url: str) -> dict[str, Any]:
    """Faults come as StorageError; a Redis that hangs holds requests up for a moment only."""
    waits = {"socket_connect_timeout": _PATIENCE, "socket_timeout": _PATIENCE} if url.startswith("redis") else {}
    return {"wrap_exceptions": True, **waits}


def _who() -> str:
    """Whose requests are counted together: the account, by whatever credential, or the address."""
    caller = g.get("caller")
    return caller.account if caller else request.remote_addr or "nowhere"


def _login() -> str:
    """Address and user name. Never raises: Flask-Limiter would take that for a fault of its storage."""
    try:
        name = str(request.get_json().get("username"))
    except (StudioError, HTTPException):  # the view says what is wrong with the body
        name = ""
    return f"{_who()} {hashlib.sha256(name.strip().encode(errors='replace')).hexdigest()}"


def _headers(told: list[RequestLimit]) -> dict[str, str]:
    """Where the caller stands with the limit that is nearest to its end."""
    nearest = min(told, key=lambda each: (not each.breached, each.remaining))
    return {
        "X-RateLimit-Limit": str(nearest.limit.amount),
        "X-RateLimit-Remaining": str(nearest.remaining),
        "X-RateLimit-Reset": str(nearest.reset_at),
    }


def _refusal(limiter: Limiter) -> RateLimited:
    breached = limiter.current_limits[-1]  # the first that is breached ends the checks
    policy = breached.request_args[-1]
    return RateLimited(
        f"At most {breached.limit} here. Wait, or ask the operator for more.",
        code="ERR_RATE_LIMIT" if request.path.startswith("/api/images/") else None,  # the workers document's
        retry_after=breached.reset_at - time.time(),
        metadata={"policy": policy, "limit": str(breached.limit)},
    )
