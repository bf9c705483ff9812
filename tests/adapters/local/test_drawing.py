"""Composing: the same brief gives the same drawing, its facts are true, its layouts fit."""

import itertools
import json
import math
import os
import subprocess
import sys
from dataclasses import asdict
from random import Random

import pytest

from icons.adapters.providers.local.compose import choose_glyphs, compose, is_collection
from icons.adapters.providers.local.geometry import flatten, gap, resample, supports, sweep
from icons.adapters.providers.local.glyphs import load_pack
from icons.adapters.providers.local.layout import LAYOUTS, Area, Form, arrange, choose_layout
from icons.adapters.providers.local.palette import choose
from icons.adapters.providers.local.sheet import SHAPES
from icons.adapters.providers.local.styles import STYLES
from icons.domain.prompts.brief import Background
from tests.adapters.local.drawing import BRAND, a_brief, glyphs_for

COMPOSE_ELSEWHERE = """
import json, sys
from icons.adapters.providers.local.compose import compose
from icons.domain.prompts.brief import Background, Brief
from tests.adapters.local.drawing import glyphs_for
raw = json.loads(sys.argv[1])
raw["palettes"] = tuple(map(tuple, raw["palettes"]))
brief = Brief(**raw | {"elements": tuple(raw["elements"]), "suggestions": (), "background": Background.AUTO})
for style in json.loads(sys.argv[2]):
    brief = Brief(**{**{name: getattr(brief, name) for name in raw}, "drawing": style})
    print(compose(brief, glyphs_for(brief), 512).svg)
"""
GLYPHS = ("ph:car", "ph:pen", "ip:stapler", "ph:calculator")


def test_every_process_draws_a_brief_alike() -> None:
    """Two fresh processes with different hash seeds give the very text this one gives, in all styles."""
    here = "".join(f"{compose(a_brief(style), glyphs_for(a_brief(style)), 512).svg}\n" for style in STYLES)
    command = [sys.executable, "-c", COMPOSE_ELSEWHERE, json.dumps(asdict(a_brief())), json.dumps(list(STYLES))]
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        there = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert there.stdout == here


def test_a_seed_changes_the_drawing() -> None:
    """Two seeds are two equally good answers."""
    one, other = (compose(a_brief(seed=seed), glyphs_for(a_brief()), 512).facts for seed in (0, 1))
    assert one["container"] != other["container"]


def test_the_facts_say_what_was_drawn() -> None:
    """Glyphs, layout, container, palette and the lowest contrast are reported."""
    facts = compose(a_brief(), glyphs_for(a_brief()), 512).facts
    assert facts["glyphs"] == ["ph:pen", "ip:stapler", "ph:calculator"]
    assert facts["layout"] == "crown"
    assert facts["container"] == "squircle"
    assert facts["palette"] == list(BRAND)
    assert facts["min_contrast"] >= 3
    assert json.loads(json.dumps(facts)) == facts


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("background", Background)
def test_every_reported_contrast_is_readable(style: str, background: Background) -> None:
    """What a style says of its own inks is 3:1 or more, whatever stands behind."""
    brief = a_brief(style, background=background)
    assert compose(brief, glyphs_for(brief), 256).facts["min_contrast"] >= 3


def test_named_elements_are_all_shown_each_variation_with_another_hero() -> None:
    """Three elements give three glyphs, in three variations three heroes."""
    chosen = [choose_glyphs(a_brief(variation=turn), glyphs_for(a_brief()), 512) for turn in range(3)]
    assert [len(glyphs) for glyphs in chosen] == [3, 3, 3]
    assert {glyphs[0].id for glyphs in chosen} == {"ph:pen", "ip:stapler", "ph:calculator"}


def test_a_seed_keeps_the_order_of_importance() -> None:
    """The first element leads the first variation, whatever the seed; the first colour leads its palette."""
    drawing = compose(a_brief(seed=12345), glyphs_for(a_brief()), 512)
    assert drawing.facts["glyphs"][0] == "ph:pen"
    assert drawing.facts["palette"] == list(BRAND)


def test_without_elements_variations_differ_in_number_and_then_in_hero() -> None:
    """One glyph, three, two; then again with the next one leading."""
    brief, glyphs = a_brief(subject="coffee", elements=()), glyphs_for(a_brief())
    chosen = [choose_glyphs(a_brief(subject="coffee", elements=(), variation=turn), glyphs, 512) for turn in range(4)]
    assert [len(found) for found in chosen] == [1, 3, 2, 1]
    assert chosen[0][0] is not chosen[3][0]
    assert len(choose_glyphs(brief, glyphs[:1], 512)) == 1


