"""How far this machine's clock is off the centre's, as its acks tell (bounds as in Marzullo's algorithm)."""

from collections import deque
from typing import NamedTuple

HEARD_S = 600.0  # acks that are older say little where there are newer ones: no two clocks run alike
DRIFT = 100e-6  # seconds a second that they may drift apart at the most
MOST = 200  # acks that are remembered
TOLERATED_S = 2.0


class Offset(NamedTuple):
    """What is to be added to this machine's time to have the centre's, in seconds, give or take `error_s`."""

    offset_s: float
    error_s: float

    @property
    def correction_s(self) -> float:
        """What is to be added to a time that cannot be left as it is, else 0."""
        return self.offset_s if abs(self.offset_s) - self.error_s > TOLERATED_S else 0.0


class Clock:
    """`sent_at`, `heard_at` and `now` are monotonic seconds of this machine, the rest are epoch seconds."""

    def __init__(self) -> None:
        self._bounds: deque[tuple[float, float, float]] = deque(maxlen=MOST)

    def hear(self, sent_at: float, centre_at: float, heard_at: float) -> None:
        """The centre had something at its `centre_at` that we sent and have now heard of."""
        if self._bounds and not self._agrees(centre_at - heard_at, centre_at - sent_at):
            self._bounds.clear()  # the centre's clock was set
        self._bounds.append((heard_at, centre_at - heard_at, centre_at - sent_at))

    def offset(self, now: float, here: float) -> Offset | None:
        """As this machine's clock says `here`; None where the centre has not spoken yet."""
        while len(self._bounds) > 1 and now - self._bounds[0][0] > HEARD_S:
            self._bounds.popleft()
        if not self._bounds:
            return None
        least, most = self._interval()
        silent_s = max(0.0, now - self._bounds[-1][0] - HEARD_S)
        return Offset((least + most) / 2 + now - here, (most - least) / 2 + DRIFT * silent_s)

    def _interval(self) -> tuple[float, float]:
        """The least and the most that the centre's clock may be ahead of our monotonic one."""
        return max(least for _, least, _ in self._bounds), min(most for *_, most in self._bounds)

    def _agrees(self, least: float, most: float) -> bool:
        known_least, known_most = self._interval()
        return least <= known_most and most >= known_least
