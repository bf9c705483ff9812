"""Rate limits: which views are under which policies, and what callers are told."""

import hashlib
import math
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

from flask import Flask, Response, g, request
from limits import RateLimitItem, parse
from werkzeug.exceptions import HTTPException

from icons.domain.errors import RateLimited, StudioError
from icons.domain.rates import Policy
from icons.web.auth import is_public
from icons.web.counting import Counter, Standing, open_counter
from icons.web.marks import Marked, mark, marks
from icons.web.settings import LimitSettings

_limit: Final[Callable[[str], RateLimitItem]] = cache(parse)


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
    counter = open_counter(settings.storage_url)
    policies = cache(lambda endpoint: [each for each in Policy if each in policies_of(app, endpoint)])

    @app.before_request
    def count() -> None:
        g.standings = []
        for policy in policies(request.endpoint) if request.endpoint else ():
            standing = _taken(counter, policy, settings)
            g.standings.append(standing)
            if not standing.counted:
                raise _refusal(standing)

    @app.after_request
    def tell(response: Response) -> Response:
        if told := g.get("standings"):
            response.headers.update(_headers(told))
        return response


def _taken(counter: Counter, policy: Policy, settings: LimitSettings) -> Standing:
    """One limit per policy, over all views of the policy together."""
    caller = g.get("caller")
    rate = (caller and caller.rates.get(policy)) or settings.rates[policy]
    return counter.take(_limit(rate), policy, _login() if policy is Policy.LOGIN else _who())


def _who() -> str:
    """Whose requests are counted together: the account, by whatever credential, or the address."""
    caller = g.get("caller")
    return caller.account if caller else request.remote_addr or "nowhere"


def _login() -> str:
    """Address and user name."""
    try:
        name = str(request.get_json().get("username"))
    except (StudioError, HTTPException):  # the view says what is wrong with the body
        name = ""
    return f"{_who()} {hashlib.sha256(name.strip().encode(errors='replace')).hexdigest()}"


def _headers(told: Sequence[Standing]) -> dict[str, str]:
    """Where the caller stands with the limit that is nearest to its end."""
    nearest = min(told, key=lambda each: (each.counted, each.remaining))
    return {
        "X-RateLimit-Limit": str(nearest.limit.amount),
        "X-RateLimit-Remaining": str(nearest.remaining),
        "X-RateLimit-Reset": str(math.ceil(nearest.reset_at)),
    }


def _refusal(breached: Standing) -> RateLimited:
    return RateLimited(
        f"At most {breached.limit} here. Wait, or ask the operator for more.",
        code="ERR_RATE_LIMIT" if request.path.startswith("/api/images/") else None,  # the workers document's
        retry_after=breached.reset_at - time.time(),
        metadata={"policy": breached.policy, "limit": str(breached.limit)},
    )
