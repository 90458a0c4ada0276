import statistics
import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.sim.address import SimCamera
from edge.sim.script import Script, script_of
from edge.sim.sensors import SILENT, SimulatedSensor
from edge.sim.sensors_metrics import GAUGES

NOON = 1_780_027_200.0
DAY_S = 86_400
STEP_S = 10

times = st.floats(NOON - 300 * DAY_S, NOON + 300 * DAY_S)
seeds = st.integers(0, 2**31 - 1)
metrics = st.sampled_from(sorted(GAUGES))


def sensor(metric, seed=3, **fields):
    fields = "".join(f"&{name.rstrip('_')}={value}" for name, value in fields.items())
    return SimulatedSensor(f"sim://{metric}?seed={seed}{fields}")


def course(measured, begin=NOON, lasts=DAY_S, step=STEP_S):
    return [measured.value(begin + moment) for moment in range(0, lasts, step)]


@given(metrics, seeds, times)
def test_a_value_depends_on_the_address_and_the_time_alone(metric, seed, at):
    asked_before = sensor(metric, seed)
    course(asked_before, at - 50, 100)
    assert asked_before.value(at) == sensor(metric, seed).value(at)


@pytest.mark.parametrize("metric", sorted(set(GAUGES) - {"sos", "manhole_open"}))
def test_two_seeds_go_two_ways(metric):
    assert course(sensor(metric, 1), lasts=600) != course(sensor(metric, 2), lasts=600)


ORDINARY = {
    "water_level": (0.02, 0.22),
    "tilt": (0.0, 0.008),
    "gas": (0, 6),
    "smoke": (2, 150),
    "temperature": (-5, 45),
    "noise": (30, 85),
    "manhole_open": (0, 0),
    "sos": (0, 0),
    "people": (0, 40),
}


@given(metrics, seeds, times)
def test_where_nothing_happens_it_stays_in_its_ordinary_range(metric, seed, at):
    low, high = ORDINARY[metric]
    quiet = sensor(metric, seed, events="none", with_="slope:1")
    assert low <= quiet.value(at) <= high
    assert quiet.happenings(at, at + DAY_S) == []


EVENTS = [
    ("water_level", "underpass", "flood", "flood", 0.35, 1),
    ("tilt", "slope", "debris", "slope_movement", 0.055, 0.12),
    ("tilt", None, "slope_movement", "slope_movement", 0.055, 0.12),
    ("gas", None, "gas_leak", "gas_leak", 22, 100),
    ("smoke", "fire-lane", "smoke", "smoke", 200, 2000),
    ("smoke", "fire-lane", "fire", "smoke", 150, 2000),
    ("temperature", "yard", "fire", "fire", 12, 70),
    ("people", "square", "crowd", "crowd", 20, 120),
    ("noise", "slope", "congestion", "congestion", 45, 110),
    ("manhole_open", None, "manhole_open", "manhole_open", 1, 1),
]


@pytest.mark.parametrize(("metric", "view", "event", "incident", "low", "high"), EVENTS)
@given(seed=seeds, slot=st.integers(0, 1000))
def test_an_event_is_felt_while_it_is_full_grown(seed, slot, metric, view, event, incident, low, high):
    beside = {"with_": f"{view}:{seed % 100}"} if view else {}
    felt = sensor(metric, seed, events=event, **beside)
    begin = NOON + slot * 160
    happenings = felt.happenings(begin, begin + 320)
    assert len(happenings) >= 2
    for happening in happenings:
        assert happening.kind == incident
        middle = (happening.since + happening.until) / 2
        assert low <= felt.value(middle) <= high


@given(st.integers(0, 10_000))
def test_water_rises_with_the_water_in_the_picture(slot):
    camera = script_of(SimCamera("underpass", 7, events="flood"))
    (flood,) = [event for event in camera.between(slot * 160, slot * 160 + 159) if event.number == slot]
    gauge = sensor("water_level", with_="underpass:7", events="flood")
    dry = sensor("water_level", events="none")
    rise = {at: gauge.value(at) - dry.value(at) for at in (flood.begin, flood.begin + 6, flood.begin + 13)}
    assert rise[flood.begin] == pytest.approx(0, abs=0.002)
    assert rise[flood.begin + 6] == pytest.approx(flood.level(flood.begin + 6) * rise[flood.begin + 13], rel=0.1)


def test_without_a_camera_that_films_it_nothing_of_a_camera_is_felt():
    for address in ("water_level?events=flood", "tilt?with=kerb:7&events=debris", "gas?with=square:1&events=crowd"):
        assert SimulatedSensor(f"sim://{address}").happenings(NOON, NOON + DAY_S) == []


def test_what_a_camera_films_moves_the_slope_and_nothing_else_does():
    beside = sensor("tilt", with_="slope:2")
    filmed = script_of(SimCamera("slope", 2)).between(NOON, NOON + DAY_S)
    moved = [one.track for one in beside.happenings(NOON, NOON + DAY_S) if one.kind != SILENT]
    assert moved == [event.number for event in filmed if event.kind == "debris"]


