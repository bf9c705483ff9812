"""Counting in one process: exact whoever asks at once, and without an end to who has asked before."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from limits import RateLimitItem, parse

from icons.web import counting
from icons.web.counting import Windows

from ..conftest import eventually

HOURLY, SECONDLY = parse("50 per hour"), parse("1 per second")


def take(windows: Windows, who: str = "ada", limit: RateLimitItem = HOURLY) -> bool:
    return windows.take(limit, "icons", who).counted


def test_threads_that_ask_at_once_get_exactly_the_limit() -> None:
    """Not one more, and not one less."""
    windows = Windows()
    with ThreadPoolExecutor(8) as threads:
        counted = list(threads.map(lambda _: take(windows), range(200)))
    assert sum(counted) == 50


def test_what_was_refused_does_not_count() -> None:
    """The window moves on although somebody keeps on asking."""
    windows = Windows()
    assert take(windows, limit=SECONDLY)
    assert not take(windows, limit=SECONDLY)
    eventually(lambda: take(windows, limit=SECONDLY))


def test_each_has_a_window_of_its_own_for_each_limit() -> None:
    """Another caller, another policy and another rate count from the beginning."""
    windows = Windows()
    assert take(windows, limit=SECONDLY)
    assert take(windows, "eve", SECONDLY)
    assert take(windows)
    assert windows.take(SECONDLY, "files", "ada").counted


def test_callers_who_fell_silent_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else every address that ever asked would take its place for good; who still counts is kept."""
    monkeypatch.setattr(counting, "_CROWD", 10)
    windows = Windows()
    assert take(windows, "loyal")
    for number in range(8):
        assert take(windows, f"stranger {number}", SECONDLY)
    eventually(lambda: take(windows, "stranger 0", SECONDLY))
    for number in range(8, 12):
        assert take(windows, f"stranger {number}", SECONDLY)
    assert len(windows._taken) < 10
    assert windows.take(HOURLY, "icons", "loyal").remaining == 48
