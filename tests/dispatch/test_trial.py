from datetime import date, datetime, time
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from detect.config import CameraConfig, SensorConfig
from detect.model.detector import Detection
from detect.stays.lasting import LastingSettings
from detect.stays.stay import Scene
from detect.values import within
from dispatch.trial import Alarm, Told, judge, replay, watched
from ingest.senml import Reading
from tests.detect.street import CONFIDENCE, KERB, NOON, PLACE, Street, thing, times

ELSEWHERE = [(0.0, 0.0), (0.2, 0.0), (0.2, 0.2)]
PARKING = {"kind": "illegal_parking", "dwell": 5}


def camera(*rules: dict[str, Any], polygon: Any = KERB, confidence: float = CONFIDENCE) -> CameraConfig:
    zone = {"id": "kerb", "polygon": polygon, "rules": rules}
    return CameraConfig.model_validate({"zones": [zone], "detector": {"confidence": confidence}})


def told(kind: str = "illegal_parking", dwell: float = 8, score: float = 0.8, *things: Detection) -> Told:
    return Told(kind, NOON, dwell, score, list(things or [thing()]))


@pytest.mark.parametrize(
    ("outcome", "config"),
    [
        ("reported", camera(PARKING)),
        ("short", camera(PARKING | {"dwell": 9})),
        ("hours", camera(PARKING | {"hours": "07:00-12:00"})),
        ("unsure", camera(PARKING, confidence=0.9)),
        ("outside", camera(PARKING, polygon=ELSEWHERE)),
        ("unwatched", camera(PARKING | {"objects": ["bus"]})),
        ("unwatched", camera({"kind": "debris"})),
        ("unwatched", CameraConfig()),
        ("reported", camera(PARKING | {"dwell": 9}, PARKING)),
    ],
)
def test_an_incident_is_reported_or_it_is_told_what_it_fails_by(outcome: str, config: CameraConfig) -> None:
    judged = judge(told(), config)
    assert judged.outcome == outcome
    assert judged.zone == (None if outcome in ("outside", "unwatched") else "kerb")


def test_a_crowd_needs_its_number_in_the_zone() -> None:
    people = [
        thing(label="person"),
        thing((0.6, 0.4, 0.7, 0.6), label="person"),
        thing((0, 0, 0.1, 0.1), label="person"),
    ]
    crowd = told("crowd", 30, 0.8, *people)
    assert judge(crowd, camera({"kind": "crowd", "count": 2})).outcome == "reported"
    assert judge(crowd, camera({"kind": "crowd", "count": 3})).outcome == "few"


def test_smoke_over_the_zone_is_in_it_as_it_is_for_detect() -> None:
    smoke = told("smoke", 30, 0.8, thing((0.5, 0.1, 0.86, 0.5), label="smoke"))
    assert judge(smoke, camera({"kind": "smoke"})).outcome == "reported"
    assert judge(smoke, camera({"kind": "smoke"}, polygon=ELSEWHERE)).outcome == "outside"


@given(x=st.floats(0, 0.7), y=st.floats(0, 0.7), dwell=st.floats(1, 20), score=st.floats(0.1, 1))
def test_it_says_what_the_rule_itself_says_of_what_stands_there(x: float, y: float, dwell: float, score: float) -> None:
    car = thing((x, y, x + 0.2, y + 0.2), score)
    street = Street(dwell=dwell, interval_s=0.5)
    street.play(times(NOON, 10, 2), car)
    judged = judge(told("illegal_parking", 10, score, car), camera(PARKING | {"dwell": dwell}))
    assert (judged.outcome == "reported") == bool(street.findings)


