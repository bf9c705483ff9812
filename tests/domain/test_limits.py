"""Spacing under a limit, and the circuit breaker, as arithmetic."""

from hypothesis import given
from hypothesis import strategies as st

from icons.domain.breaker import Breaker, Circuit
from icons.domain.limits import WINDOW, Quantity, reserve


def starts(limit: int, count: int) -> list[float]:
    """When ``count`` calls start, each reserved as soon as the one before has started."""
    spacing = Quantity("requests", limit).seconds(1)
    free, now, times = 0.0, 0.0, []
    for _ in range(count):
        free, wait = reserve(free, spacing, now)
        now += wait
        times.append(now)
    return times


@given(st.integers(1, 5000))
def test_no_minute_sees_more_than_the_limit(limit: int) -> None:
    """Whichever minute one looks at, with half a second of jitter, at most the limit have started in it."""
    times = starts(limit, limit + 200)
    for first, start in enumerate(times[:200]):
        assert times[first + limit] - start >= WINDOW


@given(st.integers(50, 5000))
def test_the_limit_is_used(limit: int) -> None:
    """Under load at least 98 % of it."""
    times = starts(limit, limit + 1)
    assert limit / (times[-1] - times[0]) >= 0.98 * limit / WINDOW


def test_an_idle_limit_starts_at_once() -> None:
    """What was not used is not a delay, and not a burst either: the second waits its turn."""
    first, second, *_ = starts(60, 3)
    assert first == 0.0
    assert 1.0 <= second <= 1.02


def test_a_clock_set_back_stalls_nobody() -> None:
    """A moment an hour away is a clock's mistake and counts as a minute at most."""
    _, wait = reserve(3600.0, 1.0, 0.0)
    assert wait <= WINDOW


def test_the_breaker_opens_probes_and_closes() -> None:
    """Five faults open it; after the pause one call passes; its success closes, its fault doubles the pause."""
    breaker = Breaker(threshold=5, pause=10, longest=60)
    for _ in range(4):
        breaker = breaker.failed(0.0)
    assert breaker.circuit(0.0) is Circuit.CLOSED
    breaker = breaker.failed(0.0)
    assert breaker.circuit(9.9) is Circuit.OPEN
    assert breaker.wait(4.0) == 6.0
    assert breaker.circuit(10.0) is Circuit.HALF_OPEN
    probe = breaker.passed(10.0)
    assert probe.circuit(10.0) is Circuit.OPEN, "one probe at a time"
    assert probe.succeeded().circuit(10.0) is Circuit.CLOSED
    again = probe.failed(11.0)
    assert again.circuit(30.9) is Circuit.OPEN
    assert again.circuit(31.0) is Circuit.HALF_OPEN


def test_faults_of_calls_that_began_before_do_not_lengthen_the_pause() -> None:
    """Ten calls in flight that fail together are one event."""
    breaker = Breaker(threshold=2, pause=10)
    for _ in range(10):
        breaker = breaker.failed(0.0)
    assert breaker.wait(0.0) == 10.0
    assert breaker.openings == 1
