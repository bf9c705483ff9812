"""When a failed attempt is repeated: (error, attempt) -> seconds to wait, or never."""

from dataclasses import dataclass
from typing import Final

from icons.domain.errors import ProviderError, StudioError, Unavailable
from icons.domain.jobs import Delayed, Failed

_TROUBLE: Final = 5.0  # seconds that the house's own trouble is expected to last, unless it says


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

    def outcome(self, error: StudioError, failures: int, chance: float) -> Failed | Delayed:
        """What a job comes to by its ``failures``-th failure; ``chance`` as in `delay`.

        When the database, the files or the disk's space are away, that is no failure of the job's: it waits for them.
        """
        failed = failure(error, failures)
        if isinstance(error, Unavailable):
            return Delayed(failed.error, (1 + chance) * (error.retry_after or _TROUBLE), counted=False)
        pause = self.delay(error, failures, chance)
        return failed if pause is None else Delayed({**failed.error, "final": False}, pause)


def failure(error: StudioError, attempts: int) -> Failed:
    """The end of a job by an error; ``final``: the same request would fail again."""
    final = isinstance(error, ProviderError) and not error.transient
    return Failed({"code": error.code, "message": error.message, "attempts": attempts, "final": final})
