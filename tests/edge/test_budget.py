from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from edge.budget import SAVED_S, SLOWEST_S, WORST, Budget
from edge.jpeg import BEST

BYTES_PER_S = 100_000
FPS = 5

steps = st.lists(st.tuples(st.floats(0, 3), st.integers(1, 300_000)), min_size=1, max_size=120)


def spent(budget: Budget, pictures: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """When how many bytes went out."""
    sent = []
    for at, size in zip(accumulate(gap for gap, _ in pictures), (size for _, size in pictures), strict=True):
        if budget.allows(at):
            budget.spend(size, at)
            sent.append((at, size))
    return sent


@given(steps)
def test_over_any_time_no_more_goes_out_than_its_budget_what_was_saved_and_a_picture(
    pictures: list[tuple[float, int]],
) -> None:
    sent = spent(Budget(BYTES_PER_S), pictures)
    largest = max(size for _, size in pictures)
    for first, (begin, _) in enumerate(sent):
        total = 0
        for at, size in sent[first:]:
            total += size
            assert total <= BYTES_PER_S * (at - begin + SAVED_S) + largest + 1e-3


@given(st.floats(-2, 1), st.floats(0, 10))
def test_quality_keeps_its_bounds_and_time_makes_it_no_worse(left: float, later_s: float) -> None:
    budget = Budget(BYTES_PER_S)
    budget.spend(int((1 - left) * SAVED_S * BYTES_PER_S), 0)
    assert WORST <= budget.quality(0) <= budget.quality(later_s) <= BEST


def busy(budget: Budget, seconds: int, size_at_best: int, begin: float = 0.0) -> list[tuple[float, int]]:
    """When a street that always moves sent pictures of which quality; half the bytes are left at the worst."""
    sent = []
    for number in range(seconds * FPS):
        at = begin + number / FPS
        if budget.allows(at):
            quality = budget.quality(at)
            sent.append((at, quality))
            budget.spend(size_at_best * (0.5 + 0.5 * (quality - WORST) / (BEST - WORST)), at)
    return sent


def test_a_street_within_its_budget_is_sent_as_it_is() -> None:
    sent = busy(Budget(BYTES_PER_S), 60, size_at_best=BYTES_PER_S // FPS // 2)
    assert [quality for _, quality in sent] == [BEST] * 60 * FPS


def test_what_is_too_much_is_lowered_in_quality_first() -> None:
    sent = busy(Budget(BYTES_PER_S), 60, size_at_best=int(1.5 * BYTES_PER_S / FPS))
    assert len(sent) == 60 * FPS
    assert {quality for _, quality in sent[100:]} < set(range(WORST, BEST))


def test_what_is_too_much_even_so_is_sent_more_seldom_but_once_a_second() -> None:
    sent = busy(Budget(BYTES_PER_S), 60, size_at_best=int(1.5 * BYTES_PER_S))
    assert {quality for _, quality in sent[30:]} == {WORST}
    gaps = [later - at for (at, _), (later, _) in pairwise(sent)]
    assert 1 / FPS < sum(gaps[-20:]) / 20 <= SLOWEST_S


def test_what_was_lowered_comes_back_when_the_street_is_calm_again_and_not_at_once() -> None:
    budget = Budget(BYTES_PER_S)
    busy(budget, 60, size_at_best=int(1.5 * BYTES_PER_S / FPS))
    qualities = [quality for _, quality in busy(budget, 20, size_at_best=BYTES_PER_S // FPS // 2, begin=60)]
    assert qualities == sorted(qualities)
    assert qualities[0] < BEST == qualities[-1]
    assert len(set(qualities)) > 2


def test_one_picture_larger_than_all_that_may_be_saved_goes_out_and_is_paid_for() -> None:
    budget = Budget(BYTES_PER_S)
    assert budget.allows(0)
    budget.spend(int(2 * SAVED_S * BYTES_PER_S), 0)
    assert not budget.allows(SAVED_S)
    assert budget.allows(SAVED_S + 1)
