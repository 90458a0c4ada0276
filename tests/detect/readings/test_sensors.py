import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from detect.config import SensorConfig
from detect.incident import Incident
from detect.readings.sensors import Sensors, read_pack
from edge.messages import BadMessageError, decode, encode_binary
from edge.topics import Topic
from tests.detect.film import BOOT
from tests.detect.street import NOON

TOPIC = Topic("tooley", "level-1", "config")
FLOOD, FAULT = {"kind": "flood", "for": "10s"}, {"kind": "sensor_fault", "silent_for": "60s"}


def config(*rules: dict[str, object]) -> SensorConfig:
    return SensorConfig.model_validate({"position": [104.4, 31.1], "rules": rules})


def pack(*records: tuple[float, float], seq: int = 1) -> bytes:
    """Water levels, each with the seconds since NOON at which it was measured."""
    senml = [{"n": "water_level", "u": "m", "v": value, "t": NOON + seconds} for seconds, value in records]
    return json.dumps({"boot": str(BOOT), "seq": seq, "senml": senml}).encode()


class Ear:
    """The sensors' side of the stage; `told` is all that they ever had said, times in seconds after NOON."""

    def __init__(self, *rules: dict[str, object]) -> None:
        self.told: list[Incident] = []
        self.registry = CollectorRegistry()
        self.sensors = Sensors(self.registry, self.told.append)
        self.sensors.tick(NOON, connected=True)
        self.configure(*rules)

    def configure(self, *rules: dict[str, object], at: float = 0) -> None:
        self.sensors.configure(TOPIC, config(*rules), NOON + at)

    def hear(self, at: float, *records: tuple[float, float], seq: int = 1) -> None:
        self.sensors.hear(TOPIC, pack(*records or ((at, 0.1),), seq=seq), NOON + at)

    def wait(self, begin: float, end: float, *, connected: bool = True) -> None:
        for second in range(int(begin), int(end) + 1):
            self.sensors.tick(NOON + second, connected=connected)

    @property
    def phases(self) -> list[tuple[str, str]]:
        return [(incident.kind, incident.phase) for incident in self.told]


def test_a_pack_is_judged_in_the_order_of_its_times():
    ear = Ear(FLOOD)
    ear.hear(30, (20, 0.4), (0, 0.1), (10, 0.4))
    (opened,) = ear.told
    assert (opened.began_at, opened.at) == (NOON + 10, NOON + 20)
    assert ear.registry.get_sample_value("yihu_detect_readings_total") == 3


def test_an_incident_says_where_and_why_without_picture_or_model():
    ear = Ear(FLOOD)
    ear.hear(10, (0, 0.4), (10, 0.4))
    (opened,) = ear.told
    assert (opened.site, opened.device, opened.zone, opened.position) == (
        "tooley",
        "level-1",
        "water_level",
        (104.4, 31.1),
    )
    assert (opened.kind, opened.severity, opened.objects, opened.pictures) == ("flood", "critical", [], [])
    assert opened.explanation.rule == {"kind": "flood", "version": "1"}
    assert (opened.explanation.model, opened.explanation.zone) == ({}, {"id": "water_level"})
    assert decode(encode_binary(opened), Incident) == opened


def test_silence_is_noticed_by_the_clock_alone_and_counted_from_the_start():
    ear = Ear(FAULT)
    ear.wait(1, 59)
    assert ear.told == []
    ear.wait(60, 119)
    ear.hear(119)
    assert ear.phases == [("sensor_fault", "open"), ("sensor_fault", "clear")]
    assert (ear.told[0].began_at, ear.told[1].at) == (NOON, NOON + 119)


def test_what_was_measured_long_ago_is_a_sign_of_life_and_clears():
    ear = Ear(FAULT)
    ear.wait(1, 60)
    ear.hear(70, (-3600, 0.1))
    assert ear.told[-1].phase == "clear"
    assert ear.told[-1].at >= ear.told[0].at  # else the database would take the clear for an old word


def test_while_we_are_cut_off_no_sensor_is_silent():
    ear = Ear(FAULT)
    ear.wait(1, 300, connected=False)
    ear.wait(301, 359)
    assert ear.told == []
    ear.wait(360, 361)
    assert ear.phases == [("sensor_fault", "open")]


