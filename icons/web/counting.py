"""How often something was done lately: moving windows in this process, or in a storage that several share."""

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any, Final, Protocol

import structlog
from limits import RateLimitItem
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from icons.domain.errors import SettingsError

log = structlog.get_logger(__name__)

_PATIENCE: Final = 0.5  # seconds for the storage to answer
_AWAY: Final = 5.0  # seconds until a storage that did not answer is asked again
_CROWD: Final = 1000  # windows, before those that have run empty are looked for


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands with a limit."""

    limit: RateLimitItem
    policy: str
    counted: bool  # else there was no room
    remaining: int
    reset_at: float  # epoch seconds: when the oldest that counts leaves the window


class Counter(Protocol):
    """Counts what each does under each policy, exactly."""

    def take(self, limit: RateLimitItem, policy: str, who: str) -> Standing:
        """Count one more, if there is room."""
        ...


def open_counter(url: str) -> Counter:
    """``memory://`` counts in this process, all else where the URL says. SettingsError for what cannot count."""
    if url.startswith("memory:"):
        return Windows()
    try:
        return Shared(MovingWindowRateLimiter(storage_from_string(url, **_options(url))))
    except (ConfigurationError, StorageError, NotImplementedError) as error:
        raise SettingsError(
            "RATELIMIT_STORAGE_URL: write memory:// for one process, or the address of a Redis for several "
            "(redis://host:6379)."
        ) from error


def _options(url: str) -> dict[str, Any]:
    """Faults come as StorageError; a Redis that hangs holds requests up for a moment only."""
    waits = {"socket_connect_timeout": _PATIENCE, "socket_timeout": _PATIENCE} if url.startswith("redis") else {}
    return {"wrap_exceptions": True, **waits}


class Windows:
    """Moving windows in this process, in one step each. Whoever was silent for a whole window is forgotten.

    Not the memory storage of `limits`: that one starts a thread every ten milliseconds to clear up.
    """

    def __init__(self) -> None:
        self._taken: dict[tuple[RateLimitItem, str, str], deque[float]] = {}
        self._crowd = _CROWD
        self._lock = threading.Lock()

    def take(self, limit: RateLimitItem, policy: str, who: str) -> Standing:
        """See `Counter.take`."""
        now, span = time.monotonic(), limit.get_expiry()
        with self._lock:
            taken = self._window((limit, policy, who), now)
            while taken and taken[0] <= now - span:
                taken.popleft()
            counted = len(taken) < limit.amount
            if counted:
                taken.append(now)
            return Standing(limit, policy, counted, limit.amount - len(taken), time.time() + taken[0] + span - now)

    def _window(self, key: tuple[RateLimitItem, str, str], now: float) -> deque[float]:
        if key not in self._taken and len(self._taken) >= self._crowd:
            held = self._taken.items()
            self._taken = {each: taken for each, taken in held if taken[-1] > now - each[0].get_expiry()}
            self._crowd = max(_CROWD, 2 * len(self._taken))
        return self._taken.setdefault(key, deque())


class Shared:
    """Moving windows in a storage; in this process as long as that one is away, which is no reason for an outage."""

    def __init__(self, limiter: MovingWindowRateLimiter) -> None:
        self._limiter, self._alone = limiter, Windows()
        self._away_until = 0.0  # on the monotonic clock; 0 = it answers

    def take(self, limit: RateLimitItem, policy: str, who: str) -> Standing:
        """See `Counter.take`."""
        now = time.monotonic()
        if now < self._away_until:
            return self._alone.take(limit, policy, who)
        if self._away_until:
            self._away_until = now + _AWAY  # one asks, the others need not wait for it
        try:
            counted = self._limiter.hit(limit, who, policy)
            reset_at, remaining = self._limiter.get_window_stats(limit, who, policy)
        except StorageError:
            self._away_until = time.monotonic() + _AWAY
            log.warning("limits.storage_away", advice="Each process counts by itself until it is back.")
            return self._alone.take(limit, policy, who)
        self._away_until = 0.0
        return Standing(limit, policy, counted, remaining, reset_at)
