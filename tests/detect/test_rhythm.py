import pytest
from hypothesis import given
from hypothesis import strategies as st

from detect.rhythm import OFF_S, TIMES, Rhythm
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
