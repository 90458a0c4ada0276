import random
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from detect.geometry import iou
from detect.incident import Box
from tests.detect.street import NOON, PLACE, TRUCK, Street, moved, thing, times

RATES = [0.1, 1, 5, 25]


def clock(text: str, timezone: str = "Asia/Shanghai") -> float:
    hour, minute = map(int, text.split(":"))
    return datetime(2025, 6, 16, hour, minute, tzinfo=ZoneInfo(timezone)).timestamp()


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("dwell", [5, 20, 180])
def test_opens_on_the_first_frame_at_which_the_dwell_is_reached(fps: float, dwell: float):
    street = Street(dwell=dwell)
    moments = times(NOON, 400, fps)
    (opened,) = [finding for finding in street.play(moments, thing()) if finding.phase == "open"]
    opened_at = opened.pictures[0].at + opened.observed["dwell_s"]
    assert opened_at == pytest.approx(next(at for at in moments if at - NOON >= dwell), abs=0.01)
    assert opened.began_at == NOON  # it was there when the camera came up


@given(st.lists(st.integers(1, 3), min_size=1), st.sampled_from([0.04, 0.2, 1, 10]), st.floats(0.1, 60))
def test_a_dropped_frame_does_not_stretch_time(frames: list[int], interval: float, dwell: float):
    street, at, opened_at = Street(dwell=dwell, interval_s=interval * 1.01), NOON, None
    street.show(at, thing())
    for number in frames:
        at += number * interval
        if any(finding.phase == "open" for finding in street.show(at, thing())):
            assert opened_at is None
            opened_at = at
        assert (opened_at is not None) == (at - NOON >= dwell)


@pytest.mark.parametrize("fps", [1, 5, 25])
def test_a_vehicle_that_a_truck_hides_for_a_while_is_the_same_vehicle(fps: float):
    street = Street(dwell=12)
    street.play(times(NOON, 6, fps), thing())
    for number, at in enumerate(times(NOON + 6 + 1 / fps, 5 - 1 / fps, fps)):
        street.show(at, thing(moved(TRUCK, -0.1 + 0.2 * number / (5 * fps)), label="truck"))
    assert street.findings == []
    street.play(times(NOON + 11 + 1 / fps, 1.5, fps), thing())
    (opened,) = street.findings
    assert opened.began_at == NOON
    assert [spell.state for spell in opened.dwell] == ["seen", "hidden", "seen"]
    assert opened.observed["dwell_s"] == pytest.approx(12, abs=1 / fps)


def test_a_lost_track_restarts_nothing():
    street = Street(dwell=10)
    for number, at in enumerate(times(NOON, 30, fps=5)):
        street.show(at, thing(track=None if number % 3 else number))
    assert street.phases == ["open", "update"]
    assert street.findings[0].began_at == NOON


@given(st.randoms(use_true_random=False))
def test_a_box_that_trembles_restarts_nothing(dice: random.Random):
    street = Street(dwell=10)
    for at in times(NOON, 20, fps=5):
        street.show(at, thing(tuple(side + dice.uniform(-0.008, 0.008) for side in PLACE)))
    assert street.phases == ["open"]
    assert street.findings[0].observed["dwell_s"] == 10


def test_a_car_that_is_there_again_after_a_stall_has_not_been_seen_to_stand():
    street = Street(dwell=5)
    street.play(times(NOON, 0.4, fps=5), thing())
    street.play(times(NOON + 55.4, 3.8, fps=5), thing())
    assert street.findings == []
    (opened,) = street.play(times(NOON + 59.4, 0.4, fps=5), thing())
    assert opened.began_at == NOON
    assert 5 <= opened.observed["dwell_s"] < 5.4


def test_an_incident_outlives_a_stall_of_a_minute():
    street = Street(dwell=5)
    street.play(times(NOON, 10, fps=5), thing())
    street.show(NOON + 69)
    street.play(times(NOON + 69.2, 5, fps=5), thing())
    assert street.phases == ["open", "update"]


def test_a_flicker_of_missed_detections_restarts_nothing():
    street, dice = Street(dwell=20), random.Random(3)
    for number, at in enumerate(times(NOON, 40, fps=5)):
        street.show(at, *([thing()] if number < 10 or dice.random() < 0.7 else []))
    assert street.phases[0] == "open"
    assert "clear" not in street.phases
    assert street.findings[0].began_at == NOON
    assert street.findings[0].observed["dwell_s"] < 21


def test_a_weak_detection_continues_a_stay_but_opens_none():
    street = Street(dwell=5)
    street.play(times(NOON, 60, fps=5), thing(score=0.15))
    assert street.findings == []
    for number, at in enumerate(times(NOON + 60, 6, fps=5)):
        street.show(at, thing(score=0.15 if number % 3 == 1 else 0.6))
    (opened,) = street.findings
    assert opened.began_at == NOON + 60


def test_what_was_mostly_seen_weakly_is_not_reported():
    street = Street(dwell=5)
    street.show(NOON, thing(score=0.6))
    street.play(times(NOON + 0.2, 60, fps=5), thing(score=0.15))
    assert street.findings == []


