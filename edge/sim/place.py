"""What a simulated place is made of: ground, buildings, lanes, and where its events happen; in metres."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from edge.sim.address import View
from edge.sim.lens import HEIGHT, WIDTH, Floats, Lens
from edge.sim.mesh import Mesh
from edge.sim.vehicles import Body

Spot = tuple[float, float]
Outline = list[Spot]
Material = Literal["asphalt", "concrete", "brick", "granite", "grass", "dirt"]
Paint = Literal["white", "yellow", "red", "tactile", "kerb"]
Style = Literal["flats", "shops", "office", "wall", "rock", "hoarding"]


@dataclass(frozen=True, slots=True)
class Surface:
    material: Material
    outline: Outline


@dataclass(frozen=True, slots=True)
class Mark:
    paint: Paint
    outline: Outline


@dataclass(frozen=True, slots=True)
class Facade:
    """An upright face from `a` to `b`; its outside lies to the right of that way."""

    a: Spot
    b: Spot
    height: float
    style: Style
    foot: float = 0.0


@dataclass(frozen=True, slots=True)
class Tree:
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Lamp:
    """`arm` is how far the lamp hangs out from its post."""

    x: float
    y: float
    arm: Spot = (0.0, 0.0)
    height: float = 7.5


@dataclass(frozen=True, slots=True)
class Fence:
    a: Spot
    b: Spot
    height: float = 1.8


@dataclass(frozen=True, slots=True)
class Solid:
    """Anything that stands there for good."""

    mesh: Mesh
    x: float
    y: float
    heading: float = 0.0
    z: float = 0.0


@dataclass(frozen=True, slots=True)
class Signal:
    """A light at `stop` metres along its lane: green for `green` of every `cycle` seconds, from `phase` on."""

    stop: float
    cycle: float = 46.0
    green: float = 19.0
    phase: float = 0.0

    def is_green(self, at: float) -> bool:
        return (at - self.phase) % self.cycle < self.green


@dataclass(frozen=True, slots=True)
class Lane:
    """Driven along `path`; `rate` in vehicles/s, `speed` in m/s; `ebikes` of all vehicles is that share."""

    path: Outline
    rate: float
    speed: float = 9.0
    ebikes: float = 0.0
    signal: Signal | None = None
    bodies: tuple[Body, ...] = ("sedan", "suv", "van", "truck", "bus")


@dataclass(frozen=True, slots=True)
class Walk:
    """People go along `path`, either way, `width` metres to both sides of it; `rate` in people/s."""

    path: Outline
    rate: float
    width: float = 1.0
    signal: Signal | None = None


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a vehicle may halt: `s` metres along a lane, `offset` metres to its left."""

    lane: int
    s: float
    offset: float


@dataclass(frozen=True, slots=True)
class Jam:
    """Where traffic may come to a crawl: in `zone`, on these lanes, each from so many metres along it."""

    zone: str
    heads: dict[int, float]


@dataclass(frozen=True, slots=True)
class Place:
    """`zones` are outlines on the ground; `spots` say where an event of a kind may happen, as (zone, spot)."""

    lens: Lens
    zones: dict[str, Outline]
    surfaces: list[Surface] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    facades: list[Facade] = field(default_factory=list)
    trees: list[Tree] = field(default_factory=list)
    lamps: list[Lamp] = field(default_factory=list)
    fences: list[Fence] = field(default_factory=list)
    solids: list[Solid] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    walks: list[Walk] = field(default_factory=list)
    stands: dict[str, list[tuple[str, Stand]]] = field(default_factory=dict)
    spots: dict[str, list[tuple[str, Spot]]] = field(default_factory=dict)
    ways: dict[str, list[tuple[str, Outline]]] = field(default_factory=dict)
    jams: list[Jam] = field(default_factory=list)
    parked: list[tuple[float, float, float]] = field(default_factory=list)
    ebikes: list[tuple[float, float, float]] = field(default_factory=list)


Build = Callable[[random.Random], Place]


def place_of(view: View, seed: int) -> Place:
    """The place of a view, a little different for each seed."""
    from edge.sim.places import BUILDERS  # noqa: PLC0415 - they import the parts above

    return BUILDERS[view](random.Random(f"{view}/{seed}"))  # noqa: S311 - a simulation


def zones(view: View, seed: int = 0) -> dict[str, list[Spot]]:
    """The outlines of a place's zones in its picture, in fractions of width and height, cut at its edge."""
    place = place_of(view, seed)
    return {name: _framed(place.lens, outline) for name, outline in place.zones.items()}


def _framed(lens: Lens, outline: Outline) -> list[Spot]:
    points = lens.outline(np.array([(x, y, 0.0) for x, y in outline])) / (WIDTH, HEIGHT)
    for axis in (0, 1):
        for bound, sign in ((0.0, 1.0), (1.0, -1.0)):
            points = _cut(points, axis, bound, sign)
    return [(round(float(x), 4), round(float(y), 4)) for x, y in points]


def _cut(points: Floats, axis: int, bound: float, sign: float) -> Floats:
    """Sutherland and Hodgman's cut of a polygon at one edge of the picture."""
    kept: list[Floats] = []
    for here, there in zip(points, np.roll(points, -1, 0), strict=True):
        a, b = (here[axis] - bound) * sign, (there[axis] - bound) * sign
        if a >= 0:
            kept.append(here)
        if (a >= 0) != (b >= 0):
            kept.append(here + (there - here) * (a / (a - b)))
    return np.array(kept).reshape(-1, 2)