@pytest.mark.parametrize(
    ("subject", "several"),
    [
        ("office supplies", True),
        ("toys & games", True),
        ("arts and crafts", True),
        ("coffee", False),
        ("fitness", False),
        ("logistics", False),
        ("", False),
    ],
)
def test_collections_are_told_from_single_things(subject: str, several: bool) -> None:
    """Plurals and lists are shown as groups."""
    assert is_collection(subject) is several


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("form", Form)
def test_layouts_fill_their_area_and_keep_inside(name: str, form: Form) -> None:
    """Every layout touches the edge of its area, nearly, and none crosses it."""
    glyphs = [load_pack()[identity] for identity in GLYPHS[: len(LAYOUTS[name].slots)]]
    area = Area(form, 170)
    reached = area.extent([point for item in arrange(glyphs, name, area) for point in item.hull()])
    assert 0.9 * 170 < reached < 170.5


@pytest.mark.parametrize("name", [name for name, layout in LAYOUTS.items() if layout.packed])
def test_packed_glyphs_stand_side_by_side(name: str) -> None:
    """No two hulls of a packed layout touch, and the nearest are close."""
    glyphs = [load_pack()[identity] for identity in GLYPHS[: len(LAYOUTS[name].slots)]]
    hulls = [supports(item.hull()) for item in arrange(glyphs, name, Area(Form.SQUARE, 170))]
    gaps = [gap(one, other, (0, 0)) for one, other in itertools.combinations(hulls, 2)]
    assert not gaps or 2 < min(gaps) < 25


def test_a_thin_hero_gets_no_fan_behind_it() -> None:
    """Glyphs would shine through a hero that fills little of its box."""
    thin = [load_pack()[identity] for identity in ("ph:paperclip", "ph:pen", "ph:calculator")]
    assert choose_layout(thin, 4, bare=False) != "fan"
    solid = [load_pack()[identity] for identity in ("ph:calculator", "ph:pen", "ph:paperclip")]
    assert choose_layout(solid, 4, bare=False) == "fan"


@pytest.mark.parametrize("shape", SHAPES)
def test_containers_stay_on_the_canvas(shape: str) -> None:
    """No outline leaves the 512 units of the canvas."""
    points = [point for line in flatten(SHAPES[shape].outline(240, Random(1)), 5) for point in line]
    assert all(-0.5 <= value <= 512.5 for point in points for value in point)
    assert max(x for x, _ in points) - min(x for x, _ in points) > 380


def test_palettes_take_turns() -> None:
    """Every candidate has its turn, then the roles of the colours change."""
    candidates = (BRAND, ("#e11d48", "#1e3a8a", "#fbbf24"))
    turns = [choose(candidates, 0, turn, monochrome=False).colors for turn in range(12)]
    assert turns[0] == BRAND
    assert turns[1] == candidates[1]
    assert len(set(turns)) == 12


@pytest.mark.parametrize("colors", [("#4f46e5",), ("#ffffff",), ("#000000", "#ffffff"), ("#ff0000", "#ff0000")])
def test_a_short_palette_is_completed(colors: tuple[str, ...]) -> None:
    """One or two colours, or two equal ones, become three different ones."""
    assert len(set(choose([colors], 0, 0, monochrome=False).colors)) == 3


def test_the_first_colour_with_a_hue_leads() -> None:
    """Black and white in a brand's palette do not make its icons grey."""
    palette = choose([("#000000", "#ffffff", "#e11d48")], 0, 0, monochrome=False)
    assert palette.primary == "#e11d48"
    assert not palette.mono


def test_flatten_follows_curves() -> None:
    """A circle of Bézier curves becomes points at its radius."""
    circle = "M10 0C10 5.52 5.52 10 0 10C-5.52 10 -10 5.52 -10 0C-10 -5.52 -5.52 -10 0 -10C5.52 -10 10 -5.52 10 0Z"
    (line,) = flatten(circle, 1)
    assert all(math.hypot(x, y) == pytest.approx(10, abs=0.05) for x, y in line)


def test_resampling_keeps_corners() -> None:
    """The corner of a right angle is still there."""
    assert (10.0, 0.0) in resample([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)], 3)


def test_a_sweep_covers_start_and_end() -> None:
    """A square moved by (100, 0) covers 110 by 10."""
    square = [[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)]]
    points = [point for line in flatten(sweep(square, 100, 0), 1) for point in line]
    assert (min(x for x, _ in points), max(x for x, _ in points)) == (0, 110)
    assert (min(y for _, y in points), max(y for _, y in points)) == (0, 10)
