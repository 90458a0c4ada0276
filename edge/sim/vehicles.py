"""What drives: cars, vans, trucks and buses, in the colours and proportions of a Chinese street."""

import random
from dataclasses import dataclass
from functools import cache
from typing import Literal

from edge.sim.light import Colour
from edge.sim.mesh import Builder, Mesh
from edge.sim.truth import Label

Body = Literal["sedan", "suv", "van", "truck", "bus"]

GLASS: Colour = (72, 60, 50)
PAINTS: dict[Colour, int] = {
    (228, 228, 226): 9, (176, 176, 172): 4, (38, 36, 36): 6, (96, 94, 92): 4,
    (62, 42, 158): 2, (150, 92, 40): 2, (88, 70, 34): 1, (96, 160, 196): 1, (74, 116, 72): 1,
}  # fmt: skip
SHARES: dict[Body, int] = {"sedan": 10, "suv": 7, "van": 3, "truck": 2, "bus": 1}
LABELS: dict[Body, Label] = {"sedan": "car", "suv": "car", "van": "car", "truck": "truck", "bus": "bus"}


@dataclass(frozen=True, slots=True)
class Look:
    body: Body
    paint: Colour

    @property
    def label(self) -> Label:
        return LABELS[self.body]


def some_look(dice: random.Random, bodies: tuple[Body, ...] = ("sedan", "suv", "van", "truck", "bus")) -> Look:
    (body,) = dice.choices(bodies, [SHARES[body] for body in bodies])
    (paint,) = dice.choices(list(PAINTS), list(PAINTS.values()))
    if body == "bus":
        paint = dice.choice([(70, 150, 60), (170, 110, 40), (40, 120, 200)])
    if body == "truck":
        paint = dice.choice([(222, 222, 220), (150, 80, 36), (48, 48, 150), (60, 130, 190)])
    return Look(body, paint)


@cache
def mesh_of(look: Look) -> Mesh:
    build = Builder()
    {"sedan": _sedan, "suv": _suv, "van": _van, "truck": _truck, "bus": _bus}[look.body](build, look.paint)
    return build.mesh()


def _dim(colour: Colour, share: float) -> Colour:
    return (colour[0] * share, colour[1] * share, colour[2] * share)


def _lights(build: Builder, front: float, back: float, half: float, low: float) -> None:
    for side in (-1, 1):
        y0, y1 = side * (half - 0.42), side * (half - 0.06)
        build.face([(front, y0, low), (front, y1, low), (front, y1, low + 0.16), (front, y0, low + 0.16)],
                   (235, 238, 240), (1, 0, 0), 1)  # fmt: skip
        build.face([(back, y0, low + 0.1), (back, y1, low + 0.1), (back, y1, low + 0.3), (back, y0, low + 0.3)],
                   (36, 30, 170), (-1, 0, 0), 1)  # fmt: skip
    for x, out in ((front + 0.01, 1.0), (back - 0.01, -1.0)):
        plate = [(x, -0.23, low - 0.1), (x, 0.23, low - 0.1), (x, 0.23, low + 0.04), (x, -0.23, low + 0.04)]
        build.face(plate, (150, 90, 30), (out, 0, 0), 1)


def _wheels(build: Builder, axles: tuple[float, ...], half: float, radius: float) -> None:
    for x in axles:
        for side in (-1, 1):
            build.wheel(x, side * (half + 0.015), radius)


def _cabin(build: Builder, back: tuple[float, float], front: tuple[float, float], z: tuple[float, float],
           half: float, paint: Colour) -> None:  # fmt: skip
    """Glass all round under a painted roof; `back` and `front` are x at the foot and at the roof."""
    low, high = z
    inner = half * 0.82
    profile = [(back[0], low), (back[1], high), (front[1], high), (front[0], low)]
    build.extrude(profile, [half, inner, inner, half], GLASS, rank=2)
    roof = [
        (back[1], -inner, high + 0.01),
        (back[1], inner, high + 0.01),
        (front[1], inner, high + 0.01),
        (front[1], -inner, high + 0.01),
    ]
    build.face(roof, paint, (0, 0, 1), 3)
    for side in (-1, 1):
        for share in (0.04, 0.5, 0.96):
            foot, top = back[0] + (front[0] - back[0]) * share, back[1] + (front[1] - back[1]) * share
            y0, y1 = side * (half + 0.01), side * (inner + 0.01)
            pillar = [(foot - 0.07, y0, low), (foot + 0.07, y0, low), (top + 0.07, y1, high), (top - 0.07, y1, high)]
            build.face(pillar, _dim(paint, 0.9), (0, side, 0.2), 3)


def _skirt(build: Builder, back: float, front: float, half: float) -> None:
    """The dark lower edge that keeps a body from floating."""
    build.box((back + 0.05, front - 0.05), (-half + 0.02, half - 0.02), (0.12, 0.34), (34, 33, 32), rank=-1)


