"""Colour arithmetic: OKLCH both ways, WCAG contrast, and moving a colour until it can be read."""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

WHITE = "#ffffff"
BLACK = "#0b0f19"
READABLE = 3.0  # WCAG 2.2, success criterion 1.4.11: graphical objects against what is adjacent to them

_GAMUT_SLACK = 0.0005  # how far outside 0..1 a channel may lie and still count as displayable
_YELLOW_HUES = (72.0, 118.0)  # between them a colour darker than L .87 is seen as khaki
_MUD_HUES = (48.0, 125.0)  # from orange to olive
_GREY_CHROMA = 0.05


class Oklch(NamedTuple):
    """A colour in Björn Ottosson's OKLab, in polar form: lightness 0..1, chroma 0..~.37, hue in degrees."""

    lightness: float
    chroma: float
    hue: float


def channels(color: str) -> tuple[float, float, float]:
    """Red, green and blue of "#rrggbb" or "#rgb", gamma-encoded, 0..1."""
    digits = color.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def from_channels(rgb: Iterable[float]) -> str:
    """Gamma-encoded 0..1 channels as "#rrggbb", clamped."""
    return "#" + "".join(f"{max(0, min(255, round(channel * 255))):02x}" for channel in rgb)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _encoded(channel: float) -> float:
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


@lru_cache(maxsize=8192)
def luminance(color: str) -> float:
    """Relative luminance by WCAG, 0 for black, 1 for white."""
    red, green, blue = map(_linear, channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio by WCAG, 1..21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def weakest(color: str, grounds: Iterable[str]) -> float:
    """The lowest contrast of one colour over several grounds."""
    return min(contrast(color, ground) for ground in grounds)


@lru_cache(maxsize=8192)
def to_oklch(color: str) -> Oklch:
    """OKLCH of "#rrggbb"."""
    red, green, blue = map(_linear, channels(color))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return Oklch(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def _linear_rgb(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


@lru_cache(maxsize=16384)
def from_oklch(lightness: float, chroma: float, hue: float) -> str:
    """ "#rrggbb" of a colour in OKLCH; outside sRGB the chroma is reduced until it can be shown."""

    def displayable(candidate: float) -> bool:
        return all(-_GAMUT_SLACK <= x <= 1 + _GAMUT_SLACK for x in _linear_rgb(lightness, candidate, hue))

    lightness = max(0.0, min(1.0, lightness))
    if not displayable(chroma):
        low, high = 0.0, chroma
        for _ in range(12):
            middle = (low + high) / 2
            low, high = (middle, high) if displayable(middle) else (low, middle)
        chroma = low
    return from_channels(_encoded(max(0.0, min(1.0, x))) for x in _linear_rgb(lightness, chroma, hue))


def tone(color: str, lightness: float, vividness: float = 1.0) -> str:
    """The same hue at another lightness; chroma times ``vividness``, eased towards black and white."""
    _, chroma, hue = to_oklch(color)
    ease = max(0.22, 1 - 1.6 * (lightness - 0.62) ** 2)
    return from_oklch(lightness, chroma * vividness * ease, _aged(hue, lightness))


def _aged(hue: float, lightness: float) -> float:
    """The hue a colour takes on at a lightness: yellows darken to amber, as pigments do, not to olive."""
    low, high = _YELLOW_HUES
    if low < hue < high and lightness < 0.8:
        return max(min(hue, 66.0), hue - 150 * (0.8 - lightness))
    return hue


def tint(color: str, lightness: float, vividness: float = 1.0) -> str:
    """`tone` that keeps yellows yellow: they stay at L .87 or above."""
    _, chroma, hue = to_oklch(color)
    yellow = _YELLOW_HUES[0] < hue < _YELLOW_HUES[1] and chroma > _GREY_CHROMA
    return tone(color, max(lightness, 0.87) if yellow else lightness, vividness)


def shift(color: str, lightness: float = 0.0, hue: float = 0.0, vividness: float = 1.0) -> str:
    """The colour moved by a difference in lightness and in hue (degrees), its chroma multiplied."""
    here = to_oklch(color)
    return from_oklch(here.lightness + lightness, here.chroma * vividness, (here.hue + hue) % 360)


def blend(below: str, above: str, opacity: float) -> str:
    """What is seen where ``above`` lies over ``below`` with an opacity 0..1 (in sRGB, as renderers do)."""
    pairs = zip(channels(below), channels(above), strict=True)
    return from_channels(one + (other - one) * opacity for one, other in pairs)


def is_grey(color: str) -> bool:
    """Whether a colour has too little chroma for its hue to mean anything."""
    return to_oklch(color).chroma < _GREY_CHROMA


def turns_muddy(hue: float) -> bool:
    """Whether a hue is seen as brown or olive where it is dark enough to carry white."""
    return _MUD_HUES[0] < hue < _MUD_HUES[1]


def hue_between(one: str, other: str) -> float:
    """The way from one hue to the other round the circle, in degrees, -180..180."""
    return (to_oklch(other).hue - to_oklch(one).hue + 180) % 360 - 180


def readable(color: str, grounds: Sequence[str], need: float = READABLE) -> str:
    """The nearest lightness of a colour that has the contrast ``need`` on every ground.

    Where no lightness has it (the grounds lie too far apart), the one of white and near black that comes closest.
    """
    return _readable(color, tuple(dict.fromkeys(grounds)), need)


@lru_cache(maxsize=4096)
def _readable(color: str, grounds: tuple[str, ...], need: float) -> str:
    lightness, chroma, hue = to_oklch(color)
    if weakest(color, grounds) >= need:
        return color
    for distance in range(1, 101):
        for moved in (lightness + distance / 100, lightness - distance / 100):
            if 0 <= moved <= 1:
                candidate = from_oklch(moved, chroma, _aged(hue, moved))
                if weakest(candidate, grounds) >= need:
                    return candidate
    return max((WHITE, BLACK), key=lambda extreme: weakest(extreme, grounds))
