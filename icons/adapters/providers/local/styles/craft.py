"""Styles of things made by hand: hand drawn, sticker, badge, bento."""

import math
from random import Random
from typing import NamedTuple

from icons.adapters.providers.local import geometry, marks
from icons.adapters.providers.local.color import WHITE, readable, shift, tone
from icons.adapters.providers.local.geometry import Point
from icons.adapters.providers.local.layout import Area, Form, Placed, arrange
from icons.adapters.providers.local.palette import ON_WHITE, Plate, plate
from icons.adapters.providers.local.sheet import MIDDLE, Sheet
from icons.adapters.providers.local.svg import CANVAS, Stop, group, move, path, tag


class Box(NamedTuple):
    """A compartment of the bento box, in canvas units."""

    x: float
    y: float
    width: float
    height: float


def hand_drawn(sheet: Sheet) -> None:
    """Two shaky passes of a pen and some hatching with a crayon."""
    palette = sheet.palette
    sheet.paint(palette.paper)
    line = sheet.line_on(tone(palette.primary, 0.28, 0.9), WHITE)
    crayons = palette.tints(0.74, 1.2)
    width = sheet.weight(12, 10)

    def draw(item: Placed) -> str:
        passes = ((0.95, width, 1.6), (0.55, width / 2, 2.6))
        pen = [
            path(
                _shaky(item.glyph.line, item.units(1), unrest, sheet.rng),
                "none",
                stroke=line,
                stroke_opacity=opacity,
                stroke_width=item.units(thickness),
                stroke_linecap="round",
                stroke_linejoin="round",
            )
            for opacity, thickness, unrest in passes
        ]
        return marks.inside(
            item,
            marks.silhouette(item, WHITE, grow=width / 2),
            _hatching(sheet, item, crayons[item.rank % 3]),
            *pen,
            path(item.glyph.dots, line),
        )

    sheet.scene.add(sheet.subject(sheet.arrange(sheet.area(inset=10)), draw, 10))


def _hatching(sheet: Sheet, item: Placed, color: str) -> str:
    """Slanting crayon strokes over the second tone, or over everything where a glyph has none."""
    x0, y0, x1, y1 = item.glyph.box
    unit, rng = item.units(1), sheet.rng
    step = 12 * unit

    def near(x: float, y: float) -> Point:
        return x + rng.uniform(-2.2, 2.2) * unit, y + rng.uniform(-2.2, 2.2) * unit

    strokes, at = [], x0 + y0 - step
    while at < x1 + y1 + step:
        start, end = (x0 - 6, at - x0 + 6), (at - y0 + 6, y0 - 6)
        middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        strokes.append(geometry.smooth([near(*start), near(*middle), near(*end)], closed=False))
        at += step
    hatch = path("".join(strokes), "none", stroke=color, stroke_width=item.units(8), stroke_linecap="round")
    return group(hatch, clip_path=sheet.scene.clip(item.glyph.duo or item.glyph.sil))


def _shaky(data: str, unit: float, unrest: float, rng: Random) -> str:
    """Path data drawn again by an unsteady hand."""
    pieces = []
    for line in geometry.flatten(data, 10 * unit):
        points = geometry.resample(line, 17 * unit)
        shaken = [(x + rng.uniform(-unrest, unrest) * unit, y + rng.uniform(-unrest, unrest) * unit) for x, y in points]
        if math.dist(line[0], line[-1]) < unit and len(shaken) > 3:
            pieces.append(geometry.smooth(shaken[:-1]))
        else:
            pieces.append(geometry.smooth(shaken, closed=False))
    return "".join(pieces)


