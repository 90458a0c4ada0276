"""The door of a block of flats; bicycles belong into the bays beside it."""

import random

from edge.sim.lens import Lens
from edge.sim.place import Facade, Lamp, Lane, Mark, Place, Solid, Surface, Walk
from edge.sim.places.parts import bins, bollards, box_mesh, line, rectangle, row_of_trees


def build(dice: random.Random) -> Place:
    lens = Lens(
        dice.uniform(-1.5, 1.5),
        0.0,
        dice.uniform(5.2, 6.2),
        dice.uniform(-6, 6),
        dice.uniform(20, 23),
        dice.uniform(0.78, 0.9),
    )
    side = dice.choice((-1.0, 1.0))
    rack = sorted((side * 5.2, side * 10.2))
    return Place(
        lens,
        zones={"door": rectangle((-3.4, 3.4), (11.2, 16.2)), "yard": rectangle((-11, 11), (8.4, 17.2))},
        surfaces=[
            Surface("brick", rectangle((-60, 60), (-20, 40))),
            Surface("asphalt", rectangle((-60, 60), (3.6, 8.2))),
            Surface("granite", rectangle((-3.6, 3.6), (11, 17.5))),
        ],
        marks=[
            Mark("kerb", rectangle((-60, 60), (8.2, 8.36))),
            Mark("kerb", rectangle((-60, 60), (3.44, 3.6))),
            *[line("yellow", x, (11.2, 16.2), 0.14) for x in (-3.4, 3.4)],
            Mark("yellow", rectangle((-3.4, 3.4), (11.13, 11.27))),
            *[line("white", rack[0] + k * 1.0, (13.2, 15.4), 0.08) for k in range(6)],
        ],
        facades=[
            Facade((-40, 17.5), (-3.2, 17.5), 20, "flats"),
            Facade((-3.2, 17.5), (3.2, 17.5), 20, "wall"),
            Facade((3.2, 17.5), (40, 17.5), 20, "flats"),
        ],
        solids=[
            Solid(box_mesh(2.6, 0.1, 2.5, (64, 56, 50)), 0.0, 17.42),
            Solid(box_mesh(5.6, 2.2, 0.25, (120, 116, 112)), 0.0, 16.4, z=3.0),
            Solid(box_mesh(0.25, 0.25, 3.0, (150, 146, 142)), -2.6, 15.5),
            Solid(box_mesh(0.25, 0.25, 3.0, (150, 146, 142)), 2.6, 15.5),
            *bins((-side * 6.0, 16.4), (-side * 7.0, 16.4)),
            *bollards((-3.0, 3.0), 10.2, 5),
        ],
        trees=[*row_of_trees(dice, -side * 9.5, (12, 18), 5.0)],
        lamps=[
            Lamp(-4.6, 9.6, (0.6, 0), 4.6),
            Lamp(5.0, 9.6, (-0.6, 0), 4.6),
            Lamp(-15, 9.6, (0.6, 0), 4.6),
            Lamp(15, 9.6, (-0.6, 0), 4.6),
        ],
        lanes=[
            Lane([(-45, 6.8), (45, 6.8)], rate=0.03, speed=5.0, bodies=("sedan", "suv", "van")),
            Lane([(45, 5.2), (-45, 5.2)], rate=0.05, speed=5.0, ebikes=0.7, bodies=("sedan", "suv", "van")),
        ],
        walks=[
            Walk([(-16, 9.4), (-1.5, 10.8), (0, 17.2)], rate=0.035, width=0.5),
            Walk([(16, 9.4), (1.5, 10.8), (0, 17.2)], rate=0.035, width=0.5),
            Walk([(-18, 9.2), (18, 9.2)], rate=0.04, width=0.4),
        ],
        spots={
            "delivery": [("door", (-1.8, 12.6)), ("door", (1.7, 12.8))],
            "ebike_misparked": [
                ("door", (x, y)) for x, y in ((-2.2, 13.4), (2.1, 13.2), (-1.4, 12.4), (1.5, 14.6), (2.6, 12.2))
            ],
            "fire": [("yard", (-side * 5.6, 15.0)), ("yard", (side * 4.4, 12.4))],
            "smoke": [("yard", (-side * 5.6, 15.0)), ("yard", (side * 4.4, 12.4))],
        },
        ebikes=[
            (rack[0] + 0.5 + k * 1.0, 14.3, 1.4 + dice.uniform(-0.15, 0.15)) for k in range(5) if dice.random() < 0.75
        ],
    )
