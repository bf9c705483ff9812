"""The circuit breaker before a provider: after many faults in a row it is left alone for a while, then tried once."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Circuit(StrEnum):
    """Whether calls may pass."""

    CLOSED = "closed"  # all
    OPEN = "open"  # none
    HALF_OPEN = "half_open"  # one, the probe


@dataclass(frozen=True, slots=True)
class Breaker:
    """Immutable; each method gives the next one. Times are seconds of a monotonic clock."""

    threshold: int = 5  # faults in a row that open it
    pause: float = 15.0  # seconds the first time; doubles with each failed probe
    longest: float = 300.0
    faults: int = 0
    openings: int = 0  # in a row
    open_until: float = 0.0
    probing: bool = False

    def circuit(self, now: float) -> Circuit:
        """Its state at that moment."""
        if self.faults < self.threshold:
            return Circuit.CLOSED
        return Circuit.OPEN if self.probing or now < self.open_until else Circuit.HALF_OPEN

    def wait(self, now: float) -> float:
        """Seconds until a call may pass; 0 = now. A probe under way holds the others for its pause."""
        if self.circuit(now) is not Circuit.OPEN:
            return 0.0
        return max(self.open_until - now, 0.1)

    def passed(self, now: float) -> "Breaker":
        """A call begins."""
        return replace(self, probing=True) if self.circuit(now) is Circuit.HALF_OPEN else self

    def succeeded(self) -> "Breaker":
        """A call was answered, with a picture or with a refusal: somebody is there."""
        return replace(self, faults=0, openings=0, open_until=0.0, probing=False)

    def failed(self, now: float) -> "Breaker":
        """A call met a transient fault."""
        faults = self.faults + 1
        if faults < self.threshold:
            return replace(self, faults=faults, probing=False)
        if faults > self.threshold and not self.probing:
            return replace(self, faults=faults)  # begun before it opened
        pause = min(self.longest, self.pause * 2.0**self.openings)
        return replace(self, faults=faults, openings=self.openings + 1, open_until=now + pause, probing=False)
