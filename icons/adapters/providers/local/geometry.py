"""Plane geometry: outlines of containers, flattening and resampling path data, distances of convex shapes."""

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from random import Random

from icons.adapters.providers.local.svg import number

Point = tuple[float, float]

_SEGMENT = re.compile(r"([MLHVCQZ])([^MLHVCQZ]*)")
_NUMBER = re.compile(r"-?\d*\.?\d+")
_KAPPA = 0.5522847498  # a cubic with its controls this far along the tangents follows a quarter circle
_SHARP = 0.6  # radians: a turn sharper than this is a corner and survives resampling


def _write(command: str, *points: Point) -> str:
    return command + " ".join(f"{number(x)} {number(y)}" for x, y in points)


def polyline(points: Sequence[Point], *, closed: bool = False) -> str:
    """Straight lines through the points."""
    return _write("M", points[0]) + _write("L", *points[1:]) + ("Z" if closed else "")


def smooth(points: Sequence[Point], *, closed: bool = True) -> str:
    """A Catmull-Rom spline through the points, as cubic Béziers."""
    count = len(points)

    def at(index: int) -> Point:
        return points[index % count] if closed else points[max(0, min(index, count - 1))]

    pieces = [_write("M", points[0])]
    for index in range(count if closed else count - 1):
        before, start, end, after = (at(index + step) for step in (-1, 0, 1, 2))
        leaving = (start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6)
        arriving = (end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6)
        pieces.append(_write("C", leaving, arriving, end))
    return "".join(pieces) + ("Z" if closed else "")


def polar(x: float, y: float, radius: float, angle: float) -> Point:
    """The point at an angle in radians, clockwise from three o'clock."""
    return x + radius * math.cos(angle), y + radius * math.sin(angle)


def superellipse(x: float, y: float, radius: float, power: float = 5.0) -> str:
    """The "squircle" of app icons: |x|^n + |y|^n = r^n."""

    def point(angle: float) -> Point:
        cos, sin = math.cos(angle), math.sin(angle)
        return (
            x + radius * math.copysign(abs(cos) ** (2 / power), cos),
            y + radius * math.copysign(abs(sin) ** (2 / power), sin),
        )

    return smooth([point(2 * math.pi * step / 48) for step in range(48)])


def rounded_rectangle(x: float, y: float, width: float, height: float, radius: float) -> str:
    """A rectangle with circular corners."""
    right, bottom, pull = x + width, y + height, radius * (1 - _KAPPA)
    corners = (
        ((right - radius, y), (right - pull, y), (right, y + pull), (right, y + radius)),
        ((right, bottom - radius), (right, bottom - pull), (right - pull, bottom), (right - radius, bottom)),
        ((x + radius, bottom), (x + pull, bottom), (x, bottom - pull), (x, bottom - radius)),
        ((x, y + radius), (x, y + pull), (x + pull, y), (x + radius, y)),
    )
    sides = (
        _write("L" if index else "M", start) + _write("C", *curve) for index, (start, *curve) in enumerate(corners)
    )
    return "".join(sides) + "Z"


def rectangle(x: float, y: float, width: float, height: float) -> str:
    """A rectangle with sharp corners."""
    return f"M{number(x)} {number(y)}H{number(x + width)}V{number(y + height)}H{number(x)}Z"


def circle(x: float, y: float, radius: float) -> str:
    """A circle."""
    return rounded_rectangle(x - radius, y - radius, 2 * radius, 2 * radius, radius)


def hexagon(x: float, y: float, radius: float, rounding: float = 0.22) -> str:
    """A hexagon standing on a corner; each corner is cut back by ``rounding`` of the side and rounded."""
    corners = [polar(x, y, radius, math.radians(60 * step - 90)) for step in range(6)]

    def towards(start: Point, end: Point) -> Point:
        return start[0] + (end[0] - start[0]) * rounding, start[1] + (end[1] - start[1]) * rounding

    pieces = []
    for index, corner in enumerate(corners):
        before, after = towards(corner, corners[index - 1]), towards(corner, corners[(index + 1) % 6])
        pieces.append(_write("L" if index else "M", before) + _write("Q", corner, after))
    return "".join(pieces) + "Z"


def scallop(x: float, y: float, radius: float, waves: int = 9, depth: float = 0.055) -> str:
    """A disc with a wavy edge; ``depth`` is the height of a wave as a share of the radius."""
    steps = waves * 10
    angles = [2 * math.pi * step / steps for step in range(steps)]
    return smooth([polar(x, y, radius * (1 - depth + depth * math.cos(waves * a)), a - math.pi / 2) for a in angles])


def blob(x: float, y: float, radius: float, rng: Random, corners: int = 7, unrest: float = 0.10) -> str:
    """An irregular pebble, nowhere wider than the radius."""
    start = rng.uniform(0, 2 * math.pi)
    angles = [start + 2 * math.pi * step / corners for step in range(corners)]
    return smooth([polar(x, y, radius * (1 - rng.uniform(0, unrest)), angle) for angle in angles])


