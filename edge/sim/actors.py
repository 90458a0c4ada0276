"""What is drawn into the backdrop: each actor knows its place, its name, its strokes and its shadow."""

import math
import random
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np

from edge.sim.canvas import Canvas, Points
from edge.sim.lens import Lens
from edge.sim.mesh import Builder, Mesh, Shade
from edge.sim.riders import Ebike, Pen, Person, draw_ebike, draw_person
from edge.sim.truth import Label
from edge.sim.vehicles import Look, mesh_of


class Actor(Protocol):
    @property
    def track(self) -> int: ...

    @property
    def label(self) -> Label: ...

    @property
    def x(self) -> float: ...

    @property
    def y(self) -> float: ...

    def draw(self, canvas: Canvas, lens: Lens, shade: Shade) -> None: ...

    def solid(self) -> Points | None:
        """N × 3 points whose hull throws the shadow; None when it throws none."""
        ...


@dataclass(frozen=True, slots=True)
class Car:
    """Any vehicle on four wheels or more; `slowing` lights its brakes, `lit` says whether its lamps are on at night."""

    track: int
    look: Look
    x: float
    y: float
    heading: float
    slowing: bool = False
    lit: bool = True

    @property
    def label(self) -> Label:
        return self.look.label

    def draw(self, canvas: Canvas, lens: Lens, shade: Shade) -> None:
        mesh = mesh_of(self.look)
        points, normals = mesh.placed(self.x, self.y, self.heading)
        mesh.draw(canvas, lens, shade, points, normals)

    def solid(self) -> Points:
        return mesh_of(self.look).placed(self.x, self.y, self.heading)[0]


@dataclass(frozen=True, slots=True)
class Bike:
    track: int
    ebike: Ebike
    rider: Person | None
    x: float
    y: float
    heading: float
    label: Label = "ebike"

    def draw(self, canvas: Canvas, lens: Lens, shade: Shade) -> None:
        draw_ebike(Pen(canvas, lens, shade, self.x, self.y, self.heading), self.ebike, self.rider)

    def solid(self) -> Points:
        return _post(self.x, self.y, self.heading, (0.8, 0.25), 1.6 if self.rider else 1.0)


@dataclass(frozen=True, slots=True)
class Pedestrian:
    track: int
    person: Person
    x: float
    y: float
    heading: float
    stride: float
    label: Label = "person"

    def draw(self, canvas: Canvas, lens: Lens, shade: Shade) -> None:
        draw_person(Pen(canvas, lens, shade, self.x, self.y, self.heading), self.person, self.stride)

    def solid(self) -> Points:
        return _post(self.x, self.y, self.heading, (0.2, 0.28), self.person.height)


@dataclass(frozen=True, slots=True)
class Rubble:
    """What has fallen on the road."""

    track: int
    mesh: Mesh
    x: float
    y: float
    heading: float
    label: Label = "debris"

    def draw(self, canvas: Canvas, lens: Lens, shade: Shade) -> None:
        points, normals = self.mesh.placed(self.x, self.y, self.heading)
        self.mesh.draw(canvas, lens, shade, points, normals)

    def solid(self) -> Points:
        return self.mesh.placed(self.x, self.y, self.heading)[0]


def _post(x: float, y: float, heading: float, half: tuple[float, float], height: float) -> Points:
    """A box on the ground, by its eight corners; in plain floats, since NumPy is slow on so few."""
    cos, sin = math.cos(heading), math.sin(heading)
    corners = [
        (x + cos * half[0] * a - sin * half[1] * b, y + sin * half[0] * a + cos * half[1] * b)
        for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1))
    ]
    return np.array([*((u, v, 0.0) for u, v in corners), *((u, v, height) for u, v in corners)])


@cache
def rubble_mesh(kind: str, seed: int) -> Mesh:
    """`rock`, `box` (a carton lost on the way), `tyre` or `branch`; about half a metre to a metre."""
    dice, build = random.Random(seed), Builder()  # noqa: S311 - a simulation
    if kind == "rock":
        for _ in range(3):
            _boulder(build, dice, dice.uniform(-0.6, 0.6), dice.uniform(-0.5, 0.5), dice.uniform(0.3, 0.55))
    elif kind == "box":
        colour = dice.choice(((108, 150, 186), (90, 130, 170), (200, 204, 206)))
        for k in range(dice.randint(1, 3)):
            x, y = k * 0.62 - 0.5, dice.uniform(-0.25, 0.25)
            build.box((x - 0.36, x + 0.3), (y - 0.32, y + 0.32), (0, dice.uniform(0.4, 0.62)), colour, rank=k)
            build.box((x - 0.05, x + 0.02), (y - 0.33, y + 0.33), (0.0, 0.41), (150, 190, 210), rank=k)
    elif kind == "tyre":
        ring = [2 * math.pi * k / 10 for k in range(10)]
        for z, size, tint in ((0.26, 0.48, 48.0), (0.27, 0.24, 16.0)):
            build.face([(math.cos(t) * size, math.sin(t) * size, z) for t in ring], (tint, tint, tint), (0, 0, 1), z)
        for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
            edge = [(math.cos(t) * 0.48, math.sin(t) * 0.48, z) for t, z in ((a, 0), (b, 0), (b, 0.26), (a, 0.26))]
            build.face(edge, (58, 58, 60), (math.cos(a), math.sin(a), 0), 0)
    else:
        for _ in range(16):
            x, y = dice.uniform(-1.0, 1.0), dice.uniform(-0.45, 0.45)
            green = dice.choice(((64, 132, 88), (84, 152, 116), (76, 112, 140)))
            build.box(
                (x - 0.22, x + 0.22), (y - 0.16, y + 0.16), (0, dice.uniform(0.15, 0.5)), green, rank=dice.random()
            )
    return build.mesh()


def _boulder(build: Builder, dice: random.Random, x: float, y: float, size: float) -> None:
    grey = dice.uniform(135, 185)  # freshly broken
    ring = [2 * math.pi * k / 7 for k in range(7)]
    low = [
        (x + math.cos(t) * size * dice.uniform(0.85, 1.1), y + math.sin(t) * size * dice.uniform(0.85, 1.1), 0.0)
        for t in ring
    ]
    high = [(x + (a - x) * 0.6, y + (b - y) * 0.6, size * dice.uniform(0.8, 1.05)) for a, b, _ in low]
    for k in range(7):
        j = (k + 1) % 7
        build.face(
            [low[k], low[j], high[j], high[k]],
            (grey * 0.94, grey, grey * 1.02),
            (math.cos(ring[k]), math.sin(ring[k]), 0),
            0,
        )
    build.face(high, (grey * 0.96, grey * 1.02, grey * 1.05), (0, 0, 1), 1)
