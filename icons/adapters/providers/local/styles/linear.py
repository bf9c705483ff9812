"""Styles of drawn lines: duotone, minimal, outline, neon, blueprint."""

from icons.adapters.providers.local import marks
from icons.adapters.providers.local.color import WHITE, blend, shift, tone
from icons.adapters.providers.local.layout import Placed
from icons.adapters.providers.local.sheet import MIDDLE, Sheet
from icons.adapters.providers.local.svg import CANVAS, Stop, group, move, path, tag


def duotone(sheet: Sheet) -> None:
    """Bold lines in one colour over bodies in its pale tones."""
    palette = sheet.palette
    sheet.paint(palette.paper)
    strong = tone(palette.primary, 0.58, 1.6) if palette.light else palette.mid
    pale = tone(strong, 0.92, 0.8)
    line = sheet.ink(strong, pale)
    tones = palette.tints(0.80, 1.1)

    def draw(item: Placed) -> str:
        width = max(sheet.weight(19, 15), 0.9 * marks.native_width(item))
        return marks.inside(
            item,
            marks.silhouette(item, pale),
            marks.second_tone(item, tones[item.rank % 3]),
            marks.lines(item, line, width),
        )

    sheet.scene.add(sheet.subject(sheet.arrange(sheet.area(inset=4)), draw, 11))


def minimal(sheet: Sheet) -> None:
    """Fine lines and one disc of colour."""
    palette = sheet.palette
    sheet.paint(palette.paper)
    disc = palette.primary if palette.light else tone(palette.primary, 0.88, 1.0)
    ink = sheet.ink(tone(palette.primary, 0.26, 0.8) if sheet.shape else palette.primary, disc)
    items = sheet.arrange(sheet.area(inset=6))
    hero = items[0]
    reach = 256 * hero.scale
    across, down = ((0.18, 0.18), (-0.18, 0.16), (0.16, -0.18))[sheet.variation % 3]
    if not sheet.tiny:
        sheet.scene.add(tag("circle", cx=hero.x + across * reach, cy=hero.y + down * reach, r=0.27 * reach, fill=disc))
    width = sheet.weight(13, 11)
    sheet.scene.add(sheet.subject(items, lambda item: marks.inside(item, marks.lines(item, ink, width)), clearance=12))


def outline(sheet: Sheet) -> None:
    """Heavy dark outlines, the colour printed a little beside them."""
    palette = sheet.palette
    sheet.paint(palette.paper)
    line = sheet.line_on(palette.deep, WHITE)
    colors = palette.tints(0.80, 1.2)
    width = sheet.weight(19, 15)

    def draw(item: Placed) -> str:
        offset = item.units(0 if sheet.small else 11)
        color = path(item.glyph.duo or item.glyph.sil, colors[item.rank % 3])
        return marks.inside(
            item,
            marks.silhouette(item, WHITE, grow=width / 2 if sheet.bare else 0),
            group(color, transform=move(offset, offset) if offset else ""),
            marks.lines(item, line, width),
        )

    sheet.scene.add(sheet.subject(sheet.arrange(sheet.area(inset=10)), draw, 12))


def neon(sheet: Sheet) -> None:
    """Glowing tubes on a night-coloured tile."""
    scene, palette = sheet.scene, sheet.palette
    night = "#0d0f14" if palette.mono else tone(palette.primary, 0.17, 0.75)
    lifted = shift(night, lightness=0.07)
    lit = blend(lifted, palette.primary, 0.30)
    if sheet.paint(scene.ramp(lifted, shift(night, lightness=-0.05)), night, lifted, lit):
        haze = Stop(0, palette.primary, 0.30), Stop(1, palette.primary, 0)
        sheet.glaze(scene.glow(MIDDLE, MIDDLE + 14, 240, *haze))
    lights = ["#e8edf5"] * 3 if palette.mono else [tone(color, 0.76, 1.35) for color in palette.colors]
    tubes = [sheet.ink(color) for color in lights[: min(3, len(sheet.glyphs))]]
    width = sheet.weight(13, 11)

    def draw(item: Placed) -> str:
        tube = tubes[item.rank % len(tubes)]
        halo = "" if sheet.small else _halo(item, tube, width)
        hot = marks.strokes(item, blend(tube, WHITE, 0.85), 0.42 * width) if sheet.shape else ""
        return marks.inside(item, halo, marks.lines(item, tube, width), hot)

    scene.add(sheet.subject(sheet.arrange(), draw, 14))


def _halo(item: Placed, color: str, width: float) -> str:
    """A glow as strokes of growing width and falling strength: a blur would cost ten times as much."""
    layers = ((68, 0.035), (54, 0.045), (42, 0.06), (31, 0.09), (22, 0.14), (13, 0.22), (6, 0.3))
    return "".join(marks.strokes(item, color, width + spread, opacity) for spread, opacity in layers)


def blueprint(sheet: Sheet) -> None:
    """A technical drawing: light lines on a deep ground with a grid."""
    scene, palette = sheet.scene, sheet.palette
    ground = "#1f2937" if palette.mono else tone(palette.primary, 0.36, 1.0)
    chalk = tone(palette.primary, 0.94, 0.6)
    tiled = sheet.paint(ground)
    if tiled and not sheet.small:
        sheet.on_ground(_grid(32, chalk, 0.13, 1.5), _grid(128, chalk, 0.2, 2))
    line = sheet.ink(chalk if tiled else palette.primary)
    width = sheet.weight(10, 8) if tiled else sheet.weight(14, 12)

    def draw(item: Placed) -> str:
        wash = marks.silhouette(item, line, fill_opacity=0.12)
        return marks.inside(item, wash, marks.lines(item, line, width))

    items = sheet.arrange()
    if not sheet.small:
        scene.add(_construction_lines(items, line))
    scene.add(sheet.subject(items, draw, 10))


def _grid(step: int, color: str, opacity: float, width: float) -> str:
    data = "".join(f"M{at} 0V{CANVAS}M0 {at}H{CANVAS}" for at in range(step, CANVAS, step))
    return path(data, "none", stroke=color, stroke_opacity=opacity, stroke_width=width)


def _construction_lines(items: list[Placed], color: str) -> str:
    """Dashed centre lines through the hero, as a draughtsman leaves them."""
    hull = items[0].hull()
    left, right = min(x for x, _ in hull) - 14, max(x for x, _ in hull) + 14
    top, bottom = min(y for _, y in hull) - 14, max(y for _, y in hull) + 14
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    data = f"M{left:.1f} {middle_y:.1f}H{right:.1f}M{middle_x:.1f} {top:.1f}V{bottom:.1f}"
    return path(data, "none", stroke=color, stroke_opacity=0.4, stroke_width=2, stroke_dasharray="14 6 3 6")
