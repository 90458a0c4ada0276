from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.sim.address import SimCamera
from edge.sim.script import INNOCENT, REPERTOIRE, Script, script_of

SCRIPTS = st.builds(Script, st.integers(0, 999), st.floats(20, 1000), st.just({"fire": 2.0, "delivery": 1.0}))
TIMES = st.floats(0, 2e9)


CROWDED = st.builds(replace, SCRIPTS, at_once=st.integers(1, 4))


@given(CROWDED, TIMES, st.floats(0, 5000))
def test_a_window_shows_the_same_events_as_any_larger_one(script: Script, begin: float, length: float) -> None:
    small, large = script.between(begin, begin + length), script.between(begin - 777, begin + length + 777)
    assert small == [event for event in large if event.end >= begin and event.begin <= begin + length]


@given(SCRIPTS, TIMES)
def test_events_never_overlap_and_one_comes_in_every_slot(script: Script, begin: float) -> None:
    events = script.between(begin, begin + 10 * script.every)
    assert 9 <= len(events) <= 12
    assert all(a.end < b.begin and b.number == a.number + 1 for a, b in pairwise(events))


@given(CROWDED, TIMES)
def test_several_events_at_once_are_told_apart_and_come_in_turn(script: Script, begin: float) -> None:
    events = script.between(begin, begin + 10 * script.every)
    assert 9 * script.at_once <= len(events) <= 12 * script.at_once
    assert len({event.number for event in events}) == len(events)
    assert all(a.begin <= b.begin for a, b in pairwise(events))


@given(SCRIPTS, TIMES, st.floats(0, 1))
def test_an_event_grows_stays_and_shrinks(script: Script, begin: float, share: float) -> None:
    event = script.between(begin, begin + 2 * script.every)[0]
    assert event.level(event.begin) == event.level(event.end) == 0
    assert event.level((event.begin + event.end) / 2) == 1
    assert 0 <= event.level(event.begin + share * (event.end - event.begin)) <= 1


@given(SCRIPTS, TIMES)
def test_what_is_innocent_is_over_before_any_incident_would_be(script: Script, begin: float) -> None:
    lengths = {True: [0.0], False: [script.every]}
    for event in script.between(begin, begin + 30 * script.every):
        lengths[event.kind in INNOCENT].append(event.end - event.begin)
    assert max(lengths[True]) < min(lengths[False])


def test_a_script_has_only_what_its_address_asks_for() -> None:
    assert script_of(SimCamera("kerb", events="none")).between(0, 1e5) == []
    assert script_of(SimCamera("kerb")).shares == REPERTOIRE["kerb"]
    kinds = {event.kind for event in script_of(SimCamera("kerb", events="debris,camera_frozen")).between(0, 1e4)}
    assert kinds == {"debris", "camera_frozen"}
    with pytest.raises(ValueError, match="earthquake"):
        script_of(SimCamera("kerb", events="earthquake"))
