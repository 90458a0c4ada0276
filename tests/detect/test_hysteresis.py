from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detect.hysteresis import Hysteresis, Limit

FLOOD = Limit(enter=0.30, leave=0.25)
DRY = Limit(enter=0.10, leave=0.15, sign=-1.0)

levels = st.floats(0, 1)
gaps = st.floats(0.1, 30)


def turns(limit: Limit, for_s: float, steps: list[tuple[float, float]]) -> list[tuple[float, bool]]:
    """When it turned, and to what, over (seconds since the last, value)."""
    level, at, found = Hysteresis(limit, for_s), 0.0, []
    for gap, value in steps:
        at += gap
        if level.take(value, at):
            found.append((at, level.on))
    return found


@pytest.mark.parametrize("limit", [FLOOD, DRY])
@given(st.lists(st.tuples(gaps, levels)), st.floats(0, 60))
def test_it_turns_on_and_off_by_turns(limit: Limit, steps: list[tuple[float, float]], for_s: float):
    assert [on for _, on in turns(limit, for_s, steps)] == [n % 2 == 0 for n in range(len(turns(limit, for_s, steps)))]


@given(st.lists(st.tuples(gaps, st.floats(0.25, 0.30, exclude_min=True))), st.booleans())
def test_within_the_band_it_never_turns(steps: list[tuple[float, float]], on: bool):
    level, at = Hysteresis(FLOOD, 0.0), 0.0
    level.take(1.0 if on else 0.0, at)
    for gap, value in steps:
        at += gap
        assert not level.take(value, at)
    assert level.on == on


@given(levels, levels, st.sampled_from([1.0, -1.0]))
def test_a_level_may_be_left_at_the_end_of_its_scale_and_is_never_both(enter: float, value: float, sign: float):
    limit = Limit(enter, leave=enter, sign=sign)
    assert limit.is_back(enter)
    assert limit.is_back(value) != limit.is_beyond(value)


@given(st.lists(st.tuples(gaps, levels)), st.floats(0, 60))
def test_a_turn_takes_as_long_each_way(steps: list[tuple[float, float]], for_s: float):
    moments = [at for at, _ in turns(FLOOD, for_s, steps)]
    assert all(later - earlier >= for_s for earlier, later in pairwise(moments))


def test_it_turned_when_the_condition_began():
    level = Hysteresis(FLOOD, 10)
    assert [level.take(0.4, at) for at in (100, 105, 110)] == [False, False, True]
    assert level.turned_at == 100
    assert [level.take(0.2, at) for at in (120, 130)] == [False, True]
    assert level.turned_at == 120


def test_one_value_that_goes_astray_begins_the_wait_afresh():
    assert turns(FLOOD, 10, [(5, 0.4), (5, 0.1), (5, 0.4), (5, 0.4)]) == []


def test_without_a_wait_it_turns_at_once():
    assert turns(FLOOD, 0, [(1, 0.4), (1, 0.2)]) == [(1, True), (2, False)]


def test_the_worse_value_is_the_one_further_beyond():
    assert FLOOD.worse(0.3, 0.4) == 0.4
    assert DRY.worse(0.05, 0.02) == 0.02
