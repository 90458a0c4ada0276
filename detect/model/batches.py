"""What several threads ask for at once, in one call, as a GPU likes it."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Batches(Generic[Item, Result]):
    """Nobody waits for a batch to fill: what has come while the last one ran makes the next, up to `most`.

    Whoever gets the turn runs it for all; `run` gives as many results as it was given items, all of one `sort`.
    """

    def __init__(
        self, run: Callable[[list[Item]], Sequence[Result]], most: int, sort: Callable[[Item], object] = type
    ) -> None:
        self._run, self._most, self._sort = run, most, sort
        self._waiting: deque[tuple[Item, Future[Result]]] = deque()
        self._turn = threading.Lock()

    def ask(self, items: Sequence[Item]) -> list[Result]:
        """The result of each; raise what `run` raised for the batch that one of them was in."""
        asked = [(item, Future[Result]()) for item in items]
        self._waiting.extend(asked)
        for _, future in asked:
            while not future.done():
                with self._turn:
                    self._answer()
        return [future.result() for _, future in asked]

    def _answer(self) -> None:
        if not (batch := list(self._take())):
            return
        try:
            for (_, future), result in zip(batch, self._run([item for item, _ in batch]), strict=True):
                future.set_result(result)
        except Exception as error:  # noqa: BLE001 - theirs to deal with, each for itself
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)

    def _take(self) -> Iterator[tuple[Item, Future[Result]]]:
        sort = self._sort(self._waiting[0][0]) if self._waiting else None
        for _ in range(self._most):
            if not self._waiting or self._sort(self._waiting[0][0]) != sort:
                return
            yield self._waiting.popleft()
