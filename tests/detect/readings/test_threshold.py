import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from detect.rules.sensor import flood
from ingest.senml import Reading
from tests.detect.readings.gauge import Gauge
from tests.detect.street import NOON


def level(**settings: object) -> Gauge:
    return Gauge("flood", "water_level", "m", **settings)


def settings(**raw: object) -> flood.Settings:
    return flood.Settings.model_validate({"kind": "flood"} | raw)


def test_opens_when_it_held_updates_every_so_often_and_clears_when_it_held():
    gauge = level()
    gauge.play(0.1, 0.4, 0.5, 0.4, 0.4, 0.2, 0.2)
    assert [(finding.phase, finding.at - NOON) for finding in gauge.findings] == [
        ("open", 20), ("update", 40), ("clear", 60),
    ]  # fmt: skip
    assert {finding.began_at - NOON for finding in gauge.findings} == {10}
    assert len({finding.id for finding in gauge.findings}) == 1


def test_says_what_it_asks_and_the_worst_that_it_saw():
    gauge = level()
    gauge.play(0.4, 0.45, 0.6, 0.5)
    opened, updated = gauge.findings
    assert opened.threshold == {"water_level_m": 0.30, "dwell_s": 10}
    assert opened.observed == {"water_level_m": 0.45, "dwell_s": 10}
    assert updated.observed == {"water_level_m": 0.6, "dwell_s": 30}
    assert [(spell.begin, spell.end) for spell in updated.dwell] == [(NOON, NOON + 30)]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(-60, 120)), max_size=60))
