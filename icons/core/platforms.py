"""The files of a platform, made of one picture: rendered from a vector one, fitted from one of pixels."""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from PIL import Image as Pillow

from icons.core import framing
from icons.core.bridge import Blocking
from icons.core.imaging import decode, encode_png
from icons.core.matte import cut_out
from icons.core.ports import Renderer
from icons.domain.images import Format
from icons.domain.platforms import MASTER_SIZE, Asset, Ground, View, view
from icons.domain.prompts.brief import Background

_PNG_ICONS: Final = ("icon-192.png", "icon-512.png")
_MASKABLE: Final = "icon-maskable-512.png"


class Master(Protocol):
    """The picture that files are made of."""

    @property
    def svg(self) -> bytes | None:
        """It as a vector picture; None when it is none."""
        ...

    @property
    def ground(self) -> framing.Colour:
        """The colour to put behind it."""
        ...

    async def picture(self, ground: Ground, width: int, height: int, safe: float = 1.0) -> Pillow.Image:
        """It in a frame; see `Asset`."""
        ...


class VectorMaster:
    """Drawn anew for each ground, and for each small size; rendered at exactly the size of each file."""

    def __init__(self, drawings: Mapping[View, bytes], palette: Sequence[str], renderer: Renderer) -> None:
        """``drawings``: SVG of every view that will be asked for. ``palette``: "#rrggbb", the primary first."""
        self._drawings, self._renderer = drawings, renderer
        self.svg: bytes | None = drawings.get(View(Background.AUTO, MASTER_SIZE))
        self.ground = framing.paper(_rgb(palette[0])) if palette else framing.WHITE

    async def picture(self, ground: Ground, width: int, height: int, safe: float = 1.0) -> Pillow.Image:
        """See `Master`."""
        side = min(width, height)
        if ground is Ground.ONLY:
            return Pillow.new("RGB", (width, height), self.ground)
        drawn = decode(await self._renderer.render(self._drawings[view(ground, side)], side))
        if ground is Ground.FULL:  # an opaque drawing keeps its subject within 80 % of its width by itself
            whole = Pillow.new("RGB", drawn.size, self.ground)
            whole.paste(drawn, mask=drawn)
            return framing.extend(whole, width, height, (width - side) // 2, (height - side) // 2)
        return framing.layer(drawn, side, safe) if ground is Ground.NONE else drawn


class RasterMaster:
    """Cut and extended with care, and made smaller; there is no more to be had from pixels."""

    svg: bytes | None = None

    def __init__(self, data: bytes, blocking: Blocking) -> None:
        self._image, self._blocking = decode(data), blocking
        colour = None if framing.is_cut_out(self._image) else framing.ground_colour(self._image)
        self.ground = colour or framing.paper(framing.mean_colour(self._image))

    async def picture(self, ground: Ground, width: int, height: int, safe: float = 1.0) -> Pillow.Image:
        """See `Master`."""
        return await self._blocking(self._picture, ground, width, height, safe)

    def _picture(self, ground: Ground, width: int, height: int, safe: float) -> Pillow.Image:
        image = self._image
        if ground is Ground.ONLY:
            return Pillow.new("RGB", (width, height), self.ground)
        if ground is Ground.NONE:
            alone = image if framing.is_cut_out(image) else cut_out(image)
            if alone:
                return framing.layer(alone, min(width, height), safe)
        if ground is Ground.OWN and framing.is_cut_out(image):
            return framing.layer(image, width, 1.0)
        return framing.fill(image, width, height, safe, self.ground)


async def make(asset: Asset, master: Master, subject: str, blocking: Blocking) -> bytes | None:
    """The file; None when this picture cannot be one. ``subject`` names what is shown."""
    if asset.format is Format.SVG:
        return master.svg
    if asset.format is Format.WEBMANIFEST:
        return _manifest(asset, subject, master.ground)
    if asset.sizes:
        pictures = [await master.picture(asset.ground, size, size) for size in asset.sizes]
        return await blocking(_packed, pictures, asset)
    picture = await master.picture(asset.ground, asset.width, asset.height, asset.safe)
    return await blocking(encode_png, picture)


def _packed(pictures: Sequence[Pillow.Image], asset: Asset) -> bytes:
    """An ICO or ICNS file of pictures that rise in size."""
    out = io.BytesIO()
    options: dict[str, Any] = {"sizes": [(size, size) for size in asset.sizes]} if asset.format is Format.ICO else {}
    pictures[-1].save(out, asset.format.upper(), append_images=pictures[:-1], **options)
    return out.getvalue()


def _manifest(asset: Asset, subject: str, ground: framing.Colour) -> bytes:
    """A Web App Manifest that names the icons beside it (https://www.w3.org/TR/appmanifest/)."""
    colour = "#{:02x}{:02x}{:02x}".format(*ground)
    icons = [
        {"src": name, "sizes": f"{size}x{size}", "type": Format.PNG.media_type, "purpose": "any"}
        for name, size in zip(_PNG_ICONS, asset.sizes, strict=True)
    ]
    maskable = {"src": _MASKABLE, "sizes": "512x512", "type": Format.PNG.media_type, "purpose": "maskable"}
    body = {
        "name": subject,
        "short_name": subject[:12],
        "icons": [*icons, maskable],
        "background_color": colour,
        "theme_color": colour,
        "display": "standalone",
        "start_url": ".",
    }
    return json.dumps(body, ensure_ascii=False, indent=2).encode()


def _rgb(colour: str) -> framing.Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
