from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from edge.gate import TAIL_S, Gate

HEARTBEAT_S = 2.0
pictures = st.lists(st.tuples(st.floats(0.04, 5.0), st.booleans()), min_size=1, max_size=80)


def played(gate: Gate, steps: list[tuple[float, bool]]) -> list[tuple[float, bool, bool]]:
    """When each picture came, whether something moved on it, and whether it went out."""
    told = []
    for at, moving in zip(accumulate(gap for gap, _ in steps), (moving for _, moving in steps), strict=True):
        opens = gate.opens(at, moving=moving)
        if opens:
            gate.send(at)
        told.append((at, moving, opens))
    return told


@given(pictures)
def test_what_moves_goes_out_and_a_still_street_is_shown_every_so_often(steps: list[tuple[float, bool]]) -> None:
    shown_at = moved_at = float("-inf")
    for at, moving, opens in played(Gate(HEARTBEAT_S), steps):
        moved_at = at if moving else moved_at
        is_due = at - shown_at >= HEARTBEAT_S
        assert opens == (moving or is_due or at - moved_at <= TAIL_S)
        shown_at = at if moving or is_due else shown_at


@given(pictures)
def test_without_a_heartbeat_all_go_out(steps: list[tuple[float, bool]]) -> None:
    assert all(opens for _, _, opens in played(Gate(0), steps))


def test_a_still_street_sends_one_picture_in_ten() -> None:
    told = played(Gate(HEARTBEAT_S), [(0.2, False)] * 300)
    assert 27 <= sum(opens for *_, opens in told) <= 30


def test_what_came_to_rest_is_seen_at_rest() -> None:
    told = played(Gate(HEARTBEAT_S), [(0.2, True)] + [(0.2, False)] * 5)
    assert [opens for *_, opens in told] == [True, True, True, False, False, False]
