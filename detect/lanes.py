"""Work on several cores at once, its results in the order in which it was given."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


class Lanes(Generic[Task, Result]):
    """One for each core; the work is OpenCV's and OpenVINO's, which do not hold each other up.

    As many tasks as there are lanes are under way, and one waits, so that no lane does.
    """

    def __init__(self, work: Callable[[Task], Result]) -> None:
        count = len(os.sched_getaffinity(0))
        self._work, self._most = work, count + 1
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="lane")
        self._under_way: deque[tuple[Task, Future[Result]]] = deque()

    def __len__(self) -> int:
        return len(self._under_way)

    @property
    def is_full(self) -> bool:
        return len(self._under_way) >= self._most

    def give(self, task: Task) -> None:
        self._under_way.append((task, self._pool.submit(self._work, task)))

    def take(self) -> tuple[Task, Future[Result]]:
        """The oldest task and its result, once that is there; raise IndexError when none is under way."""
        task, result = self._under_way.popleft()
        result.exception()  # waits
        return task, result

    def over(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Future[Result]]]:
        """Each task with its result."""
        for task in tasks:
            if self.is_full:
                yield self.take()
            self.give(task)
        while self._under_way:
            yield self.take()

    def close(self) -> None:
        """Give up what has not begun."""
        self._pool.shutdown(cancel_futures=True)
        self._under_way.clear()
