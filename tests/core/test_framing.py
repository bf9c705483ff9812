"""Pictures in frames of other proportions: the subject stays whole and in the frame, the ground goes on."""

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw

from icons.core import framing

RED, BLUE = (200, 30, 30), (40, 60, 160)


def picture(box: framing.Box, ground: tuple[int, ...] | None = BLUE, size: int = 400) -> Pillow.Image:
    """A red subject on a flat ground, or on nothing."""
    image = Pillow.new("RGBA", (size, size), (*ground, 255) if ground else (0, 0, 0, 0))
    ImageDraw.Draw(image).rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=(*RED, 255))
    return image


def gradient(box: framing.Box, size: int = 400) -> Pillow.Image:
    """The same on a ground that runs from one colour to another."""
    ramp = np.linspace(0, 1, size)[:, None, None] * np.array([30, 90, 60]) + np.array([40, 60, 160])
    image = Pillow.fromarray(np.broadcast_to(ramp, (size, size, 3)).astype(np.uint8)).convert("RGBA")
    ImageDraw.Draw(image).rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=(255, 0, 0, 255))
    return image


def scene(size: int = 400) -> Pillow.Image:
    """A picture without a ground."""
    noise = np.random.default_rng(1).integers(0, 255, (size // 8, size // 8, 3), dtype=np.uint8)
    return Pillow.fromarray(noise).resize((size, size), Pillow.Resampling.NEAREST).convert("RGBA")


def red_box(image: Pillow.Image) -> tuple[int, int, int, int]:
    """Where the subject is."""
    pixels = np.asarray(image.convert("RGB")).astype(int)
    red = (pixels[..., 0] > 150) & (pixels[..., 1] < 90) & (pixels[..., 2] < 90)
    rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


@pytest.mark.parametrize("made", [picture, gradient, lambda box: picture(box, None)])
def test_the_subject_is_found(made) -> None:
    """By its alpha or by the difference from an even or running ground, within a few pixels."""
    box = (100, 50, 300, 250)
    assert framing.subject_box(made(box)) == pytest.approx(box, abs=3)


def test_a_scene_has_no_subject() -> None:
    """Where the picture goes on to its edge there is no telling."""
    assert framing.subject_box(scene()) is None
    assert framing.ground_colour(scene()) is None
    assert framing.ground_colour(picture((100, 100, 200, 200))) == BLUE


@pytest.mark.parametrize("size", [(1080, 1080), (1080, 1920), (1200, 675), (1200, 630)])
@pytest.mark.parametrize("box", [(150, 150, 250, 250), (20, 160, 380, 240), (150, 10, 250, 390), (0, 0, 90, 90)])
@pytest.mark.parametrize("made", [picture, gradient, lambda box: picture(box, None)])
def test_the_subject_stays_whole_in_every_frame(made, box: framing.Box, size: tuple[int, int]) -> None:
    """Its proportions are kept and nothing of it is cut off, wherever it is in the picture."""
    framed = framing.fill(made(box), *size, 1.0, framing.WHITE)
    assert (framed.size, framed.mode) == (size, "RGB")
    left, top, right, bottom = red_box(framed)
    assert (right - left) / (bottom - top) == pytest.approx((box[2] - box[0]) / (box[3] - box[1]), rel=0.05)
    assert min(left, top) >= 0
    assert (right, bottom) <= size


def test_a_flat_ground_goes_on_without_a_seam() -> None:
    """Beside and around the picture there is nothing but its ground."""
    framed = framing.fill(picture((20, 20, 380, 380)), 1200, 630, 1.0, framing.WHITE)
    left, top, right, bottom = red_box(framed)
    around = np.abs(np.asarray(framed).astype(int) - BLUE).max(axis=2)
    around[top - 8 : bottom + 8, left - 8 : right + 8] = 0
    assert around.max() <= 2


@pytest.mark.parametrize("box", [(0, 0, 400, 399), (0, 150, 400, 250), (50, 60, 250, 380)])
def test_nothing_leaves_the_circle_that_is_never_cut_off(box: framing.Box) -> None:
    """The corners of the subject lie within the safe circle, of a layer and of a filled frame."""
    layer = framing.layer(picture(box, None), 432, 0.611)
    reach = np.argwhere(np.asarray(layer.getchannel("A")) > 128)
    assert np.hypot(*(reach - 216).T).max() <= 432 * 0.611 / 2 + 2
    framed = framing.fill(picture(box, None), 512, 512, 0.8, framing.WHITE)
    left, top, right, bottom = red_box(framed)
    corners = [(x - 256, y - 256) for x in (left, right) for y in (top, bottom)]
    assert max(np.hypot(*corner) for corner in corners) <= 512 * 0.8 / 2 + 2


def test_a_scene_fills_the_frame() -> None:
    """It is cropped around its middle, and no stripe is made."""
    framed = framing.fill(scene(), 1200, 675, 1.0, framing.WHITE)
    assert framed.size == (1200, 675)
    columns = np.asarray(framed).astype(int)
    assert not (columns[:, 0] == columns[:, 40]).all()
