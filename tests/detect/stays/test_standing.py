import random
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detect.incident import Box
from detect.model.detector import Detection
from detect.stays.standing import Standing
from detect.stays.stay import Scene, Stay
from tests.detect.street import NOON, PLACE, TRUCK, moved, thing, times

passing = thing(TRUCK, label="truck")
bench = thing((0.1, 0.1, 0.2, 0.2), label="bench")


def standing() -> Standing:
    return Standing(wanted=lambda d: d.label == "car" and d.score >= 0.35, same_kind=lambda d: d.label == "car")


def play(moments: list[float], *detections: Detection, into: Standing) -> list[Stay]:
    """Show the same on every frame; return the stays that ended."""
    return [stay for at in moments for stay in into.observe(Scene(at, b"", list(detections)))]


@given(st.lists(st.integers(1, 3), min_size=1, max_size=60), st.sampled_from([0.04, 0.2, 1, 10, 600]))
def test_dwell_is_the_time_between_frames_however_many_of_them_are_dropped(frames: list[int], interval: float):
    street, at = standing(), NOON
    play([at, at := at + interval], thing(), into=street)
    for number in frames:
        at += number * interval * 0.9
        play([at], thing(), into=street)
    (stay,) = street.stays
    assert stay.dwell_s == at - NOON
    assert stay.seen_share == pytest.approx(1)


@given(
    st.lists(
        st.tuples(st.sampled_from([(thing(),), (passing,), (), (bench,)]), st.floats(0.04, 2)), min_size=1, max_size=80
    )
)
def test_the_timeline_is_whole_and_adds_up(frames: list[tuple[tuple[Detection, ...], float]]):
    street, at = standing(), NOON
    play([at], thing(), into=street)
    for detections, gap in frames:
        at += gap
        play([at], *detections, into=street)
    for stay in street.stays:
        spells = list(stay.spells)
        assert spells[0].begin == stay.began
        assert spells[-1].end == at
        assert all(a.end == b.begin and a.state != b.state for a, b in pairwise(spells))
        seen = sum(spell.end - spell.begin for spell in spells if spell.state == "seen")
        assert seen == pytest.approx(stay.seen_s)
        assert 0 <= stay.seen_share <= 1 + 1e-9


@given(st.lists(st.booleans(), min_size=1, max_size=100))
def test_a_flicker_shorter_than_an_empty_place_ends_nothing(seen: list[bool]):
    street = standing()
    play(times(NOON, 5, fps=5), thing(), into=street)
    missed = 0
    for number, there in enumerate(seen, start=1):
        missed = 0 if there else missed + 1
        if missed > 14:  # 2.8 s
            break
        play([NOON + 5 + number / 5], *([thing()] if there else []), into=street)
    (stay,) = street.stays
    assert stay.began == NOON


@given(st.floats(0.2, 8), st.floats(0.5, 4), st.sampled_from([2.0, 5.0, 10.0]))
def test_what_comes_to_rest_counts_from_there(speed: float, braking_s: float, fps: float):
    """Braking evenly from `speed` box lengths a second: the last tenth of a length is as good as at rest."""
    street, left = standing(), PLACE[2] - PLACE[0]
    for at in times(NOON, braking_s + 5, fps=fps):
        still_to_go = speed / 2 / braking_s * max(0.0, NOON + braking_s - at) ** 2
        play([at], thing(moved(PLACE, -left * still_to_go, 0.0)), into=street)
    (stay,) = street.stays
    nearly_there_s = braking_s - (2 * braking_s * 0.12 / speed) ** 0.5
    assert NOON + nearly_there_s - 1 / fps <= stay.began <= NOON + braking_s + 1 / fps


def test_what_creeps_on_never_stays():
    street, length = standing(), PLACE[2] - PLACE[0]
    for number, at in enumerate(times(NOON, 20, fps=5)):
        play([at], thing(moved(PLACE, length * 0.03 * number, 0.0)), into=street)
        assert all(stay.dwell_s <= 2 for stay in street.stays)


