"""What the script says comes about: who stands where, since when, and that it ends."""

import math
from typing import get_args

import pytest

from edge.sim.address import View
from edge.sim.place import place_of
from edge.sim.plots import CROWD, WADE, plot_of
from edge.sim.script import INNOCENT, REPERTOIRE, Script
from edge.sim.truth import Happening
from edge.sim.world import World

VIEWS: tuple[View, ...] = get_args(View)
CASES = [(view, kind) for view in VIEWS for kind in REPERTOIRE[view]]


def a_world(view: View, *kinds: str, start: float = 1000.0, every: float = 60.0, seed: int = 1) -> World:
    script = Script(seed, every, dict.fromkeys(kinds, 1.0))
    return World(place_of(view, seed), script, seed, start, wet=False)


def lived(world: World, seconds: float) -> dict[int, Happening]:
    """Every happening of a while, by its track."""
    told: dict[int, Happening] = {}
    begin = world.at
    while world.at < begin + seconds:
        world.live(world.at + 1)
        told |= {happening.track: happening for happening in world.happenings()}
    return told


@pytest.mark.parametrize(("view", "kind"), CASES)
def test_an_event_comes_about_near_its_time_and_ends(view: View, kind: str) -> None:
    world = a_world(view, kind)
    told = [happening for happening in lived(world, 150).values() if happening.kind == kind]
    events = [event for event in world._script.between(1010, 1120) if event.end < 1130]
    assert len(events) >= 1
    for event in events:
        near = [one for one in told if abs(one.since - event.begin) < 9]
        assert near, (event, told)
        assert all(one.until and abs(one.until - event.end) < 20 for one in near), (event, near)


def test_a_street_without_events_tells_of_none() -> None:
    assert lived(a_world("kerb"), 120) == {}


def test_an_innocent_stop_is_shorter_than_any_offence() -> None:
    stops = [one for one in lived(a_world("kerb", "delivery"), 400).values() if one.until]
    offences = [one for one in lived(a_world("kerb", "illegal_parking"), 400).values() if one.until]
    assert len(stops) >= 4
    assert len(offences) >= 4
    assert max(one.until - one.since for one in stops) < min(one.until - one.since for one in offences) - 5
    assert {one.kind for one in stops} <= set(INNOCENT)


def test_a_crowd_is_as_many_as_are_counted() -> None:
    world = a_world("square", "crowd")
    (event, *_) = world._script.between(1000, 1120)
    world.live((event.begin + event.end) / 2 + 4)
    assert world.people_in("square") >= CROWD
    world.live(event.end + 25)
    assert world.people_in("square") < CROWD


@pytest.mark.parametrize("seed", range(1, 5))
def test_a_group_and_whoever_passes_it_by_are_no_crowd(seed: int) -> None:
    world = a_world("square", "bystander", seed=seed)
    for at in range(1000, 2800):
        world.live(at)
        assert world.people_in("square") < CROWD


def test_who_looks_in_the_middle_finds_it_there_already() -> None:
    (event, *_) = Script(1, 200.0, {"illegal_parking": 1.0}).between(1200, 1600)
    late = a_world("kerb", "illegal_parking", start=event.begin + 20, every=200.0)
    late.live(event.begin + 21)
    (told,) = [one for one in late.happenings() if one.kind == "illegal_parking"]
    assert told.until is None


def test_a_leap_in_time_is_not_lived_through() -> None:
    world = a_world("kerb", "debris")
    world.live(1e9)
    assert world.at == pytest.approx(1e9, abs=0.2)
    assert world.actors()


def test_nobody_stands_in_another_for_long() -> None:
    world = a_world("slope", "congestion", seed=4)
    world.live(1100)
    for stream in world.streams:
        for ahead, behind in zip(stream.vehicles, stream.vehicles[1:], strict=False):
            if abs(ahead.offset - behind.offset) < 1:
                assert ahead.s - ahead.half > behind.s + behind.half


def test_a_kind_that_a_place_has_no_spot_for_is_passed_over() -> None:
    assert plot_of(place_of("square", 1), "illegal_parking") is None
    assert lived(a_world("square", "illegal_parking"), 90) == {}


def test_water_slows_the_traffic_until_it_is_gone() -> None:
    world = a_world("underpass", "flood")
    (event, *_) = world._script.between(1000, 1120)
    world.live((event.begin + event.end) / 2)
    assert {stream.limit for stream in world.streams} == {WADE}
    world.live(event.end + 5)
    assert {stream.limit for stream in world.streams} == {math.inf}
