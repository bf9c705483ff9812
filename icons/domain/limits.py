"""Spacing calls under a limit: the generic cell rate algorithm, as arithmetic on one number per limit.

The number is the theoretical arrival time (ITU-T I.371): the moment from which the limit is wholly free again. Here it
hands out *when to start* instead of yes or no, so nobody polls, and calls are spaced evenly instead of in one burst.
"""

from dataclasses import dataclass
from typing import Final

WINDOW: Final = 60.0  # seconds: limits are given per minute
# A provider that counts in a sliding window sees calls up to this much later than they were spaced: with the margin
# it counts at most the limit. 0.5 s costs 0.8 % of a minute.
MARGIN: Final = 0.5


@dataclass(frozen=True, slots=True)
class Quantity:
    """One limit of a provider: so many requests, tokens or images a minute."""

    name: str  # "requests", "tokens", "images"
    per_minute: int

    def seconds(self, amount: float) -> float:
        """How long the limit is taken up by this much of it."""
        return amount * (WINDOW + MARGIN) / self.per_minute


def reserve(free_at: float, seconds: float, now: float) -> tuple[float, float]:
    """Take ``seconds`` of a limit: (the new moment from which it is free, how long to wait before the start).

    A moment further away than ten windows comes from a clock that was set back; it counts as one window.
    """
    if free_at - now > 10 * WINDOW:
        free_at = now + WINDOW
    start = max(free_at, now)
    return start + seconds, start - now
