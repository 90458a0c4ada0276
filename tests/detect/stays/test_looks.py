"""Stays told by their looks, beside their boxes."""

import pytest

from detect.model.detector import Detection, Image
from detect.stays.standing import Standing
from detect.stays.stay import Scene, Stay
from tests.detect.film import darker
from tests.detect.scenery import road, with_car
from tests.detect.street import NOON, TRUCK, thing, times

MINE, OTHERS, EMPTY = with_car(1), with_car(2), road()
TEN_MIN = 600.0
COMPARISON_S = 1.0


def standing(*, anchored: bool = True, moves: bool = True) -> Standing:
    return Standing(
        wanted=lambda d: d.label == "car" and d.score >= 0.35,
        same_kind=lambda d: d.label == "car",
        moves=moves,
        anchored=anchored,
    )


def play(street: Standing, moments: list[float], image: Image | None, *detections: Detection) -> list[Stay]:
    return [stay for at in moments for stay in street.observe(Scene(at, b"", list(detections), image))]


def test_at_one_frame_in_ten_minutes_it_is_told_who_stands_there():
    street = standing()
    for number in range(3):
        assert play(street, [NOON + number * TEN_MIN], MINE, thing()) == []
    assert [stay.dwell_s for stay in street.stays] == [2 * TEN_MIN]


def test_a_new_car_on_each_frame_never_stays():
    street = standing()
    for number in range(8):
        play(street, [NOON + number * TEN_MIN], with_car(number), thing())
        assert all(stay.dwell_s == 0 for stay in street.stays)


def test_a_car_that_took_the_place_of_another_counts_from_when_it_was_first_seen():
    street = standing()
    play(street, [NOON, NOON + TEN_MIN], MINE, thing())
    assert play(street, [NOON + 2 * TEN_MIN], OTHERS, thing()) == []
    (ended,) = play(street, [NOON + 3 * TEN_MIN], OTHERS, thing())
    assert (ended.began, ended.dwell_s) == (NOON, TEN_MIN)
    assert [(stay.began, stay.dwell_s) for stay in street.stays] == [(NOON + 2 * TEN_MIN, TEN_MIN)]


@pytest.mark.parametrize(("moves", "stood_s"), [(True, 0), (False, 9)])
def test_what_fell_there_stays_however_noise_makes_it_look(moves: bool, stood_s: float):
    street = standing(moves=moves)
    for number in range(10):
        play(street, [NOON + number], with_car(number), thing())
    assert max((stay.dwell_s for stay in street.stays), default=0) == pytest.approx(stood_s, abs=1)


@pytest.mark.parametrize("fps", [1, 5, 25])
def test_what_takes_the_place_at_once_takes_it_in_a_second(fps: float):
    street = standing()
    play(street, times(NOON, 10, fps), MINE, thing())
    moments = times(NOON + 10 + 1 / fps, 5, fps)
    (ended,) = play(street, moments, OTHERS, thing())
    assert ended.dwell_s == pytest.approx(10, abs=COMPARISON_S)
    (stay,) = street.stays
    assert moments[0] <= stay.began <= moments[0] + COMPARISON_S


@pytest.mark.parametrize("after", [MINE, darker(MINE)])
def test_one_frame_with_something_else_ends_nothing(after: Image):
    street = standing()
    play(street, [NOON, NOON + TEN_MIN], MINE, thing())
    assert play(street, [NOON + 2 * TEN_MIN], OTHERS, thing()) == []
    assert play(street, [NOON + 3 * TEN_MIN], after, thing()) == []
    (stay,) = street.stays
    assert (stay.began, stay.dwell_s) == (NOON, 3 * TEN_MIN)
    assert [spell.state for spell in stay.spells] == ["seen", "hidden", "seen"]


def test_a_flash_between_two_frames_that_are_passed_over_ends_nothing():
    street = standing()
    play(street, times(NOON, 10, fps=5), MINE, thing())
    assert play(street, [NOON + 11.2], OTHERS, thing()) == []
    assert play(street, times(NOON + 11.4, 1.4, fps=5), None, thing()) == []
    assert play(street, [NOON + 13], MINE, thing()) == []
    assert [stay.began for stay in street.stays] == [NOON]


@pytest.mark.parametrize("told", [True, False])
def test_what_is_not_detected_is_there_while_all_looks_as_it_did(told: bool):
    street = standing()
    play(street, times(NOON, 30, fps=5), MINE, thing())
    street.stays[0].told = told
    assert play(street, times(NOON + 30.2, 20, fps=5), darker(MINE)) == []
    assert street.stays[0].dwell_s == pytest.approx(30)  # no likeness makes it longer
    play(street, [NOON + 50.4], MINE, thing())
    (stay,) = street.stays
    assert stay.dwell_s == pytest.approx(50.4)
    assert [spell.state for spell in stay.spells] == ["seen", "alike", "seen"]
    assert stay.seen_share == pytest.approx(0.6, abs=0.01)


@pytest.mark.parametrize(("told", "ended"), [(True, 0), (False, 1)])
def test_until_it_is_told_of_it_is_kept_for_no_longer_than_it_was_seen(told: bool, ended: int):
    street = standing()
    play(street, times(NOON, 30, fps=5), MINE, thing())
    street.stays[0].told = told
    assert len(play(street, times(NOON + 30.2, 40, fps=5), MINE)) == ended


def test_a_place_that_looks_empty_has_been_left():
    street = standing()
    play(street, times(NOON, 10, fps=5), MINE, thing())
    (stay,) = play(street, times(NOON + 10.2, 4, fps=5), EMPTY)
    assert stay.dwell_s == pytest.approx(10)


def test_a_lucky_detection_of_an_empty_road_is_kept_by_no_likeness():
    street = standing()
    play(street, times(NOON, 1, fps=5), EMPTY, thing())
    assert len(play(street, times(NOON + 1.2, 5, fps=5), EMPTY)) == 1


def test_a_bus_that_passes_with_its_own_looks_hides_and_ends_nothing():
    street = standing()
    play(street, times(NOON, 10, fps=5), MINE, thing())
    bus = thing(TRUCK, label="bus")
    assert play(street, times(NOON + 10.2, 10, fps=5), OTHERS, bus, thing()) == []
    assert play(street, times(NOON + 20.4, 5, fps=5), MINE, thing()) == []
    assert [stay.began for stay in street.stays] == [NOON]


@pytest.mark.parametrize(("image", "goes_on"), [(MINE, True), (darker(MINE), True), (OTHERS, False), (None, False)])
def test_after_a_silence_its_looks_say_whether_it_is_the_same(image: Image | None, goes_on: bool):
    street = standing()
    play(street, times(NOON, 30, fps=5), MINE, thing())
    ended = play(street, [NOON + 3600], image, thing())
    assert (ended == []) is goes_on
    (stay,) = street.stays
    assert stay.began == (NOON if goes_on else NOON + 3600)
    assert stay.dwell_s == pytest.approx(30.6 if goes_on else 0)


def test_a_thing_that_is_no_longer_alone_is_not_kept_by_its_looks():
    street = standing(anchored=False)
    play(street, times(NOON, 10, fps=5), MINE, thing())
    assert len(play(street, times(NOON + 10.2, 4, fps=5), MINE)) == 1
