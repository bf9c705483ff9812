"""SVG into pixels, and pixels into files."""

from base64 import b64encode
from io import BytesIO

from PIL import Image
from resvg import render, usvg

from icons.core.imaging import encode as reencoded
from icons.domain.errors import RequestRefused
from icons.domain.images import Format

_IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def rasterize(svg: str) -> bytes:
    """A PNG with alpha, as wide and high as the document's root element says.

    Raises RequestRefused for what the renderer cannot draw: it would fail again.
    """
    try:
        return bytes(render(usvg.Tree.from_str(svg, usvg.Options.default()), _IDENTITY))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # resvg's PanicException derives from BaseException
        raise RequestRefused("The drawing could not be rendered. Another style or element may do.") from error


def rendered(svg: bytes, size: int) -> bytes:
    """Any square SVG as a PNG with alpha, ``size`` px wide, whatever its root element says. Errors: see `rasterize`."""
    picture = f"data:image/svg+xml;base64,{b64encode(svg).decode()}"
    frame = f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}">'
    return rasterize(f'{frame}<image width="{size}" height="{size}" href="{picture}"/></svg>')


def encode(svg: str, file_format: Format) -> bytes:
    """The drawing as a file."""
    if file_format is Format.SVG:
        return svg.encode()
    png = rasterize(svg)
    if file_format is Format.PNG:
        return png
    with Image.open(BytesIO(png)) as image:
        return reencoded(image, file_format)
