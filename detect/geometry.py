"""Boxes, zones and lines, in fractions of the picture."""

from collections.abc import Sequence
from itertools import pairwise
from math import hypot

import shapely

from detect.incident import Box
from detect.values import Point

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)  # picture
TINY = 1e-6  # of the picture: no box is smaller, where sizes are measured by it
TOUCHES = 0.3  # share of a box's lower edge in the zone, or of the smaller of box and zone in the other


class Region:
    """A polygon that says which boxes stand in it."""

    def __init__(self, polygon: Sequence[tuple[float, float]]) -> None:
        self.polygon = [list(point) for point in polygon]
        self._shape = shapely.Polygon(polygon)
        shapely.prepare(self._shape)

    def holds(self, box: Box) -> bool:
        """Whether the box's foot, the middle of its lower edge, lies within."""
        return bool(shapely.contains_xy(self._shape, *foot(box)))

    def touches(self, box: Box) -> bool:
        """Whether something without a foot is here: much of its lower edge is, or box and zone share much.

        The second measure is the overlap coefficient: smoke may rise far above its zone, water reach far around it.
        """
        if self.holds(box):
            return True
        left, _, right, bottom = box
        based = self._shape.intersection(shapely.LineString([(left, bottom), (right, bottom)])).length
        shared = self._shape.intersection(shapely.box(*box)).area
        smaller = min(area(box), self._shape.area)
        return based >= TOUCHES * (right - left) > 0 or bool(shared >= TOUCHES * smaller > 0)


class Border:
    """A line through points, with a left and a right as seen along their order; it ends where they do."""

    def __init__(self, points: Sequence[Point]) -> None:
        self._edges = list(pairwise(points))

    def crossed(self, begin: Point, end: Point) -> int:
        """How often the straight way between two points crosses it to its right, less how often to its left."""
        return sum(_crossed(begin, end, *edge) for edge in self._edges)

    def away(self, box: Box) -> float:
        """How far the box's foot is from it, in widths and heights of the box."""
        return min(_away(box, *edge) for edge in self._edges)

    def has_on_its_right(self, box: Box) -> bool:
        """Whether the box's foot lies to the right of that part of it which is nearest."""
        return _is_right(foot(box), *min(self._edges, key=lambda edge: _away(box, *edge)))


def _is_right(point: Point, begin: Point, end: Point) -> bool:
    return (end[0] - begin[0]) * (point[1] - begin[1]) > (end[1] - begin[1]) * (point[0] - begin[0])


def _crossed(begin: Point, end: Point, left: Point, right: Point) -> int:
    """A corner that two edges share lies on one side of the way for both, so no way slips through between them."""
    was_right, is_right = _is_right(begin, left, right), _is_right(end, left, right)
    if was_right == is_right or _is_right(left, begin, end) == _is_right(right, begin, end):
        return 0
    return 1 if is_right else -1


def _away(box: Box, begin: Point, end: Point) -> float:
    x, y = foot(box)
    width, height = max(TINY, box[2] - box[0]), max(TINY, box[3] - box[1])
    right, down = (begin[0] - x) / width, (begin[1] - y) / height
    along, across = (end[0] - begin[0]) / width, (end[1] - begin[1]) / height
    share = min(1.0, max(0.0, -(right * along + down * across) / (along**2 + across**2)))
    return hypot(right + share * along, down + share * across)


def foot(box: Box) -> Point:
    """The middle of its lower edge, where what stands on the ground touches it."""
    return (box[0] + box[2]) / 2, box[3]


def area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def union(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds all of them."""
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def overlap(a: Box, b: Box) -> float:
    """The area that two boxes share."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    if width <= 0.0:  # most pairs end here
        return 0.0
    return width * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def iou(a: Box, b: Box) -> float:
    """Intersection over union, 0 to 1."""
    shared = overlap(a, b)
    return shared / (area(a) + area(b) - shared) if shared else 0.0


def covered(box: Box, by: Box) -> float:
    """The share of `box` that lies behind `by`."""
    shared = overlap(box, by)
    return shared / area(box) if shared else 0.0
