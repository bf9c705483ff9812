"""Bytes to bytes: guarded decoding, measuring and thumbnails."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PIL import Image as Pillow

from icons.domain.errors import ProviderFailed
from icons.domain.images import Format, Picture

# A 22 KB PNG can unpack to hundreds of megabytes: nothing larger than this is ever decoded.
MAX_PIXELS: Final = 4096 * 4096
DECODERS: Final = ("PNG", "WEBP", "JPEG")
THUMBNAIL_WIDTHS: Final = (64, 128, 256, 512)


@contextmanager
def _opened(data: bytes) -> Iterator[Pillow.Image]:
    """An image whose header has been read and checked; foreign trouble becomes ProviderFailed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pillow.DecompressionBombWarning)
            with Pillow.open(io.BytesIO(data), formats=DECODERS) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise ProviderFailed(f"The picture has more than {MAX_PIXELS} pixels.")
                yield image
    except (OSError, ValueError, SyntaxError, Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise ProviderFailed("The picture cannot be decoded.") from error


def measure(picture: Picture, asked: int) -> tuple[int, int]:
    """Width and height in px. A vector picture has the size that was ``asked`` for."""
    if picture.format is Format.SVG:
        return asked, asked
    with _opened(picture.data) as image:
        return image.size


def thumbnail(data: bytes, width: int) -> bytes:
    """A lossless WebP no wider than ``width`` px, in the picture's proportions; never enlarged."""
    with _opened(data) as image:
        small = image.convert("RGBA")
        small.thumbnail((width, width * 4), Pillow.Resampling.LANCZOS, reducing_gap=3.0)
        out = io.BytesIO()
        small.save(out, "WEBP", lossless=True, method=0)
        return out.getvalue()
