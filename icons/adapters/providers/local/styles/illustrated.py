"""The illustrated style: full-colour pictures, their hues exchanged for those of the palette."""

import re
from collections import Counter

from icons.adapters.providers.local import marks
from icons.adapters.providers.local.color import WHITE, from_oklch, shift, to_oklch, tone, turns_muddy
from icons.adapters.providers.local.layout import Placed
from icons.adapters.providers.local.palette import Palette
from icons.adapters.providers.local.sheet import Sheet
from icons.adapters.providers.local.svg import Scene

_COLOR = re.compile(r"#(?:[0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})\b")
_ID = re.compile(r'\bid="([^"]+)"')
_PEOPLE = re.compile(
    r"(baby|boy|girl|child|person|people|man|woman|older|old|student|teacher|judge|farmer|cook|mechanic|singer|artist|"
    r"pilot|astronaut|guard|detective|prince|princess|nose|ear|foot|leg|mouth|thumbs|waving|raised|raising|clapping|"
    r"folded|open-hands|handshake|flexed|writing-hand|palms?|selfie|health-worker|scientist|technologist|firefighter)\b"
)  # names of pictures with skin in them, which looks right in no palette but its own
_FAMILY = 30  # degrees of hue that count as one colour of a picture
_GREY = 0.045  # chroma below which a colour of a picture is a grey and stays one


def illustrated(sheet: Sheet) -> None:
    """A cheerful picture with a dark contour on a pale ground."""
    scene, palette = sheet.scene, sheet.palette
    ground = tone(palette.primary, 0.92, 0.95)
    sheet.paint(
        scene.ramp(shift(ground, lightness=0.02), shift(ground, lightness=-0.04)),
        shift(ground, lightness=0.02),
        shift(ground, lightness=-0.04),
    )
    contour = sheet.line_on(palette.deep, WHITE)
    width = sheet.weight(9, 7)

    def draw(item: Placed) -> str:
        if not item.glyph.picture:
            return _drawn(sheet, item, contour, width)
        picture = item.glyph.picture
        body = _own_ids(picture if _PEOPLE.match(item.glyph.name) else recolor(picture, palette), scene)
        return marks.inside(
            item,
            marks.picture(item, body, WHITE, width + 8) if sheet.bare else "",
            marks.picture(item, body, contour, width),
        )

    scene.add(sheet.subject(sheet.arrange(sheet.area(inset=8)), draw, 0))


def _drawn(sheet: Sheet, item: Placed, contour: str, width: float) -> str:
    """A line glyph painted like a picture, for what the pack has no picture of."""
    palette = sheet.palette
    body, second = palette.tints(0.78, 1.2)[item.rank % 3], palette.tints(0.90)[(item.rank + 2) % 3]
    return marks.inside(
        item,
        marks.silhouette(item, WHITE, grow=width + 8) if sheet.bare else "",
        marks.silhouette(item, body),
        marks.second_tone(item, second),
        marks.shade(sheet.scene, item, contour, 0.12),
        marks.lines(item, contour, max(1.3 * width, 0.95 * marks.native_width(item))),
    )


def recolor(picture: str, palette: Palette) -> str:
    """The picture in the palette's hues, its commonest hue in the primary's; light and dark stay so, roughly."""
    colors = [to_oklch(color) for color in _COLOR.findall(picture)]
    families = Counter(_family(color.hue) for color in colors if color.chroma > _GREY)
    order = sorted(families, key=lambda family: (-families[family], family))
    targets = {family: to_oklch(palette.colors[at % 3]) for at, family in enumerate(order)}
    primary = to_oklch(palette.primary)

    def exchange(match: re.Match[str]) -> str:
        lightness, chroma, hue = to_oklch(match.group())
        if chroma <= _GREY:
            return from_oklch(lightness, min(chroma + 0.012, 0.03), primary.hue)
        target = targets[_family(hue)]
        vividness = min(0.26, target.chroma * (0.55 + 3 * chroma))
        pull = 0.6 if turns_muddy(target.hue) else 0.2  # amber must stay light, or it is brown
        return from_oklch(lightness + pull * (target.lightness - lightness), vividness, target.hue)

    return _COLOR.sub(exchange, picture)


def _family(hue: float) -> int:
    return round(hue / _FAMILY) % (360 // _FAMILY)


def _own_ids(picture: str, scene: Scene) -> str:
    """The picture with its ids exchanged for ids of the scene."""
    for identity in dict.fromkeys(_ID.findall(picture)):
        mine = scene.new_id()
        picture = picture.replace(f'id="{identity}"', f'id="{mine}"')
        picture = picture.replace(f"url(#{identity})", f"url(#{mine})").replace(
            f'href="#{identity}"', f'href="#{mine}"'
        )
    return picture