def test_clears_when_the_vehicle_has_left():
    street = Street(dwell=5)
    street.play(times(NOON, 10, fps=5), thing())
    street.play(times(NOON + 10.2, 2.6, fps=5))
    assert street.phases == ["open"]
    street.play(times(NOON + 13, 1, fps=5))
    assert street.phases == ["open", "clear"]
    assert street.findings[1].observed["dwell_s"] == 10
    assert street.rule._cases == {}
    street.play(times(NOON + 20, 6, fps=5), thing())
    assert street.phases == ["open", "clear", "open"]
    assert street.findings[2].id != street.findings[0].id


@pytest.mark.parametrize("fps", [1, 5, 25])
def test_one_life_has_one_id_and_a_word_every_fifteen_seconds(fps: float):
    street = Street(dwell=5)
    street.play(times(NOON, 66, fps), thing())
    street.play(times(NOON + 67, 4, fps))
    assert street.phases == ["open", "update", "update", "update", "update", "clear"]
    (one,) = {finding.id for finding in street.findings}
    assert one.version == 7
    assert [finding.observed["dwell_s"] for finding in street.findings] == [5, 20, 35, 50, 65, 66]
    assert {finding.began_at for finding in street.findings} == {NOON}


def test_pictures_come_first_and_then_only_when_there_is_a_better_one():
    street = Street(dwell=2)
    for at in times(NOON, 70, fps=1):
        street.show(at, thing(score=0.9 if at >= NOON + 20 else 0.6))
    roles = [[(picture.role, picture.at - NOON) for picture in finding.pictures] for finding in street.findings]
    assert roles == [[("first", 0), ("best", 0)], [], [("best", 20)], [], []]


def test_says_what_it_asks_and_what_it_saw():
    street = Street(dwell=5)
    (opened,) = street.play(times(NOON, 5, fps=5), thing(track=4))
    assert opened.threshold == {"dwell_s": 5, "score": 0.35, "seen_share": 0.5}
    assert opened.observed == {"dwell_s": 5, "score": 0.8, "seen_share": 1}
    assert (opened.kind, opened.severity, opened.score) == ("illegal_parking", "major", 0.8)
    assert [(one.label, one.box, one.track) for one in opened.objects] == [("car", PLACE, 4)]


@given(st.lists(st.lists(st.tuples(st.floats(0.3, 0.8), st.floats(0.2, 0.6)), max_size=5), min_size=2, max_size=60))
def test_what_passes_never_opens(frames: list[list[tuple[float, float]]]):
    street, before = Street(dwell=1), list[Box]()
    for at, corners in zip(times(NOON, 60, fps=5), frames, strict=False):
        boxes = [(left, top, left + 0.2, top + 0.2) for left, top in corners]
        assume(all(iou(a, b) < 0.6 for a in boxes for b in before))
        assert street.show(at, *map(thing, boxes)) == []
        before = boxes


@pytest.mark.parametrize("seed", range(5))
def test_a_busy_lane_over_the_zone_never_opens(seed: int):
    street, dice, cars = Street(dwell=5), random.Random(seed), list[tuple[float, float, float]]()
    for at in times(NOON, 600, fps=5):
        if not cars or (cars[-1][0] > dice.uniform(-0.15, 0.3)):
            cars.append((-0.3, dice.uniform(0.08, 0.15), dice.uniform(0.16, 0.24)))  # left edge, step, length
        cars = [(left + step, step, length) for left, step, length in cars if left < 1]
        street.show(at, *(thing((left, 0.4, left + length, 0.6)) for left, _, length in cars))
    assert street.findings == []


@pytest.mark.parametrize(
    ("box", "reported"),
    [
        (PLACE, True),
        ((0.55, 0.05, 0.75, 0.4), True),  # a bus whose top is far above the zone, its foot within
        ((0.55, 0.4, 0.75, 0.8), False),  # most of it in the zone, its foot on the road before it
        ((0.3, 0.4, 0.65, 0.6), False),  # its foot beside
    ],
)
def test_the_foot_of_the_box_says_whether_it_stands_in_the_zone(box: Box, reported: bool):
    street = Street(dwell=5)
    street.play(times(NOON, 6, fps=5), thing(box))
    assert bool(street.findings) == reported


def test_outside_its_hours_nothing_opens():
    street = Street(hours="07:00-11:30")
    street.play(times(NOON, 60, fps=1), thing())
    assert street.findings == []


def test_the_dwell_begins_with_the_hours():
    street = Street(hours="12:01-13:00", dwell=30)
    street.play(times(NOON, 120, fps=1), thing())
    assert street.findings[0].began_at == NOON + 60


def test_the_end_of_the_hours_clears_what_is_open():
    street = Street(hours="11:00-12:01", dwell=5)
    street.play(times(NOON, 59, fps=1), thing())
    assert street.phases[-1] == "update"
    (cleared,) = street.play(times(NOON + 60, 60, fps=1), thing())
    assert (cleared.phase, cleared.id) == ("clear", street.findings[0].id)


