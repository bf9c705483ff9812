"""Writing SVG: numbers, tags, and a scene that keeps definitions and drawing in order with ids of its own."""

from collections.abc import Mapping
from typing import NamedTuple

CANVAS = 512  # side of the square every icon is composed in, whatever its size in pixels
_SHADOW_STEPS = 5


class Stop(NamedTuple):
    """One colour of a gradient, at an offset 0..1."""

    offset: float
    color: str
    opacity: float = 1.0


def number(value: float) -> str:
    """The shortest text of a number with at most two decimals, three below a tenth."""
    text = f"{value:.{2 if abs(value) >= 0.1 else 3}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def tag(name: str, *children: str, **attributes: str | float | None) -> str:
    """One element. Underscores in attribute names become hyphens; ``None`` and "" leave the attribute out."""
    written = "".join(
        f' {key.replace("_", "-")}="{value if isinstance(value, str) else number(value)}"'
        for key, value in attributes.items()
        if value not in (None, "")
    )
    inner = "".join(children)
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def path(data: str, fill: str, **attributes: str | float | None) -> str:
    """A filled path, or nothing where a glyph has no such layer."""
    return tag("path", d=data, fill=fill, **attributes) if data else ""


def group(*children: str, **attributes: str | float | None) -> str:
    """A ``<g>``, or its content alone when there is nothing to say about it."""
    if any(value not in (None, "") for value in attributes.values()):
        return tag("g", *children, **attributes)
    return "".join(children)


def move(x: float, y: float) -> str:
    """A ``transform`` that translates."""
    return f"translate({number(x)} {number(y)})"


class Scene:
    """One icon under construction. Every id starts with ``prefix``, so that scenes can be inlined side by side."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._definitions: list[str] = []
        self._drawing: list[str] = []
        self._count = 0

    def new_id(self) -> str:
        """An id nobody else has."""
        self._count += 1
        return f"{self._prefix}-{self._count}"

    def add(self, *markup: str) -> None:
        """Draw over everything drawn so far."""
        self._drawing.extend(markup)

    def define(self, name: str, *children: str, **attributes: str | float | None) -> str:
        """Put an element among the definitions and return its id."""
        identity = self.new_id()
        self._definitions.append(tag(name, *children, id=identity, **attributes))
        return identity

    def _url(self, name: str, *children: str, **attributes: str | float | None) -> str:
        return f"url(#{self.define(name, *children, **attributes)})"

    def linear(self, *stops: Stop, x1: float = 0, y1: float = 0, x2: float = 1, y2: float = 1) -> str:
        """A linear gradient over the box of whatever it fills, by default from top left to bottom right."""
        return self._url("linearGradient", *map(_stop, stops), x1=x1, y1=y1, x2=x2, y2=y2)

    def ramp(self, start: str, end: str, **ends: float) -> str:
        """A linear gradient between two colours."""
        return self.linear(Stop(0, start), Stop(1, end), **ends)

    def glow(self, x: float, y: float, radius: float, *stops: Stop) -> str:
        """A radial gradient round a point of the canvas: what a blur would give, far cheaper."""
        return self._url("radialGradient", *map(_stop, stops), cx=x, cy=y, r=radius, gradientUnits="userSpaceOnUse")

    def copies(self, data: str, *variants: Mapping[str, str | float]) -> str:
        """The same path several times, each with attributes of its own; its data is written once."""
        identity = self.define("path", d=data)
        return "".join(tag("use", href=f"#{identity}", **variant) for variant in variants)

    def cast(self, data: str, color: str, strength: float, softness: float) -> str:
        """The soft shadow of a path, as translucent copies of growing width: far cheaper than a blur.

        ``strength`` is the opacity at its core, ``softness`` how far it reaches beyond the path, in the path's units.
        """
        share = 1 - (1 - strength) ** (1 / _SHADOW_STEPS)
        return self.copies(
            data,
            *(
                {
                    "fill": color,
                    "fill_opacity": share,
                    "stroke": color,
                    "stroke_opacity": share,
                    "stroke_width": 2 * softness * step / _SHADOW_STEPS,
                    "stroke_linejoin": "round",
                }
                for step in range(_SHADOW_STEPS, 0, -1)
            ),
        )

    def clip(self, data: str, transform: str = "") -> str:
        """A clip to the inside of a path."""
        return self._url("clipPath", tag("path", d=data, transform=transform))

    def mask(self, *markup: str, x: float = 0, y: float = 0, width: float = CANVAS, height: float = CANVAS) -> str:
        """A mask: what is white in the markup stays, what is black or empty goes."""
        return self._url("mask", *markup, maskUnits="userSpaceOnUse", x=x, y=y, width=width, height=height)

    def svg(self, size: int) -> str:
        """The whole document, to be shown ``size`` pixels wide and high."""
        return tag(
            "svg",
            tag("defs", *self._definitions) if self._definitions else "",
            *self._drawing,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {CANVAS} {CANVAS}",
            width=size,
            height=size,
        )


def _stop(stop: Stop) -> str:
    opacity = None if stop.opacity == 1 else stop.opacity
    return tag("stop", offset=stop.offset, stop_color=stop.color, stop_opacity=opacity)
