import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detect.geometry import union
from detect.incident import Box
from tests.detect.street import NOON, PLACE, Street, moved, thing, times

RATES = [0.5, 2, 5, 25]
FLAMES = thing(label="fire")


def fire(**settings: object) -> Street:
    return Street(kind="fire", **settings)


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("for_s", [2, 4, 10])
def test_opens_on_the_first_frame_at_which_it_has_held_long_enough(fps: float, for_s: float):
    street = fire(**{"for": for_s})
    moments = times(NOON, 30, fps)
    opened, *_ = street.play(moments, FLAMES)
    assert (opened.phase, opened.began_at) == ("open", NOON)
    assert opened.at == next(at for at in moments if at - NOON >= for_s)


@given(st.lists(st.tuples(st.floats(0.02, 5), st.sampled_from([0.0, 0.15, 0.3, 0.8])), min_size=1, max_size=80))
def test_it_opens_and_clears_by_turns_and_never_before_its_time(steps: list[tuple[float, float]]):
    street, at = fire(), NOON
    for gap, score in steps:
        at += gap
        street.show(at, *[thing(label="fire", score=score)] * (score > 0))
    turns = [finding for finding in street.findings if finding.phase != "update"]
    assert [finding.phase for finding in turns] == [["open", "clear"][number % 2] for number in range(len(turns))]
    for finding in turns[::2]:
        assert finding.observed["dwell_s"] >= 4
        assert finding.observed["seen_share"] > 0.5
        assert finding.score >= 0.35


@pytest.mark.parametrize("fps", [2, 5, 25])
def test_one_lucky_frame_opens_nothing(fps: float):
    street = fire()
    for number, at in enumerate(times(NOON, 600, fps)):
        street.show(at, *[thing(label="fire", score=0.95)] * (number % round(10 * fps) == 0))
    assert street.findings == []


@pytest.mark.parametrize("stall_s", [1, 8, 55])
def test_two_lucky_frames_round_a_stall_open_nothing(stall_s: float):
    street = fire()
    street.play(times(NOON, 5, fps=5))
    street.show(NOON + 5.2, FLAMES)
    street.show(NOON + 5.2 + stall_s, FLAMES)
    street.play(times(NOON + 5.4 + stall_s, 20, fps=5))
    assert street.findings == []


def test_the_first_two_frames_open_nothing_if_more_should_have_come():
    street = fire(interval_s=0.2)
    street.show(NOON, FLAMES)
    assert street.show(NOON + 8, FLAMES) == []


def test_a_fire_outlives_a_stall_and_opens_once_it_was_seen_long_enough():
    street = fire()
    street.play(times(NOON, 2, fps=5), FLAMES)
    street.play(times(NOON + 50, 10, fps=5), FLAMES)
    street.show(NOON + 119)
    street.play(times(NOON + 119.2, 1, fps=5), FLAMES)
    assert street.phases == ["open", "update"]
    assert street.findings[0].at == pytest.approx(NOON + 51.4)


def test_one_frame_in_ten_minutes_is_enough():
    street = fire()
    street.play([NOON + 600 * number for number in range(4)], FLAMES)
    assert street.phases == ["open", "update", "update"]


def test_a_lucky_frame_among_weak_ones_opens_nothing():
    street = fire()
    for number, at in enumerate(times(NOON, 600, fps=2)):
        street.show(at, thing(label="fire", score=0.9 if number % 4 == 0 else 0.25))
    assert street.findings == []


@pytest.mark.parametrize("seed", range(5))
def test_a_flicker_neither_delays_nor_ends_it(seed: int):
    street, dice = fire(), random.Random(seed)
    for at in times(NOON, 120, fps=5):
        street.show(at, *[FLAMES] * (dice.random() < 0.75))
    assert street.findings[0].at - NOON < 8
    assert street.phases.count("open") == 1
    assert "clear" not in street.phases


def test_clears_when_it_was_absent_for_as_long_as_it_had_to_hold_whatever_flares_up():
    street = fire(**{"for": 8})
    street.play(times(NOON, 20, fps=5), FLAMES)
    street.play(times(NOON + 20.2, 7.7, fps=5))
    assert "clear" not in street.phases
    street.show(NOON + 28, FLAMES)
    street.play(times(NOON + 28.2, 0.6, fps=5))
    assert street.phases[-1] == "clear"
    assert street.findings[-1].observed["dwell_s"] == 28
    street.play(times(NOON + 40, 9, fps=5), FLAMES)
    assert street.phases[-1] == "open"
    assert len({finding.id for finding in street.findings}) == 2


def test_nobody_knows_what_was_while_the_camera_was_off():
    street = fire()
    street.play(times(NOON, 10, fps=2), FLAMES)
    street.show(NOON + 300, FLAMES)
    assert street.phases == ["open", "clear"]
    street.play(times(NOON + 300.5, 4, fps=2), FLAMES)
    assert street.findings[-1].began_at == NOON + 300


def test_a_pause_of_the_hours_clears_it():
    street = fire(hours="11:00-12:01")
    street.play(times(NOON, 59, fps=2), FLAMES)
    (cleared,) = street.play(times(NOON + 60, 60, fps=2), FLAMES)
    assert cleared.phase == "clear"


@pytest.mark.parametrize(("apart", "counted"), [(0.05, 1), (0.1, 2)])
def test_what_a_detector_sees_twice_counts_once(apart: float, counted: int):
    street = Street(kind="crowd", count=1, **{"for": 2})
    street.play(times(NOON, 2, fps=2), thing(PLACE, 0.6, "person"), thing(moved(PLACE, apart), 0.7, "person"))
    (opened,) = street.findings
    assert opened.observed["count"] == counted
    assert opened.objects[0].score == 0.7


def test_the_pictures_show_all_that_makes_it_so():
    street = Street(kind="crowd", count=2, **{"for": 2})
    pair: list[Box] = [PLACE, moved(PLACE, 0.1)]
    for at in times(NOON, 2, fps=2):
        better = 0.2 if at == NOON + 1 else 0.0
        street.show(at, *[thing(box, 0.5 + better, "person", track) for track, box in enumerate(pair)])
    (opened,) = street.findings
    assert [(picture.role, picture.at - NOON) for picture in opened.pictures] == [("first", 0), ("best", 1)]
    assert opened.pictures[0].box == union(pair)
    assert [(one.label, one.box, one.track) for one in opened.objects] == [
        ("person", pair[0], 0),
        ("person", pair[1], 1),
    ]
    assert opened.threshold == {"dwell_s": 2, "score": 0.35, "seen_share": 0.5, "count": 2}
    assert opened.observed == {"dwell_s": 2, "score": 0.5, "seen_share": 1, "count": 2}
    assert [(spell.begin, spell.end, spell.state) for spell in opened.dwell] == [(NOON, NOON + 2, "seen")]
    assert opened.scores == [0.5, 0.5, 0.7, 0.5, 0.5]
