import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.clock import HEARD_S, TOLERATED_S, Clock, Offset

CENTRE = 1_700_000_000.0  # what the centre's clock says at monotonic 0
waits = st.floats(0.001, 5)


def heard(*rounds: tuple[float, float, float], centre: float = CENTRE) -> Clock:
    """A clock that heard of what was sent at a time, after so long on the way there, and so long on the way back."""
    clock = Clock()
    for sent_at, there_s, back_s in rounds:
        clock.hear(sent_at, centre + sent_at + there_s, sent_at + there_s + back_s)
    return clock


def test_it_knows_nothing_before_the_centre_speaks():
    assert Clock().offset(0.0, 0.0) is None


def test_while_the_centre_is_silent_it_knows_less_and_less_but_not_nothing():
    clock, day = heard((0, 0.1, 0.1)), 86_400.0
    assert clock.offset(HEARD_S, CENTRE + HEARD_S - 3600) == Offset(pytest.approx(3600), pytest.approx(0.1))
    assert clock.offset(day, CENTRE + day - 3600).correction_s == pytest.approx(3600)
    assert clock.offset(day, CENTRE + day - 5).error_s == pytest.approx(8.7, abs=0.2)
    assert clock.offset(day, CENTRE + day - 5).correction_s == 0.0


def test_what_was_heard_long_ago_goes_once_there_is_something_newer():
    clock = heard((0, 0.001, 0.001), (HEARD_S, 1, 1))
    assert clock.offset(HEARD_S + 2, CENTRE).error_s == pytest.approx(1, abs=0.01)


@given(st.lists(st.tuples(st.floats(0, 500), waits, waits), min_size=1, max_size=30), st.floats(-1e6, 1e6))
def test_the_truth_lies_within_its_error_however_long_messages_take(rounds, off_s):
    rounds.sort()
    clock = heard(*rounds)
    told = clock.offset(500.0, CENTRE + 500.0 - off_s)
    assert told
    assert abs(told.offset_s - off_s) <= told.error_s + 1e-3
    assert told.error_s <= min(there + back for _, there, back in rounds) / 2 + 1e-6


def test_one_quick_round_is_worth_more_than_many_slow_ones():
    clock = heard((0, 4, 1), (10, 0.01, 0.01), (20, 1, 6))
    assert clock.offset(30.0, CENTRE + 30.0) == Offset(pytest.approx(0, abs=0.02), pytest.approx(0.01, abs=0.001))


def test_that_this_machines_clock_is_set_is_seen_at_once():
    clock = heard((0, 0.1, 0.1))
    assert clock.offset(1.0, CENTRE + 1.0).correction_s == 0.0
    assert clock.offset(2.0, CENTRE + 2.0 - 3600).correction_s == pytest.approx(3600, abs=0.2)


def test_where_the_centres_clock_is_set_the_old_acks_are_forgotten():
    clock = heard((0, 0.1, 0.1))
    clock.hear(10.0, CENTRE + 100 + 10.1, 10.2)
    assert clock.offset(11.0, CENTRE + 111).offset_s == pytest.approx(0, abs=0.2)


@pytest.mark.parametrize(
    ("offset", "added"),
    [
        (Offset(TOLERATED_S - 0.1, 0.0), 0.0),
        (Offset(TOLERATED_S + 0.1, 0.05), TOLERATED_S + 0.1),
        (Offset(-5.0, 1.0), -5.0),
        (Offset(5.0, 4.0), 0.0),
    ],
)
def test_only_what_is_surely_off_is_corrected(offset, added):
    assert offset.correction_s == added