def flatten(data: str, step: float) -> list[list[Point]]:
    """Path data (absolute M L H V C Q Z) as polylines, curves cut into pieces about ``step`` long."""
    lines: list[list[Point]] = []
    current: list[Point] = []
    for command, written in _SEGMENT.findall(data):
        values = [float(value) for value in _NUMBER.findall(written)]
        points = list(zip(values[::2], values[1::2], strict=False))
        if command == "M":
            current = list(points)
            lines.append(current)
        elif command == "Z" and current:
            current.append(current[0])
            current = [current[0]]
            lines.append(current)
        elif command == "H":
            current.extend((x, current[-1][1]) for x in values)
        elif command == "V":
            current.extend((current[-1][0], y) for y in values)
        elif command == "L":
            current.extend(points)
        else:
            order = 3 if command == "C" else 2
            for at in range(0, len(points), order):
                current.extend(_bezier([current[-1], *points[at : at + order]], step))
    return [line for line in lines if len(line) > 1]


def _bezier(controls: Sequence[Point], step: float) -> list[Point]:
    length = sum(math.dist(one, other) for one, other in pairwise(controls))
    count = max(2, int(length / step))
    degree = len(controls) - 1

    def at(t: float) -> Point:
        weights = [math.comb(degree, i) * t**i * (1 - t) ** (degree - i) for i in range(degree + 1)]
        return (
            sum(weight * x for weight, (x, _) in zip(weights, controls, strict=True)),
            sum(weight * y for weight, (_, y) in zip(weights, controls, strict=True)),
        )

    return [at(index / count) for index in range(1, count + 1)]


def resample(line: Sequence[Point], step: float) -> list[Point]:
    """Points about ``step`` apart along a polyline; its ends and its sharp corners stay, corners twice."""
    corners = [0, *(i for i in range(1, len(line) - 1) if _turn(*line[i - 1 : i + 2]) > _SHARP), len(line) - 1]
    result: list[Point] = []
    for start, end in pairwise(corners):
        result.extend(_evenly(line[start : end + 1], step))
    return result


def _turn(before: Point, here: Point, after: Point) -> float:
    arriving = math.atan2(here[1] - before[1], here[0] - before[0])
    leaving = math.atan2(after[1] - here[1], after[0] - here[0])
    return abs((leaving - arriving + math.pi) % (2 * math.pi) - math.pi)


def _evenly(line: Sequence[Point], step: float) -> list[Point]:
    walked = [0.0]
    for one, other in pairwise(line):
        walked.append(walked[-1] + math.dist(one, other))
    count = max(1, round(walked[-1] / step))
    result, piece = [], 0
    for index in range(count + 1):
        target = walked[-1] * index / count
        while piece < len(walked) - 2 and walked[piece + 1] < target:
            piece += 1
        length = walked[piece + 1] - walked[piece]
        share = (target - walked[piece]) / length if length else 0.0
        (x0, y0), (x1, y1) = line[piece], line[piece + 1]
        result.append((x0 + (x1 - x0) * share, y0 + (y1 - y0) * share))
    return result


def sweep(outlines: Sequence[Sequence[Point]], dx: float, dy: float) -> str:
    """The area closed outlines pass over when moved by (dx, dy), as one path for the non-zero fill rule."""
    pieces = []
    for outline in outlines:
        pieces.append(_turning_right(outline))
        for (x0, y0), (x1, y1) in pairwise(outline):
            pieces.append(_turning_right([(x0, y0), (x1, y1), (x1 + dx, y1 + dy), (x0 + dx, y0 + dy)]))
    return "".join(pieces)


def _turning_right(points: Sequence[Point]) -> str:
    """A closed polygon, reversed if need be: pieces of one direction add up where they overlap."""
    following = [*points[1:], points[0]]
    doubled_area = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(points, following, strict=True))
    return polyline(points if doubled_area >= 0 else points[::-1], closed=True)


def enclosing_circle(points: Sequence[Point]) -> Point:
    """The middle of the smallest circle round the points, to about a hundredth of its radius (Badoiu and Clarkson)."""
    x = sum(point[0] for point in points) / len(points)
    y = sum(point[1] for point in points) / len(points)
    for step in range(60):
        far = max(points, key=lambda point: math.dist(point, (x, y)))
        x, y = x + (far[0] - x) / (step + 2), y + (far[1] - y) / (step + 2)
    return x, y


_DIRECTIONS = [(math.cos(math.pi * step / 12), math.sin(math.pi * step / 12)) for step in range(24)]


def supports(points: Sequence[Point]) -> list[float]:
    """How far the points reach in each of 24 directions: a polygon round their hull, quick to move and compare."""
    return [max(x * dx + y * dy for x, y in points) for dx, dy in _DIRECTIONS]


def gap(one: Sequence[float], other: Sequence[float], offset: Point) -> float:
    """How far apart two shapes are, by their `supports`, ``other`` moved by ``offset``; negative if they overlap."""
    half = len(_DIRECTIONS) // 2
    return max(
        dx * offset[0] + dy * offset[1] - other[(index + half) % len(other)] - one[index]
        for index, (dx, dy) in enumerate(_DIRECTIONS)
    )
