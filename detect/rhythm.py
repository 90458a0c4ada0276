"""Tells a source that was off from one that speaks seldom. Times are the source's own, in epoch seconds."""

import math

OFF_S = 60.0  # a silence no longer than this is none
TIMES = 3.0  # times its last interval that a source may be silent, beyond OFF_S, before it counts as off


class Rhythm:
    def __init__(self) -> None:
        self._last_at = math.nan
        self._interval_s = math.inf

    def was_off(self, at: float) -> bool:
        """Take in the next moment; whether nobody knows what happened since the one before."""
        gap, usual = at - self._last_at, self._interval_s
        self._last_at = at
        self._interval_s = math.inf if math.isnan(gap) else gap
        return gap > max(OFF_S, TIMES * usual)
