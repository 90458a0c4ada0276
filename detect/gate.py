"""Which frames of a camera the detector looks at: a still street is as it was, and a busy one needs no 25 a second."""

from edge.messages import Frame

FLOOR_S = 2.0  # at least one look in that time: what creeps or is small moves too little to be noticed
BUSY_S = 0.19  # at most one look in that time while something moves, unless something is under way


class Gate:
    """Follows one camera; times are the frames' own."""

    def __init__(self) -> None:
        self._looked_at = float("-inf")
        self._has_changed = True

    def passes(self, frame: Frame, *, under_way: bool) -> bool:
        """Whether to look at the next frame; `under_way`: a rule has opened an incident, or may do so soon."""
        since_s = frame.at - self._looked_at
        self._has_changed |= frame.moving
        looks = since_s >= FLOOR_S or since_s < 0 or (self._has_changed and (under_way or since_s >= BUSY_S))
        if looks:
            self._looked_at, self._has_changed = frame.at, False
        return looks
