"""A main road whose kerb is a no-parking zone; across it stand legal bays."""

import random

from edge.sim.lens import Lens
from edge.sim.place import Facade, Lane, Mark, Place, Signal, Stand, Surface, Walk
from edge.sim.places.parts import bays, bins, crossing, dashes, line, rectangle, road, row_of_lamps, row_of_trees

FAR = 150.0


def build(dice: random.Random) -> Place:
    lens = Lens(
        dice.uniform(2.6, 3.6),
        0.0,
        dice.uniform(6.2, 7.4),
        dice.uniform(-19, -14),
        dice.uniform(15, 18),
        dice.uniform(0.82, 0.95),
    )
    phase = dice.uniform(0, 46)
    return Place(
        lens,
        zones={"no-parking": rectangle((-1.9, 1.1), (10.5, 34)), "road": rectangle((-11, 1.1), (9, 44))},
        surfaces=[
            road((-11, 1)),
            Surface("brick", rectangle((1, 6.5), (-20, FAR))),
            Surface("brick", rectangle((-16, -11), (-20, FAR))),
        ],
        marks=[
            Mark("kerb", rectangle((1, 1.22), (-20, FAR))),
            Mark("kerb", rectangle((-11.22, -11), (-20, FAR))),
            Mark("tactile", rectangle((3.4, 3.75), (-20, FAR))),
            line("yellow", 0.72, (8, 36), 0.18),
            line("yellow", -5.1, (-20, 44), 0.13),
            line("yellow", -4.85, (-20, 44), 0.13),
            *dashes(-1.75, (-4, 44)),
            *bays((-10.9, -8.7), (14, 38)),
            line("white", -3.3, (43.9, 44.3), 6.2),
            *crossing((-11, 1), (45.5, 49)),
        ],
        facades=[
            Facade((-16, -4), (-16, 24), dice.uniform(14, 19), "shops"),
            Facade((-16, 24), (-16, 50), dice.uniform(19, 27), "flats"),
            Facade((-16, 54), (-16, 110), dice.uniform(15, 24), "shops"),
            Facade((6.5, 46), (6.5, 8), dice.uniform(14, 20), "shops"),
            Facade((6.5, 110), (6.5, 54), dice.uniform(20, 30), "office"),
        ],
        trees=[*row_of_trees(dice, -12.1, (14, 70), 11.0), *row_of_trees(dice, 5.3, (16, 70), 9.0)],
        lamps=[*row_of_lamps(-11.8, (10, 90), 1.8), *row_of_lamps(1.9, (34, 90), -1.8)],
        solids=bins((5.4, 20), (-14.6, 26)),
        lanes=[
            Lane(
                [(-3.3, -12), (-3.3, 150)],
                rate=0.11,
                speed=dice.uniform(8, 11),
                signal=Signal(55.8, phase=phase),
            ),
            Lane([(-6.9, 150), (-6.9, -14)], rate=0.12, speed=dice.uniform(8, 11)),
            Lane([(-1.95, -12), (-1.95, 110)], rate=0.05, speed=5.5, ebikes=1.0),
            Lane([(-8.3, 110), (-8.3, -12)], rate=0.05, speed=5.5, ebikes=1.0),
        ],
        walks=[
            Walk([(3.6, -4), (3.6, 80)], rate=0.05, width=1.6),
            Walk([(-13.6, 80), (-13.6, 4)], rate=0.05, width=1.6),
            Walk(
                [(-13.6, 47.2), (3.6, 47.2)],
                rate=0.03,
                width=1.0,
                signal=Signal(2.4, green=17, phase=phase + 23),
            ),
        ],
        stands={
            "illegal_parking": [("no-parking", Stand(0, s, -3.3)) for s in (25.5, 28.0, 31.5, 35.0, 38.5)],
            "delivery": [("no-parking", Stand(0, s, -3.3)) for s in (26.0, 30.0, 36.0)],
        },
        spots={
            "debris": [("road", (-4.3, 17.0)), ("road", (-2.4, 22.0)), ("road", (-7.9, 19.0)), ("road", (-4.4, 27.0))],
            "fire": [("road", (-7.2, 20.5)), ("road", (0.2, 21.0))],
            "smoke": [("road", (-7.2, 20.5)), ("road", (0.2, 21.0))],
        },
        parked=[(-9.8, y, 1.5708) for y in (17.0, 23.0, 29.0, 35.0) if dice.random() < 0.8],
    )
