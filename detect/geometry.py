"""Boxes and zones, in fractions of the picture."""

from collections.abc import Sequence

import shapely

from detect.incident import Box

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)  # picture
TOUCHES = 0.3  # share of a box's lower edge in the zone, or of the smaller of box and zone in the other


class Region:
    """A polygon that says which boxes stand in it."""

    def __init__(self, polygon: Sequence[tuple[float, float]]) -> None:
        self.polygon = [list(point) for point in polygon]
        self._shape = shapely.Polygon(polygon)
        shapely.prepare(self._shape)

    def holds(self, box: Box) -> bool:
        """Whether the box's foot, the middle of its lower edge, lies within."""
        return bool(shapely.contains_xy(self._shape, (box[0] + box[2]) / 2, box[3]))

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
