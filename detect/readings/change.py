"""How much a value has changed within the last while."""

from collections import deque


class Window:
    """The values of the last `within_s` seconds, by their own times, which never go back."""

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s
        self._lowest: deque[tuple[float, float]] = deque()  # times and values, of those that no later one undercuts
        self._highest: deque[tuple[float, float]] = deque()

    def take(self, value: float, at: float) -> None:
        while self._lowest and self._lowest[-1][1] >= value:
            self._lowest.pop()
        while self._highest and self._highest[-1][1] <= value:
            self._highest.pop()
        for values in (self._lowest, self._highest):
            values.append((at, value))
            while at - values[0][0] > self._within_s:
                values.popleft()

    @property
    def rise(self) -> float:
        """By how much the last value is above the lowest."""
        return self._lowest[-1][1] - self._lowest[0][1]

    @property
    def change(self) -> float:
        """By how much the last value is away from the furthest."""
        return max(self.rise, self._highest[0][1] - self._highest[-1][1])

    def forget(self) -> None:
        self._lowest.clear()
        self._highest.clear()
