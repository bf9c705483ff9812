"""Styles with depth: glass, clay, paper cut."""

from icons.adapters.providers.local import geometry, marks
from icons.adapters.providers.local.color import READABLE, WHITE, blend, contrast, readable, shift, tone
from icons.adapters.providers.local.layout import Area, Form, Placed
from icons.adapters.providers.local.palette import ON_WHITE, plate
from icons.adapters.providers.local.sheet import FULL, Sheet
from icons.adapters.providers.local.svg import Scene, Stop, group, move, path, tag


def glass(sheet: Sheet) -> None:
    """A frosted card before two coloured bodies."""
    palette = sheet.palette
    first = palette.primary if palette.light else palette.mid
    second = tone(palette.primary, 0.75) if palette.mono else palette.secondary
    sheet.paint(palette.paper)
    if sheet.bare:
        _glass_alone(sheet, first, second)
        return
    frost = tone(first, 0.95, 0.8)
    sheet.stand_on(blend(first, WHITE, 0.46), blend(second, WHITE, 0.46), frost)
    _card(sheet, first, second, frost)
    inks = [sheet.ink(tone(color, 0.36, 1.2), need=3.2) for color in (first, second)]

    def draw(item: Placed) -> str:
        ink = inks[min(item.rank, 1)]
        paint = sheet.scene.ramp(shift(ink, lightness=0.02, hue=-10), ink)
        return marks.inside(item, marks.solid(item, paint))

    reach = 156 if sheet.small else 150
    sheet.scene.add(sheet.subject(sheet.arrange(Area(Form.SQUARE, reach, 260, 260)), draw))


def _card(sheet: Sheet, first: str, second: str, frost: str) -> None:
    scene = sheet.scene
    bodies = (
        ((172, 172, 160), (384, 384, 118)),
        ((186, 186, 172), (390, 390, 112)),
        ((336, 172, 160), (138, 384, 118)),
    )[sheet.variation % 3]
    for color, (x, y, radius) in zip((first, second), bodies, strict=True):
        paint = scene.ramp(shift(color, lightness=0.06, hue=-15), shift(color, lightness=-0.05, hue=18))
        scene.add(tag("circle", cx=x, cy=y, r=radius, fill=paint))
    card = geometry.superellipse(260, 260, 206, 4.6)
    light = scene.linear(Stop(0, WHITE, 0.62), Stop(1, WHITE, 0.34))
    rim = scene.linear(Stop(0, WHITE, 0.95), Stop(0.5, WHITE, 0.3), Stop(1, WHITE, 0.7))
    through = (
        path(card, scene.glow(x, y, radius * 1.75, *_diffuse(color)))
        for color, (x, y, radius) in zip((first, second), bodies, strict=True)
    )
    scene.add(
        group(scene.cast(card, tone(first, 0.35), 0.25, 20), transform=move(0, 10)),
        path(card, frost),
        *through,
        path(card, light),
        path(geometry.superellipse(260, 260, 204, 4.6), "none", stroke=rim, stroke_width=4),
    )


def _diffuse(color: str) -> tuple[Stop, ...]:
    """What frosted glass leaves of the edge of a disc."""
    steps = ((0, 0.95), (0.4, 0.85), (0.58, 0.55), (0.75, 0.22), (0.9, 0.05), (1, 0))
    return tuple(Stop(offset, color, opacity) for offset, opacity in steps)


def _glass_alone(sheet: Sheet, first: str, second: str) -> None:
    """Without the card the glyphs are the glass: tinted, brighter at the top, with a light rim."""
    scene = sheet.scene
    inks = [sheet.ink(color) for color in (first, second)]
    sheen = scene.linear(Stop(0, WHITE, 0.38), Stop(0.55, WHITE, 0), x2=0)

    def draw(item: Placed) -> str:
        ink = inks[min(item.rank, 1)]
        pale = tone(ink, 0.88, 0.9)
        top = group(marks.silhouette(item, sheen), clip_path=scene.clip(item.glyph.fill))
        return marks.inside(item, marks.silhouette(item, pale), marks.solid(item, ink), "" if sheet.small else top)

    scene.add(sheet.subject(sheet.arrange(), draw))


