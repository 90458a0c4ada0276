"""A lane between two blocks of flats, kept free for fire engines."""

import random

from edge.sim.lens import Lens
from edge.sim.place import Facade, Lamp, Lane, Mark, Place, Stand, Surface, Walk
from edge.sim.places.parts import bays, bins, hatch, rectangle, road, row_of_trees

FAR = 90.0


def build(dice: random.Random) -> Place:
    lens = Lens(
        dice.uniform(4.2, 5.2),
        0.0,
        dice.uniform(5.4, 6.4),
        dice.uniform(-15, -9),
        dice.uniform(17, 20),
        dice.uniform(0.82, 0.95),
    )
    stands = [Stand(0, s, o) for s, o in ((24.5, -1.3), (27.5, -1.6), (31.0, 0.9), (34.0, -1.5))]
    return Place(
        lens,
        zones={"fire-lane": rectangle((-3.2, 3.2), (9.5, 28)), "yard": rectangle((-8, 6), (8.5, 34))},
        surfaces=[
            Surface("brick", rectangle((-30, 30), (-20, FAR))),
            road((-3.2, 3.2), (-20, FAR)),
            Surface("grass", rectangle((-10.5, -5.2), (-20, FAR))),
            Surface("concrete", rectangle((5.2, 8), (-20, FAR))),
        ],
        marks=[
            Mark("kerb", rectangle((-3.38, -3.2), (-20, FAR))),
            Mark("kerb", rectangle((3.2, 3.38), (-20, FAR))),
            *hatch((-2.9, 2.9), (9.5, 28)),
            *bays((-2.9, -0.6), (36, 60)),
        ],
        facades=[
            Facade((-10.5, -6), (-10.5, 40), dice.uniform(18, 24), "flats"),
            Facade((-10.5, 46), (-10.5, 90), dice.uniform(18, 24), "flats"),
            Facade((8, 44), (8, 6), dice.uniform(18, 24), "flats"),
            Facade((8, 90), (8, 50), dice.uniform(18, 24), "flats"),
            Facade((-12, 88), (10, 88), 26, "flats"),
        ],
        trees=[*row_of_trees(dice, -7.4, (10, 60), 7.0), *row_of_trees(dice, 5.6, (30, 70), 10)],
        lamps=[
            Lamp(-4.4, 14, (0.8, 0), 5.0),
            Lamp(-4.4, 32, (0.8, 0), 5.0),
            Lamp(4.4, 24, (-0.8, 0), 5.0),
            Lamp(4.4, 44, (-0.8, 0), 5.0),
        ],
        solids=bins((4.3, 18.0), (4.3, 18.9), (-4.2, 26)),
        lanes=[
            Lane([(0.4, -12), (0.4, 85)], rate=0.022, speed=4.0, bodies=("sedan", "suv", "van")),
            Lane([(-1.6, 85), (-1.6, -12)], rate=0.05, speed=4.0, ebikes=1.0),
        ],
        walks=[Walk([(4.3, -4), (4.3, 70)], rate=0.05, width=0.5), Walk([(-4.3, 70), (-4.3, 4)], rate=0.04, width=0.5)],
        stands={
            "fire_lane_blocked": [("fire-lane", stand) for stand in stands],
            "delivery": [("fire-lane", stand) for stand in stands[:2]],
        },
        spots={
            "fire": [("yard", (4.2, 21.6)), ("yard", (-4.3, 16.0))],
            "smoke": [("yard", (4.2, 21.6)), ("yard", (-4.3, 16.0))],
            "debris": [("fire-lane", (-1.9, 14.0))],
        },
        parked=[(-1.75, y, 1.5708) for y in (39.0, 45.0, 51.0, 57.0) if dice.random() < 0.7],
    )