@pytest.mark.parametrize(("moment", "reported"), [("23:00", True), ("05:00", True), ("06:00", False), ("21:00", False)])
def test_hours_may_go_over_midnight(moment: str, reported: bool):
    street = Street(hours="22:00-06:00")
    street.play(times(clock(moment), 10, fps=1), thing())
    assert bool(street.findings) == reported


def test_a_stay_goes_on_over_midnight():
    street = Street(hours="22:00-06:00", dwell=60)
    street.play(times(clock("23:59") + 30, 60, fps=1), thing())
    assert street.phases == ["open"]


@pytest.mark.parametrize("timezone", ["Asia/Shanghai", "Europe/London", "America/St_Johns"])
def test_hours_are_those_of_the_site(timezone: str):
    at_eight, at_five = clock("08:00", timezone), clock("05:00", timezone)
    street = Street(timezone, hours="07:00-09:00")
    street.play(times(at_five, 10, fps=1), thing())
    assert street.findings == []
    street.play(times(at_eight, 10, fps=1), thing())
    assert street.phases == ["open"]
    assert datetime.fromtimestamp(at_eight, UTC).hour == {"Asia": 0, "Euro": 7, "Amer": 10}[timezone[:4]]


@pytest.mark.parametrize("scores", [(0.8, 0.6), (0.6, 0.8), (0.7, 0.7)])
def test_a_vehicle_with_two_labels_is_one_incident(scores: tuple[float, float]):
    street = Street(dwell=5)
    van = [thing(score=scores[0]), thing(moved(PLACE, 0.005), score=scores[1], label="truck")]
    for number, at in enumerate(times(NOON, 60, fps=5)):
        street.show(at, *van[:: 1 if number % 2 else -1])
    assert street.phases.count("open") == 1
    assert "clear" not in street.phases


def test_a_label_that_changes_from_frame_to_frame_is_one_incident():
    street = Street(dwell=5)
    for number, at in enumerate(times(NOON, 20, fps=5)):
        street.show(at, thing(label="car" if number % 2 else "truck"))
    assert street.phases.count("open") == 1


def test_only_the_objects_asked_for_count():
    street = Street(objects=["bus", "truck"])
    street.play(times(NOON, 60, fps=1), thing(label="car"), thing(label="person"))
    assert street.findings == []
    street.play(times(NOON + 61, 10, fps=1), thing(label="bus"))
    assert street.phases == ["open"]


def test_two_vehicles_are_two_incidents():
    street = Street(dwell=5, queue=0)
    street.play(times(NOON, 10, fps=5), thing((0.5, 0.4, 0.65, 0.6)), thing((0.66, 0.4, 0.85, 0.6)))
    assert street.phases == ["open", "open"]
    assert len({finding.id for finding in street.findings}) == 2


def test_a_day_of_flicker_makes_no_large_message():
    street = Street(dwell=5)
    for number, at in enumerate(times(NOON, 7200, fps=1)):
        street.show(at, thing(score=0.4 + number % 60 / 100) if number % 8 < 5 else thing(TRUCK, label="truck"))
    largest = max(len(msgspec.json.encode([one.dwell, one.scores, one.objects])) for one in street.findings)
    assert street.phases.count("open") == 1
    assert 1000 < largest < 8000


def test_an_incident_that_clears_shows_when_it_was_seen_last():
    street = Street()
    street.play(times(NOON, 10, 1), thing())
    cleared = street.play(times(NOON + 11, 20, 1))[-1]
    assert cleared.phase == "clear"
    assert [(picture.role, picture.at, picture.box) for picture in cleared.pictures] == [("last", NOON + 10, PLACE)]


@pytest.mark.parametrize("pause", [{"hours": "12:01-13:00"}, {"exempt": "11:00-12:01"}])
@pytest.mark.parametrize(("arrives", "told"), [(0, 150), (60, 150), (90, 180), (119, 209), (120, 150), (200, 230)])
def test_who_stood_there_when_the_hours_began_has_a_grace(pause: dict[str, str], arrives: float, told: float):
    street = Street(**pause, dwell=30, grace=60)
    street.play(times(NOON, arrives - 1, fps=1))
    street.play(times(NOON + arrives, 300 - arrives, fps=1), thing())
    opened = street.findings[0]
    assert (opened.phase, opened.at) == ("open", NOON + told)
    assert opened.threshold["dwell_s"] == 30
    assert opened.threshold.get("grace_s") == (60 if arrives < 120 else None)


def test_who_leaves_within_the_grace_is_told_of_by_nobody():
    street = Street(hours="12:01-13:00", dwell=30, grace=60)
    street.play(times(NOON, 149, fps=1), thing())
    street.play(times(NOON + 150, 60, fps=1))
    assert street.findings == []


def test_nobody_has_a_grace_where_the_hours_never_begin():
    street = Street(dwell=30, grace=60)
    street.play(times(NOON, 30, fps=1), thing())
    assert street.phases == ["open"]
