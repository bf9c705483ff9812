"""Headers: durations and limits as providers write them."""

from datetime import UTC, datetime

import pytest

from icons.adapters.providers.headers import LONGEST_WAIT, notice, retry_after, seconds
from icons.domain.requests import Notice

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.2s", 1.2),
        ("6m0s", 360),
        ("120ms", 0.12),
        ("1h2m3s", 3723),
        ("7", 7),
        ("", None),
        ("9" * 5000, None),
        ("soon", None),
        ("5x", None),
    ],
)
def test_durations(text: str, expected: float | None) -> None:
    """Go's way of writing them, plain seconds, or not a duration."""
    assert seconds(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Sun, 01 Nov 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Sun, 01 Nov 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "999999"}, LONGEST_WAIT),
        ({"retry-after": "nonsense"}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], expected: float | None) -> None:
    """Seconds, milliseconds or a date; capped; never negative."""
    assert retry_after(headers, NOW) == expected


def test_a_silent_provider_leaves_no_notice() -> None:
    """Nothing, or nonsense, is not a limit."""
    assert notice({}) == notice({"x-ratelimit-remaining-requests": "-", "x-ratelimit-reset-tokens": "?"}) == Notice()
