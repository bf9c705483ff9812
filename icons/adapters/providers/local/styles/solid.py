"""Styles of solid shapes on a coloured tile: modern, flat, gradient, long shadow."""

from icons.adapters.providers.local import marks
from icons.adapters.providers.local.color import WHITE, blend, readable, shift, tone
from icons.adapters.providers.local.layout import Placed
from icons.adapters.providers.local.palette import ON_WHITE
from icons.adapters.providers.local.sheet import MIDDLE, PAGES, Sheet
from icons.adapters.providers.local.svg import CANVAS, Stop, group, path

_FAINT = 0.16  # opacity of a shadow that falls on the page


def modern(sheet: Sheet) -> None:
    """White bodies with dark lines and one accent each, on a glossy gradient."""
    scene, palette = sheet.scene, sheet.palette
    start, end = palette.ramp()
    tiled = sheet.paint(scene.ramp(start, end, x1=0.1, x2=0.9), start, end)
    if sheet.small:
        sheet.solids(palette.on_ramp if tiled else palette.primary)
        return
    if tiled:
        _gloss(sheet, end)
    body = WHITE if tiled else tone(palette.primary, 0.95, 0.8)
    accents = palette.tints(0.80, 1.1)[::-1]
    line = sheet.line_on(palette.deep, body)
    paint = scene.ramp(WHITE, tone(palette.primary, 0.94, 0.6), x2=0.6) if tiled else body
    width = sheet.weight(13, 10)

    def draw(item: Placed) -> str:
        return marks.inside(
            item,
            marks.shadow(scene, item, tone(end, 0.22), 0.45, 8, 10) if tiled else "",
            marks.silhouette(item, paint),
            marks.second_tone(item, accents[item.rank % 3]),
            marks.lines(item, line, width),
        )

    scene.add(sheet.subject(sheet.arrange(), draw))


def _gloss(sheet: Sheet, end: str) -> None:
    """Light from the upper left, shade at the lower right, and a bright rim."""
    scene = sheet.scene
    shade = tone(end, 0.35)
    sheet.glaze(
        scene.glow(120, 60, 300, Stop(0, WHITE, 0.34), Stop(1, WHITE, 0)),
        scene.glow(430, 480, 240, Stop(0, shade, 0.35), Stop(1, shade, 0)),
    )
    rim = scene.linear(Stop(0, WHITE, 0.5), Stop(0.5, WHITE, 0), Stop(1, WHITE, 0.15))
    inwards = f"translate({MIDDLE} {MIDDLE})scale(.993)translate(-{MIDDLE} -{MIDDLE})"
    scene.add(path(sheet.outline, "none", stroke=rim, stroke_width=3, transform=inwards))


def flat(sheet: Sheet) -> None:
    """Strong single colours on a pale tile, the right half of each glyph in shade."""
    palette = sheet.palette
    sheet.paint(tone(palette.primary, 0.91, 0.9))
    strong = tone(palette.primary, 0.60, 1.5) if palette.light else palette.mid
    second = tone(palette.primary, 0.34) if palette.mono else palette.secondary
    inks = [sheet.ink(color) for color in (strong, second, palette.deep)[: len(sheet.glyphs)]]

    def draw(item: Placed) -> str:
        ink = inks[item.rank % len(inks)]
        return marks.inside(
            item,
            marks.silhouette(item, tone(ink, 0.95, 0.5)),
            marks.solid(item, ink),
            "" if sheet.small else marks.shade(sheet.scene, item, "#000", 0.12),
        )

    sheet.scene.add(sheet.subject(sheet.arrange(), draw))


def gradient(sheet: Sheet) -> None:
    """White shapes on colours that run into each other."""
    scene, palette = sheet.scene, sheet.palette
    base = palette.primary if palette.light else palette.mid
    ink = palette.deep if palette.light else WHITE
    base, *mesh = (readable(color, [ink], ON_WHITE) for color in (base, *palette.mesh(base)))
    if sheet.paint(base, base, *mesh):
        corners = [(80, 70), (450, 130), (110, 450), (440, 450)]
        sheet.rng.shuffle(corners)
        sheet.glaze(
            *(
                scene.glow(x, y, sheet.rng.randint(270, 330), *_fading(color))
                for (x, y), color in zip(corners, mesh, strict=True)
            )
        )
        sheet.solids(ink)
        return
    _gradient_alone(sheet, mesh)


def _fading(color: str) -> tuple[Stop, ...]:
    return Stop(0, color), Stop(0.35, color, 0.78), Stop(0.7, color, 0.22), Stop(1, color, 0)


def _gradient_alone(sheet: Sheet, mesh: list[str]) -> None:
    """Without a tile the colours run through the shapes themselves."""
    ends = [sheet.ink(color) for color in mesh]

    def draw(item: Placed) -> str:
        start, end = ends[item.rank % len(ends)], ends[(item.rank + 1) % len(ends)]
        between = sheet.ink(blend(start, end, 0.5))  # the middle of two readable colours may be too dark
        paint = sheet.scene.linear(Stop(0, start), Stop(0.5, between), Stop(1, end))
        return marks.inside(item, marks.solid(item, paint))

    sheet.scene.add(sheet.subject(sheet.arrange(), draw))


def long_shadow(sheet: Sheet) -> None:
    """White shapes that throw a shadow to the lower right, out to the edge of the tile."""
    scene, palette = sheet.scene, sheet.palette
    plate = palette.plates()[0]
    light = plate.ink == WHITE
    if tiled := sheet.paint(plate.ground):
        shadow, length = shift(plate.ground, lightness=-0.13), CANVAS
        ink = sheet.ink(plate.ink, shadow) if light else sheet.ink(plate.ink)
    else:
        shadow, length = tone(palette.primary, 0.5), 56
        ink = sheet.ink(palette.primary, *(blend(page, shadow, _FAINT) for page in PAGES))
    items = sheet.arrange()
    trails = [  # the stroke closes slivers between neighbouring trails
        path(marks.swept(item, length), shadow, stroke=shadow, stroke_width=10, stroke_linejoin="round")
        for item in items
    ]
    if tiled:
        sheet.on_ground(*trails)
    else:
        scene.add(group(*trails, opacity=_FAINT))
    hollow = tone(plate.ground, 0.86, 0.6) if light else tone(plate.ground, 0.60)

    def draw(item: Placed) -> str:
        return marks.inside(item, marks.silhouette(item, hollow), marks.solid(item, ink))

    scene.add(sheet.subject(items, draw))
