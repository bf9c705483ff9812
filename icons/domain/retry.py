"""When a failed attempt is repeated: (error, attempt) -> seconds to wait, or never."""

from dataclasses import dataclass

from icons.domain.errors import ProviderError, StudioError


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential back-off with full jitter (AWS, "Exponential Backoff And Jitter"), capped."""

    attempts: int = 4  # in all, the first included
    base: float = 0.5  # seconds
    cap: float = 60.0  # seconds

    def delay(self, error: StudioError, failures: int, chance: float) -> float | None:
        """Seconds to wait after the ``failures``-th failure (1, 2...), or None: give up.

        ``chance`` is a random number in [0, 1). A provider's Retry-After is a lower bound, capped as well.
        """
        if not isinstance(error, ProviderError) or not error.transient or failures >= self.attempts:
            return None
        jittered = chance * min(self.cap, self.base * 2.0**failures)
        return max(jittered, min(self.cap, error.retry_after or 0.0))
