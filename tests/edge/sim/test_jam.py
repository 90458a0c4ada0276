"""A jam is more than a queue at a light, and is over when the road is free."""

import pytest

from edge.sim.address import View
from edge.sim.jam import CREEP, JAM
from edge.sim.place import place_of
from edge.sim.script import Script
from edge.sim.world import World


def most_creeping(view: View, seed: int, *, seconds: int, jams: bool) -> int:
    world = World(
        place_of(view, seed), Script(seed, 60.0, {"congestion": 1.0} if jams else {}), seed, 1000.0, wet=False
    )
    counts = []
    for second in range(seconds):
        world.live(1000.0 + second)
        counts.append(world.creeping_in("lanes"))
    return max(counts)


def test_traffic_creeps_in_a_jam_only() -> None:
    for seed in range(3):
        assert most_creeping("slope", seed, seconds=90, jams=True) > JAM
        assert most_creeping("slope", seed, seconds=600, jams=False) == 0


def test_who_comes_up_to_a_jam_brakes_before_it() -> None:
    world = World(place_of("slope", 1), Script(1, 60.0, {"congestion": 1.0}), 1, 1000.0, wet=False)
    (event, *_) = [one for one in world._script.between(1000, 1120) if one.begin > 1030]
    world.live(event.begin + 8)
    stream = world.streams[0]
    beyond = [vehicle for vehicle in stream.vehicles if vehicle.s > stream.limit_from + 5]
    assert stream.limit == CREEP
    assert all(vehicle.speed < 2 * CREEP for vehicle in stream.vehicles if abs(vehicle.s - stream.limit_from) < 3)
    assert max(vehicle.speed for vehicle in beyond) == pytest.approx(CREEP, abs=0.2) if beyond else True