def test_a_place_seen_empty_for_over_three_seconds_has_been_left():
    street = standing()
    play(times(NOON, 10, fps=5), thing(), into=street)
    assert play(times(NOON + 10.2, 2.6, fps=5), into=street) == []
    (stay,) = play(times(NOON + 13, 0.4, fps=5), into=street)
    assert stay.dwell_s == pytest.approx(10)
    assert street.stays == []


def test_what_merely_passed_is_forgotten_at_once():
    street = standing()
    play([NOON], thing(), into=street)
    assert len(play([NOON + 0.2], into=street)) == 1


def test_a_hidden_place_is_waited_for():
    street = standing()
    play(times(NOON, 10, fps=5), thing(), into=street)
    assert play(times(NOON + 10.2, 25, fps=5), passing, into=street) == []
    play([NOON + 35.4], thing(), into=street)
    (stay,) = street.stays
    assert stay.dwell_s == pytest.approx(35.4)
    assert [spell.state for spell in stay.spells] == ["seen", "hidden", "seen"]


@pytest.mark.parametrize(("seen_s", "waited_s"), [(2, 8), (10, 40), (60, 60), (600, 60)])
def test_a_hidden_place_is_waited_for_in_proportion_and_not_for_ever(seen_s: float, waited_s: float):
    street = standing()
    play(times(NOON, seen_s, fps=2), thing(), into=street)
    hidden = times(NOON + seen_s + 0.5, 100, fps=2)
    ended_at = next(at for at in hidden if play([at], passing, into=street))
    assert ended_at - (NOON + seen_s) == pytest.approx(waited_s, abs=0.51)


def test_one_frame_in_ten_minutes_is_enough_to_see_a_stay():
    street = standing()
    assert play([NOON, NOON + 600, NOON + 1200], thing(), into=street) == []
    (stay,) = street.stays
    assert (stay.began, stay.dwell_s, stay.seen_share) == (NOON, 1200, 1)


def test_nobody_knows_who_stood_there_while_the_camera_was_off():
    street = standing()
    play(times(NOON, 30, fps=5), thing(), into=street)
    (ended,) = play([NOON + 630], thing(), into=street)
    assert ended.dwell_s == 30
    (stay,) = street.stays
    assert stay.began == NOON + 630


def test_what_was_while_the_camera_stalled_is_unknown_and_counts_towards_nothing():
    street = standing()
    play(times(NOON, 1, fps=5), thing(), into=street)
    play([NOON + 50], thing(), into=street)
    (stay,) = street.stays
    assert (stay.began, stay.dwell_s, stay.seen_share) == (NOON, pytest.approx(1.6), pytest.approx(1))
    assert [(spell.state, round(spell.end - NOON, 1)) for spell in stay.spells] == [("seen", 1.6), ("unknown", 50)]


@pytest.mark.parametrize("others", [(), (passing,)])
def test_one_frame_that_misses_it_after_a_stall_ends_nothing(others: tuple[Detection, ...]):
    street = standing()
    play(times(NOON, 10, fps=5), thing(), into=street)
    assert play([NOON + 69], *others, into=street) == []
    play([NOON + 69.2], thing(), into=street)
    (stay,) = street.stays
    assert (stay.began, stay.dwell_s) == (NOON, pytest.approx(10.8))


def test_what_stands_beside_does_not_hide():
    street = standing()
    play(times(NOON, 10, fps=5), thing(), into=street)
    assert play(times(NOON + 10.2, 4, fps=5), thing(moved(PLACE, 0.19)), into=street)


@pytest.mark.parametrize("part", [(0.6, 0.5, 0.74, 0.605), (0.535, 0.39, 0.65, 0.6)])
@pytest.mark.parametrize("score", [0.5, 0.9])
def test_a_thing_seen_twice_stays_once(part: Box, score: float):
    street = standing()
    play(times(NOON, 10, fps=5), thing(PLACE), thing(part, score=score), into=street)
    assert [stay.place for stay in street.stays] == [part if score > thing().score else PLACE]


