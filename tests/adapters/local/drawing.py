"""What the drawing tests share: briefs, and the pixels of a drawing."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from icons.adapters.providers.local.compose import compose
from icons.adapters.providers.local.glyphs import Glyph, load_pack, load_pictures
from icons.adapters.providers.local.render import rasterize
from icons.adapters.providers.local.styles import STYLES
from icons.domain.prompts.brief import Background, Brief

BRAND = ("#4f46e5", "#06b6d4", "#f59e0b")


def a_brief(drawing: str = "modern", **changes: Any) -> Brief:
    """A brief with nothing special about it, but for the changes."""
    plain = Brief(
        subject="office supplies",
        elements=("pen", "stapler", "calculator"),
        suggestions=(),
        drawing=drawing,
        palettes=(BRAND,),
        monochrome=False,
        background=Background.AUTO,
        variation=0,
        seed=0,
    )
    return replace(plain, **changes)


def glyphs_for(brief: Brief, *ids: str) -> list[Glyph]:
    """Glyphs by id, as the style of the brief wants them."""
    pack, pictures = load_pack(), load_pictures() if STYLES[brief.drawing].pictures else {}
    return [pack[pictures.get(identity, identity)] for identity in ids or ("ph:pen", "ip:stapler", "ph:calculator")]


def pixels(brief: Brief, glyphs: list[Glyph], size: int = 96) -> Image.Image:
    """The drawing in RGBA."""
    with Image.open(BytesIO(rasterize(compose(brief, glyphs, size).svg))) as image:
        return image.convert("RGBA")


def luminances(image: Image.Image, page: str) -> np.ndarray:
    """Relative luminance by WCAG of every pixel of an image laid on a page."""
    shown = Image.alpha_composite(Image.new("RGBA", image.size, page), image).convert("RGB")
    channels = np.asarray(shown) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])
