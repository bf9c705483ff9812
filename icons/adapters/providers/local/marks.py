"""Drawing one placed glyph: its layers as SVG, in the glyph's own grid until `inside` puts them on the canvas."""

from icons.adapters.providers.local.geometry import flatten, rectangle, sweep
from icons.adapters.providers.local.glyphs import GRID, PICTURE_GRID
from icons.adapters.providers.local.layout import Placed
from icons.adapters.providers.local.svg import Scene, group, move, number, path, tag

_DETAILED = 0.62  # `fill` covers less of the silhouette than this: it is line work, and has no details to show


def inside(item: Placed, *markup: str, **attributes: str | float | None) -> str:
    """Markup in the glyph's grid, put where the glyph stands."""
    return group(*markup, transform=item.transform, **attributes)


def native_width(item: Placed) -> float:
    """The width, in canvas units, of the lines the silhouette was grown from: 16 in the glyph's grid."""
    return 16 * item.scale


def silhouette(item: Placed, fill: str, grow: float = 0.0, **attributes: str | float | None) -> str:
    """The whole shape without holes, grown on all sides by canvas units."""
    if grow:
        attributes |= {"stroke": fill, "stroke_width": item.units(2 * grow), "stroke_linejoin": "round"}
    return path(item.glyph.sil, fill, **attributes)


def solid(item: Placed, fill: str) -> str:
    """The solid version, details left out of it."""
    return path(item.glyph.fill, fill)


def second_tone(item: Placed, fill: str) -> str:
    """The areas meant for a second colour; nothing where a glyph has none."""
    return path(item.glyph.duo, fill)


def strokes(item: Placed, color: str, width: float, opacity: float | None = None) -> str:
    """The centre lines, ``width`` canvas units wide; the outline of a glyph made of dots alone."""
    return path(
        item.glyph.line or item.glyph.sil,
        "none",
        stroke=color,
        stroke_width=item.units(width),
        stroke_linecap="round",
        stroke_linejoin="round",
        stroke_opacity=opacity,
    )


def lines(item: Placed, color: str, width: float) -> str:
    """The line drawing: centre lines and the small filled parts between them."""
    return strokes(item, color, width) + (path(item.glyph.dots, color) if item.glyph.line else "")


def details(scene: Scene, item: Placed, color: str, width: float) -> str:
    """What the solid version leaves out, drawn in a colour over the silhouette."""
    glyph = item.glyph
    if glyph.fill_ratio < _DETAILED:
        return group(lines(item, color, width), clip_path=scene.clip(glyph.sil))
    x0, y0, x1, y1 = glyph.box
    hole = scene.mask(
        path(glyph.sil, "#fff"),
        path(glyph.fill, "#000", stroke="#000", stroke_width=3),
        x=x0 - 20,
        y=y0 - 20,
        width=x1 - x0 + 40,
        height=y1 - y0 + 40,
    )
    return path(glyph.sil, color, mask=hole)


def shade(scene: Scene, item: Placed, color: str, opacity: float) -> str:
    """The right half of the silhouette in a shade: the fold of flat design."""
    x0, y0, x1, y1 = item.glyph.box
    middle = (x0 + x1) / 2
    half = rectangle(middle, y0 - 9, x1 + 9 - middle, y1 - y0 + 18)
    return group(path(half, color, fill_opacity=opacity), clip_path=scene.clip(item.glyph.sil))


def picture(item: Placed, body: str, outline: str, width: float) -> str:
    """A full-colour picture over its own outline: the same shapes, all stroked in one colour."""
    enlarged = GRID / PICTURE_GRID
    edge = tag("g", body, stroke=outline, stroke_width=item.units(2 * width) / enlarged, stroke_linejoin="round")
    return group(edge, body, transform=f"scale({number(enlarged)})")


def shadow(scene: Scene, item: Placed, color: str, strength: float, down: float, softness: float) -> str:
    """The glyph's soft shadow straight below it; lengths in canvas units."""
    soft = scene.cast(item.glyph.sil, color, strength, item.units(softness))
    return group(soft, transform=move(0, item.units(down)))


def swept(item: Placed, length: float) -> str:
    """Path data, on the canvas, of what the silhouette covers moving by ``length`` to the right and down."""
    outlines = [item.on_canvas(line) for line in flatten(item.glyph.sil, item.units(5))]
    return sweep(outlines, length, length)
