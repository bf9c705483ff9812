"""The glyph pack: some four thousand drawings as path data, read from one compressed file beside this module."""

import json
import lzma
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from itertools import starmap
from pathlib import Path
from types import MappingProxyType

GRID = 256  # side of the square all path data is drawn in
PICTURE_GRID = 32  # side of the square of `Glyph.picture`
PACK_FILE = Path(__file__).with_name("pack.json.xz")
PICTURES_FILE = Path(__file__).with_name("pictures.txt")
PROVENANCE_FILE = Path(__file__).with_name("provenance.json")


@dataclass(frozen=True, slots=True)
class Glyph:
    """One drawing in a 256 x 256 grid, as path data in layers (SVG path syntax, absolute M L H V C Q Z only)."""

    id: str  # "ph:acorn": source and name
    name: str
    tags: tuple[str, ...]
    categories: tuple[str, ...]
    line: str  # centre lines, to be stroked
    dots: str  # small filled parts that belong to the lines
    duo: str  # second tone areas
    fill: str  # the solid version
    sil: str  # silhouette without holes
    picture: str  # a full-colour SVG fragment in a 32 x 32 grid (emoji), "" for line glyphs
    box: tuple[float, float, float, float]  # x0, y0, x1, y1 of the silhouette
    centroid: tuple[float, float]
    area: float  # ink area of the silhouette, square units
    hull: tuple[tuple[float, float], ...]  # convex hull of the silhouette (for pictures too, in the 256 grid)
    fill_ratio: float  # area of `fill` / area of `sil`


@cache
def load_pack() -> Mapping[str, Glyph]:
    """Every glyph by its id, in the order of the file; read once per process."""
    columns = json.loads(lzma.decompress(PACK_FILE.read_bytes()))
    for name in ("tags", "categories", "box", "centroid"):
        columns[name] = map(tuple, columns[name])
    columns["hull"] = (tuple(zip(flat[::2], flat[1::2], strict=True)) for flat in columns["hull"])
    rows = zip(*(columns[field.name] for field in fields(Glyph)), strict=True)
    return MappingProxyType({glyph.id: glyph for glyph in starmap(Glyph, rows)})


@cache
def load_pictures() -> Mapping[str, str]:
    """For each line glyph that has one, the id of the emoji of the same thing."""
    lines = PICTURES_FILE.read_text(encoding="utf-8").splitlines()
    rows = [line.split(": ") for line in lines if line and not line.startswith("#")]
    return MappingProxyType({glyph: f"fl:{emoji}" for emoji, glyphs in rows for glyph in glyphs.split()})
