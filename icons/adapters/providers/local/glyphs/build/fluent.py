"""Fluent emoji: full-colour pictures, kept as they are and measured."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from icons.adapters.providers.local.glyphs import GRID, PICTURE_GRID, Glyph
from icons.adapters.providers.local.glyphs.build import geometry
from icons.adapters.providers.local.glyphs.build.layers import measured

_LONG_NUMBER = re.compile(r"\d+\.\d{3,}")


def read(folder: Path, wanted: frozenset[str]) -> Iterator[Glyph]:
    """The pictures named in `wanted`, from the unpacked package. Raises KeyError for a name the set lacks."""
    icons = json.loads((folder / "icons.json").read_text(encoding="utf-8"))["icons"]
    for name in sorted(wanted):
        body = _LONG_NUMBER.sub(lambda number: f"{float(number.group()):.2f}", icons[name]["body"])
        shapes = geometry.read_shapes(f'<svg xmlns="http://www.w3.org/2000/svg">{body}</svg>', GRID / PICTURE_GRID)
        outline = geometry.silhouette(geometry.union(shape.area for shape in shapes))
        yield measured(f"fl:{name}", solid=outline, outline=outline, picture=body)
