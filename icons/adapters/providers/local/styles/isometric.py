"""The isometric style: glyphs raised from a slab, seen from above at an angle."""

from icons.adapters.providers.local import geometry, marks
from icons.adapters.providers.local.color import WHITE, readable, shift, tone
from icons.adapters.providers.local.layout import Area, Form, Placed
from icons.adapters.providers.local.palette import ON_WHITE, Palette, plate
from icons.adapters.providers.local.sheet import Sheet
from icons.adapters.providers.local.svg import Stop, group, path, tag

_RELIEF = 16.0  # height of the glyphs over the slab
_THICKNESS = 64.0  # of the slab
_SLAB_TOP, _FLOOR_ALONE = 224, 244  # canvas y of the middle of the slab's top, and of the floor without a slab


def isometric(sheet: Sheet) -> None:
    """White blocks on a coloured slab; without it, blocks in the palette's own colour."""
    palette = sheet.palette
    sheet.paint(palette.paper)
    if sheet.bare:
        ink = sheet.ink(palette.primary)
        side, detail = tone(palette.primary, 0.36), tone(palette.primary, 0.95, 0.6)
        area, floor = Area(Form.SQUARE, 172, 0, 0), _FLOOR_ALONE
    else:
        base = _slab_color(palette)
        ink = sheet.ink(_slab(sheet, base))
        light = ink == WHITE
        side = tone(base, 0.80, 0.7) if light else tone(palette.primary, 0.20)
        detail = readable(tone(base, 0.42 if light else 0.90, 1.1), [ink])
        area, floor = Area(Form.SQUARE, 134, 0, 0), _SLAB_TOP
    for item in sheet.arrange(area):
        _block(sheet, item, floor, ink, side, detail)


def _on_floor(height: float) -> str:
    """The transform that lays a drawing round the origin on a floor, seen from 30 degrees, its middle at a canvas y."""
    return f"matrix(.866 .5 -.866 .5 256 {height:g})"


def _raised(height: float) -> float:
    """The way along both axes of the floor that looks like going up by a height on the canvas."""
    return -height


def _slab_color(palette: Palette) -> str:
    if palette.mono:
        return tone(palette.primary, 0.48, 1.1)
    return palette.primary if palette.light else palette.mid


def _block(sheet: Sheet, item: Placed, floor: float, ink: str, side: str, detail: str) -> None:
    """One glyph as a block: a contact shadow, its sides, its top."""
    scene = sheet.scene
    if not sheet.bare:
        contact = marks.inside(item, marks.silhouette(item, "#000"))
        scene.add(group(contact, transform=_on_floor(floor + 7), opacity=0.2))
    top = marks.inside(item, marks.silhouette(item, ink), marks.details(scene, item, detail, sheet.weight(9, 7)))
    scene.add(
        path(marks.swept(item, _raised(_RELIEF)), side, transform=_on_floor(floor)),
        group(top, transform=_on_floor(floor - _RELIEF)),
    )


def _slab(sheet: Sheet, base: str) -> str:
    """Draw the slab, put the sheet on it, and return the ink for it."""
    scene, half, corner = sheet.scene, 162, 58
    top = plate(base)
    bright = readable(shift(top.ground, lightness=0.06, hue=-8), [top.ink], ON_WHITE)
    dark = tone(base, 0.3)
    outline = geometry.rounded_rectangle(-half, -half, 2 * half, 2 * half, corner)
    rim = geometry.rounded_rectangle(2 - half, 2 - half, 2 * half - 4, 2 * half - 4, corner - 2)
    sides = scene.linear(
        Stop(0, shift(base, lightness=-0.08)),
        Stop(0.5, shift(base, lightness=-0.13)),
        Stop(1, shift(base, lightness=-0.2)),
        y1=1,
        y2=0,
    )
    ground_shadow = scene.glow(0, 0, 252, Stop(0, dark, 0.5), Stop(0.72, dark, 0.3), Stop(1, dark, 0))
    scene.add(
        tag("circle", r=252, fill=ground_shadow, transform="translate(256 372)scale(1 .484)"),
        path(
            geometry.sweep(geometry.flatten(outline, 8), _raised(_THICKNESS), _raised(_THICKNESS)),
            sides,
            transform=_on_floor(_SLAB_TOP + _THICKNESS),
        ),
        group(
            path(outline, scene.ramp(bright, top.ground)),
            path(rim, "none", stroke=WHITE, stroke_opacity=0.35, stroke_width=3),
            transform=_on_floor(_SLAB_TOP),
        ),
    )
    sheet.stand_on(bright, top.ground)
    return top.ink