@pytest.mark.parametrize(("label", "stays"), [("truck", 1), ("ebike", 2)])
def test_an_ebike_before_a_van_is_no_part_of_it(label: str, stays: int):
    street = Standing(wanted=lambda _: True, same_kind=lambda _: True)
    play(times(NOON, 10, fps=5), thing(PLACE), thing((0.6, 0.5, 0.74, 0.605), 0.7, label), into=street)
    assert len(street.stays) == stays


@pytest.mark.parametrize(("moves", "since"), [(True, 1.6), (False, 0.0)])
def test_what_does_not_move_by_itself_may_tremble(moves: bool, since: float):
    street = Standing(wanted=lambda _: True, same_kind=lambda _: True, moves=moves)
    for number, at in enumerate(times(NOON, 1.6, fps=5)):
        play([at], thing(moved(PLACE, 0.025 * (number % 2)), label="debris"), into=street)
    (stay,) = street.stays
    assert stay.began == pytest.approx(NOON + since)


def test_what_does_not_move_is_one_whether_seen_whole_in_part_or_twice():
    street = Standing(wanted=lambda _: True, same_kind=lambda _: True, moves=False)
    whole, part, beside = PLACE, (0.54, 0.4, 0.74, 0.5), (0.64, 0.45, 0.8, 0.6)
    for at, boxes in zip(times(NOON, 0.8, fps=5), ([whole], [part], [whole, beside], [beside], [part]), strict=True):
        play([at], *(thing(box, label="debris") for box in boxes), into=street)
    (stay,) = street.stays
    assert (stay.began, stay.dwell_s) == (NOON, pytest.approx(0.8))


def test_what_comes_before_a_thing_and_hides_it_stays_too():
    street, car = standing(), (0.6, 0.42, 0.7, 0.54)
    play(times(NOON, 10, fps=5), thing(car), into=street)
    play(times(NOON + 10, 10, fps=5), thing(PLACE), into=street)
    assert [stay.place for stay in street.stays] == [car, PLACE]


def test_best_is_the_surest_sighting_and_first_stays_first():
    street = standing()
    scores = [0.5, 0.9, 0.7]
    for at, score in zip(times(NOON, 2, fps=1), scores, strict=True):
        play([at], thing(score=score), into=street)
    (stay,) = street.stays
    assert [s.score for s in (stay.first, stay.best, stay.last)] == [0.5, 0.9, 0.7]
    assert stay.best.at == NOON + 1
    assert stay.score == 0.7  # the median


def test_a_weak_detection_continues_a_stay_and_begins_none():
    street = standing()
    play(times(NOON, 5, fps=5), thing(score=0.15), into=street)
    assert street.stays == []
    play([NOON + 6], thing(), into=street)
    play(times(NOON + 6.2, 5, fps=5), thing(score=0.15), into=street)
    (stay,) = street.stays
    assert stay.dwell_s == pytest.approx(5.2)


def test_a_long_stay_keeps_a_bounded_history():
    street = standing()
    for number, at in enumerate(times(NOON, 3600, fps=1)):
        play([at], thing() if number // 5 % 2 == 0 else passing, into=street)
    (stay,) = street.stays
    assert len(msgspec.json.encode([list(stay.spells), list(stay.scores)])) < 8000


def test_dense_traffic_over_ten_thousand_frames_leaves_no_heap_of_stays():
    street, dice, most = standing(), random.Random(7), 0
    for frame in range(10_000):
        cars = [thing(moved(PLACE, dice.uniform(-0.5, 0.2), dice.uniform(-0.3, 0.3))) for _ in range(6)]
        play([NOON + frame / 5], *cars, into=street)
        most = max(most, len(street.stays))
    assert most <= 40
