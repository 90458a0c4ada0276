"""Which cameras the demo has, and when something happens before each: spread, so that there is always something new."""

import random
from collections.abc import Iterable
from itertools import pairwise

from edge.sim.address import Light, SimCamera, View, Weather
from edge.sim.script import INNOCENT, script_of

LEAST_S = 60.0  # a script's slot: in a shorter one, what happens would be over before it has lasted its dwell
SHORT, LONG = 12.0, 24.0  # seconds of a slot for each camera there is; shorter where part of what happens is innocent
PACE: dict[View, float] = dict.fromkeys(("kerb", "fire-lane", "yard", "door", "square"), SHORT)
PACE |= dict.fromkeys(("underpass", "junction", "slope"), LONG)
WINDOW_S = 3600.0
TRIES = 24


def plan(
    views: list[View], seed: int, count: int, light: Light = "auto", weather: Weather = "clear"
) -> list[SimCamera]:
    """`count` cameras, the views in turn, of seeds that leave no long time without something that begins. Pure."""
    chosen: list[SimCamera] = []
    begins: list[float] = []
    for number in range(count):
        view = views[number % len(views)]
        every = max(LEAST_S, count * PACE[view])
        dice = random.Random(f"{seed}/{number}")  # noqa: S311 - a simulation
        tries = [SimCamera(view, dice.randrange(100_000), light, weather, every=every) for _ in range(TRIES)]
        chosen.append(min(tries, key=lambda camera: _unevenness([*begins, *begins_of(camera)])))
        begins += begins_of(chosen[-1])
    return chosen


def begins_of(camera: SimCamera, begin: float = 0.0, end: float = WINDOW_S) -> list[float]:
    """When each incident before the camera begins; what merely looks like one is left out."""
    events = script_of(camera).between(begin, end)
    return [event.begin for event in events if event.kind not in INNOCENT and begin <= event.begin < end]


def _unevenness(moments: Iterable[float]) -> float:
    """In proportion to how long one who comes at any time must wait."""
    ordered = sorted([0.0, *moments, WINDOW_S])
    return sum((after - before) ** 2 for before, after in pairwise(ordered))
