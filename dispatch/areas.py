"""Which grid a place lies in."""

from typing import NamedTuple

import shapely

from dispatch.ticket import Area, Position


class Shape(NamedTuple):
    area: Area
    polygon: list[tuple[float, float]]


class AreaIndex:
    """Looks places up in a tree of polygons; of several that hold it, the smallest counts."""

    def __init__(self, shapes: list[Shape]) -> None:
        self._areas = [shape.area for shape in shapes]
        self._polygons = [shapely.Polygon(shape.polygon) for shape in shapes]
        self._tree = shapely.STRtree(self._polygons)

    def find(self, position: Position | None) -> Area | None:
        if position is None:
            return None
        hits = self._tree.query(shapely.Point(position), predicate="intersects")
        smallest = min(hits, key=lambda index: self._polygons[index].area, default=None)
        return None if smallest is None else self._areas[smallest]
