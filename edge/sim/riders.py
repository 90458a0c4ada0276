"""Who walks and who rides: people, and electric bicycles with and without a rider."""

import math
import random
from dataclasses import dataclass

from edge.sim.canvas import Canvas, Spot
from edge.sim.lens import NEAR, Lens
from edge.sim.light import Colour
from edge.sim.mesh import Shade

SHIRTS: tuple[Colour, ...] = (
    (212, 210, 206),
    (60, 56, 54),
    (150, 84, 52),
    (58, 58, 176),
    (52, 132, 190),
    (92, 140, 70),
    (180, 160, 150),
    (40, 170, 235),
    (120, 70, 130),
    (96, 96, 100),
)
TROUSERS: tuple[Colour, ...] = ((52, 46, 42), (96, 66, 44), (40, 40, 40), (120, 118, 112), (84, 92, 110))
SKIN: Colour = (122, 158, 204)
HAIR: Colour = (26, 24, 26)
SHELLS: tuple[Colour, ...] = (
    (60, 56, 52),
    (60, 60, 170),
    (150, 120, 60),
    (214, 212, 208),
    (70, 130, 70),
    (40, 120, 220),
)
CASES: tuple[Colour | None, ...] = (None, None, None, (20, 190, 250), (210, 140, 30))  # couriers' boxes


@dataclass(frozen=True, slots=True)
class Person:
    shirt: Colour
    trousers: Colour
    height: float
    umbrella: Colour | None


@dataclass(frozen=True, slots=True)
class Ebike:
    shell: Colour
    case: Colour | None


def some_person(dice: random.Random, wet: bool) -> Person:
    umbrella = dice.choice(SHIRTS) if wet and dice.random() < 0.6 else None
    return Person(dice.choice(SHIRTS), dice.choice(TROUSERS), dice.uniform(1.55, 1.82), umbrella)


def some_ebike(dice: random.Random) -> Ebike:
    return Ebike(dice.choice(SHELLS), dice.choice(CASES))


class Pen:
    """Strokes in the world: joints in metres, ahead and left of where the actor stands."""

    def __init__(self, canvas: Canvas, lens: Lens, shade: Shade, x: float, y: float, heading: float) -> None:
        self._canvas = canvas
        across, down, ahead = lens.axes.tolist()
        foot = (x - lens.x, y - lens.y, -lens.height)
        cosine, sine = math.cos(heading), math.sin(heading)
        self._rows = [  # for each axis of the camera: where the foot is, and what a metre ahead, left and up adds
            (sum(a * f for a, f in zip(axis, foot, strict=True)), axis[0] * cosine + axis[1] * sine,
             axis[1] * cosine - axis[0] * sine, axis[2])
            for axis in (across, down, ahead)
        ]  # fmt: skip
        self._pixels, (width, height) = lens.pixels, lens.size
        self._middle = width / 2, height / 2
        light = shade.skylight * 0.9 + shade.sunlight * 0.55
        self._light: tuple[float, float, float] = tuple(light.tolist())
        depth = self._rows[2][0]
        self.scale = self._pixels / max(depth, NEAR)
        self.near = depth <= NEAR + 0.7

    def at(self, ahead: float, left: float, up: float) -> Spot:
        """The pixel of a joint."""
        x, y, depth = (base + ahead * a + left * b + up * c for base, a, b, c in self._rows)
        scale = self._pixels / max(depth, NEAR)
        return x * scale + self._middle[0], y * scale + self._middle[1]

    def limb(self, a: Spot, b: Spot, width: float, colour: Colour) -> None:
        self._canvas.line(a, b, width * self.scale, self._lit(colour))

    def ball(self, centre: Spot, radius: float, colour: Colour) -> None:
        self._canvas.disc(centre, radius * self.scale, self._lit(colour))

    def _lit(self, colour: Colour) -> Colour:
        b, g, r = self._light
        return (min(255.0, colour[0] * b), min(255.0, colour[1] * g), min(255.0, colour[2] * r))


