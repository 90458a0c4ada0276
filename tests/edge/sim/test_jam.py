"""A jam makes the traffic of the slope creep, where it never does else."""

from edge.sim.jam import JAM
from edge.sim.place import place_of
from edge.sim.script import Script
from edge.sim.world import World


def most_creeping(seed: int, seconds: int, shares: dict[str, float]) -> int:
    world = World(place_of("slope", seed), Script(seed, 60.0, shares), seed, 1000.0, wet=False)
    counts = []
    for second in range(seconds):
        world.live(1000.0 + second)
        counts.append(world.creeping_in("lanes"))
    return max(counts)


def test_traffic_creeps_in_a_jam_only() -> None:
    for seed in range(3):
        assert most_creeping(seed, 90, {"congestion": 1.0}) > JAM
        assert most_creeping(seed, 600, {}) == 0
