"""The pixel style: glyphs set on a coarse grid of squares."""

from io import BytesIO

from PIL import Image

from icons.adapters.providers.local import marks
from icons.adapters.providers.local.color import WHITE, blend
from icons.adapters.providers.local.render import rasterize
from icons.adapters.providers.local.sheet import Sheet
from icons.adapters.providers.local.svg import CANVAS, Scene, group, number, path

_OVERSAMPLING = 3
_NEIGHBOURS = ((0, -1), (-1, 0), (1, 0), (0, 1))

Cell = tuple[int, int]  # column, row


def pixel(sheet: Sheet) -> None:
    """Dark contours, two tones and a highlight per glyph, on a grid of 16 to 64 squares."""
    palette = sheet.palette
    sheet.paint(palette.paper)
    side = _grid(sheet)
    light, second = palette.tints(0.78, 1.25), palette.tints(0.90, 1.0)
    line = sheet.line_on(palette.deep, *light)
    colors: dict[Cell, str] = {}
    for item in sorted(sheet.arrange(sheet.area(inset=1.2 * CANVAS / side)), key=lambda item: item.depth):
        body, accent = light[item.rank % 3], second[(item.rank + 2) % 3]
        shape = _covered(marks.inside(item, marks.silhouette(item, "#000")), side, 0.45)
        edge = {cell for cell in shape if not shape.issuperset(_around(cell))}
        rim = {near for cell in shape for near in _around(cell)} - shape
        for cell in rim:
            colors.pop(cell, None)  # a gap round what lies in front
        if not sheet.shape:
            colors |= dict.fromkeys(rim, WHITE)  # on a dark page it carries the contour
        colors |= dict.fromkeys(shape, body)
        colors |= dict.fromkeys(
            shape & _covered(marks.inside(item, marks.second_tone(item, "#000")), side, 0.5), accent
        )
        colors |= {(x, y): blend(colors[x, y], WHITE, 0.5) for x, y in shape - edge if (x, y - 1) in edge}
        inner = _covered(marks.inside(item, marks.lines(item, "#000", CANVAS / side)), side, 0.42)
        colors |= dict.fromkeys(shape & inner | edge, line)
    sheet.scene.add(_squares(colors, CANVAS / side))


def _grid(sheet: Sheet) -> int:
    """Squares per side: one per pixel, or a whole number of pixels, in small icons."""
    if sheet.small:
        return next((side for side in (32, 24, 16) if sheet.size % side == 0), 24)
    return 32 if len(sheet.glyphs) == 1 else 64


def _around(cell: Cell) -> list[Cell]:
    x, y = cell
    return [(x + dx, y + dy) for dx, dy in _NEIGHBOURS]


def _covered(markup: str, side: int, share: float) -> set[Cell]:
    """The squares of the grid of which the markup covers at least a share."""
    scene = Scene("raster")
    scene.add(markup)
    with Image.open(BytesIO(rasterize(scene.svg(side * _OVERSAMPLING)))) as image:
        alpha = image.convert("RGBA").getchannel("A").reduce(_OVERSAMPLING)
    return {(at % side, at // side) for at, value in enumerate(alpha.tobytes()) if value >= share * 255}


def _squares(colors: dict[Cell, str], unit: float) -> str:
    """The coloured squares, neighbours in a row joined, one path per colour."""
    rows: dict[str, list[str]] = {}
    done: set[Cell] = set()
    for x, y in sorted(colors, key=lambda cell: (cell[1], cell[0])):
        if (x, y) in done:
            continue
        end = x
        while colors.get((end, y)) == colors[x, y]:
            done.add((end, y))
            end += 1
        left, top, right, bottom = (number(value * unit) for value in (x, y, end, y + 1))
        rows.setdefault(colors[x, y], []).append(f"M{left} {top}H{right}V{bottom}H{left}Z")
    return group(*(path("".join(run), color) for color, run in rows.items()), shape_rendering="crispEdges")
