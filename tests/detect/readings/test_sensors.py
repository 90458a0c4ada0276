import json
import random
from collections.abc import Iterable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from detect.config import SensorConfig
from detect.incident import Incident
from detect.past import OVER_S
from detect.readings.sensors import Sensors, read_pack
from edge.messages import BadMessageError, decode, encode_binary
from edge.topics import Topic
from tests.detect.film import BOOT
from tests.detect.street import NOON

TOPIC = Topic("tooley", "level-1", "config")
FLOOD, FAULT = {"kind": "flood", "for": "10s"}, {"kind": "sensor_fault", "silent_for": "60s"}
SOS = {"kind": "sos"}
EVERY_S = 10


def config(*rules: dict[str, object]) -> SensorConfig:
    return SensorConfig.model_validate({"position": [104.4, 31.1], "rules": rules})


def pack(*records: tuple[float, float], seq: int = 1, metric: str = "water_level") -> bytes:
    """Values, each with the seconds since NOON at which it was measured; water levels, unless told."""
    senml = [{"n": metric, "v": value, "t": NOON + seconds} for seconds, value in records]
    return json.dumps({"boot": str(BOOT), "seq": seq, "senml": senml}).encode()


class Ear:
    """The sensors' side of the stage; `told` is all that they ever had said, times in seconds after NOON."""

    def __init__(self, *rules: dict[str, object]) -> None:
        self.told: list[Incident] = []
        self._seq = 0
        self.registry = CollectorRegistry()
        self.sensors = Sensors(self.registry, self.told.append)
        self.sensors.tick(NOON, connected=True)
        self.configure(*rules)

    def configure(self, *rules: dict[str, object], at: float = 0) -> None:
        self.sensors.configure(TOPIC, config(*rules), NOON + at)

    def hear(self, at: float, *records: tuple[float, float], seq: int = 0, metric: str = "water_level") -> None:
        """A pack that arrives then; it is the next one unless its number says otherwise."""
        self._seq = seq or self._seq + 1
        self.sensors.hear(TOPIC, pack(*records or ((at, 0.1),), seq=self._seq, metric=metric), NOON + at)

    def send(self, numbers: Iterable[int], bad: Iterable[int], metric: str = "water_level", at: float = 1000) -> None:
        """Packs by their numbers, measured EVERY_S apart; what those of `bad` say is beyond any limit."""
        for number in numbers:
            self.hear(at, (number * EVERY_S, 0.9 * (number in bad)), seq=number + 1, metric=metric)

    def live_on(self, numbers: Iterable[int]) -> None:
        """All is well, and each pack arrives as it is measured."""
        for number in numbers:
            self.send([number], bad=[], at=number * EVERY_S)
            self.wait(number * EVERY_S, number * EVERY_S + EVERY_S - 1)

    def wait(self, begin: float, end: float, *, connected: bool = True) -> None:
        for second in range(int(begin), int(end) + 1):
            self.sensors.tick(NOON + second, connected=connected)

    @property
    def said(self) -> list[tuple[str, float, float, bool]]:
        """Phase, beginning and time of all that opened or cleared, and whether it was found late."""
        return [
            (one.phase, one.began_at - NOON, one.at - NOON, one.explanation.late)
            for one in self.told
            if one.phase != "update"
        ]

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


def test_an_sos_pressed_while_its_edge_was_cut_off_is_told_of_once_with_its_time():
    ear = Ear(SOS)
    ear.send([0, 1, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15], bad=[5, 6], metric="sos")
    assert ear.said == [("open", 50, 50, True), ("clear", 50, 70, True)]


def test_an_sos_of_the_last_seconds_of_a_cut_is_not_lost():
    ear = Ear(SOS)
    ear.hear(0, (0, 0), seq=1, metric="sos")
    ear.hear(20, (20, 0), seq=3, metric="sos")
    ear.hear(20, (19, 1), seq=2, metric="sos")
    assert ear.said == [("open", 19, 19, True)]


def test_a_flood_that_rose_and_fell_during_a_cut_is_told_of():
    ear = Ear(FLOOD)
    ear.send([0, 1, 2, *range(20, 30), *range(3, 20)], bad=range(5, 9))
    assert ear.said == [("open", 50, 60, True), ("clear", 50, 100, True)]


