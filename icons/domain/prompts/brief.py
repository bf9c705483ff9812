"""What one icon shall show, as values: a draughtsman draws the brief, a model reads the text beside it."""

from dataclasses import dataclass
from enum import StrEnum


class Background(StrEnum):
    """What stands behind the picture.

    ``auto`` is what the style is made for: some draw on a tile of their own, some on nothing. Outside the tile the
    picture is transparent in every case but ``opaque``.
    """

    AUTO = "auto"
    TRANSPARENT = "transparent"  # no tile: the subject alone
    TILE = "tile"  # always on a tile
    OPAQUE = "opaque"  # the ground fills the whole canvas; no transparent pixel


@dataclass(frozen=True, slots=True)
class Brief:
    """One icon to draw. ``seed`` and ``variation`` choose between equally good answers; equal briefs look equal."""

    subject: str  # the category in the user's words
    elements: tuple[str, ...]  # objects the user wants to see, most important first; may be empty
    suggestions: tuple[str, ...]  # objects that usually stand for the category; may be empty
    drawing: str  # name of the drawing style, as the local provider knows it
    palettes: tuple[tuple[str, ...], ...]  # candidates, each 1-6 colours "#rrggbb", the primary first
    monochrome: bool
    background: Background
    variation: int  # 0, 1, 2...
    seed: int


@dataclass(frozen=True, slots=True)
class Prompt:
    """The two readings of one request: ``text`` for a model, ``brief`` for the local draughtsman."""

    text: str
    brief: Brief
