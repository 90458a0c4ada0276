import pytest
from pydantic import ValidationError

from detect.rules.sensor.sensor_fault import Settings
from tests.detect.readings.gauge import Gauge
from tests.detect.street import NOON


@pytest.fixture
def gauge() -> Gauge:
    return Gauge("sensor_fault", "water_level", silent_for="30s")


def test_opens_once_when_nothing_came_and_clears_with_the_next_reading(gauge: Gauge):
    assert gauge.rule.tick(NOON, NOON + 29.9) == []
    (opened,) = gauge.rule.tick(NOON, NOON + 30)
    assert (opened.phase, opened.severity, opened.began_at, opened.at) == ("open", "minor", NOON, NOON + 30)
    assert (opened.threshold, opened.observed) == ({"silent_s": 30}, {"silent_s": 30})
    assert gauge.rule.tick(NOON, NOON + 89) == []
    (still,) = gauge.rule.tick(NOON, NOON + 90)
    assert (still.phase, still.id, still.observed) == ("update", opened.id, {"silent_s": 90})
    (cleared,) = gauge.say(600, 0.1)
    assert (cleared.phase, cleared.id, cleared.observed) == ("clear", opened.id, {"silent_s": 600})
    assert gauge.say(601, 0.1) == []


def test_words_are_a_sign_of_life_too(gauge: Gauge):
    gauge.rule.tick(NOON, NOON + 30)
    (cleared,) = gauge.say(31, None)
    assert cleared.phase == "clear"


def test_each_silence_is_an_incident_of_its_own(gauge: Gauge):
    (first,) = gauge.rule.tick(NOON, NOON + 30)
    gauge.say(40, 0.1)
    (second,) = gauge.rule.tick(NOON + 40, NOON + 70)
    assert second.id != first.id


def test_a_silence_takes_time():
    with pytest.raises(ValidationError):
        Settings(kind="sensor_fault", silent_for=0)


@pytest.mark.parametrize(("every", "silent_s"), [(0, 60), (10, 60), (20, 60), (600, 1800)])
def test_who_speaks_seldom_is_waited_for(every: float, silent_s: float):
    gauge = Gauge("sensor_fault", "water_level", every=every)
    assert gauge.rule.tick(NOON, NOON + silent_s - 1) == []
    (opened,) = gauge.rule.tick(NOON, NOON + silent_s)
    assert opened.threshold == {"silent_s": silent_s}


def test_what_never_changes_is_stuck_where_the_file_says_after_how_long():
    gauge = Gauge("sensor_fault", "water_level", stuck_for="60s")
    gauge.play(0.30, 0.31, *[0.31] * 7)
    (opened,) = gauge.findings
    assert (opened.phase, opened.began_at, opened.at) == ("open", NOON + 20, NOON + 80)
    assert (opened.threshold, opened.observed) == (
        {"dwell_s": 60, "stuck_s": 60}, {"dwell_s": 60, "stuck_s": 70},
    )  # fmt: skip
    gauge.play(*[0.3 + n / 100 for n in range(7)], begin=90)
    assert [phase for phase in gauge.phases if phase != "update"] == ["open", "clear"]


def test_two_metrics_of_one_sensor_are_stuck_each_for_itself():
    gauge = Gauge("sensor_fault", "water_level", stuck_for="30s")
    other = Gauge("sensor_fault", "temperature")
    other.rule = gauge.rule
    for second in range(0, 100, 10):
        gauge.say(second, second / 100)
        other.say(second, 20.0)
    assert (gauge.findings, other.phases) == ([], ["open"])


@pytest.mark.parametrize(("value", "limit"), [(-0.5, 0.0), (9.9, 5.0)])
def test_what_it_cannot_measure_is_a_fault_and_a_spark_is_none(value: float, limit: float):
    gauge = Gauge("sensor_fault", "water_level", least=0, most=5)
    assert gauge.play(1, value, 1, 2) == []
    (opened,) = gauge.play(value, value, begin=50)
    assert (opened.threshold["value"], opened.observed["value"]) == (limit, value)
    assert [told.phase for told in gauge.rule.close(NOON + 70)] == ["clear"]


def test_the_ends_of_what_can_be_measured_are_two():
    with pytest.raises(ValidationError, match="must be under"):
        Settings(kind="sensor_fault", least=2, most=1)
