"""Cutting a picture out of its flat background: a flood from the borders, with soft edges."""

from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

_NEAR: Final = 24.0  # RGB distance up to which a pixel is background
_EDGE: Final = 2  # px: as wide as renderers and resampling blur an edge
_FLAT: Final = 0.9  # share of the border that must be background, else there is none to cut
_LEAST: Final = 0.02  # a believable background covers at least this share of the picture
_MOST: Final = 0.98  # and at most this

T = TypeVar("T", bound=np.generic)
Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]


def has_transparency(image: Pillow.Image) -> bool:
    """Whether some of an RGBA picture's border lets through what lies behind it."""
    through = np.asarray(image.getchannel("A")) < 128
    return bool(_border(through).mean() > 1 - _FLAT)


def cut_out(image: Pillow.Image) -> Pillow.Image | None:
    """An RGBA picture without its background, or None when the background is not flat enough to tell it apart.

    Only what touches the border is cut: a white label inside the subject stays.
    """
    pixels = np.asarray(image.convert("RGB")).astype(np.float32)
    ground: Floats = np.median(_border(pixels), axis=0).astype(np.float32)
    distance = np.sqrt(((pixels - ground) ** 2).sum(axis=2))
    near = distance <= _NEAR
    if _border(near).mean() < _FLAT:
        return None
    outside = _reached_from_border(near)
    if not _LEAST <= outside.mean() <= _MOST:
        return None
    edge = _grown(outside, _EDGE) & ~outside
    # An edge pixel mixes ground and subject; the subject's own distance is what its neighbourhood reaches.
    share = distance / np.maximum(_grown(distance, _EDGE + 1), 1.0)
    alpha = np.where(outside, 0.0, np.where(edge, share, 1.0))
    return Pillow.fromarray(_unmixed(pixels, ground, alpha))


def _border(values: NDArray[T]) -> NDArray[T]:
    return np.concatenate([values[0], values[-1], values[1:-1, 0], values[1:-1, -1]])


def _reached_from_border(open_pixels: Mask) -> Mask:
    """The open pixels connected with the border, found by filling whole runs of rows and columns in turn."""
    reached = np.zeros_like(open_pixels)
    for side in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        reached[side] = open_pixels[side]
    count = -1
    while count != (count := int(reached.sum())):
        reached = _filled_runs(reached, open_pixels)
        reached = _filled_runs(reached.T, open_pixels.T).T
    return reached


def _filled_runs(reached: Mask, open_pixels: Mask) -> Mask:
    """Each horizontal run of open pixels that holds a reached one, all of it."""
    starts = open_pixels.copy()
    starts[:, 1:] &= ~open_pixels[:, :-1]
    runs = np.cumsum(starts).reshape(open_pixels.shape)
    hit = np.zeros(int(runs[-1, -1]) + 1, dtype=np.bool_)
    hit[runs[reached]] = True
    filled: Mask = open_pixels & hit[runs]
    return filled


def _grown(values: NDArray[T], steps: int) -> NDArray[T]:
    """Each value becomes the greatest within so many steps up, down, left and right."""
    for _ in range(steps):
        grown = values.copy()
        np.maximum(grown[1:], values[:-1], out=grown[1:])
        np.maximum(grown[:-1], values[1:], out=grown[:-1])
        np.maximum(grown[:, 1:], values[:, :-1], out=grown[:, 1:])
        np.maximum(grown[:, :-1], values[:, 1:], out=grown[:, :-1])
        values = grown
    return values


def _unmixed(pixels: Floats, ground: Floats, alpha: NDArray[np.float64]) -> NDArray[np.uint8]:
    """RGBA in which half-transparent pixels have lost the background's share of their colour."""
    share = np.maximum(alpha, 1 / 255)[..., None]
    colours = np.clip((pixels - (1 - share) * ground) / share, 0, 255)
    return np.dstack([colours, alpha * 255]).round().astype(np.uint8)
