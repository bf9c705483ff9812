"""What providers say in their headers: their limits, and how long to stay away."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from icons.domain.requests import Notice

LONGEST_WAIT: Final = 3600.0  # seconds: more than this is not believed
_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART: Final = re.compile(r"(\d{1,9}(?:\.\d+)?)(ms|s|m|h|d)", re.ASCII)


def seconds(text: str) -> float | None:
    """``1.2s``, ``6m0s``, ``120ms`` or a plain number of seconds; None for anything else."""
    text = text.strip().lower()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text, re.ASCII):
        return float(text)
    if not text or _PART.sub("", text):
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds to wait before the next try, at most LONGEST_WAIT; None when the provider does not say."""
    if (milliseconds := seconds(headers.get("retry-after-ms", ""))) is not None:
        return min(LONGEST_WAIT, milliseconds / 1000)
    text = headers.get("retry-after", "")
    wait = seconds(text)
    if wait is None and text:
        wait = _until(text, now or datetime.now(UTC))
    return None if wait is None else min(LONGEST_WAIT, wait)


def _until(text: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def notice(headers: Mapping[str, str]) -> Notice:
    """What the x-ratelimit headers say."""
    return Notice(
        requests_left=_count(headers.get("x-ratelimit-remaining-requests", "")),
        requests_reset=seconds(headers.get("x-ratelimit-reset-requests", "")),
        tokens_left=_count(headers.get("x-ratelimit-remaining-tokens", "")),
        tokens_reset=seconds(headers.get("x-ratelimit-reset-tokens", "")),
    )


def _count(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,15}", text, re.ASCII) else None
