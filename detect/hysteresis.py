"""A level that counts as passed only for good: beyond one limit for a while, and back over another for as long."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """Beyond is above `enter`, or below it where `sign` is -1; back is at `leave` or on its other side."""

    enter: float
    leave: float
    sign: float = 1.0

    def is_beyond(self, value: float) -> bool:
        return self.sign * value > self.sign * self.enter

    def is_back(self, value: float) -> bool:
        return self.sign * value <= self.sign * self.leave

    def worse(self, a: float, b: float) -> float:
        return max(a, b, key=lambda value: self.sign * value)


@dataclass(slots=True)
class Hysteresis:
    """`on` while the limit counts as passed, which began at `turned_at`; times in seconds, never going back."""

    limit: Limit
    for_s: float
    on: bool = False
    turned_at: float = math.nan
    _since: float = math.nan

    def take(self, value: float, at: float) -> bool:
        """Whether it turns on or off with this value."""
        if not (self.limit.is_back(value) if self.on else self.limit.is_beyond(value)):
            self.forget()
            return False
        if math.isnan(self._since):
            self._since = at
        if at - self._since < self.for_s:
            return False
        self.on, self.turned_at = not self.on, self._since
        self.forget()
        return True

    def forget(self) -> None:
        """A turn that was under way begins afresh."""
        self._since = math.nan
