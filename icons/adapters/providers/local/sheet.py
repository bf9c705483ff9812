"""The sheet a style draws on: its ground, what lies behind the subject, and inks that are readable there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Final

from icons.adapters.providers.local import geometry, marks
from icons.adapters.providers.local.color import READABLE, WHITE, contrast, readable, weakest
from icons.adapters.providers.local.glyphs import Glyph
from icons.adapters.providers.local.layout import Area, Form, Placed, arrange
from icons.adapters.providers.local.palette import Palette
from icons.adapters.providers.local.svg import CANVAS, Scene, group, move, path
from icons.domain.prompts.brief import Background

MIDDLE: Final = CANVAS / 2
RADIUS: Final = 240.0  # half the width of a tile
PAGES: Final = (WHITE, "#111827")  # what an icon without a ground may be shown on; ink gets a luminance of .13 to .30
SMALL: Final = 64  # px: below it one glyph is drawn, in few and bold strokes
TINY: Final = 32  # px: below it there is no room for lines inside a shape
UNIVERSAL: Final = READABLE**2  # two colours this far apart: one of them reads on any third, the square root away


class Native(StrEnum):
    """What a style stands on when nothing else is asked for."""

    TILE = "tile"  # a tile of its own making
    BARE = "bare"  # nothing
    OBJECT = "object"  # a thing that is part of the drawing: a slab, a card, a badge


@dataclass(frozen=True, slots=True)
class Shape:
    """An outline a tile can have, and the area for glyphs inside it as a share of its radius."""

    outline: Callable[[float, Random], str]
    form: Form
    share: float


def _canvas(_radius: float, _rng: Random) -> str:
    return geometry.rectangle(0, 0, CANVAS, CANVAS)


FULL: Final = "canvas"  # the shape without an edge
NO_SHAPE: Final = ""
SHAPES: Final = {
    "squircle": Shape(lambda r, _: geometry.superellipse(MIDDLE, MIDDLE, r), Form.SQUARE, 0.72),
    "rounded": Shape(
        lambda r, _: geometry.rounded_rectangle(MIDDLE - r, MIDDLE - r, 2 * r, 2 * r, 0.44 * r), Form.SQUARE, 0.71
    ),
    "circle": Shape(lambda r, _: geometry.circle(MIDDLE, MIDDLE, r), Form.ROUND, 0.79),
    "hexagon": Shape(lambda r, _: geometry.hexagon(MIDDLE, MIDDLE, 1.06 * r), Form.ROUND, 0.78),
    "scallop": Shape(lambda r, _: geometry.scallop(MIDDLE, MIDDLE, 1.03 * r), Form.ROUND, 0.78),
    "blob": Shape(lambda r, rng: geometry.blob(MIDDLE, MIDDLE, 1.05 * r, rng), Form.ROUND, 0.76),
    # the safe zone of maskable icons is a circle of 80 % of the width (W3C manifest, "icon masks")
    FULL: Shape(_canvas, Form.ROUND, 0.8 * MIDDLE / RADIUS),
}
_MORE_TOGETHER: Final = 0.045  # a group touches the edge of its area with a few corners only, and may have more of it
_MORE_WHEN_SMALL: Final = 0.06
_BARE_REACH: Final = 238.0


def choose_shape(native: Native, shapes: Sequence[str], background: Background, turn: int) -> str:
    """The outline of the ground: a name of `SHAPES`, or `NO_SHAPE`."""
    if background is Background.OPAQUE:
        return FULL
    if background is Background.TRANSPARENT or native is Native.OBJECT:
        return NO_SHAPE
    if native is Native.BARE and background is Background.AUTO:
        return NO_SHAPE
    return shapes[turn % len(shapes)]


@dataclass(slots=True)
class Sheet:
    """One icon being drawn.

    ``behind`` are the colours that may lie under the subject, ``contrasts`` the contrasts its inks have reached.
    """

    scene: Scene
    palette: Palette
    glyphs: Sequence[Glyph]
    shape: str
    layout: str
    background: Background
    variation: int
    size: int  # px
    rng: Random
    behind: tuple[str, ...] = PAGES
    contrasts: list[float] = field(default_factory=list)
    outline: str = ""  # of the ground: path data, once painted

    @property
    def bare(self) -> bool:
        """Whether the subject alone is wanted, without tile or object."""
        return self.background is Background.TRANSPARENT

    @property
    def small(self) -> bool:
        """Whether there is room for the bold parts only."""
        return self.size < SMALL

    @property
    def tiny(self) -> bool:
        """Whether there is room for one solid shape only."""
        return self.size < TINY

    # --- the ground

    def paint(self, paint: str, *colors: str, radius: float = RADIUS, shadow: str = "") -> bool:
        """Fill the ground, if there is one, with a paint made of these colours (by default: the paint itself)."""
        if not self.shape:
            return False
        self.outline = SHAPES[self.shape].outline(RADIUS + 12 if self.small else radius, self.rng)
        if shadow and not self.small:
            self.scene.add(group(self.scene.cast(self.outline, shadow, 0.32, 18), transform=move(0, 13)))
        self.scene.add(path(self.outline, paint))
        self.behind = colors or (paint,)
        return True

    def glaze(self, *paints: str) -> None:
        """Fill the ground again, with paints that let the first one through."""
        self.scene.add(*(path(self.outline, paint) for paint in paints))

    def on_ground(self, *markup: str) -> None:
        """Draw on the ground, cut off at its edge."""
        self.scene.add(group(*markup, clip_path=self.scene.clip(self.outline)))

    def stand_on(self, *colors: str) -> None:
        """Say that the subject stands on these colours from now on: a card, a slab."""
        self.behind = colors

    # --- the subject

    def area(self, inset: float = 0.0) -> Area:
        """Where the glyphs go; ``inset`` canvas units are left for what a style draws round them."""
        if not self.shape:
            return Area(Form.SQUARE, _BARE_REACH - inset)
        shape = SHAPES[self.shape]
        share = shape.share + (_MORE_WHEN_SMALL if self.small else _MORE_TOGETHER if len(self.glyphs) > 1 else 0)
        return Area(shape.form, RADIUS * share - inset)

    def arrange(self, area: Area | None = None) -> list[Placed]:
        """The glyphs in their layout."""
        return arrange(self.glyphs, self.layout, area or self.area())

    def weight(self, alone: float, together: float | None = None) -> float:
        """A line width: for one glyph, for several, and never finer than 1.4 pixels."""
        width = alone if together is None or len(self.glyphs) == 1 else together
        return max(width, 1.4 * CANVAS / self.size)

    def subject(self, items: Sequence[Placed], draw: Callable[[Placed], str], clearance: float = 9.0) -> str:
        """Every glyph drawn, back to front; those in front cut a gap into those behind."""
        return "".join(
            group(draw(item), mask=self._cut(item, items, clearance))
            for item in sorted(items, key=lambda item: item.depth)
        )

    def _cut(self, item: Placed, items: Sequence[Placed], clearance: float) -> str:
        reach = geometry.supports(item.hull())
        fronts = [
            other
            for other in items
            if other.depth > item.depth and geometry.gap(reach, geometry.supports(other.hull()), (0, 0)) < clearance
        ]
        if not fronts or not clearance:
            return ""
        return self.scene.mask(
            path(geometry.rectangle(0, 0, CANVAS, CANVAS), "#fff"),
            *(marks.inside(front, marks.silhouette(front, "#000", grow=clearance)) for front in fronts),
        )

    # --- readable inks

    def ink(self, color: str, *also: str, need: float = READABLE) -> str:
        """The colour, moved in lightness until it reads on all that may lie behind it, and on the colours given."""
        grounds = (*self.behind, *also)
        found = readable(color, grounds, need)
        self.contrasts.append(weakest(found, grounds))
        return found

    def line_on(self, color: str, *bodies: str) -> str:
        """An ink for lines round light bodies, so far from them that the two together read on any ground."""
        found = readable(color, bodies, UNIVERSAL)
        for body in bodies:
            self.contrasts.append(contrast(found, body))
            self.contrasts.extend(max(contrast(found, ground), contrast(body, ground)) for ground in self.behind)
        return found

    def solids(self, *colors: str, area: Area | None = None) -> None:
        """The plainest drawing: each glyph as one solid shape in a readable ink, the colours taken in turn."""
        inks = [self.ink(color) for color in colors[: len(self.glyphs)]]
        items = self.arrange(area)
        self.scene.add(
            self.subject(items, lambda item: marks.inside(item, marks.solid(item, inks[item.rank % len(inks)])))
        )
