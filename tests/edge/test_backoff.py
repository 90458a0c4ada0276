from hypothesis import given
from hypothesis import strategies as st

from edge.backoff import Backoff


@given(first=st.floats(0.01, 10), cap=st.floats(10, 1000), tries=st.integers(0, 100_000))
def test_a_pause_lies_in_the_upper_half_of_a_range_that_doubles_up_to_the_cap(first, cap, tries):
    ceiling = min(cap, first * 2.0 ** min(tries, 60))
    assert ceiling / 2 <= Backoff(first, cap, tries).next() <= ceiling


def test_pauses_grow_until_the_cap():
    backoff = Backoff(first=1, cap=8)
    pauses = [backoff.next() for _ in range(6)]
    assert pauses[0] <= 1 <= pauses[1] <= 2 <= pauses[2] <= 4 <= pauses[3]
    assert max(pauses) <= 8


def test_a_fleet_does_not_come_back_all_at_once():
    assert len({Backoff().next() for _ in range(100)}) > 50


def test_after_a_reset_the_first_pause_is_short_again():
    backoff = Backoff(first=1, cap=60, tries=10)
    backoff.reset()
    assert backoff.next() <= 1
