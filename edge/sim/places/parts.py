"""What several places share: rectangles, dashes, crossings, and things that stand about."""

import random
from functools import cache

from edge.sim.mesh import Builder, Mesh
from edge.sim.place import Lamp, Mark, Outline, Paint, Solid, Surface, Tree

Range = tuple[float, float]


def rectangle(x: Range, y: Range) -> Outline:
    return [(x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1])]


def road(x: Range, y: Range = (-20.0, 160.0)) -> Surface:
    return Surface("asphalt", rectangle(x, y))


def line(paint: Paint, x: float, y: Range, width: float = 0.14) -> Mark:
    return Mark(paint, rectangle((x - width / 2, x + width / 2), y))


def dashes(x: float, y: Range, length: float = 3.0, gap: float = 5.0) -> list[Mark]:
    count = int((y[1] - y[0]) / (length + gap))
    starts = [y[0] + k * (length + gap) for k in range(count)]
    return [line("white", x, (start, start + length)) for start in starts]


def crossing(x: Range, y: Range) -> list[Mark]:
    """Stripes along y, for people who cross along x."""
    count = int((x[1] - x[0]) / 0.95)
    return [Mark("white", rectangle((x[0] + k * 0.95, x[0] + k * 0.95 + 0.5), y)) for k in range(count)]


def crossing_along(x: Range, y: Range) -> list[Mark]:
    """Stripes along x, for people who cross along y."""
    count = int((y[1] - y[0]) / 0.95)
    return [Mark("white", rectangle(x, (y[0] + k * 0.95, y[0] + k * 0.95 + 0.5))) for k in range(count)]


def hatch(x: Range, y: Range, paint: Paint = "yellow") -> list[Mark]:
    """A framed box with slanting bars."""
    frame = [line(paint, x[0], y, 0.16), line(paint, x[1], y, 0.16)]
    frame += [Mark(paint, rectangle(x, (end - 0.08, end + 0.08))) for end in y]
    width = x[1] - x[0]
    bars, start = [], y[0]
    while start + width < y[1]:
        bars.append(
            Mark(paint, [(x[0], start), (x[0], start + 0.28), (x[1], start + width + 0.28), (x[1], start + width)])
        )
        start += 1.9
    return frame + bars


def bays(x: Range, y: Range, length: float = 6.0) -> list[Mark]:
    """White parking bays in a row along y."""
    count = int((y[1] - y[0]) / length)
    ends = [y[0] + k * length for k in range(count + 1)]
    across = [Mark("white", rectangle(x, (end - 0.05, end + 0.05))) for end in ends]
    return [*across, line("white", x[1], (ends[0], ends[-1]), 0.1)]


def row_of_trees(dice: random.Random, x: float, y: Range, gap: float = 9.0) -> list[Tree]:
    count = int((y[1] - y[0]) / gap)
    return [
        Tree(x + dice.uniform(-0.2, 0.2), y[0] + k * gap + dice.uniform(-1, 1), dice.uniform(4.6, 6.4))
        for k in range(count)
    ]


def row_of_lamps(x: float, y: Range, arm: float, gap: float = 18.0) -> list[Lamp]:
    count = int((y[1] - y[0]) / gap) + 1
    return [Lamp(x, y[0] + k * gap, (arm, 0.0)) for k in range(count)]


@cache
def bin_mesh() -> Mesh:
    build = Builder()
    build.box((-0.3, 0.3), (-0.35, 0.35), (0.0, 0.95), (70, 118, 56))
    build.box((-0.34, 0.34), (-0.38, 0.38), (0.95, 1.05), (54, 90, 44), rank=1)
    return build.mesh()


@cache
def box_mesh(length: float, width: float, height: float, colour: tuple[float, float, float]) -> Mesh:
    build = Builder()
    build.box((-length / 2, length / 2), (-width / 2, width / 2), (0.0, height), colour)
    return build.mesh()


def bins(*spots: tuple[float, float]) -> list[Solid]:
    return [Solid(bin_mesh(), x, y) for x, y in spots]


def bollards(x: Range, y: float, count: int) -> list[Solid]:
    step = (x[1] - x[0]) / max(1, count - 1)
    return [Solid(box_mesh(0.14, 0.14, 0.7, (60, 170, 220)), x[0] + k * step, y) for k in range(count)]
