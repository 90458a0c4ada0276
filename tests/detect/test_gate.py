from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from detect.gate import BUSY_S, FLOOR_S, Gate
from edge.messages import Frame
from tests.detect.film import BOOT
from tests.detect.street import NOON

frames = st.lists(st.tuples(st.floats(0.04, 5.0), st.booleans(), st.booleans()), min_size=1, max_size=80)


def looked(steps: list[tuple[float, bool, bool]]) -> list[tuple[float, bool, bool, bool]]:
    """When, whether it moved, whether something was under way, and whether the detector looked."""
    gate, at, told = Gate(), NOON, []
    for number, (gap, moving, under_way) in enumerate(steps, 1):
        at += gap
        frame = Frame(BOOT, number, at, b"", moving)
        told.append((at, moving, under_way, gate.passes(frame, under_way=under_way)))
    return told


@given(frames)
def test_nothing_that_moved_goes_unseen_for_long(steps: list[tuple[float, bool, bool]]):
    moved_at = seen_at = NOON
    for at, moving, under_way, looks in looked(steps):
        if looks:
            seen_at = at
        elif moving:
            moved_at = at
        assert at - seen_at < FLOOR_S
        assert looks or not (moving and under_way)
        assert moved_at <= seen_at or at - seen_at < BUSY_S  # what moved and was passed over is looked at soon


@given(frames)
def test_a_still_street_costs_a_look_every_so_often(steps: list[tuple[float, bool, bool]]):
    told = looked([(gap, False, under_way) for gap, _, under_way in steps])
    times = [at for at, _, _, looks in told if looks]
    assert all(later - at >= FLOOR_S for at, later in pairwise(times))


def test_a_busy_street_costs_no_more_than_five_a_second():
    told = looked([(0.04, True, False)] * 250)
    assert 40 <= sum(looks for *_, looks in told) <= 51
    assert sum(looks for *_, looks in looked([(0.04, True, True)] * 250)) == 250
