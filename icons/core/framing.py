"""A picture in a frame of other proportions: where its subject is, what may be cut off, how its ground goes on."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageStat

Box = tuple[int, int, int, int]  # left, top, right, bottom in px
Colour = tuple[int, int, int]
Pixels = NDArray[np.float32]

WHITE: Final[Colour] = (255, 255, 255)
_SEEN: Final = 16  # alpha above which a pixel belongs to the subject
_DIFFERS: Final = 48.0  # of 255 in any channel: so far from the ground, a pixel belongs to the subject
_ON_SURFACE: Final = 24.0  # of 255 in any channel: so near to the ground's surface, a border pixel belongs to it
_MOSTLY: Final = 0.6  # share of the border that must be ground
_FITS: Final = 6  # rounds of fitting and leaving out
_INSET: Final = 0.025  # of a side: the outermost pixels are often a rim, not the ground
_SPECK: Final = 0.005  # of a row or column: fewer pixels are no part of the subject
_MARGIN: Final = 0.85  # how much of the frame a subject fills where the ground has to go on around it
_PALE: Final = 0.85  # share of white in a ground made of a colour


def is_cut_out(image: Pillow.Image) -> bool:
    """Whether some of an RGBA picture is transparent."""
    return any(image.getchannel("A").histogram()[: _SEEN + 1])


def ground_colour(image: Pillow.Image) -> Colour | None:
    """The usual colour along the border of an opaque picture; None when the scene goes on to its edge."""
    ground = _ground(image)
    if ground is None:
        return None
    red, green, blue = (round(float(channel)) for channel in np.median(ground, axis=(0, 1)))
    return red, green, blue


def subject_box(image: Pillow.Image) -> Box | None:
    """What lies before the ground of an RGBA picture; None when there is no telling."""
    if is_cut_out(image):
        return _reach(np.asarray(image.getchannel("A")) > _SEEN)
    ground = _ground(image)
    if ground is None:
        return None
    return _reach(np.abs(_pixels(image) - ground).max(axis=2) > _DIFFERS)


def _pixels(image: Pillow.Image) -> Pixels:
    return np.asarray(image.convert("RGB"), np.float32)


def _ground(image: Pillow.Image) -> Pixels | None:
    """The picture without its subject: a quadratic surface through its border, exact for even and for linear grounds.

    Least squares, trimmed: what is far from the surface, because the subject reaches the border there, is left out and
    the rest fitted again. None when too little of the border lies on it.
    """
    pixels = _pixels(image)
    height, width = pixels.shape[:2]
    ring = np.ones((height, width), dtype=np.bool_)
    ring[1:-1, 1:-1] = False
    y, x = np.nonzero(ring)
    terms, values = _terms(x / width, y / height), pixels[y, x]
    near = np.ones(len(values), dtype=np.bool_)
    for _ in range(_FITS):
        surface = np.linalg.lstsq(terms[near], values[near], rcond=None)[0]
        away = np.abs(terms @ surface - values).max(axis=1)
        near = away <= max(_ON_SURFACE, 2 * float(np.median(away)))
    if (away <= _ON_SURFACE).mean() < _MOSTLY:
        return None
    across, down = np.meshgrid(np.arange(width) / width, np.arange(height) / height)
    ground: Pixels = (_terms(across, down) @ surface).astype(np.float32)
    return ground


def _terms(x: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1)


def _reach(subject: NDArray[np.bool_]) -> Box | None:
    rows = np.flatnonzero(subject.mean(axis=1) > _SPECK)
    columns = np.flatnonzero(subject.mean(axis=0) > _SPECK)
    if not len(rows) or not len(columns):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def paper(colour: Colour) -> Colour:
    """A pale ground with a trace of the colour."""
    red, green, blue = (round(255 * _PALE + channel * (1 - _PALE)) for channel in colour)
    return red, green, blue


def mean_colour(image: Pillow.Image) -> Colour:
    """Of what can be seen of an RGBA picture."""
    red, green, blue = (round(channel) for channel in ImageStat.Stat(image.convert("RGB"), image.getchannel("A")).mean)
    return red, green, blue


def fill(image: Pillow.Image, width: int, height: int, safe: float, ground: Colour) -> Pillow.Image:
    """An opaque picture of that size with the subject in it, inside the circle of ``safe`` when that is below 1.

    Cuts off what is ground; where that is not enough, the ground goes on. A cut-out subject stands on ``ground``.
    """
    cut_out = is_cut_out(image)
    if not cut_out and safe == 1 and width * image.height == height * image.width:
        return image.convert("RGB").resize((width, height), Pillow.Resampling.LANCZOS)
    box, scale = subject_box(image), max(width / image.width, height / image.height)
    if box:
        room = _room(box, width, height, safe)
        scale = min(scale, (_MARGIN if safe == 1 else 1.0) * room) if cut_out or scale > room else scale
    x, y = _middle(box or (0, 0, *image.size))
    scaled = _scaled(image, scale)
    left = _place(x * scale, scaled.width, width, free=safe < 1)
    top = _place(y * scale, scaled.height, height, free=safe < 1)
    if cut_out:
        canvas = Pillow.new("RGB", (width, height), ground)
        canvas.paste(scaled, (left, top), scaled)
        return canvas
    margin = min(box[0], box[1], image.width - box[2], image.height - box[3]) if box else 0
    return extend(scaled.convert("RGB"), width, height, left, top, rim=math.floor(margin * scale) - 1)


def layer(image: Pillow.Image, size: int, safe: float) -> Pillow.Image:
    """A transparent square with the subject of a cut-out picture inside the circle of ``safe``."""
    box = subject_box(image) or (0, 0, *image.size)
    scale, (x, y) = _room(box, size, size, safe), _middle(box)
    square = Pillow.new("RGBA", (size, size))
    square.paste(_scaled(image, scale), (round(size / 2 - x * scale), round(size / 2 - y * scale)))
    return square


def extend(image: Pillow.Image, width: int, height: int, left: int, top: int, rim: int | None = None) -> Pillow.Image:
    """A frame with the picture's corner at (``left``, ``top``); its border goes on to the edges of the frame.

    ``rim``: so many px, at most, may be left out of the picture where its border goes on.
    """
    right, bottom = left + image.width, top + image.height
    usual = math.ceil(_INSET * min(image.size))
    rim = usual if rim is None else max(0, min(usual, rim))
    trim = [rim * outside for outside in (left > 0, top > 0, right < width, bottom < height)]
    inner = image.crop((trim[0], trim[1], image.width - trim[2], image.height - trim[3]))
    start_x, start_y = left + trim[0], top + trim[1]
    columns = np.clip(np.arange(width) - start_x, 0, inner.width - 1)
    rows = np.clip(np.arange(height) - start_y, 0, inner.height - 1)
    return Pillow.fromarray(np.asarray(inner)[rows[:, None], columns[None, :]])


def _middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _room(box: Box, width: int, height: int, safe: float) -> float:
    """How much a box may grow: to the frame, or until its corners touch the circle of ``safe``."""
    wide, high = box[2] - box[0], box[3] - box[1]
    if safe < 1:
        return safe * min(width, height) / math.hypot(wide, high)
    return min(width / wide, height / high)


def _place(centre: float, size: int, frame: int, *, free: bool) -> int:
    """Where a picture begins so that its subject is in the middle or, unless ``free``, as near as the edges allow."""
    start = round(frame / 2 - centre)
    return start if free or size < frame else min(0, max(frame - size, start))


def _scaled(image: Pillow.Image, scale: float) -> Pillow.Image:
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Pillow.Resampling.LANCZOS)
