import math
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.sim.place import Lane, Signal, Walk
from edge.sim.traffic import Halt, Path, Pavement, Stream, follow, new_vehicle, new_walker

DT = 0.1


def a_stream(lane: Lane, count: int, seed: int = 0) -> Stream:
    dice = random.Random(seed)
    stream = Stream(lane, Path(lane.path), math.inf)
    stream.vehicles = [new_vehicle(n, lane, dice, 20.0 * (count - n), wet=False) for n in range(count)]
    return stream


def drive(stream: Stream, seconds: float, begin: float = 0.0) -> None:
    for tick in range(int(seconds / DT)):
        stream.step(begin + tick * DT, DT)


LANE = Lane([(0, 0), (0, 400)], rate=0.1, speed=10)


@given(st.integers(0, 10_000), st.integers(2, 8))
def test_nobody_drives_into_the_one_ahead(seed: int, count: int) -> None:
    lane = Lane([(0, 0), (0, 400)], rate=0.1, speed=10, signal=Signal(stop=250, cycle=40, green=10))
    stream = a_stream(lane, count, seed)
    for second in range(40):
        drive(stream, 1, second)
        gaps = [a.s - a.half - b.s - b.half for a, b in pairwise(stream.vehicles)]
        assert min(gaps, default=1) > 0


def test_a_queue_stands_at_red_and_goes_at_green() -> None:
    lane = Lane([(0, 0), (0, 400)], rate=0.1, speed=10, signal=Signal(stop=150, cycle=100, green=40, phase=60))
    stream = a_stream(lane, 4)
    drive(stream, 59)
    first = stream.vehicles[0]
    assert all(vehicle.speed < 0.2 for vehicle in stream.vehicles)
    assert 146 < first.s + first.half <= 150.5
    drive(stream, 20, begin=60)
    assert first.s > 200


def test_who_means_to_halt_halts_there_lets_others_pass_and_goes_on() -> None:
    stream = a_stream(LANE, 3)
    halting, *others = stream.vehicles
    halting.halt = Halt(s=140, offset=-3.3)
    drive(stream, 40)
    assert halting.stands
    assert halting.s == pytest.approx(140, abs=1.3)
    assert halting.offset == pytest.approx(-3.3, abs=0.3)
    assert all(other.s > 200 for other in others)
    halting.halt.over = True
    drive(stream, 30)
    assert halting.s > 200
    assert abs(halting.offset) < 0.2


def test_an_obstacle_is_driven_round() -> None:
    stream = a_stream(LANE, 1)
    stream.obstacles = [(150.0, 0.4)]
    (vehicle,) = stream.vehicles
    aside = []
    while vehicle.s < 200:
        drive(stream, DT)
        aside += [vehicle.offset] if abs(vehicle.s - 150) < 2 else []
    assert max(aside) < -1.2


def test_free_road_is_used_and_a_wall_stopped_at() -> None:
    assert follow(5, 10) > 0
    assert follow(10, 10) == pytest.approx(0)
    assert follow(10, 10, gap=5) < -5


def test_a_path_is_measured_along_its_bends() -> None:
    path = Path([(0, 0), (3, 0), (3, 4)])
    assert path.length == 7
    assert path.at(5) == pytest.approx((3, 2, math.pi / 2))
    assert path.at(5, offset=1)[:2] == pytest.approx((2, 2))
    assert Path([(0, 0), (0, 10)]).nearest((-1, 4)) == pytest.approx((4, 1))


@pytest.mark.parametrize("green", [True, False])
def test_people_cross_when_it_is_green(green: bool) -> None:
    walk = Walk([(0, 0), (20, 0)], rate=1, signal=Signal(stop=3, cycle=100, green=100 if green else 0))
    pavement = Pavement(walk, Path(walk.path), math.inf)
    walker = new_walker(1, walk, pavement.path, random.Random(1), wet=False)
    pavement.walkers = [walker]
    for tick in range(150):
        pavement.step(tick * DT, DT)
    way = walker.s if walker.way > 0 else 20 - walker.s
    assert (way > 4) == green
