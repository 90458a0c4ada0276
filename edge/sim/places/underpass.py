"""A road that dips under a railway bridge, where the rain collects."""

import random

from edge.sim.lens import Lens
from edge.sim.place import Facade, Lamp, Lane, Mark, Place, Solid, Surface, Walk
from edge.sim.places.parts import box_mesh, dashes, line, rectangle, road, row_of_trees

BRIDGE = 34.0


def build(dice: random.Random) -> Place:
    lens = Lens(
        dice.uniform(2.5, 4.0),
        0.0,
        dice.uniform(6.4, 7.6),
        dice.uniform(-9, -6),
        dice.uniform(15, 18),
        dice.uniform(0.82, 0.92),
    )
    return Place(
        lens,
        zones={"road": rectangle((-4.6, 4.6), (9, 33))},
        surfaces=[
            Surface("grass", rectangle((-80, 80), (-20, 150))),
            road((-4.6, 4.6)),
            Surface("concrete", rectangle((-7.4, -4.6), (-20, 150))),
            Surface("concrete", rectangle((4.6, 7.4), (-20, 150))),
        ],
        marks=[
            Mark("kerb", rectangle((-4.8, -4.6), (-20, 150))),
            Mark("kerb", rectangle((4.6, 4.8), (-20, 150))),
            line("white", 4.3, (-20, 120), 0.12),
            line("white", -4.3, (-20, 120), 0.12),
            *dashes(0.0, (-4, 90)),
        ],
        facades=[
            Facade((-7.4, -10), (-7.4, BRIDGE), 3.4, "wall"),
            Facade((7.4, BRIDGE), (7.4, -10), 3.4, "wall"),
            Facade((-60, BRIDGE), (-7.4, BRIDGE), 7.2, "wall"),
            Facade((7.4, BRIDGE), (60, BRIDGE), 7.2, "wall"),
            Facade((-40, 70), (-8, 70), dice.uniform(22, 30), "flats"),
            Facade((8, 70), (40, 70), dice.uniform(22, 30), "flats"),
            Facade((-7.4, BRIDGE + 9), (-7.4, 70), 3.4, "wall"),
            Facade((7.4, 70), (7.4, BRIDGE + 9), 3.4, "wall"),
        ],
        trees=[*row_of_trees(dice, -11, (10, 32), 6.0), *row_of_trees(dice, 11, (14, 32), 7.0)],
        lamps=[
            Lamp(-6.2, 15, (1.4, 0), 6.5),
            Lamp(6.2, 24, (-1.4, 0), 6.5),
            Lamp(-6.2, 50, (1.4, 0)),
            Lamp(6.2, 60, (-1.4, 0)),
        ],
        solids=[
            Solid(box_mesh(60, 8.0, 1.5, (142, 146, 148)), 0.0, BRIDGE + 4.2, z=5.2),
            Solid(box_mesh(60, 0.3, 0.9, (96, 112, 70)), 0.0, BRIDGE + 0.2, z=6.7),
            Solid(box_mesh(3.2, 0.12, 0.8, (40, 40, 210)), 0.0, BRIDGE - 0.2, z=5.45),
        ],
        lanes=[
            Lane([(2.3, -12), (2.3, 130)], rate=0.09, speed=8.5),
            Lane([(-2.3, 130), (-2.3, -12)], rate=0.09, speed=8.5),
            Lane([(3.9, -12), (3.9, 110)], rate=0.03, speed=5.0, ebikes=1.0),
        ],
        walks=[Walk([(-6.0, 60), (-6.0, 2)], rate=0.03, width=0.6), Walk([(6.0, -2), (6.0, 60)], rate=0.03, width=0.5)],
        spots={
            "flood": [("road", (x, y)) for x, y in ((0.0, 19.0), (-1.2, 22.0), (1.2, 17.0))],
            "debris": [("road", (0.1, 15.0)), ("road", (0.0, 22.0)), ("road", (-0.2, 27.0))],
            "smoke": [("road", (3.4, 24.0))],
            "fire": [("road", (3.4, 20.0))],
        },
    )