def clay(sheet: Sheet) -> None:
    """Soft bodies with light from the upper left, as if modelled by hand."""
    scene, palette = sheet.scene, sheet.palette
    base = palette.primary if palette.light else tone(palette.primary, 0.52 if palette.mono else 0.66, 1.05)
    ground = plate(base).ground
    tiled = sheet.paint(ground, radius=226, shadow=tone(base, 0.35))
    if tiled and sheet.shape != FULL:
        sheet.on_ground(_puffed(scene, sheet.outline, tone(base, 0.95, 0.6), tone(base, 0.36), 15))
    bodies = _clay_bodies(sheet)
    pale = tone(palette.primary, 0.95, 0.6)
    features = [readable(palette.deep if contrast(body, WHITE) < READABLE else pale, [body]) for body in bodies]

    def draw(item: Placed) -> str:
        body = bodies[item.rank % 3]
        inner = marks.details(scene, item, features[item.rank % 3], sheet.weight(10, 8))
        if sheet.small:
            return marks.inside(item, marks.silhouette(item, body), inner)
        light = _puffed(scene, item.glyph.sil, tone(body, 0.98), tone(body, 0.45), item.units(5))
        return marks.inside(
            item,
            marks.shadow(scene, item, tone(base, 0.28), 0.45, 9, 10) if tiled else "",
            marks.silhouette(item, body, grow=3),
            group(light, clip_path=scene.clip(item.glyph.sil)),
            inner,
        )

    scene.add(sheet.subject(sheet.arrange(sheet.area(inset=4)), draw, 10))


def _clay_bodies(sheet: Sheet) -> list[str]:
    """White and nearly white on a strong tile, dark on a pastel one, the palette itself on none."""
    palette = sheet.palette
    if not sheet.shape:
        return [sheet.ink(color) for color in palette.colors]
    if palette.light:
        return [sheet.ink(tone(color, 0.42, 1.2)) for color in palette.colors]
    return [sheet.ink(color) for color in (WHITE, tone(palette.accent, 0.95, 0.7), tone(palette.secondary, 0.96, 0.6))]


def _puffed(scene: Scene, data: str, light: str, dark: str, depth: float) -> str:
    """Soft light and shade along the inside of an edge, as strokes of falling width shifted against each other."""
    sides = ((dark, 0.11, -depth), (light, 0.16, depth))
    return "".join(
        group(
            scene.copies(data, *({"stroke_width": width * depth} for width in (2.9, 2.3, 1.8, 1.3, 0.8))),
            fill="none",
            stroke=color,
            stroke_opacity=opacity,
            transform=move(0.55 * way, 0.62 * way),
        )
        for color, opacity, way in sides
    )


def paper_cut(sheet: Sheet) -> None:
    """Sheets of paper with ever smaller holes, the subject at the bottom of the light."""
    scene, palette = sheet.scene, sheet.palette
    base = tone(palette.primary, 0.70, 1.2) if palette.light else palette.mid
    tiled = sheet.paint(tone(base, 0.36))
    items = sheet.arrange(sheet.area(inset=14))
    if tiled:
        levels = [readable(tone(base, level, 1.1), [WHITE], ON_WHITE) for level in (0.42, 0.48, 0.54)]
        for reach, level in zip((92, 60, 30), levels, strict=True):
            sheet.on_ground(_layer(sheet, items, reach, level, tone(base, 0.15)))
        sheet.stand_on(*levels)
    paper = sheet.ink(tone(base, 0.97, 0.5) if tiled else base)
    inner = tone(base, 0.38) if tiled else tone(base, 0.95, 0.6)

    def draw(item: Placed) -> str:
        return marks.inside(
            item,
            marks.shadow(scene, item, tone(base, 0.15), 0.5, 5, 7) if tiled and not sheet.small else "",
            marks.silhouette(item, paper),
            marks.details(scene, item, inner, sheet.weight(10, 8)),
        )

    scene.add(sheet.subject(items, draw))


def _layer(sheet: Sheet, items: list[Placed], reach: float, color: str, dark: str) -> str:
    """One sheet of paper, ``reach`` wider than the glyphs on all sides, and the shadow it throws."""

    def grown(by: float, fill: str, opacity: float | None = None) -> str:
        return "".join(marks.inside(item, marks.silhouette(item, fill, by, opacity=opacity)) for item in items)

    if sheet.small:
        return grown(reach, color)
    soft = (grown(reach + step, dark, 0.13) for step in (9, 5, 1))
    return group(*soft, transform=move(0, 5)) + grown(reach, color)
