"""The table of moves and the arithmetic of batches."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icons.domain.errors import InvalidRequest, ProviderFailed, RequestRefused
from icons.domain.images import parse_colour
from icons.domain.jobs import FINAL, MOVES, BatchState, Counts, State, batch_state, percent, remaining_seconds
from icons.domain.prompts.library import Library
from icons.domain.requests import IconRequest, fingerprint
from icons.domain.retry import RetryPolicy

counts = st.builds(Counts, *[st.integers(0, 20)] * 7)


def test_every_state_has_its_moves() -> None:
    """No state is forgotten in the table, and what is completed stays so."""
    assert set(MOVES) == set(State)
    assert MOVES[State.COMPLETED] == frozenset()


@given(counts)
def test_a_batch_ends_exactly_when_its_jobs_have(given_counts: Counts) -> None:
    """The derived state is final if and only if no job is unfinished."""
    for cancelled in (False, True):
        state = batch_state(given_counts, cancelled)
        assert (state in (BatchState.PENDING, BatchState.RUNNING)) == bool(given_counts.unfinished)


@given(counts)
def test_progress_is_100_only_at_the_end(given_counts: Counts) -> None:
    """Rounded down, so that nobody sees 100 % of an unfinished batch."""
    assert (percent(given_counts.finished, given_counts.total) == 100) == (given_counts.unfinished == 0)


def test_the_end_is_estimated_from_the_pace_so_far() -> None:
    """Ten of forty in five seconds leave fifteen; before the first nobody knows."""
    assert remaining_seconds(10, 40, 5.0) == 15.0
    assert remaining_seconds(0, 40, 5.0) is None
    assert remaining_seconds(40, 40, 5.0) is None


def test_held_jobs_look_waiting() -> None:
    """The window of a batch is nobody's business outside."""
    assert State.HELD.public == "waiting"
    assert {state.public for state in State} == {state.value for state in State} - {"held"}
    assert all(state.final == (state in FINAL) for state in State)


@given(st.integers(1, 50), st.floats(0, 1, exclude_max=True), st.floats(0, 1e6))
def test_back_off_is_bounded(failures: int, chance: float, retry_after: float) -> None:
    """Never longer than the cap, never shorter than a Retry-After below it, none after the last attempt."""
    policy = RetryPolicy(attempts=20, base=0.5, cap=60)
    delay = policy.delay(ProviderFailed("x", retry_after=retry_after), failures, chance)
    if failures >= 20:
        assert delay is None
    else:
        assert delay is not None
        assert min(retry_after, 60) <= delay <= 60


def test_a_refusal_is_never_repeated() -> None:
    """Whatever the attempt."""
    assert RetryPolicy().delay(RequestRefused("no"), 1, 0.5) is None


@pytest.mark.parametrize(("text", "colour"), [("#4F46E5", "#4f46e5"), ("abc", "#aabbcc"), (" #FFF ", "#ffffff")])
def test_colours_are_normalised(text: str, colour: str) -> None:
    """Short or long, any case, with or without the sign."""
    assert parse_colour(text) == colour


@pytest.mark.parametrize("text", ["", "#12", "#12345", "red", "#ggg", "#4F46E5\n#000", "url(#a)"])
def test_what_is_no_colour(text: str) -> None:
    """The error says how a colour is written."""
    with pytest.raises(InvalidRequest, match="#RRGGBB"):
        parse_colour(text)


def test_a_request_survives_its_way_through_the_store() -> None:
    """What is written as JSON is read back equal."""
    request = IconRequest("tools", brand_colors=("#ffffff",), elements=("saw", "hammer"), seed=2**31 - 1)
    assert IconRequest.from_json(json.loads(json.dumps(request.to_json()))) == request


def test_the_fingerprint_follows_the_template() -> None:
    """An operator's edit of one style makes that style's requests new ones, and no others."""
    library = Library.built_in()
    edited = library.extended(
        '[styles.flat]\nwording = "Only triangles, drawn with a ruler, in two colours."', "x.toml"
    )

    def mark(used: Library, style: str) -> str:
        request = IconRequest("tools", style=style)
        return fingerprint(request, request.prompt(used), "local/1")

    assert mark(library, "flat") != mark(edited, "flat")
    assert mark(library, "modern") == mark(edited, "modern")
