"""Solid bodies of flat faces: built once, drawn wherever an actor stands."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from edge.sim.canvas import Canvas, Points, fixed
from edge.sim.lens import NEAR, Lens
from edge.sim.light import Colour

CORNERS = 10  # of the largest face; those with fewer repeat their last
Profile = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Shade:
    """How bright faces are: a lit one by the sun's share, all by the sky's; `sun` points towards it."""

    sun: Points
    sunlight: Points
    skylight: Points

    def tints(self, colours: Points, normals: Points, glow: Points) -> Points:
        """F × 3 colours under this light; what glows keeps its own."""
        facing = np.maximum(0.0, normals @ self.sun)[:, None]
        skyward = (0.72 + 0.28 * normals[:, 2])[:, None]
        lit = colours * (self.skylight * skyward + self.sunlight * facing)
        return np.clip(np.where(glow[:, None] > 0, colours * glow[:, None], lit), 0, 255)


@dataclass(frozen=True)
class Mesh:
    """x ahead, y left, z up, in metres; of `parts` the farther is drawn first, within one `ranks` decide."""

    points: Points
    faces: "np.ndarray[tuple[int, int], np.dtype[np.intp]]"
    normals: Points
    colours: Points
    ranks: Points
    parts: "np.ndarray[tuple[int], np.dtype[np.intp]]"
    glow: Points

    @cached_property
    def length(self) -> float:
        return float(np.ptp(self.points[:, 0]))

    @cached_property
    def width(self) -> float:
        return float(np.ptp(self.points[:, 1]))

    def placed(self, x: float, y: float, heading: float, z: float = 0.0) -> tuple[Points, Points]:
        """Points and normals in the world; `heading` in radians from the x axis."""
        turn = np.array(
            [[math.cos(heading), -math.sin(heading), 0], [math.sin(heading), math.cos(heading), 0], [0, 0, 1]]
        )
        return self.points @ turn.T + (x, y, z), self.normals @ turn.T

    def draw(self, canvas: Canvas, lens: Lens, shade: Shade, points: Points, normals: Points) -> None:
        """`points` and `normals` as `placed` gives them."""
        screen, depth = lens.project(points)
        if depth.min() <= NEAR:
            return
        corners = points[self.faces]
        middles = corners.mean(axis=1)
        towards = np.einsum("ij,ij->i", normals, lens.origin - middles)
        shown = np.flatnonzero(towards > 0)
        far = np.linalg.norm(middles[shown] - lens.origin, axis=1)
        order = shown[np.lexsort((-far, self.ranks[shown], -self._part_distances(middles, lens)[shown]))]
        outlines = fixed(screen)[self.faces[order]]
        tints = shade.tints(self.colours[order], normals[order], self.glow[order])
        for outline, tint in zip(outlines, tints.tolist(), strict=True):
            canvas.polygon(outline, tint)

    def _part_distances(self, middles: Points, lens: Lens) -> Points:
        """For each face how far the middle of its part is."""
        away = np.linalg.norm(middles - lens.origin, axis=1)
        counts = np.bincount(self.parts)
        distances: Points = (np.bincount(self.parts, away) / np.maximum(counts, 1))[self.parts]
        return distances


@dataclass(slots=True)
class Builder:
    """Collects faces; every solid is convex, so those turned away need no drawing."""

    points: list[tuple[float, float, float]] = field(default_factory=list)
    faces: list[list[int]] = field(default_factory=list)
    colours: list[Colour] = field(default_factory=list)
    ranks: list[float] = field(default_factory=list)
    glows: list[float] = field(default_factory=list)
    outward: list[tuple[float, float, float]] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    part: int = 0

    def face(self, corners: Sequence[tuple[float, float, float]], colour: Colour, outward: tuple[float, float, float],
             rank: float = 0, glow: float = 0.0) -> None:  # fmt: skip
        """One flat face; `outward` says roughly which way it looks."""
        first = len(self.points)
        self.points += corners
        indices = list(range(first, first + len(corners)))
        self.faces.append(indices + [indices[-1]] * (CORNERS - len(corners)))
        self.colours.append(colour)
        self.ranks.append(rank)
        self.glows.append(glow)
        self.outward.append(outward)
        self.parts.append(self.part)

    def extrude(self, profile: Profile, half_widths: Sequence[float], colour: Colour, rank: float = 0) -> None:
        """A convex side view (x, z), as wide at each of its corners as told."""
        middle = (sum(x for x, _ in profile) / len(profile), 0.0, sum(z for _, z in profile) / len(profile))
        left = [(x, w, z) for (x, z), w in zip(profile, half_widths, strict=True)]
        right = [(x, -y, z) for x, y, z in left]
        self.face(left, colour, (0, 1, 0), rank)
        self.face(right, colour, (0, -1, 0), rank)
        for a, b in zip(range(len(profile)), [*range(1, len(profile)), 0], strict=True):
            x, z = (profile[a][0] + profile[b][0]) / 2, (profile[a][1] + profile[b][1]) / 2
            self.face([left[a], left[b], right[b], right[a]], colour, (x - middle[0], 0, z - middle[2]), rank)

    def box(self, x: tuple[float, float], y: tuple[float, float], z: tuple[float, float], colour: Colour,
            rank: float = 0) -> None:  # fmt: skip
        middle = [sum(side) / 2 for side in (x, y, z)]
        for axis in range(3):
            for end in (0, 1):
                a, b = [i for i in range(3) if i != axis]
                sides = (x, y, z)
                corners = []
                for i, j in ((0, 0), (0, 1), (1, 1), (1, 0)):
                    corner = [0.0, 0.0, 0.0]
                    corner[axis], corner[a], corner[b] = sides[axis][end], sides[a][i], sides[b][j]
                    corners.append((corner[0], corner[1], corner[2]))
                outward = [0.0, 0.0, 0.0]
                outward[axis] = sides[axis][end] - middle[axis]
                self.face(corners, colour, (outward[0], outward[1], outward[2]), rank)

    def wheel(self, x: float, y: float, radius: float, colour: Colour = (26, 26, 28), rank: float = 1) -> None:
        """A disc that looks to the side on which it is."""
        side = 1.0 if y > 0 else -1.0
        for size, tint, out in ((1.0, colour, 0.0), (0.6, (150.0, 150.0, 152.0), 0.01)):
            ring = [2 * math.pi * k / CORNERS for k in range(CORNERS)]
            rim = [
                (x + math.cos(t) * radius * size, y + side * out, radius + math.sin(t) * radius * size) for t in ring
            ]
            self.face(rim, tint, (0, side, 0), rank + out)

    def mesh(self) -> Mesh:
        points, faces = np.array(self.points), np.array(self.faces)
        a, b, c = points[faces[:, 0]], points[faces[:, 1]], points[faces[:, 2]]
        normals = np.cross(b - a, c - a)
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
        wrong = np.einsum("ij,ij->i", normals, np.array(self.outward)) < 0
        normals[wrong] *= -1
        values = [np.array(given, float) for given in (self.colours, self.ranks, self.glows)]
        return Mesh(points, faces, normals, values[0], values[1], np.array(self.parts), values[2])
