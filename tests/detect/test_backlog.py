from collections import defaultdict
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from detect.backlog import LATE_S, ROOM, Backlog, Punctuality
from tests.detect.street import NOON

BEFORE, BOOT = UUID(int=1), UUID(int=2)


def late(*frames: tuple[UUID, int, float]) -> list[bool]:
    punctuality = Punctuality()
    return [punctuality.judge(boot, seq, NOON + at) == "late" for boot, seq, at in frames]


@given(st.lists(st.floats(0.04, 700), min_size=1, max_size=50))
def test_what_comes_one_after_the_other_is_never_late(gaps: list[float]):
    assert not any(late(*((BOOT, seq, sum(gaps[:seq])) for seq in range(1, len(gaps) + 1))))


def test_what_was_sent_before_the_newest_and_comes_after_it_is_late():
    assert late((BOOT, 1, 0), (BOOT, 9, 600), (BOOT, 2, 5), (BOOT, 10, 605), (BOOT, 3, 10)) == [0, 0, 1, 0, 1]


def test_what_an_earlier_boot_left_behind_is_late():
    assert late((BEFORE, 1, 0), (BOOT, 1, 600), (BEFORE, 2, 5)) == [0, 0, 1]


def test_what_its_agent_says_is_late_is_late_and_no_newer_for_its_boot():
    punctuality = Punctuality()
    told = [
        (BOOT, 1, 600, False),
        (BEFORE, 7, 5, True),
        (BOOT, 2, 601, False),
        (BEFORE, 8, 6, True),
        (BEFORE, 8, 6, True),
    ]
    arrived = [punctuality.judge(boot, seq, NOON + at, late=late) for boot, seq, at, late in told]
    assert arrived == ["live", "late", "live", "late", "again"]


def test_a_repetition_is_not_late():
    assert late((BOOT, 1, 0), (BOOT, 2, LATE_S), (BOOT, 1, 0)) == [0, 0, 0]


def test_what_was_seen_live_or_late_is_not_late_when_it_is_sent_again():
    assert late((BOOT, 1, 0), (BOOT, 9, 600), (BOOT, 2, 5), (BOOT, 1, 0), (BOOT, 2, 5)) == [0, 0, 1, 0, 0]
    assert late((BEFORE, 1, 0), (BOOT, 1, 600), (BEFORE, 1, 0), (BEFORE, 2, 5)) == [0, 0, 0, 1]


def test_what_was_heard_before_came_again_live_or_late():
    punctuality = Punctuality(late_s=0)
    sent = [(BOOT, 1, 0), (BOOT, 9, 90), (BOOT, 8, 89.9), (BOOT, 8, 89.9), (BOOT, 7, 90), (BOOT, 9, 90)]
    assert [punctuality.judge(*one) for one in sent] == ["live", "live", "late", "again", "live", "again"]


def test_a_clock_that_was_set_back_makes_nothing_late():
    assert late((BOOT, 1, 3600), (BOOT, 2, 0), (BOOT, 3, 1), (BOOT, 1, 3600)) == [0, 0, 0, 0]


@given(st.lists(st.sampled_from(["a", "b", "c", None]), max_size=400))
def test_nothing_waits_unbounded_out_of_order_or_unaccounted_for(events: list[str | None]):
    """A letter leaves an item of that sender, None takes one."""
    backlog = Backlog[tuple[str, int]]()
    taken, passed_over = defaultdict[str, list[int]](list), 0
    for number, sender in enumerate(events):
        if sender:
            passed_over += backlog.put(sender, (sender, number))
        elif item := backlog.take():
            taken[item[0]].append(item[1])
    waiting = len(backlog)
    assert waiting <= 3 * (ROOM + 1)
    while item := backlog.take():
        taken[item[0]].append(item[1])
    assert all(numbers == sorted(numbers) for numbers in taken.values())
    assert sum(map(len, taken.values())) + passed_over == len([sender for sender in events if sender])


def test_senders_take_turns():
    backlog = Backlog[str]()
    for item in ("a1", "a2", "a3", "b1"):
        backlog.put(item[0], item)
    assert [backlog.take() for _ in range(5)] == ["a1", "b1", "a2", "a3", None]


def test_what_is_too_much_is_thinned_evenly():
    backlog = Backlog[int]()
    for number in range(4 * ROOM):
        backlog.put("a", number)
    kept = [backlog.take() for _ in range(len(backlog))]
    assert kept[0] == 0
    assert {later - earlier for earlier, later in pairwise(kept)} == {4}  # type: ignore[operator]  # none is missing
    assert kept[-1] == 4 * ROOM - 4