def test_what_an_earlier_boot_left_behind_is_told_of():
    ear = Ear(SOS)
    ear.hear(0, (0, 0), seq=1, metric="sos")
    before = pack((50, 1), seq=2, metric="sos")
    ear.sensors.hear(TOPIC, pack((100, 0), metric="sos").replace(b"0001", b"0002"), NOON + 100)
    ear.sensors.hear(TOPIC, before, NOON + 101)
    assert ear.said == [("open", 50, 50, True)]


def test_what_is_still_open_in_the_past_clears_when_no_more_comes_and_nothing_there_is_silent():
    ear = Ear(FLOOD, FAULT)
    ear.send([0, 1, 2, 20, *range(3, 20)], bad=range(10, 20), at=200)
    ear.live_on(range(21, 20 + int(OVER_S) // EVERY_S))
    assert ear.said == [("open", 100, 110, True)]
    ear.live_on(range(20 + int(OVER_S) // EVERY_S, 100))
    assert ear.said == [("open", 100, 110, True), ("clear", 100, 190, True)]


def test_what_comes_late_is_no_sign_of_life():
    ear = Ear(FAULT)
    ear.send([0, 6], bad=[], at=0)
    ear.wait(1, 60)
    ear.send(range(1, 6), bad=[], at=61)
    assert ear.phases == [("sensor_fault", "open")]


def test_what_comes_again_changes_nothing():
    ear = Ear(SOS, FAULT)
    ear.send([0, 6], bad=[], at=0)
    ear.send([3, 3], bad=[3], metric="sos")
    ear.wait(1, 60)
    ear.send([6, 3], bad=[3], metric="sos", at=61)
    assert ear.phases == [("sos", "open"), ("sensor_fault", "open")]
    assert ear.said[0] == ("open", 30, 30, True)


def test_a_part_of_the_past_that_had_to_be_sent_twice_is_judged_for_itself():
    ear = Ear(SOS)
    ear.send([0, 1, 20, *range(10, 15), *range(2, 10), 15], bad=[4, 12], metric="sos")
    assert [one[:3] for one in ear.said] == [
        ("open", 120, 120), ("clear", 120, 130), ("open", 40, 40), ("clear", 40, 50),
    ]  # fmt: skip


def test_an_edit_clears_what_is_open_in_the_past_and_the_rest_goes_by_the_new_rules():
    ear = Ear(FLOOD)
    ear.send([0, 20, *range(1, 10)], bad=range(1, 20))
    ear.configure(FLOOD | {"above": 0.31}, at=1000)
    ear.send(range(10, 20), bad=range(1, 20))
    assert ear.said == [("open", 10, 20, True), ("clear", 10, 90, True), ("open", 100, 110, True)]


@given(st.lists(st.booleans(), min_size=3, max_size=60), st.randoms(use_true_random=False))
def test_what_comes_late_changes_nothing_live_and_is_told_of_as_if_it_were(bad: list[bool], dice: random.Random):
    """And nothing that comes again changes anything; all orders are tried in which each kind keeps its own."""
    cut = sorted(dice.sample(range(1, len(bad)), 2))
    whole, live, late = Ear(FLOOD, FAULT), Ear(FLOOD, FAULT), Ear(FLOOD)
    beyond, old = [number for number, is_bad in enumerate(bad) if is_bad], list(range(*cut))
    late.send(old, beyond)
    sent: list[int] = []
    for number in range(len(bad)):
        now = number * EVERY_S
        if number not in range(*cut):
            live.send([number], beyond, at=now)
            whole.send([number], beyond, at=now)
            sent.append(number)
        while number >= cut[1] and old and dice.random() < 0.5:
            sent.append(old.pop(0))
            whole.send([sent[-1], *dice.choices(sent, k=2)], beyond, at=now)
        live.wait(now, now + EVERY_S - 1)
        whole.wait(now, now + EVERY_S - 1)
    whole.send(old, beyond, at=len(bad) * EVERY_S)
    assert anonymous(whole.told, late=False) == anonymous(live.told, late=False)
    assert anonymous(whole.told, late=True) == anonymous(late.told, late=False)


def anonymous(told: list[Incident], *, late: bool) -> list[object]:
    """What was found late, or live, but for its ids and that it was."""
    return [
        msgspec.to_builtins(one) | {"id": None, "explanation": msgspec.structs.replace(one.explanation, late=False)}
        for one in told
        if one.explanation.late is late
    ]