def sticker(sheet: Sheet) -> None:
    """A die-cut sticker: bright bodies with dark lines inside a white border."""
    scene, palette = sheet.scene, sheet.palette
    sheet.paint(palette.mid if sheet.shape else WHITE)
    line = sheet.line_on(palette.deep, WHITE)
    bodies, seconds = palette.tints(0.74, 1.15), palette.tints(0.86, 1.1)
    items = sheet.arrange(sheet.area(inset=30))
    dark = tone(palette.primary, 0.25)
    shadows = (
        marks.inside(item, marks.silhouette(item, dark, grow=23 + step, opacity=0.09))
        for step in (9, 6, 3, 0)
        for item in items
    )
    borders = (marks.inside(item, marks.silhouette(item, WHITE, grow=23)) for item in items)
    scene.add("" if sheet.small else group(*shadows, transform=move(0, 6)), *borders)
    width = sheet.weight(15, 12)

    def draw(item: Placed) -> str:
        body, second = bodies[item.rank % 3], seconds[(item.rank + 2) % 3]
        gleam = path(
            item.glyph.sil,
            WHITE,
            fill_opacity=0.38,
            transform=f"translate({item.units(-13):.2f} {item.units(-15):.2f})",
        )
        return marks.inside(
            item,
            marks.silhouette(item, body),
            marks.second_tone(item, second),
            "" if sheet.small else group(gleam, clip_path=scene.clip(item.glyph.sil)),
            marks.lines(item, line, width),
        )

    scene.add(sheet.subject(items, draw, 0))


def badge(sheet: Sheet) -> None:
    """An emblem: a scalloped seal with a ring and a pale middle."""
    scene, palette = sheet.scene, sheet.palette
    if sheet.bare:
        sheet.solids(*palette.colors)
        return
    base = readable(tone(palette.primary, 0.55, 1.5) if palette.light else palette.mid, [WHITE], ON_WHITE)
    sheet.paint(palette.paper)
    pale = tone(base, 0.965, 0.5)
    seal = geometry.scallop(MIDDLE, MIDDLE, 252, 16, 0.035)
    scene.add(
        path(seal, scene.ramp(shift(base, lightness=0.04, hue=-8), shift(base, lightness=-0.05, hue=10))),
        "" if sheet.tiny else tag("circle", cx=MIDDLE, cy=MIDDLE, r=211, fill="none", stroke=pale, stroke_width=5),
        tag("circle", cx=MIDDLE, cy=MIDDLE, r=198, fill=pale),
    )
    sheet.stand_on(pale)
    lesser = tone(palette.primary, 0.5) if palette.mono else palette.secondary
    area = Area(Form.ROUND, 172 if sheet.small else 164)
    sheet.solids(base, palette.deep, lesser, area=area)


def bento(sheet: Sheet) -> None:
    """A box of coloured compartments, one glyph in each."""
    scene, palette = sheet.scene, sheet.palette
    if sheet.bare:
        sheet.solids(*palette.colors)
        return
    sheet.paint(palette.paper)
    plates = (*palette.plates(), plate(tone(palette.primary, 0.32)))
    for rank, (box, cell) in enumerate(zip(_cells(len(sheet.glyphs), sheet.variation), plates, strict=False)):
        _compartment(sheet, box, cell)
        reach = min(box.width, box.height) * (0.37 if sheet.small else 0.35)
        room = Area(Form.SQUARE, reach, box.x + box.width / 2, box.y + box.height / 2)
        glyph = arrange(sheet.glyphs[rank : rank + 1], "hero", room)[0]
        sheet.stand_on(cell.ground)
        scene.add(marks.inside(glyph, marks.solid(glyph, sheet.ink(cell.ink))))


def _cells(count: int, turn: int) -> list[Box]:
    """The compartments: the whole, halves, a half and two quarters, or four quarters; turned by the variation."""
    start, end, space = 16.0, 496.0, 16.0
    whole, half = end - start, (end - start - space) / 2
    second = start + half + space
    boxes = {
        1: [Box(start, start, whole, whole)],
        2: [Box(start, start, half, whole), Box(second, start, half, whole)],
        3: [Box(start, start, half, whole), Box(second, start, half, half), Box(second, second, half, half)],
        4: [Box(x, y, half, half) for y in (start, second) for x in (start, second)],
    }[count]
    if turn % 2:
        boxes = [box._replace(x=CANVAS - box.x - box.width) for box in boxes]
    if turn // 2 % 2:
        boxes = [Box(box.y, box.x, box.height, box.width) for box in boxes]
    return boxes


def _compartment(sheet: Sheet, box: Box, cell: Plate) -> None:
    light = sheet.scene.linear(Stop(0, WHITE, 0.12), Stop(1, WHITE, 0))
    outline = geometry.rounded_rectangle(*box, 64)
    sheet.scene.add(path(outline, cell.ground), path(outline, light))