def test_whatever_comes_and_in_whatever_order_open_and_clear_take_turns(readings: list[tuple[float, float]]):
    gauge, seconds = level(), 0.0
    for value, step in readings:
        seconds += step
        gauge.say(seconds, value)
    turns = [phase for phase in gauge.phases if phase != "update"]
    assert turns == ["open", "clear"] * (len(turns) // 2) + ["open"] * (len(turns) % 2)
    assert all(finding.at - finding.began_at >= 10 for finding in gauge.findings if finding.phase == "open")


@given(st.randoms(use_true_random=False))
def test_a_water_line_that_trembles_within_the_band_is_one_incident(dice: random.Random):
    gauge = level()
    gauge.play(0.4, 0.4, *(dice.uniform(0.251, 0.35) for _ in range(50)))
    assert set(gauge.phases) == {"open", "update"}
    assert gauge.phases.count("open") == 1


def test_readings_that_come_late_or_twice_change_nothing():
    gauge = level()
    gauge.play(0.4, 0.4)
    for seconds in (10, 5, -3600):
        assert gauge.say(seconds, 0.0) == []
    assert gauge.say(20, 0.4) == []
    assert gauge.phases == ["open"]


def test_after_a_long_silence_the_wait_begins_afresh():
    gauge = level()
    gauge.play(0.1, 0.1, 0.4)
    assert gauge.say(3600, 0.4) == []
    (opened,) = gauge.say(3610, 0.4)
    assert opened.began_at == NOON + 3600


def test_words_and_other_metrics_are_passed_over():
    gauge = level(**{"for": 0})
    assert gauge.rule.read(Reading(NOON, "battery", 9.0, None, "V"), NOON) == []
    assert gauge.say(1, None) == []
    assert gauge.rule.tick(NOON, NOON + 1e6) == []


def test_a_level_may_be_too_low():
    gauge = Gauge("flood", "clearance", "m", metric="clearance", below=2.0, **{"for": 0})
    gauge.play(2.5, 1.9, 2.1, 2.3)
    assert [(finding.phase, finding.at - NOON) for finding in gauge.findings] == [("open", 10), ("clear", 30)]
    assert gauge.findings[0].threshold["clearance_m"] == 2.0


@pytest.mark.parametrize(
    ("raw", "enter", "leave"),
    [
        ({}, 0.30, 0.25),
        ({"clear_below": 0.2}, 0.30, 0.2),
        ({"above": 0.5}, 0.5, 0.45),
        ({"above": -1}, -1, -1.1),
        ({"above": 0.1, "clear_below": 0.1}, 0.1, 0.1),
        ({"below": 2}, 2, 2.2),
        ({"below": 2, "clear_above": 3}, 2, 3),
    ],
)
def test_what_is_left_out_has_a_sensible_value(raw: dict[str, float], enter: float, leave: float):
    limit = settings(**raw).limit
    assert (limit.enter, limit.leave) == (enter, pytest.approx(leave))


def test_water_that_rises_fast_is_told_of_before_it_is_high():
    gauge = level(rises_by=0.1, within="10m")
    gauge.play(*(0.02 * n for n in range(9)), every=60)
    (opened, *_) = gauge.findings
    assert (opened.phase, opened.began_at, opened.at) == ("open", NOON + 360, NOON + 420)
    assert opened.threshold == {"water_level_rise_m": 0.1, "dwell_s": 10, "within_s": 600}
    assert opened.observed["water_level_rise_m"] == pytest.approx(0.14)


def test_water_that_falls_or_rises_slowly_does_not_rise_fast():
    assert level(rises_by=0.1, within="10m").play(*(1 - 0.05 * n for n in range(20)), every=60) == []
    assert level(rises_by=0.1, within="10m").play(*(0.005 * n for n in range(200)), every=60) == []


@pytest.mark.parametrize("way", [1, -1])
def test_a_slope_moves_either_way_and_comes_to_rest(way: int):
    gauge = Gauge("slope_movement", "tilt", "rad", rises_by=0.01, within="5m")
    gauge.play(*(way * 0.004 * min(n, 6) for n in range(20)), every=60)
    assert [phase for phase in gauge.phases if phase != "update"] == ["open", "clear"]


@pytest.mark.parametrize(("unit", "value"), [("m", 0.4), ("cm", 40), ("mm", 400), ("", 0.4)])
def test_usual_levels_hold_in_whatever_unit_the_sensor_sends(unit: str, value: float):
    gauge = Gauge("flood", "water_level", unit)
    gauge.play(value, value)
    (opened,) = gauge.findings
    assert (opened.threshold["water_level_m"], opened.observed["water_level_m"]) == (0.3, pytest.approx(0.4))


def test_a_level_is_in_the_unit_that_it_names_or_as_the_sensor_sends():
    assert Gauge("flood", "water_level", "m", above=30, unit="cm").play(0.4, 0.4)
    assert Gauge("flood", "water_level", "cm", above=30).play(40, 40)
    assert not Gauge("flood", "water_level", "Cel", above=0.3, unit="m").play(40, 40)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"rises_by": 1}, "`within:` go together"),
        ({"above": 1, "within": 60}, "`within:` go together"),
        ({"above": 1, "rises_by": 1, "within": 60}, "give one of"),
        ({"above": 1, "below": 2}, "give one of `above:`, `below:` and `rises_by:`"),
        ({"above": None}, "give one of `above:`, `below:` and `rises_by:`"),
        ({"above": 1, "clear_below": 2}, "must not be over"),
        ({"below": 1, "clear_above": 0.5}, "must not be over"),
        ({"above": 1, "clear_above": 2}, "`clear_above:` with `below:`"),
        ({"below": 1, "clear_below": 2}, "`clear_below:` goes with `above:`"),
        ({"above": "inf"}, "finite number"),
        ({"above": 1, "metric": "x" * 41}, "at most 40"),
        ({"above": 1, "for": -1}, "greater than or equal to 0"),
    ],
)
def test_levels_that_make_no_sense_are_refused(raw: dict[str, object], message: str):
    with pytest.raises(ValidationError, match=message):
        settings(**raw)


def test_when_nobody_listens_any_longer_what_is_open_clears_at_the_last_reading():
    gauge = level()
    assert gauge.rule.close(NOON) == []
    gauge.play(0.4, 0.6)
    (cleared,) = gauge.rule.close(NOON + 500)
    assert (cleared.phase, cleared.id, cleared.at) == ("clear", gauge.findings[0].id, NOON + 10)
    assert cleared.observed == {"water_level_m": 0.6, "dwell_s": 10}
    assert gauge.rule.close(NOON + 500) == []
