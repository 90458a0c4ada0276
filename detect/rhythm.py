"""What silence means: a source that was off, a stall, or one that speaks seldom.

Times are the source's own, in epoch seconds.
"""

import math
from collections import deque
from statistics import median_low

OFF_S = 60.0  # a silence no longer than this is none
TIMES = 3.0  # times its usual interval that a source may be silent
INTERVALS = 9  # make a habit: less than half of them may be stalls


class Rhythm:
    """`known_s` is how much of the time before the last moment is known from the two moments around it.

    Whoever was seen at both was there between, unless the source was silent for longer than is usual with it.
    `interval_s` is what it is said to send at; what it does send soon says more.
    """

    def __init__(self, interval_s: float = math.inf) -> None:
        self.known_s = 0.0
        self._last_at = math.nan
        self._intervals = deque([interval_s] if math.isfinite(interval_s) else [], INTERVALS)
        self._last_s = math.inf

    def was_off(self, at: float) -> bool:
        """Take in the next moment; whether nobody knows what happened since the one before."""
        gap_s, before_s, self._last_at = at - self._last_at, self._last_s, at
        if math.isnan(gap_s):
            return False
        usual_s = median_low(self._intervals) if self._intervals else math.inf
        self.known_s = min(gap_s, TIMES * usual_s)
        self._intervals.append(gap_s)
        self._last_s = gap_s
        return gap_s > max(OFF_S, TIMES * before_s)
