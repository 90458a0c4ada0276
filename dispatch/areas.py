"""The tree of areas, and which of them a place lies in. Pure."""

from typing import NamedTuple

import shapely

from dispatch.ticket import Area, Position


class Shape(NamedTuple):
    """`parent` of an area that was merged is the one it was merged into; it takes nothing any more."""

    area: Area
    polygon: list[tuple[float, float]]
    parent: str | None = None
    is_merged: bool = False


class AreaIndex:
    """Looks places up in a tree of polygons; of several that hold it, the smallest counts."""

    def __init__(self, shapes: list[Shape]) -> None:
        present = [shape for shape in shapes if not shape.is_merged]
        self._areas = [shape.area for shape in present]
        self._polygons = [shapely.Polygon(shape.polygon) for shape in present]
        self._tree = shapely.STRtree(self._polygons)
        self._parents = {shape.area.code: shape.parent for shape in shapes}

    def find(self, position: Position | None) -> Area | None:
        """What lies in no polygon belongs to the root of the tree, where there is one: nothing is nobody's."""
        if position is None:
            return self._root()
        hits = self._tree.query(shapely.Point(position), predicate="intersects")
        smallest = min(hits, key=lambda index: self._polygons[index].area, default=None)
        return self._root() if smallest is None else self._areas[smallest]

    def path(self, code: str | None) -> list[str]:
        """The area and all above it, up to the root."""
        path: list[str] = []
        while code is not None and code not in path:
            path.append(code)
            code = self._parents.get(code)
        return path

    def _root(self) -> Area | None:
        parents = set(self._parents.values())
        roots = [a for a in self._areas if a.code in parents and self._parents[a.code] not in self._parents]
        return roots[0] if len(roots) == 1 else None
