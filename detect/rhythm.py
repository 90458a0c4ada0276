"""What silence means: a source that was off, a stall, or one that speaks seldom.

Times are the source's own, in epoch seconds.
"""

import math
from dataclasses import dataclass, field, replace
from statistics import median_low

OFF_S = 60.0  # a silence no longer than this is none
TIMES = 3.0  # times its usual interval that a source may be silent
INTERVALS = 9  # make a habit: less than half of them may be stalls


@dataclass(slots=True)
class Rhythm:
    """`known_s` is how much of the time before the last moment is known from the two moments around it.

    Whoever was seen at both was there between, unless the source was silent for longer than is usual with it.
    `expect` says what it is said to send at; what it does send soon says more.
    """

    known_s: float = 0.0
    last_at: float = math.nan
    last_s: float = math.inf
    intervals: list[float] = field(default_factory=list)

    @classmethod
    def expect(cls, interval_s: float) -> "Rhythm":
        """Of a source with so many seconds between two moments; infinite where that is not known."""
        return cls(intervals=[interval_s] if math.isfinite(interval_s) else [])

    def copy(self) -> "Rhythm":
        return replace(self, intervals=[*self.intervals])

    def was_off(self, at: float) -> bool:
        """Take in the next moment; whether nobody knows what happened since the one before."""
        gap_s, before_s, self.last_at = at - self.last_at, self.last_s, at
        if math.isnan(gap_s):
            return False
        usual_s = median_low(self.intervals) if self.intervals else math.inf
        self.known_s = min(gap_s, TIMES * usual_s)
        self.intervals.append(gap_s)
        del self.intervals[:-INTERVALS]
        self.last_s = gap_s
        return gap_s > max(OFF_S, TIMES * before_s)
