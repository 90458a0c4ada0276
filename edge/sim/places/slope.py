"""A road cut into a slope: rocks come down on it."""

import random

from edge.sim.lens import Lens
from edge.sim.place import Facade, Fence, Jam, Lane, Mark, Place, Surface, Walk
from edge.sim.places.parts import line, rectangle, road, row_of_lamps, row_of_trees


def build(dice: random.Random) -> Place:
    lens = Lens(
        dice.uniform(2.0, 3.2),
        0.0,
        dice.uniform(6.0, 7.2),
        dice.uniform(-10, -6),
        dice.uniform(14, 17),
        dice.uniform(0.82, 0.92),
    )
    return Place(
        lens,
        zones={"road": rectangle((-5.4, 3.6), (9, 40)), "lanes": rectangle((-5.4, 3.6), (9, 40))},
        surfaces=[
            Surface("grass", rectangle((-80, 80), (-20, 150))),
            road((-5.4, 3.6)),
            Surface("concrete", rectangle((3.6, 6.0), (-20, 150))),
            Surface("dirt", rectangle((-7.5, -5.4), (-20, 150))),
        ],
        marks=[
            *[line("yellow", -0.9 + d, (-20, 120), 0.12) for d in (-0.12, 0.12)],
            line("white", 3.3, (-20, 120), 0.12),
            line("white", -5.1, (-20, 120), 0.12),
            Mark("kerb", rectangle((3.6, 3.75), (-20, 150))),
        ],
        facades=[
            Facade((-7.5, -10), (-7.5, 60), dice.uniform(8, 11), "rock"),
            Facade((-7.5, 60), (-4.0, 120), 9, "rock"),
        ],
        fences=[Fence((6.0, 2), (6.0, 90), 1.1)],
        trees=[*row_of_trees(dice, 9.5, (20, 80), 8.0), *row_of_trees(dice, 13.5, (24, 90), 7.0)],
        lamps=[*row_of_lamps(5.6, (16, 76), -1.8, 20.0), *row_of_lamps(-6.6, (26, 66), 1.8, 20.0)],
        lanes=[
            Lane([(1.3, -12), (1.3, 130)], rate=0.07, speed=9.5),
            Lane([(-3.1, 130), (-3.1, -12)], rate=0.07, speed=9.5),
            Lane([(2.9, -12), (2.9, 100)], rate=0.025, speed=5.0, ebikes=1.0),
        ],
        walks=[Walk([(4.8, -2), (4.8, 60)], rate=0.03, width=0.5)],
        jams=[Jam("lanes", {0: 52.0, 1: 121.0})],
        spots={
            "debris": [
                ("road", (x, y)) for x, y in ((-4.9, 15.0), (-4.6, 20.0), (-1.0, 17.0), (-0.8, 23.0), (-4.8, 26.0))
            ],
            "smoke": [("road", (-4.6, 24.0))],
            "fire": [("road", (-4.6, 20.0))],
            "flood": [("road", (-0.9, 19.0))],
        },
    )
