"""Matching: the right glyph for a category, the same one everywhere, and an honest answer where there is none."""

import os
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icons.adapters.providers.local.glyphs import load_pack
from icons.adapters.providers.local.matching import FALLBACK, THRESHOLD, Match, load_matcher
from icons.adapters.providers.local.matching.search import GlyphSearch, plain_name
from icons.adapters.providers.local.matching.topics import read_topics
from icons.adapters.providers.local.matching.vectors import load_words

LISTS = tomllib.loads(Path(__file__).with_name("matching_lists.toml").read_text(encoding="utf-8"))

HOSTILE = {
    "empty": "",
    "blank": " \t\r\n",
    "long": "pen " * 2_500,
    "one long word": "x" * 10_000,
    "emoji": "🍕🚀" * 50,
    "right to left": "\u202eمتجر القهوة",
    "Chinese": "咖啡店",
    "control characters": "\x00\x1b[31m\x7f",
    "lone surrogate": "\ud800 pens",
    "separators": "&,;/+|& and and",
    "markup": "<svg onload=alert(1)>",
    "a pattern": "(a+)+$[",
    "function words": "the of and",
}


def match(subject: str, elements: tuple[str, ...] = (), suggestions: tuple[str, ...] = (), limit: int = 4) -> Match:
    return load_matcher().match(subject, elements, suggestions, limit)


def fits(glyph_id: str, acceptable: str) -> bool:
    """Whether a glyph's name, or one of its hyphenated words, is among the acceptable ones."""
    name = plain_name(load_pack()[glyph_id])
    return bool({name, *name.split("-")} & set(acceptable.split()))


def precision(categories: Mapping[str, str]) -> float:
    """P@1: the share of categories whose hero is acceptable."""
    return sum(fits(match(name).glyphs[0], acceptable) for name, acceptable in categories.items()) / len(categories)


def test_known_categories(record_property: Callable[[str, object], None]) -> None:
    """P@1 on the 60 categories the matcher was made with: 1.00 measured, so this guards and proves nothing."""
    score = precision(LISTS["known"])
    record_property("P@1 known", score)
    assert score >= 0.98


def test_blind_categories(record_property: Callable[[str, object], None]) -> None:
    """P@1 on 100 categories written down before the matcher had answered any of them: 0.89 measured.

    19 of them happen to be a topic's own name and are all right; on the other 81 it is 0.86.
    """
    score = precision(LISTS["blind"])
    record_property("P@1 blind", score)
    assert score >= 0.88


def test_every_topic_answers_to_each_of_its_names() -> None:
    """An alias leads to one of its topic's glyphs, whatever else would fit; a name belongs to one topic only."""
    names = [(alias, topic.glyphs) for topic in read_topics() for alias in topic.aliases]
    assert len(names) == len(dict(names))
    assert [alias for alias, glyphs in names if match(alias).glyphs[0] not in glyphs] == []


def test_topics_name_glyphs_that_can_be_chosen() -> None:
    """Every glyph of a topic is in the pack and shows a thing."""
    rows = GlyphSearch(load_pack(), load_words()).row
    assert {glyph for topic in read_topics() for glyph in topic.glyphs} <= rows.keys()


def test_elements_win_over_the_subject() -> None:
    """Each wish gets its glyph, in the order of the wishes."""
    answer = match("office supplies", ("calculator", "stapler", "pen"))
    assert answer.glyphs == ("ph:calculator", "ip:stapler", "ph:pen")
    assert answer.matched == "name"
    assert answer.unmatched == ()


def test_an_element_is_found_by_its_plural_its_synonym_and_its_topic() -> None:
    """ "Sofas" is a name, "eyewear" a topic's, and "automobile" a tag."""
    assert match("", ("sofas",)).glyphs == ("ip:sofa",)
    assert match("", ("eyewear",)).glyphs == ("ph:eyeglasses",)
    assert match("", ("automobile",)).glyphs[0] in {"ph:car", "ph:car-profile", "ph:car-simple"}


def test_an_element_may_be_a_sign() -> None:
    """Signs stand for no category, but who asks for an arrow gets one."""
    assert match("", ("arrow up",)).glyphs == ("ph:arrow-up",)


def test_an_unknown_element_is_left_out_and_told() -> None:
    """What nothing shows is reported and does not spoil the rest."""
    answer = match("office supplies", ("pencil", "qzxwv"))
    assert answer.glyphs == ("ph:pencil",)
    assert answer.unmatched == ("qzxwv",)


def test_without_a_usable_element_the_subject_is_asked() -> None:
    """Wishes nobody can fill do not leave the icon empty."""
    answer = match("dentist", ("qzxwv",))
    assert answer.glyphs[0] == "ph:tooth"
    assert answer.unmatched == ("qzxwv",)


