"""Phosphor: the stroke, duotone and fill weights of one icon to the layers of one glyph."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from icons.adapters.providers.local.glyphs import Glyph
from icons.adapters.providers.local.glyphs.build import geometry
from icons.adapters.providers.local.glyphs.build.geometry import Area, Shape
from icons.adapters.providers.local.glyphs.build.layers import measured

_STROKE = 16  # the regular weight
_BOLD_STROKE = 24  # the bold weight
_MARKS = {"*new*", "*updated*"}  # release notes kept among the tags
_SECOND_TONE = "0.2"  # the opacity of the areas duotone adds
_FOREIGN = re.compile(r"-logo$|^airplay$|^article-ny-times$|^finn-the-human$")  # trademarks
_GROWTH = 10  # width of the border, half of it outside, within which a fill may differ from the lines
_BADGE = 0.06  # share of the silhouette by which a fill may leave that


def read(folder: Path) -> Iterator[Glyph]:
    """Every icon that is no company's sign, from the unpacked wheel."""
    package = folder / "py_phosphor_icons"
    for entry in json.loads((package / "search" / "metadata.json").read_text(encoding="utf-8")):
        if not _FOREIGN.search(entry["name"]):
            yield _glyph(entry, package / "svgs")


def _glyph(entry: dict[str, Any], svgs: Path) -> Glyph:
    name = entry["name"]
    drawn = geometry.read_shapes((svgs / "stroke" / "regular" / f"{name}.svg").read_text(encoding="utf-8"))
    toned = geometry.read_shapes(_duotone(svgs, name).read_text(encoding="utf-8"))
    filled = geometry.read_shapes((svgs / "flat" / "fill" / f"{name}-fill.svg").read_text(encoding="utf-8"))
    lines = [shape for shape in drawn if shape.stroke != "none"]
    dots = [shape for shape in drawn if shape.fill != "none"]
    solid, outline = _solid(lines, dots, geometry.union(shape.area for shape in filled))
    return measured(
        f"ph:{name}",
        solid=solid,
        outline=outline,
        tags=tuple(sorted(set(entry["tags"]) - _MARKS)),
        categories=tuple(entry["categories"]),
        line="".join(shape.data for shape in lines),
        dots="".join(shape.data for shape in dots),
        duo="".join(shape.data for shape in toned if shape.paint.get("opacity") == _SECOND_TONE),
    )


def _duotone(svgs: Path, name: str) -> Path:
    """The stroke version, or the flat one for the few icons that lack it (the wheel's README lists them)."""
    strokes = svgs / "stroke" / "duotone" / f"{name}-duotone.svg"
    return strokes if strokes.exists() else svgs / "flat" / "duotone" / f"{name}-duotone.svg"


def _solid(lines: list[Shape], dots: list[Shape], filled: Area) -> tuple[Area, Area]:
    """The solid version and the silhouette.

    The fill weight of a line-like icon (paperclip) is a badge with the icon cut out of it; then a bolder line is the
    solid version.
    """
    inked = geometry.union([*(shape.stroked(_STROKE) for shape in lines), *(shape.area for shape in dots)])
    outline = geometry.silhouette(inked)
    grown = geometry.union([outline, geometry.border(outline, _GROWTH)])
    if geometry.size(geometry.difference(filled, grown)) > _BADGE * geometry.size(outline):
        bold = [*(shape.stroked(_BOLD_STROKE) for shape in lines), *(shape.area for shape in dots)]
        solid = geometry.union(bold)
        return solid, geometry.silhouette(solid)
    return filled, geometry.silhouette(geometry.union([inked, filled]))