def draw_person(pen: Pen, person: Person, stride: float) -> None:
    """`stride` in radians: where in a step; a standing person keeps it still."""
    if pen.near:
        return
    k = person.height / 1.7
    swing = math.sin(stride) * 0.28
    hip = pen.at(0, 0, 0.86 * k)
    for side, sign in ((-0.09, 1), (0.09, -1)):
        pen.limb(hip, pen.at(swing * sign, side, 0.06), 0.17, person.trousers)
        pen.limb(pen.at(swing * sign - 0.06, side, 0.04), pen.at(swing * sign + 0.16, side, 0.04), 0.1, (40, 38, 40))
    chest = pen.at(0, 0, 1.36 * k)
    for side, sign in ((-0.24, -1), (0.24, 1)):
        pen.limb(
            pen.at(0, side * 0.9, 1.38 * k), pen.at(swing * sign * 0.8, side, 0.84 * k), 0.11, _darker(person.shirt)
        )
        pen.ball(pen.at(swing * sign * 0.8, side, 0.82 * k), 0.05, SKIN)
    pen.limb(pen.at(0, 0, 0.8 * k), pen.at(0, 0, 1.44 * k), 0.4, person.shirt)
    pen.ball(chest, 0.2, person.shirt)
    _head(pen, 0.0, 1.6 * k)
    if person.umbrella:
        _umbrella(pen, person.umbrella, 2.05 * k)


def _head(pen: Pen, ahead: float, up: float) -> None:
    pen.ball(pen.at(ahead, 0, up), 0.115, SKIN)
    pen.ball(pen.at(ahead - 0.03, 0, up + 0.045), 0.115, HAIR)


def _umbrella(pen: Pen, colour: Colour, up: float) -> None:
    pen.limb(pen.at(0.1, 0.15, up - 0.9), pen.at(0.1, 0.15, up), 0.03, (60, 60, 60))
    rim = [2 * math.pi * k / 8 for k in range(8)]
    top = pen.at(0.1, 0.15, up + 0.1)
    for k, angle in enumerate(rim):
        other = rim[(k + 1) % 8]
        a = pen.at(0.1 + math.cos(angle) * 0.5, 0.15 + math.sin(angle) * 0.5, up - 0.15)
        b = pen.at(0.1 + math.cos(other) * 0.5, 0.15 + math.sin(other) * 0.5, up - 0.15)
        pen.limb(((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), top, 0.4, colour if k % 2 else _darker(colour))


def draw_ebike(pen: Pen, ebike: Ebike, rider: Person | None) -> None:
    if pen.near:
        return
    for x in (-0.62, 0.62):
        _tyre(pen, x)
    pen.limb(pen.at(-0.6, 0, 0.42), pen.at(0.2, 0, 0.3), 0.2, ebike.shell)
    pen.limb(pen.at(-0.75, 0, 0.62), pen.at(-0.1, 0, 0.62), 0.26, ebike.shell)
    pen.limb(pen.at(-0.72, 0, 0.76), pen.at(-0.02, 0, 0.74), 0.18, (34, 34, 36))
    pen.limb(pen.at(0.2, 0, 0.28), pen.at(0.42, 0, 0.9), 0.24, ebike.shell)
    pen.limb(pen.at(0.62, 0, 0.32), pen.at(0.42, 0, 0.98), 0.08, (60, 60, 62))
    pen.limb(pen.at(0.38, -0.3, 1.02), pen.at(0.38, 0.3, 1.02), 0.06, (40, 40, 42))
    pen.ball(pen.at(0.52, 0, 0.84), 0.08, (220, 225, 228))
    if ebike.case:
        pen.limb(pen.at(-0.88, 0, 0.98), pen.at(-0.42, 0, 0.98), 0.44, ebike.case)
    if rider:
        _rider(pen, rider)


def _tyre(pen: Pen, x: float) -> None:
    ring = [pen.at(x + math.cos(t) * 0.25, 0, 0.25 + math.sin(t) * 0.25) for t in (math.pi * k / 4 for k in range(8))]
    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
        pen.limb(a, b, 0.1, (30, 30, 32))
    pen.ball(pen.at(x, 0, 0.25), 0.09, (120, 120, 122))


def _rider(pen: Pen, person: Person) -> None:
    for side in (-0.14, 0.14):
        pen.limb(pen.at(-0.2, side, 0.84), pen.at(0.14, side, 0.72), 0.17, person.trousers)
        pen.limb(pen.at(0.14, side, 0.72), pen.at(0.08, side, 0.3), 0.13, person.trousers)
        pen.limb(pen.at(-0.12, side * 1.6, 1.32), pen.at(0.34, side * 2, 1.04), 0.1, _darker(person.shirt))
    pen.limb(pen.at(-0.22, 0, 0.8), pen.at(-0.12, 0, 1.36), 0.38, person.shirt)
    pen.ball(pen.at(-0.08, 0, 1.58), 0.13, (60, 60, 200) if person.shirt[0] > 100 else (210, 208, 204))  # a helmet
    pen.ball(pen.at(-0.02, 0, 1.54), 0.08, SKIN)


def _darker(colour: Colour) -> Colour:
    return (colour[0] * 0.82, colour[1] * 0.82, colour[2] * 0.82)
