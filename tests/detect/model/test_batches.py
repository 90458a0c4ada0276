"""What several threads ask for at once is asked for together, and each gets its own."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detect.model.batches import Batches


class Doubling:
    """Doubles what it is given, once it may; `runs` is how many it was given each time."""

    def __init__(self) -> None:
        self.may, self.runs = threading.Event(), list[int]()

    def __call__(self, items: list[int]) -> Sequence[int]:
        self.may.wait(10)
        self.runs.append(len(items))
        return [2 * item for item in items]


def test_what_comes_while_one_is_under_way_makes_the_next() -> None:
    doubling = Doubling()
    batches = Batches(doubling, 16)
    with ThreadPoolExecutor(9) as pool:
        answers = [pool.submit(batches.ask, [number]) for number in range(9)]
        while len(batches._waiting) < 8:
            pass
        doubling.may.set()
        assert [answer.result() for answer in answers] == [[2 * number] for number in range(9)]
    assert doubling.runs == [1, 8]


@given(st.lists(st.lists(st.integers(), max_size=7), max_size=9), st.integers(1, 5))
def test_each_gets_its_own_and_no_batch_is_larger_than_allowed(asked: list[list[int]], most: int) -> None:
    doubling = Doubling()
    doubling.may.set()
    batches = Batches(doubling, most)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(batches.ask, asked)) == [[2 * item for item in items] for items in asked]
    assert max(doubling.runs, default=0) <= most
    assert sum(doubling.runs) == sum(map(len, asked))


@given(st.lists(st.integers(), max_size=9))
def test_no_batch_is_of_two_sorts(items: list[int]) -> None:
    runs = []

    def run(batch: list[int]) -> list[int]:
        runs.append({number % 2 for number in batch})
        return batch

    assert Batches(run, 16, lambda number: number % 2).ask(items) == items
    assert all(len(sorts) == 1 for sorts in runs)


def test_an_error_is_told_to_all_who_were_in_its_batch_and_to_nobody_else() -> None:
    def refuse(items: list[int]) -> list[int]:
        if 13 in items:
            raise ValueError("unlucky")
        return items

    batches = Batches(refuse, 2)
    with pytest.raises(ValueError, match="unlucky"):
        batches.ask([1, 13, 3])
    assert batches.ask([3, 4]) == [3, 4]
