"""A fenced building yard beside a pavement: inside nobody may be, outside anybody."""

import random

from edge.sim.lens import Lens
from edge.sim.place import Facade, Fence, Lamp, Lane, Mark, Place, Solid, Surface, Walk
from edge.sim.places.parts import box_mesh, dashes, line, rectangle, road, row_of_trees


def build(dice: random.Random) -> Place:
    lens = Lens(
        dice.uniform(4.5, 6.0),
        0.0,
        dice.uniform(6.0, 7.0),
        dice.uniform(-14, -9),
        dice.uniform(18, 20),
        dice.uniform(0.82, 0.92),
    )
    blue, orange = (150, 96, 40), (50, 110, 190)
    return Place(
        lens,
        zones={"fenced": rectangle((-1.4, 11), (8.5, 30))},
        surfaces=[
            Surface("dirt", rectangle((-60, 60), (-20, 120))),
            Surface("brick", rectangle((-7, -2.6), (-20, 120))),
            road((-15, -7)),
            Surface("brick", rectangle((-20, -15), (-20, 120))),
            Surface("concrete", rectangle((4, 11), (16, 34))),
        ],
        marks=[
            Mark("kerb", rectangle((-7.2, -7), (-20, 120))),
            Mark("kerb", rectangle((-15.2, -15), (-20, 120))),
            line("yellow", -11, (-20, 100), 0.14),
            *dashes(-8.6, (-4, 90)),
        ],
        facades=[
            Facade((-20, -6), (-20, 34), 20, "shops"),
            Facade((-20, 38), (-20, 100), dice.uniform(18, 26), "flats"),
            Facade((-2.4, 36), (30, 36), 2.4, "hoarding"),
            Facade((2, 60), (40, 60), dice.uniform(26, 36), "flats"),
        ],
        fences=[Fence((-2.4, -4), (-2.4, 36))],
        trees=[*row_of_trees(dice, -6.4, (12, 60), 10.0), *row_of_trees(dice, -16.2, (16, 60), 11.0)],
        lamps=[
            Lamp(-6.6, 16, (-1.4, 0)),
            Lamp(-6.6, 36, (-1.4, 0)),
            Lamp(8.6, 33, (-1.0, -0.8), 6.5),
            Lamp(-1.9, 11.5, (1.2, 0), 6.0),
        ],
        solids=[
            Solid(box_mesh(6.0, 2.4, 2.5, blue), 8.6, 31.6),
            Solid(box_mesh(6.0, 2.4, 2.5, (212, 212, 210)), 2.0, 33.6),
            Solid(box_mesh(3.0, 1.2, 0.8, orange), 6.8, 24.0, 0.3),
            Solid(box_mesh(4.2, 0.9, 0.5, (96, 110, 120)), 9.0, 19.0, 1.2),
            Solid(box_mesh(2.0, 2.0, 1.1, (128, 132, 136)), 4.4, 29.0, 0.1),
        ],
        lanes=[
            Lane([(-8.9, -12), (-8.9, 110)], rate=0.08, speed=8.5),
            Lane([(-13, 110), (-13, -12)], rate=0.08, speed=8.5),
            Lane([(-7.5, -12), (-7.5, 90)], rate=0.03, speed=5.0, ebikes=1.0),
        ],
        walks=[
            Walk([(-4.6, -2), (-4.6, 70)], rate=0.05, width=1.0),
            Walk([(-17.4, 70), (-17.4, 4)], rate=0.04, width=1.2),
        ],
        ways={
            "intrusion": [
                ("fenced", [(-3.4, 24), (-2.2, 23.5), (1.5, 20), (4, 17), (2.5, 14), (5.5, 20)]),
                ("fenced", [(12, 27), (8, 25), (4.5, 21), (1.0, 18), (0.5, 24)]),
                ("fenced", [(-3.4, 17), (-2.2, 17), (0.5, 15), (3.2, 14.4), (5.8, 16.5)]),
            ],
            "bystander": [("fenced", [(-4.6, 8), (-3.3, 14), (-3.2, 17), (-3.3, 20), (-4.6, 34)])],
        },
        spots={
            "fire": [("fenced", (3.2, 18.5)), ("fenced", (6.2, 21.5))],
            "smoke": [("fenced", (3.2, 18.5)), ("fenced", (6.2, 21.5))],
        },
    )