def test_equal_elements_give_one_glyph() -> None:
    """Two names of one thing are drawn once, where the first of them stands."""
    assert match("", ("pencil", "calculator", "pencils")).glyphs == ("ph:pencil", "ph:calculator")


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_no_more_glyphs_than_asked_for(limit: int) -> None:
    """The limit holds for wishes and for companions, and the hero stays."""
    assert match("", ("pen", "stapler", "calculator", "scissors"), limit=limit).glyphs[0] == "ph:pen"
    assert len(match("", ("pen", "stapler", "calculator", "scissors"), limit=limit).glyphs) == limit
    assert len(match("office supplies", limit=limit).glyphs) == limit


def test_a_subject_gets_few_companions_that_differ() -> None:
    """Two companions at most, and none whose name begins as another's: no three cars."""
    for name in LISTS["known"]:
        first_words = [plain_name(load_pack()[glyph]).split("-")[0] for glyph in match(name).glyphs]
        assert len(first_words) <= 3, name
        assert len(first_words) == len(set(first_words)), name


def test_the_last_word_names_the_thing() -> None:
    """Messenger bags are bags, coffee tables are tables."""
    assert match("messenger bags").glyphs[0] == "ph:bag"
    assert match("coffee tables").glyphs[0] == "ph:table"


def test_an_enumeration_shows_each_thing() -> None:
    """ "Pets & gardens" needs both."""
    assert match("pets & gardens").glyphs == ("ph:paw-print", "ph:potted-plant")
    assert match("guitars, dogs and umbrellas").glyphs == ("ph:guitar", "ph:dog", "ph:umbrella")


@pytest.mark.parametrize("subject", ["Office Supplies", "office  supplies!", "supplies (office)", "ÓFFICE SÚPPLIES"])
def test_spelling_does_not_matter(subject: str) -> None:
    """Case, punctuation, accents and word order change nothing."""
    assert match(subject).glyphs == match("office supplies").glyphs


def test_suggestions_stand_in_for_an_unknown_subject() -> None:
    """A category of an unknown name is drawn by what its author suggested."""
    assert match("Qzxwv", suggestions=("umbrella",)).glyphs == ("ph:umbrella",)


def test_suggestions_do_not_overrule_a_known_subject() -> None:
    """A soft hint stays one."""
    assert match("dentist", suggestions=("umbrella",)).glyphs[0] == "ph:tooth"


@pytest.mark.parametrize("subject", ["qzxwv", "asdfgh jkl", "zzz qqq 123"])
def test_an_unknown_subject_gets_the_neutral_glyph(subject: str) -> None:
    """No acorn for what nobody knows, and the confidence says so."""
    answer = match(subject)
    assert answer.glyphs == (FALLBACK,)
    assert answer.matched == "fallback"
    assert answer.confidence < THRESHOLD


def test_confidence_is_high_for_what_is_certain() -> None:
    """A topic's own name is certain, a relation of meaning is not."""
    assert match("coffee shop").confidence == 1
    assert THRESHOLD <= match("trowels").confidence < 0.9


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_answered(text: str) -> None:
    """Whatever is typed, wherever, the answer names glyphs of the pack."""
    for answer in (match(text), match("pens", (text,)), match(text, (text, "pen"), (text,))):
        assert answer.glyphs
        assert set(answer.glyphs) <= load_pack().keys()
        assert 0 <= answer.confidence <= 1


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.lists(st.text(max_size=30), max_size=3), st.integers(-2, 6))
def test_any_text_is_answered(subject: str, elements: list[str], limit: int) -> None:
    """Random text never raises, and the limit holds."""
    answer = load_matcher().match(subject, elements, limit=limit)
    assert 1 <= len(answer.glyphs) <= max(1, limit)


def test_the_same_in_every_process() -> None:
    """Hash seeds change nothing."""
    code = (
        "from icons.adapters.providers.local.matching import load_matcher; m = load_matcher()\n"
        "print([m.match(name) for name in ('office supplies', 'pizza delivery', 'vases', 'pets & gardens', 'lamps')])"
    )

    def answers(seed: str) -> str:
        environment = os.environ | {"PYTHONHASHSEED": seed}
        return subprocess.run(
            [sys.executable, "-c", code], env=environment, check=True, capture_output=True
        ).stdout.decode()

    assert len({answers(seed) for seed in "012"}) == 1


def test_speed(record_property: Callable[[str, object], None]) -> None:
    """How long an unseen question takes is recorded, not judged: measured about half a millisecond."""
    questions = [f"{name} number {number}" for number, name in enumerate(LISTS["known"])]
    load_matcher()
    start = time.perf_counter()
    answers = [match(question) for question in questions]
    record_property("ms per question", 1000 * (time.perf_counter() - start) / len(questions))
    assert len(answers) == len(questions)
