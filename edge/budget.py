"""How many bytes of pictures a camera may send: of too many first the quality is lowered, then the number.

What a still street saves up is there for when it moves (a token bucket). How much is left decides about both, as in
buffer-based rate adaptation (Huang et al. 2014): so what was lowered comes back as slowly as the bucket fills.
"""

from math import ceil, inf

from edge.jpeg import BEST

WORST, STEP = 50, 5  # JPEG quality: below, a detector loses what is small
SAVED_S = 4.0  # of the budget that may be saved up; more at once would clog the line that it spares
SLOWEST_S = 1.0  # between two pictures, as long as anything is left


class Budget:
    """Bytes of one camera; times in seconds of a clock that is never set.

    Over any time there goes out no more than `bytes_per_s` of that time, what was saved up before (SAVED_S of it), and
    one picture, whose size nobody knows beforehand.
    """

    def __init__(self, bytes_per_s: float) -> None:
        self._bytes_per_s = bytes_per_s
        self._left, self._at, self._spent_at = self._most, 0.0, -inf

    @property
    def _most(self) -> float:
        return SAVED_S * self._bytes_per_s

    def allows(self, now: float) -> bool:
        """Whether a picture may go out: below half of what may be left, the fewer the less is left."""
        level = self._level(now)
        return level > 0 and now - self._spent_at >= SLOWEST_S * (1 - 2 * level)

    def quality(self, now: float) -> int:
        """That of a JPEG, from BEST to WORST: the worse the less is left, down to half of it."""
        share = min(1.0, max(0.0, 2 * self._level(now) - 1))
        return WORST + STEP * ceil(share * (BEST - WORST) / STEP)

    def spend(self, size: int, now: float) -> None:
        """A picture of so many bytes goes out."""
        self._level(now)
        self._left -= size
        self._spent_at = now

    def _level(self, now: float) -> float:
        """What is left now, as a share of the most; a picture may have taken more than there was."""
        self._left = min(self._most, self._left + self._bytes_per_s * (now - self._at))
        self._at = now
        return self._left / self._most
