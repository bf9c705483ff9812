"""Where each glyph stands: optical size, arrangements of one to four glyphs, and fitting a group into an area."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from icons.adapters.providers.local.geometry import Point, enclosing_circle, gap, supports
from icons.adapters.providers.local.glyphs import Glyph
from icons.adapters.providers.local.svg import CANVAS, number

MOST_GLYPHS = 4
_CLEARANCE = 10.0  # canvas units between glyphs that stand side by side
_SOLID = 0.6  # a hero that fills less of its box than this lets the glyphs behind it shine through


class Form(StrEnum):
    """What the inside of an area is bounded by."""

    SQUARE = "square"
    ROUND = "round"


@dataclass(frozen=True, slots=True)
class Area:
    """Where glyphs may be: ``reach`` is half the side of a square or the radius of a circle, in canvas units."""

    form: Form
    reach: float
    x: float = CANVAS / 2
    y: float = CANVAS / 2

    def extent(self, points: Sequence[Point]) -> float:
        """How far from the middle the points reach, in the measure of ``reach``."""
        if self.form is Form.ROUND:
            return max(math.dist(point, (self.x, self.y)) for point in points)
        return max(max(abs(x - self.x), abs(y - self.y)) for x, y in points)

    def middle(self, points: Sequence[Point]) -> Point:
        """The point of a group that belongs in the middle of the area."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
        if self.form is Form.ROUND:  # half way from the box's middle, where the eye looks, to what fits best
            round_x, round_y = enclosing_circle(points)
            x, y = (x + round_x) / 2, (y + round_y) / 2
        return x, y


@dataclass(frozen=True, slots=True)
class Placed:
    """A glyph on the canvas. ``rank`` is its importance, 0 for the hero; what has more ``depth`` lies in front."""

    glyph: Glyph
    x: float
    y: float
    scale: float  # canvas units per unit of the glyph's grid
    rotation: float = 0.0  # degrees
    depth: int = 0
    rank: int = 0

    @property
    def transform(self) -> str:
        """The SVG transform from the glyph's grid to the canvas."""
        x, y = optical_middle(self.glyph)
        turn = f"rotate({number(self.rotation)})" if self.rotation else ""
        return (
            f"translate({number(self.x)} {number(self.y)}){turn}"
            f"scale({self.scale:.4f})translate({number(-x)} {number(-y)})"
        )

    def units(self, canvas: float) -> float:
        """A length on the canvas in units of the glyph, for stroke widths that do not grow with the glyph."""
        return canvas / self.scale

    def on_canvas(self, points: Sequence[Point]) -> list[Point]:
        """Points of the glyph's grid as points of the canvas."""
        middle_x, middle_y = optical_middle(self.glyph)
        cos = math.cos(math.radians(self.rotation)) * self.scale
        sin = math.sin(math.radians(self.rotation)) * self.scale
        return [
            (
                self.x + (x - middle_x) * cos - (y - middle_y) * sin,
                self.y + (x - middle_x) * sin + (y - middle_y) * cos,
            )
            for x, y in points
        ]

    def hull(self) -> list[Point]:
        """The convex hull of the glyph, on the canvas."""
        return self.on_canvas(self.glyph.hull)


class Slot(NamedTuple):
    """A place in a layout, in shares of an area 1 wide with its origin in the middle."""

    x: float
    y: float
    size: float
    rotation: float = 0.0
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """An arrangement of as many glyphs as it has slots, the hero first. ``packed`` moves them close side by side."""

    slots: tuple[Slot, ...]
    packed: bool = True


LAYOUTS: Mapping[str, Layout] = {
    "hero": Layout((Slot(0, 0, 1),)),
    "lean": Layout((Slot(0, 0, 1, -9),)),
    "lean_back": Layout((Slot(0, 0, 1, 9),)),
    "diagonal": Layout((Slot(-0.15, 0.15, 0.72, depth=1), Slot(0.26, -0.26, 0.50)), packed=False),
    "side": Layout((Slot(-0.26, 0, 0.55), Slot(0.26, 0, 0.55))),
    "ascending": Layout((Slot(-0.24, 0.20, 0.62), Slot(0.26, -0.22, 0.48))),
    "descending": Layout((Slot(-0.22, -0.20, 0.62), Slot(0.26, 0.24, 0.48))),
    "stack": Layout((Slot(0, -0.25, 0.55), Slot(0, 0.26, 0.50))),
    "crown": Layout((Slot(0, 0.24, 0.62), Slot(-0.27, -0.26, 0.52), Slot(0.27, -0.26, 0.52))),
    "pyramid": Layout((Slot(0, -0.25, 0.52), Slot(-0.27, 0.25, 0.50), Slot(0.27, 0.25, 0.50))),
    "column": Layout((Slot(-0.22, 0, 0.66), Slot(0.28, -0.25, 0.44), Slot(0.28, 0.25, 0.44))),
    "column_right": Layout((Slot(0.22, 0, 0.66), Slot(-0.28, -0.25, 0.44), Slot(-0.28, 0.25, 0.44))),
    "keystone": Layout((Slot(0, -0.20, 0.64), Slot(-0.24, 0.30, 0.44), Slot(0.24, 0.30, 0.44))),
    "fan": Layout(
        (Slot(0, 0.13, 0.68, depth=1), Slot(-0.30, -0.17, 0.56, -10), Slot(0.30, -0.17, 0.56, 10)), packed=False
    ),
    "quad": Layout((Slot(-0.26, -0.26, 0.5), Slot(0.26, -0.26, 0.5), Slot(-0.26, 0.26, 0.5), Slot(0.26, 0.26, 0.5))),
}
_ALONE_BARE = ("hero", "lean", "lean_back")  # a lone glyph without a tile has nothing else to vary
_BY_COUNT: Mapping[int, tuple[str, ...]] = {
    1: ("hero",),
    2: ("diagonal", "side", "ascending", "descending", "stack"),
    3: ("crown", "pyramid", "column", "keystone", "fan"),
    4: ("quad",),
}


