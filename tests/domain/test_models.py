"""Choosing a model, fitting a size, reading words of retired models, and prices to the micro-dollar."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icons.domain.images import Format
from icons.domain.models import (
    Catalogue,
    ChatModel,
    FreeSize,
    Model,
    Prices,
    Size,
    Transparency,
    cost,
    price,
    price_reply,
)
from icons.domain.prompts.brief import Prompt
from icons.domain.prompts.library import Library
from icons.domain.requests import Message, Order, Usage

FREE = FreeSize(multiple=16, max_ratio=3.0, max_edge=3840, min_area=655_360, max_area=8_294_400)
SIZES = (Size(1024, 1024), Size(1536, 1024), Size(1024, 1536))
PAINTER = Model(
    "painter-2",
    "studio",
    sizes=SIZES,
    qualities=("low", "medium", "high"),
    formats=("png", "webp"),
    transparent=Transparency.YES,
    tokens={"low": 272, "medium": 1056, "high": 4160},
    prices=Prices(text=Decimal("5"), image=Decimal("8"), output=Decimal("30")),
    aliases=("painter-latest",),
)
TALKER = ChatModel("talker", "studio", Prices(text=Decimal("0.75"), output=Decimal("4.5")))
GONE = Model("painter-1", "studio", retires_on="2026-05-12", successor="painter-2", aliases=("Painter One",))
CATALOGUE = Catalogue(
    models=(PAINTER, GONE, Model("painter-2", "elsewhere")),
    defaults={"studio": "painter-2"},
    chat={"studio": "talker"},
    qualities={"hd": "high", "standard": "medium"},
    chat_models=(TALKER,),
)


def an_order(**changes) -> Order:
    prompt = Prompt("x" * 400, Library.built_in().prompt(category="tools").brief)
    return replace(Order(prompt, 512, 512, Format.PNG), **changes)


@pytest.mark.parametrize("asked", ["painter-2", "PAINTER 2", "painter2", "painter-latest", " painter-2 ", ""])
def test_names_aliases_and_nothing_lead_to_the_model(asked: str) -> None:
    """Case and punctuation do not count; nothing means the default."""
    resolved = CATALOGUE.resolve("studio", asked)
    assert (resolved.model, resolved.known, resolved.notes) == (PAINTER, True, ())


@pytest.mark.parametrize("asked", ["painter-1", "painter one"])
def test_retired_models_lead_to_their_successor(asked: str) -> None:
    """And the note says since when."""
    resolved = CATALOGUE.resolve("studio", asked)
    assert (resolved.model, resolved.requested) == (PAINTER, asked)
    assert "2026-05-12" in resolved.notes[0]
    assert GONE not in CATALOGUE.of("studio")


def test_unknown_models_are_passed_through_with_nothing_assumed() -> None:
    """They may be newer than the catalogue."""
    resolved = CATALOGUE.resolve("studio", "Painter-3")
    assert (resolved.model.name, resolved.known) == ("Painter-3", False)
    assert resolved.model.max_n == 1
    assert resolved.model == Model("Painter-3", "studio")
    assert not any((resolved.model.sizes, resolved.model.qualities, resolved.model.formats, resolved.model.svg))


def test_names_belong_to_their_provider() -> None:
    """The same name elsewhere is another model."""
    assert CATALOGUE.resolve("elsewhere", "painter-2").model.provider == "elsewhere"
    assert not CATALOGUE.resolve("nowhere", "painter-2").known


@pytest.mark.parametrize(
    ("asked", "quality", "noted"),
    [("", "", 0), ("auto", "", 0), ("low", "low", 0), ("hd", "high", 1), ("standard", "medium", 1), ("ultra", "", 1)],
)
def test_qualities_are_translated(asked: str, quality: str, noted: int) -> None:
    """What is translated or left out is said."""
    word, notes = CATALOGUE.quality(PAINTER, asked)
    assert (word, len(notes)) == (quality, noted)


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ((512, 512), "1024x1024"),
        ((1024, 1024), "1024x1024"),
        ((300, 200), "1536x1024"),
        ((1000, 1400), "1024x1536"),
        ((4096, 4096), "1024x1024"),
    ],
)
def test_the_nearest_size_not_smaller_is_chosen(asked: tuple[int, int], size: str) -> None:
    """Shape first, then large enough, then small; the largest when none is large enough."""
    assert str(PAINTER.size_for(Size(*asked))) == size


def test_free_sizes_serve_what_no_standard_size_covers() -> None:
    """A standard size of the same shape is preferred: it is what the model knows best."""
    free = replace(PAINTER, free_size=FREE)
    assert str(free.size_for(Size(512, 512))) == "1024x1024"
    assert str(free.size_for(Size(1920, 1080))) == "1920x1088"
    assert str(free.size_for(Size(2048, 2048))) == "2048x2048"
    assert str(free.size_for(Size(1600, 400))) == "1536x1024"


@given(st.integers(16, 2048), st.integers(16, 2048))
def test_free_sizes_keep_their_rules(width: int, height: int) -> None:
    """Whatever is asked: divisible, large enough, not too large, and covering the order; or no size at all."""
    asked = Size(width, height)
    fitted = FREE.fit(asked)
    if fitted is None:
        assert max(asked.ratio, 1 / asked.ratio) > 2.9
        return
    assert fitted.width % 16 == fitted.height % 16 == 0
    assert FREE.min_area <= fitted.area <= FREE.max_area
    assert fitted.covers(asked)
    assert max(fitted.ratio, 1 / fitted.ratio) <= 3.0


def test_proportions_and_resolutions() -> None:
    """For models that are not asked in pixels."""
    model = Model("m", "p", ratios=("1:1", "16:9", "9:16"), resolutions=("1k", "2k"))
    assert [model.ratio_for(Size(*size)) for size in ((5, 5), (1920, 1080), (10, 30))] == ["1:1", "16:9", "9:16"]
    assert [model.resolution_for(Size(edge, 10)) for edge in (64, 1024, 1025, 9000)] == ["1k", "1k", "2k", "2k"]
    assert (PAINTER.ratio_for(Size(5, 5)), PAINTER.resolution_for(Size(5, 5))) == ("", "")


def test_cost_is_exact_and_rounded_up() -> None:
    """USD per million tokens is micro-USD per token."""
    assert cost(PAINTER, Usage(text_tokens=40, image_tokens=10, output_tokens=1056)) == 200 + 80 + 31_680
    cheap = replace(PAINTER, prices=Prices(text=Decimal("0.3")))
    assert cost(cheap, Usage(text_tokens=1)) == 1
    assert cost(cheap, Usage()) == 0


def test_prices_per_picture() -> None:
    """Tokens do not count then."""
    model = replace(PAINTER, prices=Prices(picture=Decimal(39_000)))
    assert cost(model, Usage(output_tokens=5000, images=3)) == 117_000
    assert price(model, an_order(count=2)).high == 78_000


def test_unknown_prices_stay_unknown() -> None:
    """Nothing is guessed: no prices, or none for what was used."""
    assert cost(replace(PAINTER, prices=None), Usage(output_tokens=1)) is None
    assert cost(replace(PAINTER, prices=Prices(text=Decimal(5))), Usage(output_tokens=1)) is None
    assert price(replace(PAINTER, prices=None, tokens={}), an_order()).high is None


def test_an_unknown_appetite_is_assumed_so_that_budgets_hold() -> None:
    """A model with prices whose tokens are unpublished is taken for the last one whose tokens are."""
    known = replace(PAINTER, tokens={"low": 272, "medium": 1056, "high": 4160})
    assert price(replace(PAINTER, tokens={}), an_order()) == price(known, an_order())


def test_an_estimate_spans_the_qualities_that_may_be_chosen() -> None:
    """With a quality it is one figure; without, from the least to the most."""
    text = 100 * 5
    known = price(PAINTER, an_order(quality="medium"))
    assert known.low == known.high == text + 1056 * 30
    assert known.tokens == 100 + 1056
    open_range = price(PAINTER, an_order())
    assert (open_range.low, open_range.high) == (text + 272 * 30, text + 4160 * 30)


def test_an_estimate_grows_with_count_and_area() -> None:
    """Twice the pictures, twice the price; half as much again for 1024x1536."""
    one, two = (price(PAINTER, an_order(quality="low", count=count)) for count in (1, 2))
    assert two.high == 2 * one.high
    tall = price(PAINTER, an_order(quality="low", width=1024, height=1536))
    assert tall.tokens - 100 == 408


def test_who_talks_when_nobody_is_named() -> None:
    """The provider's own default; another name is passed through, without a price."""
    assert CATALOGUE.chat_model("studio") == CATALOGUE.chat_model("studio", "talker") == TALKER
    assert CATALOGUE.chat_model("studio", "newer").prices is None
    assert CATALOGUE.chat_model("elsewhere").name == ""


def test_a_reply_is_estimated_by_what_is_read_and_a_usual_answer() -> None:
    """Four characters a token; the price of what was counted comes after."""
    told = [Message("system", "x" * 400), Message("user", "y" * 399)]
    estimate = price_reply(TALKER, told)
    assert estimate.tokens == 200 + 500
    assert estimate.high == estimate.low == 200 * 0.75 + 500 * 4.5
    assert cost(TALKER, Usage(text_tokens=100, output_tokens=10)) == 75 + 45
    assert price_reply(ChatModel("newer", "studio"), told).high is None


def test_a_models_name_is_found_whoever_has_it() -> None:
    """By name or alias, in any spelling; only among providers with a model of their own."""
    assert CATALOGUE.named("Painter One") == GONE
    assert CATALOGUE.named("painter2") == PAINTER
    assert CATALOGUE.named("nobody") is None
