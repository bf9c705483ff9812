"""Which colours an icon is drawn in: one of the brief's candidates, completed to three that go together."""

from collections.abc import Sequence
from dataclasses import dataclass

from icons.adapters.providers.local.color import (
    WHITE,
    hue_between,
    is_grey,
    readable,
    shift,
    tint,
    to_oklch,
    tone,
    turns_muddy,
)

ON_WHITE = 3.3  # contrast of a ground with white ink: a little more than needed, for the light that falls on it
_PASTEL = 0.72  # a primary lighter than this carries dark ink, not white
_GROUND = (0.42, 0.66)  # lightness in which a colour serves as a ground without being moved
_SUN, _NIGHT = 100.0, 280.0  # hues of sunlight and of shade
_NEIGHBOURS = 75.0  # degrees of hue two colours may lie apart and still blend without mud between them


@dataclass(frozen=True, slots=True)
class Plate:
    """A ground and the ink that reads on it."""

    ground: str
    ink: str


@dataclass(frozen=True, slots=True)
class Palette:
    """Three colours with roles. ``mono`` says that they are tones of one colour."""

    primary: str
    secondary: str
    accent: str
    mono: bool = False

    @property
    def colors(self) -> tuple[str, str, str]:
        """Primary, secondary, accent: the colours of the first, second and third glyph."""
        return self.primary, self.secondary, self.accent

    @property
    def light(self) -> bool:
        """Whether the primary is a pastel."""
        return to_oklch(self.primary).lightness > _PASTEL

    @property
    def mid(self) -> str:
        """The primary in a lightness that shows its hue at its strongest."""
        low, high = _GROUND
        return self.primary if low <= to_oklch(self.primary).lightness <= high else tone(self.primary, 0.56, 1.25)

    @property
    def deep(self) -> str:
        """A dark ink with a trace of the primary."""
        return tone(self.primary, 0.28, 0.9)

    @property
    def paper(self) -> str:
        """A very pale ground, with a trace of the primary."""
        return tone(self.primary, 0.94, 0.8)

    def tints(self, lightness: float, vividness: float = 1.0) -> tuple[str, str, str]:
        """The three colours as light bodies; tones of one colour are told apart by their lightness."""
        if self.mono:
            steps = (0.0, min(0.07, 0.97 - lightness), -0.10)
            first, second, third = (tone(self.primary, lightness + step, vividness) for step in steps)
            return first, second, third
        return (
            tint(self.primary, lightness, vividness),
            tint(self.secondary, lightness + 0.02, vividness),
            tint(self.accent, lightness + 0.03, vividness),
        )

    def plates(self) -> tuple[Plate, Plate, Plate]:
        """The three colours as grounds, each with its ink."""
        if self.mono:
            first, second, third = (tone(self.primary, lightness, 1.1) for lightness in (0.48, 0.34, 0.58))
            return plate(first), plate(second), plate(third)
        first = self.primary if self.light else self.mid
        return plate(first), plate(self.secondary), plate(self.accent)

    def ramp(self) -> tuple[str, str]:
        """Two ends of a gradient on which `on_ramp` reads: primary to secondary if near, else round the primary."""
        start, end = self._ramp()
        on_ramp = [self.on_ramp]
        return readable(start, on_ramp, ON_WHITE), readable(end, on_ramp, ON_WHITE)

    @property
    def on_ramp(self) -> str:
        """The ink for `ramp`: white, or a deep one on pastels."""
        return self.deep if self.light else WHITE

    def _ramp(self) -> tuple[str, str]:
        one, other = to_oklch(self.primary), to_oklch(self.secondary)
        if self.mono:
            return shift(self.primary, lightness=0.10), shift(self.primary, lightness=-0.04)
        near = (
            abs(hue_between(self.primary, self.secondary)) < _NEIGHBOURS and abs(one.lightness - other.lightness) < 0.3
        )
        if near and not is_grey(self.secondary) and (self.light or not turns_muddy(other.hue)):
            return self.primary, self.secondary
        up, down = (0.03, -0.05) if self.light else (0.07, -0.09)
        return (
            shift(self.primary, lightness=up, hue=_lean(self.primary, _SUN), vividness=1.05),
            shift(self.primary, lightness=down, hue=_lean(self.primary, _NIGHT), vividness=1.05),
        )

    def mesh(self, base: str) -> tuple[str, str, str, str]:
        """Four colours that run into each other and into ``base`` without mud: hues at most 75 degrees away."""
        if self.mono:
            first, second, third, fourth = (shift(base, lightness=step) for step in (0.08, -0.06, 0.03, -0.10))
            return first, second, third, fourth
        partners = [
            tone(color, to_oklch(base).lightness + 0.02, 1.15)
            if abs(hue_between(base, color)) < _NEIGHBOURS
            and not is_grey(color)
            and not turns_muddy(to_oklch(color).hue)
            else shift(base, lightness=0.03, hue=_clear(base, turn), vividness=1.1)
            for color, turn in ((self.secondary, 42), (self.accent, -48))
        ]
        near, far = _clear(base, -24), _clear(base, 26)
        return partners[0], partners[1], shift(base, hue=near, vividness=1.1), shift(base, lightness=-0.06, hue=far)


def _lean(color: str, target: float) -> float:
    """Sixteen degrees of hue towards a target: light leans to yellow and shade to blue, as outdoors."""
    way = (target - to_oklch(color).hue + 180) % 360 - 180
    return max(-16.0, min(16.0, way))


def _clear(color: str, turn: float) -> float:
    """The turn of hue, or the opposite one where it would end in mud."""
    hue = to_oklch(color).hue
    return -turn if turns_muddy((hue + turn) % 360) and not turns_muddy((hue - turn) % 360) else turn


def plate(color: str) -> Plate:
    """A colour as a ground: a light one with a deep ink, any other moved until white reads on it."""
    if to_oklch(color).lightness > _PASTEL:
        return Plate(color, readable(tone(color, 0.30, 1.1), [color], 4.5))
    return Plate(readable(color, [WHITE], ON_WHITE), WHITE)


def choose(palettes: Sequence[Sequence[str]], seed: int, variation: int, *, monochrome: bool) -> Palette:
    """The palette of a variation: each candidate in turn, then again with the roles of its colours exchanged.

    The first colour with a hue becomes the primary; what a short candidate lacks is derived from it.
    """
    colors = list(dict.fromkeys(color.lower() for color in palettes[(seed + variation) % len(palettes)]))
    rounds = variation // len(palettes)
    chromatic = [color for color in colors if not is_grey(color) and 0.25 < to_oklch(color).lightness < 0.93]
    if monochrome or not chromatic:
        return Palette(colors[0], tone(colors[0], 0.55), tone(colors[0], 0.85), mono=True)
    primary = chromatic[rounds // 2 % min(len(chromatic), 3)]
    second, third = _partners(primary, [color for color in colors if color != primary])
    return Palette(primary, third, second) if rounds % 2 else Palette(primary, second, third)


def _partners(primary: str, others: Sequence[str]) -> tuple[str, str]:
    """Two colours beside the primary: of the others, as far as there are any."""
    if not others:
        return shift(primary, lightness=0.06, hue=-32), shift(primary, lightness=0.12, hue=165)
    return others[0], others[1] if len(others) > 1 else shift(primary, lightness=0.18, hue=150)