@given(
    begin=st.integers(0, 3 * 1440),
    length=st.integers(1, 4000),
    hours=st.sampled_from(["07:00-22:00", "22:00-06:00", "07:00-09:00,17:00-19:00", "00:00-24:00"]),
    exempt=st.sampled_from([None, "08:00-08:30", "23:00-01:00,12:00-13:30"]),
)
def test_a_rule_watches_each_minute_at_which_it_holds(begin: int, length: int, hours: str, exempt: str | None) -> None:
    config = camera(PARKING | {"hours": hours, "exempt": exempt})
    (rule,) = config.zones[0].rules
    assert isinstance(rule, LastingSettings)
    stretches = watched(rule, NOON + begin * 60, length * 60.0, config.timezone)
    for minute in range(begin, begin + min(length, 2 * 1440)):
        of_day = time((12 + minute // 60) % 24, minute % 60)  # it begins at noon
        inside = within(hours, datetime.combine(date.min, of_day)) and not (
            exempt and within(exempt, datetime.combine(date.min, of_day))
        )
        assert any(since <= NOON + minute * 60 < until for since, until in stretches) == inside
    if (hours, exempt) == ("00:00-24:00", None):
        assert stretches == [(NOON + begin * 60, NOON + (begin + length) * 60)]


@pytest.mark.parametrize("grace", [0, 30, 90])
@pytest.mark.parametrize("pause", [{"hours": "12:02-13:00"}, {"exempt": "11:00-12:02"}, {"hours": "11:00-12:03"}])
@given(dwell=st.integers(5, 280).filter(lambda dwell: dwell % 60))  # of a whole minute the last frame decides
def test_pauses_and_a_grace_are_as_the_rule_itself_has_them(grace: int, pause: dict[str, str], dwell: int) -> None:
    settings = {"dwell": dwell, "grace": grace} | pause
    street = Street(interval_s=1, **settings)
    street.play(times(NOON, 300, 1), thing())
    judged = judge(told("illegal_parking", 300), camera(PARKING | settings))
    assert (judged.outcome == "reported") == bool(street.findings)


def fence(*rules: dict[str, Any], line: Any) -> CameraConfig:
    entry = {"id": "gate", "line": line, "rules": rules}
    return CameraConfig.model_validate({"zones": [entry], "detector": {"confidence": CONFIDENCE}})


@pytest.mark.parametrize(
    ("outcome", "kind", "line", "changes"),
    [
        ("reported", "intrusion", [(0.5, 1), (0.5, 0)], {}),
        ("reported", "intrusion", [(0.5, 0), (0.5, 1)], {}),
        ("reported", "wrong_way", [(0.5, 1), (0.5, 0)], {}),
        ("outside", "wrong_way", [(0.5, 0), (0.5, 1)], {}),
        ("outside", "intrusion", [(0.1, 1), (0.1, 0)], {}),
        ("unwatched", "intrusion", [(0.5, 1), (0.5, 0)], {"objects": ["bus"]}),
        ("hours", "intrusion", [(0.5, 1), (0.5, 0)], {"hours": "07:00-12:00"}),
    ],
)
def test_what_crossed_a_line_is_tried_on_lines(outcome: str, kind: str, line: Any, changes: dict[str, Any]) -> None:
    config = fence({"kind": kind, "objects": ["car"]} | changes, line=line)
    beyond = [thing((0.55, 0.4, 0.65, 0.6))]
    assert judge(Told(kind, NOON, 0.0, 0.8, beyond, crossed=True), config).outcome == outcome
    assert judge(Told(kind, NOON, 30.0, 0.8, beyond), config).outcome == "unwatched"
    zone = camera({"kind": "intrusion", "objects": ["car"]}, polygon=[(0, 0), (1, 0), (1, 1), (0, 1)])
    assert judge(Told("intrusion", NOON, 0.0, 0.8, beyond, crossed=True), zone).outcome == "unwatched"


def gauge(*rules: dict[str, Any]) -> SensorConfig:
    return SensorConfig.model_validate({"every": 10, "rules": rules})


def level(*values: float, every: float = 10) -> list[Reading]:
    return [Reading(NOON + number * every, "water_level", value, None, "m") for number, value in enumerate(values)]


FLOOD = {"kind": "flood", "above": 0.3, "clear_below": 0.25, "for": 20}


def test_a_sensor_s_rule_is_played_over_what_it_measured() -> None:
    readings = level(0.1, 0.4, 0.4, 0.4, 0.1, 0.1, 0.1, 0.5, 0.5, 0.5)
    (flood,) = replay(gauge(FLOOD), readings, readings[-1].at)
    assert flood == [Alarm(NOON + 10, NOON + 60), Alarm(NOON + 70, None)]
    (higher,) = replay(gauge(FLOOD | {"above": 0.45}), readings, readings[-1].at)
    assert higher == [Alarm(NOON + 70, None)]


def test_a_sensor_that_fell_silent_is_found_in_what_it_measured() -> None:
    readings = [*level(0.1, 0.1), *(one._replace(at=one.at + 300) for one in level(0.1))]
    (silent,) = replay(gauge({"kind": "sensor_fault", "silent_for": 60}), readings, NOON + 500)
    assert silent == [Alarm(NOON + 10, NOON + 300), Alarm(NOON + 300, None)]


def test_nothing_measured_is_nothing_reported() -> None:
    assert replay(gauge(FLOOD, {"kind": "sensor_fault"}), [], NOON) == [[], []]


def test_a_scene_is_what_the_rule_would_see() -> None:
    """The incident of a rule, told as it tells it, is one that the rule would report again."""
    street = Street()
    (found,) = street.play(times(NOON, 6, 2), thing(PLACE))
    things = [Detection(one.label, one.box, one.score) for one in found.objects]
    again = Told(found.kind, found.began_at, found.observed["dwell_s"], found.score, things)
    assert judge(again, camera(PARKING)).outcome == "reported"
    assert street.rule.observe(Scene(NOON + 7, b"", [])) == []
