from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from detect.heard import SPANS, Heard
from detect.newest import BOOTS

BOOT = UUID(int=1)


@given(st.lists(st.integers(1, 40)))
def test_each_number_is_new_once(numbers: list[int]):
    heard = Heard()
    assert [heard.is_new(BOOT, seq) for seq in numbers] == [seq not in numbers[:n] for n, seq in enumerate(numbers)]
    spans = heard._spans[BOOT] if numbers else []
    assert [seq for first, last in spans for seq in range(first, last + 1)] == sorted(set(numbers))
    assert all(before[1] + 1 < behind[0] for before, behind in pairwise(spans))


def test_boots_count_for_themselves_and_the_longest_silent_is_forgotten():
    heard = Heard()
    boots = [UUID(int=n) for n in range(BOOTS + 1)]
    assert all(heard.is_new(boot, 1) for boot in boots)
    assert not heard.is_new(boots[1], 1)
    assert heard.is_new(boots[0], 1)


def test_of_a_source_full_of_gaps_the_lowest_are_taken_for_heard():
    heard = Heard()
    assert all(heard.is_new(BOOT, seq) for seq in range(2, 3 * SPANS, 2))
    assert len(heard._spans[BOOT]) == SPANS
    assert not heard.is_new(BOOT, 3)
    assert heard.is_new(BOOT, 3 * SPANS - 3)