def test_a_slope_creeps_before_it_is_seen_to_fall_and_is_set_right_in_the_end():
    camera = Script(2, 160.0, {"debris": 1})
    (fall,) = [event for event in camera.between(NOON, NOON + 160) if event.begin > NOON]
    tilt = sensor("tilt", with_="slope:2", events="debris")
    still = sensor("tilt", events="none")
    before, after = fall.begin - 2, fall.end + 1
    assert 0.003 < tilt.value(before) - still.value(before) < 0.01
    assert tilt.value(fall.begin + 4) - still.value(fall.begin + 4) > 0.02
    assert tilt.value(fall.end - 1) - still.value(fall.end - 1) > 0.02
    assert tilt.value(after) == still.value(after)


def test_own_events_are_rare_and_come_each_in_its_slot_when_asked_for():
    rare, always = sensor("gas"), sensor("gas", events="gas_leak")
    leaks = [one for one in rare.happenings(NOON, NOON + 10 * DAY_S) if one.kind == "gas_leak"]
    slots = 10 * DAY_S / 160
    assert 0.05 * slots < len(leaks) < 0.2 * slots
    assert len(always.happenings(NOON, NOON + 10 * DAY_S)) == pytest.approx(slots, abs=2)


@given(seeds, st.sampled_from([0.5, 2.0, 10.0, 60.0]))
@settings(deadline=None)
def test_a_button_is_pressed_for_seconds_and_no_press_is_lost_between_two_readings(seed, every):
    button, after = sensor("sos", seed, events="sos"), NOON
    told = [(NOON, button.value(NOON) > 0)]  # somebody may be pressing it
    for at in np.arange(NOON + every, NOON + 800, every):
        if said := button.readings(after, at):  # one that is missing is made up for by the next
            told += [(at + record.t, record.vb) for record in said]
            after = at
    presses = [moment for (_, before), (moment, now) in pairwise(told) if now and not before]
    expected = [one for one in button.happenings(NOON, after) if one.since > NOON]
    assert presses == pytest.approx([one.since for one in expected], abs=0.002)
    assert all(3 <= one.until - one.since <= 8 for one in expected)
    assert len(expected) >= 4


def test_a_switch_says_true_or_false_and_a_gauge_a_number_with_its_unit():
    (reading,) = sensor("manhole_open", events="none").readings(NOON, NOON + 2)
    assert (reading.n, reading.vb, reading.v, reading.u) == ("manhole_open", False, None, "")
    (reading,) = sensor("water_level", events="none").readings(NOON, NOON + 2)
    assert (reading.n, reading.vb, reading.u) == ("water_level", None, "m")


def test_one_reading_in_a_hundred_is_missing():
    quiet = sensor("temperature", events="none")
    asked = [quiet.readings(0, NOON + moment) for moment in range(0, DAY_S, 10)]
    assert 0.005 < asked.count([]) / len(asked) < 0.02


def test_now_and_then_it_is_silent_for_a_minute_or_two():
    gauge = sensor("people")
    silences = [one for one in gauge.happenings(NOON, NOON + 30 * DAY_S) if one.kind == SILENT]
    assert 20 < len(silences) < 150
    for silence in silences:
        assert 60 <= silence.until - silence.since <= 140
        assert not any(gauge.readings(0, at) for at in np.linspace(silence.since, silence.until - 0.01, 20))


def test_an_event_that_nobody_knows_is_refused():
    with pytest.raises(ValueError, match=r"flod: no such event; known: .*flood.*gas_leak.*sensor_fault"):
        sensor("water_level", events="flod,fire")


def hourly(metric, hour, days=28):
    """Means at an hour after midnight in the machine's own time zone, over four weeks."""
    gauge = sensor(metric, events="none")
    midnight = NOON - _seconds_of_day(NOON)
    return statistics.mean(gauge.value(midnight + day * DAY_S + hour * 3600 + 60) for day in range(days))


def _seconds_of_day(at):
    local = time.localtime(at)
    return local.tm_hour * 3600 + local.tm_min * 60 + local.tm_sec


def test_noise_and_people_follow_the_rush_hours_and_warmth_the_sun():
    for metric in ("noise", "people"):
        assert hourly(metric, 18) > hourly(metric, 15) > hourly(metric, 3)
    assert hourly("temperature", 15) > hourly("temperature", 10) > hourly("temperature", 5)


@pytest.mark.parametrize("metric", sorted(set(GAUGES) - {"sos", "manhole_open"}))
def test_noise_is_slow_and_fast_at_once(metric):
    """Neighbours resemble each other more than white noise would let them, and are not the same."""
    values = np.array(course(sensor(metric, events="none")))
    steps, spread = np.diff(values), values.std()
    assert 0 < steps.std() < 0.9 * spread
    slow = values[: len(values) // 60 * 60].reshape(-1, 60).mean(1)
    assert slow.std() > 0.3 * spread


@given(metrics, seeds, times)
def test_a_value_is_rounded_as_the_device_does(metric, seed, at):
    parts = sensor(metric, seed).value(at) / GAUGES[metric].resolution
    assert parts == pytest.approx(round(parts), abs=1e-6)
