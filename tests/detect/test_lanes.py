import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detect.lanes import Lanes


@given(st.lists(st.integers(0, 3), max_size=30))
def test_results_come_in_the_order_of_their_tasks(waits: list[int]):
    lanes = Lanes(lambda task: (time.sleep(task[1] / 1000), task)[1])
    tasks = list(enumerate(waits))
    assert [(task, result.result()) for task, result in lanes.over(tasks)] == [(task, task) for task in tasks]
    lanes.close()


def test_no_more_is_under_way_than_lanes_and_one():
    lanes, taken = Lanes(lambda task: task), []
    for task, _ in lanes.over(taken.append(number) or number for number in range(50)):
        assert len(taken) - task <= len(lanes) + 2
    lanes.close()


def test_an_error_is_its_task_s_own():
    lanes = Lanes(lambda task: 1 / task)
    results = [result for _, result in lanes.over([1, 0, 2])]
    assert (results[0].result(), results[2].result()) == (1, 0.5)
    with pytest.raises(ZeroDivisionError):
        results[1].result()
    lanes.close()


def test_what_has_not_begun_is_given_up():
    gate, began = threading.Event(), []
    lanes = Lanes(lambda task: (began.append(task), gate.wait(5)))
    while not lanes.is_full:
        lanes.give(len(lanes))
    gate.set()
    lanes.close()
    assert len(lanes) == 0
