import pytest
from hypothesis import given
from hypothesis import strategies as st

from detect.rhythm import INTERVALS, OFF_S, TIMES, Rhythm
from tests.detect.street import NOON


def silences(*gaps: float) -> list[bool]:
    rhythm, at, found = Rhythm(), NOON, []
    for gap in (0.0, *gaps):
        at += gap
        found.append(rhythm.was_off(at))
    return found[1:]


@pytest.mark.parametrize(
    ("gaps", "off"),
    [
        ([1, 59], [False, False]),
        ([1, 61], [False, True]),
        ([1, 61, 1], [False, True, False]),
        ([600, 600, 1700], [False, False, False]),
        ([600, 1801], [False, True]),
        ([7200], [False]),  # it may always speak so seldom
    ],
)
def test_off_is_who_is_silent_for_longer_than_its_habit(gaps: list[float], off: list[bool]):
    assert silences(*gaps) == off


@given(st.lists(st.floats(0.01, OFF_S)))
def test_a_minute_is_no_silence(gaps: list[float]):
    assert not any(silences(*gaps))


@given(st.floats(1, 86_400), st.floats(1, TIMES - 0.01))
def test_who_speaks_seldom_may_be_late(gap: float, times: float):
    assert silences(gap, gap, gap * times) == [False] * 3


def known(rhythm: Rhythm, *gaps: float) -> list[float]:
    """What is known of each gap, to the microsecond."""
    at, found = NOON, []
    for gap in (0.0, *gaps):
        at += gap
        rhythm.was_off(at)
        found.append(round(rhythm.known_s, 6))
    return found[1:]


@given(st.lists(st.integers(1, int(TIMES)), min_size=1), st.floats(0.04, 600))
def test_a_few_dropped_frames_leave_nothing_unknown(frames: list[int], interval: float):
    gaps = [interval * number for number in frames]
    assert known(Rhythm.expect(interval), *gaps) == pytest.approx(gaps, abs=1e-5)


def test_of_a_stall_only_a_few_intervals_are_known():
    assert known(Rhythm(), 0.2, 0.2, 8, 0.2, 55, 0.2) == [0.2, 0.2, 0.6, 0.2, 0.6, 0.2]


def test_what_the_site_file_says_holds_for_the_first_gap_until_the_camera_says_otherwise():
    assert known(Rhythm(), 600, 600) == [600, 600]
    assert known(Rhythm.expect(0.2), 600, 600, 600) == [0.6, 0.6, 600]
    assert known(Rhythm(), *[0.2] * 99, *[600] * INTERVALS)[-1] == 600
