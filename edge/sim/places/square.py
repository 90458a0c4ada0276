"""A paved square that people cross, and where they sometimes gather."""

import random

from edge.sim.lens import Lens
from edge.sim.place import Facade, Lamp, Mark, Place, Solid, Surface, Walk
from edge.sim.places.parts import bins, box_mesh, rectangle, row_of_trees


def build(dice: random.Random) -> Place:
    lens = Lens(
        dice.uniform(-1, 1),
        0.0,
        dice.uniform(7.8, 9.0),
        dice.uniform(-5, 5),
        dice.uniform(20, 23),
        dice.uniform(0.8, 0.9),
    )
    bands = [Mark("kerb", rectangle((-22, 22), (y, y + 0.25))) for y in range(6, 42, 6)]
    return Place(
        lens,
        zones={"square": rectangle((-10, 10), (9.5, 30))},
        surfaces=[
            Surface("brick", rectangle((-60, 60), (-20, 70))),
            Surface("granite", rectangle((-22, 22), (-20, 42))),
            Surface("grass", rectangle((-34, -14), (12, 34))),
            Surface("grass", rectangle((14, 34), (12, 34))),
        ],
        marks=[*bands, *[Mark("kerb", rectangle((x, x + 0.25), (-10, 42))) for x in range(-18, 22, 6)]],
        facades=[
            Facade((-50, 52), (-12, 52), dice.uniform(18, 26), "shops"),
            Facade((-12, 56), (14, 56), dice.uniform(26, 34), "office"),
            Facade((14, 52), (50, 52), dice.uniform(18, 26), "shops"),
        ],
        trees=[*row_of_trees(dice, -16, (14, 36), 6.0), *row_of_trees(dice, 16, (14, 36), 6.0)],
        lamps=[Lamp(x, y, (0, 0), 5.5) for x in (-12.5, 12.5) for y in (12.0, 24.0, 38.0)],
        solids=[
            *[
                Solid(box_mesh(2.0, 0.55, 0.5, (60, 84, 118)), x, y)
                for x, y in ((-11.5, 18), (11.5, 18), (-11.5, 30), (11.5, 30))
            ],
            Solid(box_mesh(3.4, 3.4, 0.5, (150, 150, 150)), 0.0, 35.0),
            Solid(box_mesh(0.9, 0.9, 4.2, (128, 130, 132)), 0.0, 35.0),
            *bins((-12.4, 21), (12.4, 27)),
        ],
        walks=[
            Walk([(-26, 10), (24, 33)], rate=0.05, width=2.5),
            Walk([(22, 9), (-22, 31)], rate=0.05, width=2.5),
            Walk([(-28, 44), (28, 44)], rate=0.09, width=1.5),
            Walk([(-5, 2), (-2, 44)], rate=0.04, width=2.0),
        ],
        spots={
            "bystander": [("square", (-4, 18)), ("square", (3, 16)), ("square", (1, 22))],
            "crowd": [("square", (x, y)) for x, y in ((-3, 17), (3, 19), (0, 21), (-2, 15.5))],
            "fire": [("square", (8.6, 20.0)), ("square", (-8.6, 23.0))],
            "smoke": [("square", (8.6, 20.0)), ("square", (-8.6, 23.0))],
        },
    )
