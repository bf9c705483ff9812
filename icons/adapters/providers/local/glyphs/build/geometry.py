"""Path arithmetic in the 256 grid: shapes read from SVG with picosvg, areas combined with skia-pathops."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import Any

# Both packages are needed to build only and are not installed with the product: see requirements.txt beside this file.
import pathops  # type: ignore[import-not-found]  # build-time only
from picosvg.svg import SVG, from_element  # type: ignore[import-not-found]  # build-time only
from picosvg.svg_pathops import skia_path, svg_commands  # type: ignore[import-not-found]  # build-time only
from picosvg.svg_transform import Affine2D  # type: ignore[import-not-found]  # build-time only

Point = tuple[float, float]
Commands = tuple[tuple[str, tuple[float, ...]], ...]  # absolute M L C Q Z
Area = Any  # a pathops.Path

_INHERITED = ("fill", "stroke", "opacity", "fill-rule")
_GROUPS = ("svg", "g")
_SHAPES = ("path", "rect", "circle", "ellipse", "line", "polyline", "polygon")
_SPECK = 20.0  # square units; smaller contours are leftovers of the arithmetic
_NUDGES = (0.0, 0.02, 0.05, 0.1)  # units
_LOST = 60.0  # square units by which a result may differ from what set arithmetic expects
_CURVE_STEPS = 8  # straight pieces per curve when a contour is measured
_MITER_LIMIT = 4.0  # the default of SVG; round joins never use it


@dataclass(frozen=True, slots=True)
class Shape:
    """One drawn element: its outline and the paint it inherits."""

    commands: Commands
    paint: Mapping[str, str]

    @property
    def fill(self) -> str:
        """The fill: black unless said otherwise."""
        return self.paint.get("fill", "#000")

    @property
    def stroke(self) -> str:
        """The stroke: none unless said otherwise."""
        return self.paint.get("stroke", "none")

    @property
    def data(self) -> str:
        """The outline as path data."""
        return _data(self.commands)

    @property
    def area(self) -> Area:
        """What a fill covers."""
        return _simple(skia_path(self.commands, self.paint.get("fill-rule", "nonzero")))

    def stroked(self, width: float) -> Area:
        """What a round stroke of this width covers."""
        return _stroke(skia_path(self.commands, "nonzero"), width)


def read_shapes(svg: str, scale: float = 1.0) -> list[Shape]:
    """The shapes of a document in painting order, scaled; definitions, masks and clips are left out."""
    return list(_walk(SVG.fromstring(svg).svg_root, {}, Affine2D(scale, 0, 0, scale, 0, 0)))


def _walk(element: Any, inherited: Mapping[str, str], transform: Any) -> Iterator[Shape]:
    tag = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""  # comments have no name
    paint = {**inherited, **{key: element.attrib[key] for key in _INHERITED if key in element.attrib}}
    if "transform" in element.attrib:
        transform = Affine2D.compose_ltr((Affine2D.fromstring(element.attrib["transform"]), transform))
    if tag in _SHAPES:
        outline = from_element(element).as_path().explicit_lines().absolute().expand_shorthand().arcs_to_cubics()
        yield Shape(tuple(outline.apply_transform(transform).as_cmd_seq()), paint)
    elif tag in _GROUPS:
        for child in element:
            yield from _walk(child, paint, transform)


def _stroke(path: Area, width: float) -> Area:
    path.stroke(width, pathops.LineCap.ROUND_CAP, pathops.LineJoin.ROUND_JOIN, _MITER_LIMIT, (), 0)
    path.convertConicsToQuads(0.1)
    return _simple(path)


def _simple(path: Area) -> Area:
    path.simplify(fix_winding=True)
    return path


def union(areas: Iterable[Area]) -> Area:
    """Everything any of the areas covers."""
    return reduce(lambda left, right: _combine(left, right, pathops.PathOp.UNION), areas, pathops.Path())


def difference(area: Area, minus: Area) -> Area:
    """What `area` covers and `minus` does not."""
    return _combine(area, minus, pathops.PathOp.DIFFERENCE)


def intersection(left: Area, right: Area) -> Area:
    """What both cover."""
    return _combine(left, right, pathops.PathOp.INTERSECTION)


def _combine(left: Area, right: Area, operation: Any) -> Area:
    """Skia gives up on some nearly coincident edges, or loses contours there: then one side is moved a hair."""
    for nudge in _NUDGES:
        with suppress(pathops.PathOpsError):
            moved = right.transform(1, 0, 0, 1, nudge, nudge)
            result = pathops.op(left, moved, operation, fix_winding=True)
            common = pathops.op(left, moved, pathops.PathOp.INTERSECTION, fix_winding=True)
            if abs(size(result) - _expected(operation, size(left), size(right), size(common))) < _LOST:
                return result
    raise ValueError(f"Skia cannot combine these areas: {operation}")


def _expected(operation: Any, left: float, right: float, common: float) -> float:
    """The size of a result, by inclusion and exclusion."""
    sizes: dict[Any, float] = {
        pathops.PathOp.UNION: left + right - common,
        pathops.PathOp.DIFFERENCE: left - common,
        pathops.PathOp.INTERSECTION: common,
    }
    return sizes[operation]


def border(area: Area, width: float) -> Area:
    """A band of this width along the outline, half of it inside."""
    return _stroke(skia_path(svg_commands(area), "nonzero"), width)


def silhouette(area: Area) -> Area:
    """The area with its holes filled and its specks gone: the contours that lie in no other one."""
    contours = [pathops.Path(contour) for contour in area.contours if abs(contour.area) >= _SPECK]
    outline = pathops.Path()
    for contour in contours:
        if not any(_encloses(other, contour) for other in contours if other is not contour):
            outline.addPath(contour)
    return outline


def _encloses(outer: Area, inner: Area) -> bool:
    """Whether one of two contours that do not cross lies in the other; a point alone may lie on the border of both."""
    left, top, right, bottom = outer.bounds
    x0, y0, x1, y1 = inner.bounds
    return left <= x0 and top <= y0 and x1 <= right and y1 <= bottom and bool(outer.contains(inner.points[0]))


def size(area: Area) -> float:
    """Square units covered."""
    return abs(float(area.area))


def data(area: Area) -> str:
    """The area as path data."""
    area.convertConicsToQuads(0.1)
    return _data(svg_commands(area))


def _data(commands: Iterable[tuple[str, tuple[float, ...]]]) -> str:
    return "".join(command + " ".join(map(_number, numbers)) for command, numbers in commands)


def _number(value: float) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def centroid(area: Area) -> Point:
    """The centre of gravity, by the shoelace formula over the contours."""
    weight = x = y = 0.0
    for contour in _polygons(area):
        for (x0, y0), (x1, y1) in zip(contour, contour[1:] + contour[:1], strict=True):
            cross = x0 * y1 - x1 * y0
            weight, x, y = weight + cross, x + (x0 + x1) * cross, y + (y0 + y1) * cross
    return round(x / (3 * weight), 1), round(y / (3 * weight), 1)


def hull(area: Area) -> tuple[Point, ...]:
    """The convex hull on whole units, by Andrew's monotone chain."""
    points = sorted({(round(x), round(y)) for contour in _polygons(area) for x, y in contour})
    return (*_half_hull(points), *_half_hull(points[::-1]))


def _half_hull(points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    chain: list[tuple[int, int]] = []
    for x, y in points:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], (x, y)) <= 0:
            chain.pop()
        chain.append((x, y))
    return chain[:-1]


def _turn(origin: Point, first: Point, second: Point) -> float:
    return (first[0] - origin[0]) * (second[1] - origin[1]) - (first[1] - origin[1]) * (second[0] - origin[0])


def _polygons(area: Area) -> Iterator[list[Point]]:
    """The contours with their curves cut into straight pieces."""
    contour: list[Point] = []
    for command, numbers in svg_commands(area):
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        if command == "M" and contour:
            yield contour
            contour = []
        if command in "CQ":
            contour += [_on_curve([contour[-1], *points], step / _CURVE_STEPS) for step in range(1, _CURVE_STEPS + 1)]
        else:
            contour += points
    if contour:
        yield contour


def _on_curve(points: list[Point], position: float) -> Point:
    """De Casteljau: the point at `position` (0..1) of a Bézier curve."""
    while len(points) > 1:
        points = [(x0 + (x1 - x0) * position, y0 + (y1 - y0) * position) for (x0, y0), (x1, y1) in pairwise(points)]
    return points[0]
