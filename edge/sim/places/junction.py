"""Two roads that cross under lights: queues that stand and go, people on the crossings."""

import random

from edge.sim.lens import Lens
from edge.sim.place import Facade, Lamp, Lane, Mark, Place, Signal, Surface, Walk
from edge.sim.places.parts import crossing, crossing_along, dashes, line, rectangle, road, row_of_trees

FAR, NORTH, SOUTH = 150.0, 36.0, 21.0
WEST, EAST = -13.0, 1.0


def build(dice: random.Random) -> Place:
    lens = Lens(
        dice.uniform(5.0, 6.5),
        0.0,
        dice.uniform(7.6, 8.8),
        dice.uniform(-22, -17),
        dice.uniform(16, 18),
        dice.uniform(0.78, 0.9),
    )
    phase = dice.uniform(0, 46)
    along, across = phase, phase + 23.0
    return Place(
        lens,
        zones={
            "road": [(-12.5, 8), (0.5, 8), (0.5, 36), (12, 36), (12, 60), (-30, 60), (-30, 22), (-12.5, 20)],
            "corner": rectangle((-24.0, -13.2), (22.0, 46.0)),
        },
        surfaces=[
            Surface("granite", rectangle((-90, 90), (-20, FAR))),
            road((WEST, EAST)),
            Surface("asphalt", rectangle((-120, 120), (SOUTH, NORTH))),
            Surface("grass", rectangle((-28, -17), (-4, 15))),
        ],
        marks=[
            *[line("yellow", -6.0 + d, (-20, SOUTH - 5), 0.12) for d in (-0.12, 0.12)],
            *[line("yellow", -6.0 + d, (NORTH + 5, FAR), 0.12) for d in (-0.12, 0.12)],
            *[Mark("yellow", rectangle((-120, WEST - 4), (28.4 + d, 28.52 + d))) for d in (0.0, 0.24)],
            *[Mark("yellow", rectangle((EAST + 4, 120), (28.4 + d, 28.52 + d))) for d in (0.0, 0.24)],
            *dashes(-2.5, (-6, 15)),
            *dashes(-9.5, (-6, 15)),
            *dashes(-2.5, (NORTH + 6, 90)),
            *dashes(-9.5, (NORTH + 6, 90)),
            Mark("white", rectangle((-5.8, EAST), (15.2, 15.6))),
            Mark("white", rectangle((WEST, -6.2), (41.2, 41.6))),
            Mark("white", rectangle((-18.6, -18.2), (SOUTH, 28.4))),
            Mark("white", rectangle((6.2, 6.6), (28.6, NORTH))),
            *crossing((WEST, EAST), (16.4, 19.8)),
            *crossing((WEST, EAST), (37.2, 40.4)),
            *crossing_along((-17.4, -14.2), (SOUTH, NORTH)),
            *crossing_along((2.2, 5.4), (SOUTH, NORTH)),
        ],
        facades=[
            Facade((-30, -10), (-30, 14), 20, "office"),
            Facade((-70, 46), (-32, 46), dice.uniform(26, 36), "office"),
            Facade((-32, 46), (-18, 46), dice.uniform(16, 22), "shops"),
            Facade((-18, 46), (-18, 110), 22, "flats"),
            Facade((6, 110), (6, 44), dice.uniform(18, 26), "flats"),
            Facade((6, 44), (40, 44), dice.uniform(18, 26), "shops"),
            Facade((40, 46), (90, 46), dice.uniform(24, 34), "office"),
        ],
        trees=[
            *row_of_trees(dice, -21.5, (0, 14), 6.0),
            *row_of_trees(dice, 3.8, (48, 90), 12),
            *row_of_trees(dice, -15.6, (48, 90), 12),
        ],
        lamps=[
            Lamp(3.4, 19.6, (-1.8, 0)),
            Lamp(-15.6, 38.5, (1.8, 0)),
            Lamp(3.4, 41.5, (-1.8, 0)),
            Lamp(-15.6, 18.8, (1.8, 0)),
            Lamp(3.0, 62, (-1.8, 0)),
            Lamp(-15.0, 62, (1.8, 0)),
        ],
        lanes=[
            Lane([(-0.8, -14), (-0.8, 150)], rate=0.1, signal=Signal(28.8, phase=along)),
            Lane([(-4.2, -14), (-4.2, 150)], rate=0.11, signal=Signal(28.8, phase=along)),
            Lane([(-7.8, 150), (-7.8, -14)], rate=0.1, signal=Signal(108.0, phase=along)),
            Lane([(-11.2, 150), (-11.2, -14)], rate=0.1, signal=Signal(108.0, phase=along)),
            Lane([(-80, 26.4), (80, 26.4)], rate=0.1, signal=Signal(61.0, phase=across)),
            Lane([(-80, 23.2), (80, 23.2)], rate=0.1, signal=Signal(61.0, phase=across), ebikes=0.4),
            Lane([(80, 30.6), (-80, 30.6)], rate=0.1, signal=Signal(73.0, phase=across)),
            Lane([(80, 33.9), (-80, 33.9)], rate=0.1, signal=Signal(73.0, phase=across), ebikes=0.4),
        ],
        walks=[
            Walk([(-22, 18), (8, 18)], rate=0.06, width=1.2, signal=Signal(5.0, green=16, phase=across)),
            Walk([(-22, 38.8), (8, 38.8)], rate=0.05, width=1.2, signal=Signal(5.0, green=16, phase=across)),
            Walk([(-15.8, 12), (-15.8, 46)], rate=0.06, width=1.2, signal=Signal(6.0, green=16, phase=along)),
            Walk([(3.8, 12), (3.8, 46)], rate=0.06, width=1.2, signal=Signal(6.0, green=16, phase=along)),
        ],
        spots={
            "bystander": [("corner", (-16.5, 40.0))],  # at the corner, where they would cross
            "debris": [("road", (x, y)) for x, y in ((-6.0, 24.8), (-2.4, 28.5), (-9.4, 28.4), (-5.9, 32.2))],
            "smoke": [("road", (-2.5, 12.5)), ("road", (-8.0, 28.5))],
            "fire": [("road", (-2.5, 12.5)), ("road", (-8.0, 28.5))],
        },
    )
