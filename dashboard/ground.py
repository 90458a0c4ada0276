"""The land that somebody is shown: all of it, or what lies within every one of some outlines."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

Outline = list[list[float]]
"""Longitudes and latitudes, in degrees."""
Place = Sequence[float] | None

NOWHERE = (math.nan, math.nan)
SIDES = ("west", "south", "east", "north")


class Ground:
    def __init__(self, *outlines: Outline | None) -> None:
        self._areas = [shapely.Polygon(outline) for outline in outlines if outline is not None]
        shapely.prepare(self._areas)

    def bounds(self) -> dict[str, float | None]:
        """For a query to find most of what lies outside; None where there are no bounds."""
        if not self._areas:
            return dict.fromkeys(SIDES)
        west, south, east, north = zip(*(area.bounds for area in self._areas), strict=True)
        return dict(zip(SIDES, (max(west), max(south), min(east), min(north)), strict=True))

    def holds(self, places: Sequence[Place]) -> Any:
        """Of each place whether it lies within, as an array; the boundary does, and None only where everything does."""
        if not self._areas or not places:
            return np.ones(len(places), bool)
        x, y = (np.array(axis) for axis in zip(*(place or NOWHERE for place in places), strict=True))
        return np.logical_and.reduce([shapely.intersects_xy(area, x, y) for area in self._areas])
