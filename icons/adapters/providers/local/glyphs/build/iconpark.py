"""IconPark: its four colour roles to the layers of one glyph, at Phosphor's line weight."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from icons.adapters.providers.local.glyphs import GRID, Glyph
from icons.adapters.providers.local.glyphs.build import geometry
from icons.adapters.providers.local.glyphs.build.geometry import Area, Shape
from icons.adapters.providers.local.glyphs.build.layers import measured

_SOURCE_GRID = 48
_STROKE = 16  # Phosphor's; IconPark's own would be 21
_INK, _SECOND, _PAPER, _INNER = "#000", "#2F88FF", "#fff", "#43CCF8"  # the only colours of the set
_RIM = 40  # width of the border that stays solid, half of it inside
_CUT = 11  # width of the inner lines cut out of the solid version
_PAPER_CUT = 13  # the same for the set's white lines
_UNDRAWABLE = {"fan"}  # Skia cannot outline it; Phosphor has one
_NO_THINGS = {  # interface parts, arrows and gestures
    "Abstract", "Arrows", "Character", "Components", "Connect", "Constellation", "Datas", "Edit", "Graphics", "Operate",
}  # fmt: skip
_LEFT_OUT = _NO_THINGS | {"Brand"}  # trademarks
_FOREIGN = re.compile(  # trademarks and protected emblems filed under other categories, and two rude ones
    r"airplay|airpods|baokemeng|bytedance|death-star|engineering-brand|excel|file-word|game-ps|gopro|i-mac|ios-|ipad|"
    r"iphone|iwatch|kagi|mac-finder|maya|middle-finger|nintendo|pokeball|ppt|red-cross|slave|spider-man|viencharts|"
    r"weixin|xiaodu"
)


def read(folder: Path) -> Iterator[Glyph]:
    """Every icon that shows a thing, from the unpacked package."""
    icons = json.loads((folder / "icons.json").read_text(encoding="utf-8"))["icons"]
    categories = _categories(folder)
    for name, icon in icons.items():
        if name not in _UNDRAWABLE and not _LEFT_OUT & categories[name] and not _FOREIGN.search(name):
            yield _glyph(name, icon["body"], sorted(categories[name]))


def _categories(folder: Path) -> dict[str, set[str]]:
    members = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))["categories"]
    categories = defaultdict(set)
    for category, names in members.items():
        for name in names:
            categories[name].add(category)
    return categories


def _glyph(name: str, body: str, categories: Iterable[str]) -> Glyph:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg">{body}</svg>'
    shapes = geometry.read_shapes(svg, GRID / _SOURCE_GRID)
    lines, paper_lines = _painted(shapes, "stroke", _INK), _painted(shapes, "stroke", _PAPER)
    dots, paper_dots = _painted(shapes, "fill", _INK), _painted(shapes, "fill", _PAPER)
    second, inner = _painted(shapes, "fill", _SECOND), _painted(shapes, "fill", _INNER)
    inked = [*(shape.stroked(_STROKE) for shape in lines), *_areas(dots), *_areas(second)]
    outline = geometry.silhouette(geometry.union(inked))
    paper = [*(shape.stroked(_PAPER_CUT) for shape in paper_lines), *_areas(inner), *_areas(paper_dots)]
    return measured(
        f"ip:{name}",
        solid=geometry.difference(outline, geometry.union([_inner_lines(lines, outline), *paper])),
        outline=outline,
        categories=tuple(categories),
        line="".join(shape.data for shape in lines + paper_lines),
        dots="".join(shape.data for shape in dots + paper_dots),
        duo="".join(shape.data for shape in second),
    )


def _painted(shapes: Iterable[Shape], kind: str, colour: str) -> list[Shape]:
    return [shape for shape in shapes if (shape.fill if kind == "fill" else shape.stroke) == colour]


def _areas(shapes: Iterable[Shape]) -> list[Area]:
    return [shape.area for shape in shapes]


def _inner_lines(lines: Iterable[Shape], outline: Area) -> Area:
    """The lines away from the rim: the solid version shows them as gaps."""
    core = geometry.difference(outline, geometry.border(outline, _RIM))
    return geometry.intersection(geometry.union(shape.stroked(_CUT) for shape in lines), core)
