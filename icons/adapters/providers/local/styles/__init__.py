"""The drawing styles: what each stands on, the outlines its tile may have, and the function that draws it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from icons.adapters.providers.local.sheet import Native, Sheet
from icons.adapters.providers.local.styles import craft, illustrated, isometric, linear, pixel, relief, solid


@dataclass(frozen=True, slots=True)
class Style:
    """How one style is drawn. Variations go through ``shapes`` in turn; ``pictures`` asks for full-colour glyphs."""

    draw: Callable[[Sheet], None]
    native: Native
    shapes: tuple[str, ...] = ("squircle", "circle", "rounded", "blob")
    pictures: bool = False


STYLES: Mapping[str, Style] = {
    "modern": Style(solid.modern, Native.TILE, ("squircle", "circle", "scallop", "rounded")),
    "flat": Style(solid.flat, Native.TILE, ("circle", "squircle", "blob", "hexagon")),
    "duotone": Style(linear.duotone, Native.BARE),
    "minimal": Style(linear.minimal, Native.BARE),
    "outline": Style(linear.outline, Native.BARE),
    "gradient": Style(solid.gradient, Native.TILE, ("squircle", "circle", "blob", "rounded")),
    "glass": Style(relief.glass, Native.OBJECT),
    "neon": Style(linear.neon, Native.TILE, ("squircle", "circle", "hexagon", "rounded")),
    "long_shadow": Style(solid.long_shadow, Native.TILE, ("circle", "squircle", "rounded", "hexagon")),
    "isometric": Style(isometric.isometric, Native.OBJECT),
    "clay": Style(relief.clay, Native.TILE, ("squircle", "circle", "scallop", "blob")),
    "hand_drawn": Style(craft.hand_drawn, Native.BARE, ("blob", "circle", "squircle", "scallop")),
    "sticker": Style(craft.sticker, Native.BARE),
    "pixel": Style(pixel.pixel, Native.BARE, ("rounded", "squircle")),
    "paper_cut": Style(relief.paper_cut, Native.TILE, ("circle", "squircle", "scallop", "rounded")),
    "blueprint": Style(linear.blueprint, Native.TILE, ("rounded", "squircle")),
    "badge": Style(craft.badge, Native.OBJECT),
    "bento": Style(craft.bento, Native.OBJECT),
    "illustrated": Style(
        illustrated.illustrated, Native.TILE, ("blob", "circle", "squircle", "scallop"), pictures=True
    ),
}