def optical_middle(glyph: Glyph) -> Point:
    """Where the eye takes the middle of a glyph to be: between its box's and its mass's."""
    x0, y0, x1, y1 = glyph.box
    return (x0 + x1) / 2 * 0.65 + glyph.centroid[0] * 0.35, (y0 + y1) / 2 * 0.65 + glyph.centroid[1] * 0.35


def _side(glyph: Glyph) -> float:
    x0, y0, x1, y1 = glyph.box
    return max(x1 - x0, y1 - y0)


def optical_factor(glyph: Glyph) -> float:
    """How much larger than its box says a glyph should be drawn, so that thin ones and blocks look alike in size."""
    bulk = math.sqrt(glyph.area) / _side(glyph)
    return max(0.88, min(1.14, math.sqrt(0.80 / max(bulk, 0.2))))


def choose_layout(glyphs: Sequence[Glyph], turn: int, *, bare: bool) -> str:
    """The name of the layout a variation uses for these glyphs, on a tile or bare."""
    names = _ALONE_BARE if bare and len(glyphs) == 1 else _BY_COUNT[len(glyphs)]
    name = names[turn % len(names)]
    x0, y0, x1, y1 = glyphs[0].box
    if name == "fan" and glyphs[0].area < _SOLID * (x1 - x0) * (y1 - y0):
        return "column_right"
    return name


def arrange(glyphs: Sequence[Glyph], name: str, area: Area) -> list[Placed]:
    """Place the glyphs, the hero first, by a layout for as many, as large as the area allows."""
    layout = LAYOUTS[name]
    side = 2 * area.reach
    group = [
        Placed(
            glyph=glyph,
            x=area.x + slot.x * side,
            y=area.y + slot.y * side,
            scale=slot.size * side / _side(glyph) * optical_factor(glyph),
            rotation=slot.rotation,
            depth=slot.depth,
            rank=rank,
        )
        for rank, (glyph, slot) in enumerate(zip(glyphs, layout.slots, strict=True))
    ]
    if len(group) == 1:
        return [_fit_one(group[0], area)]
    if layout.packed:
        group = _pack(group, area)
    return _fit(_fit(group, area), area)


def _fit_one(hero: Placed, area: Area) -> Placed:
    """A block fills less of the area than a thin glyph, so that both look equally large."""
    room = area.reach * min(1.0, optical_factor(hero.glyph) + 0.04)
    return replace(hero, scale=hero.scale * room / area.extent(hero.hull()))


def _pack(group: list[Placed], area: Area) -> list[Placed]:
    """The same sizes and directions from the middle, as close together as the clearance allows."""
    reaches = [supports([(x - item.x, y - item.y) for x, y in item.hull()]) for item in group]

    def clear(spread: float) -> bool:
        return all(
            gap(reaches[i], reaches[j], ((other.x - one.x) * spread, (other.y - one.y) * spread)) >= _CLEARANCE
            for i, one in enumerate(group)
            for j, other in enumerate(group[:i])
        )

    tight, loose = 0.3, 2.0
    for _ in range(10):
        spread = (tight + loose) / 2
        tight, loose = (tight, spread) if clear(spread) else (spread, loose)
    return [replace(item, x=area.x + (item.x - area.x) * loose, y=area.y + (item.y - area.y) * loose) for item in group]


def _fit(group: list[Placed], area: Area) -> list[Placed]:
    """The group moved into the middle of the area and scaled until it touches its edge."""
    points = [point for item in group for point in item.hull()]
    x, y = area.middle(points)
    dx, dy = area.x - x, area.y - y
    scale = area.reach / area.extent([(x + dx, y + dy) for x, y in points])
    return [
        replace(
            item,
            x=area.x + (item.x + dx - area.x) * scale,
            y=area.y + (item.y + dy - area.y) * scale,
            scale=item.scale * scale,
        )
        for item in group
    ]