@pytest.mark.parametrize("jump", [3600, -3600])
def test_a_clock_that_is_set_is_no_silence(jump: float):
    ear = Ear(FAULT)
    ear.wait(1, 30)
    ear.wait(30 + jump, 89 + jump)
    assert ear.told == []
    ear.wait(90 + jump, 91 + jump)
    assert ear.phases == [("sensor_fault", "open")]


def test_a_sensor_s_clock_that_was_set_back_is_followed():
    ear = Ear(FLOOD, FAULT)
    for seq, at in enumerate((0, 10, 20, -3600, -3590, -3580), 1):
        ear.hear(10 * seq, (at, 0.4), seq=seq)
    assert [(one.phase, one.began_at - NOON) for one in ear.told] == [("open", 0), ("clear", 0), ("open", -3600)]


def test_what_was_sent_earlier_and_comes_late_sets_no_clock_back():
    ear = Ear(FLOOD)
    ear.hear(10, (0, 0.4), (10, 0.4), seq=2)
    ear.hear(20, (-3600, 0.1), seq=1)
    ear.hear(30, (20, 0.4), seq=3)
    assert ear.phases == [("flood", "open")]


def test_a_reading_a_little_ahead_deafens_nobody():
    ear = Ear(FLOOD)
    ear.hear(0, (55, 0.1), seq=1)
    for seq, at in enumerate((10, 20), 2):
        ear.hear(at, (at, 0.4), seq=seq)
    assert ear.phases == [("flood", "open")]


def test_the_same_rules_again_restart_nothing_and_others_begin_afresh():
    ear = Ear(FLOOD)
    ear.hear(0, (0, 0.4))
    ear.configure(FLOOD, at=5)
    ear.hear(10, (10, 0.4))
    assert ear.phases == [("flood", "open")]
    ear.configure(FLOOD, FAULT, at=11)
    ear.hear(20, (20, 0.4))
    assert ear.phases == [("flood", "open"), ("flood", "clear")]
    ear.configure(at=21)
    assert len(ear.sensors) == 0
    ear.hear(30, (30, 0.4))
    assert ear.phases == [("flood", "open"), ("flood", "clear")]


def test_an_edit_clears_what_is_open_before_it_opens_anew():
    ear = Ear(FLOOD)
    ear.hear(10, (0, 0.4), (10, 0.4))
    ear.configure(FLOOD | {"above": 0.31}, at=11)
    ear.hear(40, (20, 0.4), (30, 0.4))
    assert [(one.phase, one.at - NOON) for one in ear.told] == [("open", 10), ("clear", 10), ("open", 30)]
    assert ear.told[0].id == ear.told[1].id != ear.told[2].id


def test_a_removal_clears_what_is_open():
    ear = Ear(FLOOD, FAULT)
    ear.wait(1, 10)
    ear.hear(10, (0, 0.4), (10, 0.4))
    ear.wait(11, 80)
    ear.configure(at=81)
    assert ear.phases == [(kind, phase) for phase in ("open", "clear") for kind in ("flood", "sensor_fault")]
    assert [one.at - NOON for one in ear.told] == [10, 70, 10, 81]


def test_a_sensor_that_is_sampled_seldom_is_not_silent_between_its_samples():
    ear = Ear()
    every = SensorConfig.model_validate({"every": "10m", "rules": [{"kind": "sensor_fault"}]})
    ear.sensors.configure(TOPIC, every, NOON)
    ear.wait(1, 1799)
    assert ear.told == []
    ear.wait(1800, 1801)
    assert ear.phases == [("sensor_fault", "open")]


def test_a_pack_of_the_future_is_refused_and_leaves_no_trace():
    ear = Ear(FLOOD, FAULT)
    ear.wait(1, 50)
    with pytest.raises(BadMessageError, match="in the future"):
        ear.hear(50, (50, 0.4), (150, 0.4))
    ear.hear(55, (55, 0.4))
    assert ear.told == []


@given(st.binary() | st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-9, 9)), max_size=5).map(lambda r: pack(*r)))
def test_whatever_is_sent_it_is_readings_in_order_or_refused(payload: bytes):
    try:
        found = [reading.at for reading in read_pack(payload, NOON).readings]
    except BadMessageError:
        return
    assert found == sorted(found)
    assert all(at <= NOON + 60 for at in found)