def _sedan(build: Builder, paint: Colour) -> None:
    half = 0.9
    _skirt(build, -2.3, 2.3, half)
    profile = [
        (-2.3, 0.32),
        (-2.33, 0.72),
        (-2.2, 0.98),
        (-1.5, 1.02),
        (1.0, 0.98),
        (2.1, 0.8),
        (2.32, 0.6),
        (2.3, 0.32),
    ]
    widths = [half, half, half * 0.94, half * 0.95, half * 0.95, half * 0.9, half * 0.94, half]
    build.extrude(profile, widths, paint)
    _cabin(build, (-1.85, -1.2), (1.15, 0.35), (0.99, 1.47), half * 0.92, paint)
    _wheels(build, (-1.4, 1.42), half, 0.33)
    _lights(build, 2.34, -2.35, half, 0.56)


def _suv(build: Builder, paint: Colour) -> None:
    half = 0.95
    _skirt(build, -2.3, 2.3, half)
    profile = [(-2.3, 0.36), (-2.33, 0.8), (-2.25, 1.1), (1.0, 1.12), (2.15, 0.98), (2.34, 0.7), (2.3, 0.36)]
    build.extrude(profile, [half, half, half * 0.97, half * 0.97, half * 0.92, half * 0.96, half], paint)
    _cabin(build, (-2.22, -1.95), (1.15, 0.45), (1.1, 1.72), half * 0.94, paint)
    _wheels(build, (-1.42, 1.45), half, 0.38)
    _lights(build, 2.36, -2.36, half, 0.66)


def _van(build: Builder, paint: Colour) -> None:
    half = 0.86
    _skirt(build, -2.1, 2.1, half)
    profile = [(-2.1, 0.34), (-2.12, 1.05), (1.75, 1.05), (2.1, 0.8), (2.12, 0.36)]
    build.extrude(profile, [half, half, half, half * 0.96, half], paint)
    _cabin(build, (-2.1, -2.0), (1.78, 1.2), (1.04, 1.88), half * 0.98, paint)
    _wheels(build, (-1.35, 1.4), half, 0.3)
    _lights(build, 2.14, -2.14, half, 0.56)


def _truck(build: Builder, paint: Colour) -> None:
    half = 1.05
    build.box((-3.2, 2.9), (-0.7, 0.7), (0.5, 0.8), (44, 44, 44), rank=-1)
    build.box((-3.3, 1.3), (-half, half), (0.85, 2.9), (214, 216, 216), rank=0)
    for side in (-1, 1):
        y = side * (half + 0.01)
        build.face([(-3.1, y, 1.3), (1.1, y, 1.3), (1.1, y, 1.75), (-3.1, y, 1.75)], paint, (0, side, 0), 0.5)
    _wheels(build, (-2.3,), half, 0.45)
    build.part = 1
    profile = [(1.45, 0.55), (1.45, 2.2), (2.5, 2.2), (3.1, 1.35), (3.15, 0.55)]
    build.extrude(profile, [half * 0.94] * 5, paint)
    glass = half * 0.94 + 0.01
    build.face([(2.56, -0.85, 2.13), (2.56, 0.85, 2.13), (3.12, 0.85, 1.4), (3.12, -0.85, 1.4)], GLASS, (1, 0, 1), 1)
    for side in (-1, 1):
        window = [
            (1.7, side * glass, 1.4),
            (2.85, side * glass, 1.4),
            (2.4, side * glass, 2.05),
            (1.7, side * glass, 2.05),
        ]
        build.face(window, GLASS, (0, side, 0), 1)
    _wheels(build, (2.3,), half, 0.45)
    _lights(build, 3.17, -3.32, half, 0.75)


def _bus(build: Builder, paint: Colour) -> None:
    half, front, back = 1.25, 5.2, -5.2
    _skirt(build, back, front, half)
    profile = [(back, 0.36), (back, 2.9), (-4.9, 3.05), (4.9, 3.05), (front, 2.8), (front + 0.08, 0.36)]
    build.extrude(profile, [half, half, half * 0.95, half * 0.95, half, half], paint)
    for side in (-1, 1):
        y = side * (half + 0.01)
        build.face([(-4.9, y, 0.4), (4.9, y, 0.4), (4.9, y, 0.85), (-4.9, y, 0.85)], (232, 234, 234), (0, side, 0), 1)
        for k in range(6):
            x = -4.7 + k * 1.6
            build.face([(x, y, 1.35), (x + 1.42, y, 1.35), (x + 1.42, y, 2.55), (x, y, 2.55)], GLASS, (0, side, 0), 1)
    build.face(
        [(front + 0.06, -1.12, 1.2), (front + 0.06, 1.12, 1.2), (front + 0.03, 1.1, 2.5), (front + 0.03, -1.1, 2.5)],
        GLASS,
        (1, 0, 0),
        1,
    )
    build.face(
        [(back - 0.02, -1.0, 1.5), (back - 0.02, 1.0, 1.5), (back - 0.02, 1.0, 2.4), (back - 0.02, -1.0, 2.4)],
        GLASS,
        (-1, 0, 0),
        1,
    )
    build.face(
        [(front + 0.05, -0.8, 2.55), (front + 0.05, 0.8, 2.55), (front + 0.02, 0.8, 2.8), (front + 0.02, -0.8, 2.8)],
        (40, 150, 250),
        (1, 0, 0),
        1,
        glow=0.9,
    )
    _wheels(build, (-3.2, 3.3), half, 0.5)
    _lights(build, front + 0.1, back - 0.03, half, 0.66)
