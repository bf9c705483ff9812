"""Webhooks as values: how long to wait for the next attempt, and when to give up."""

from itertools import accumulate

import pytest

from icons.domain.hooks import PATIENCE, Hook, HookEvent, next_pause


def test_pauses_grow_until_the_patience_is_over() -> None:
    """Five attempts in the first minutes, then fewer and fewer; the last one within three days."""
    pauses: list[float] = []
    while (pause := next_pause(len(pauses) + 1, sum(pauses), 0.0)) is not None:
        pauses.append(pause)
    assert pauses == sorted(pauses)
    assert pauses[:5] == [5, 10, 20, 40, 90]
    assert PATIENCE - 6 * 3600 < list(accumulate(pauses))[-1] <= PATIENCE


def test_an_address_that_asks_for_patience_gets_it() -> None:
    """Never less than its turn would be, and not for ever."""
    assert next_pause(1, 0, 0.0, 60) == 60
    assert next_pause(1, 0, 0.0, 1) == 5
    assert next_pause(1, 0, 0.0, 10**9) == 6 * 3600
    assert next_pause(1, PATIENCE, 0.0, 1) is None


def test_jitter_adds_a_tenth_at_most() -> None:
    """So that what failed together does not come back together."""
    assert next_pause(2, 0, 1.0) == pytest.approx(11)


def test_a_hook_is_read_back_as_it_was_written() -> None:
    """It lies with jobs and batches as JSON."""
    hook = Hook("https://Receiver.example:8443/x?y=1", (HookEvent.JOB_FAILED,))
    assert Hook.from_json(hook.to_json()) == hook
    assert hook.host == "receiver.example"
