"""Which pictures of a camera go out: all on which something moves, and of a still street one every so often."""

from math import inf

TAIL_S = 0.5  # after the last motion: what came to rest is seen at rest


class Gate:
    """Follows one camera's pictures; times in seconds of a clock that is never set."""

    def __init__(self, heartbeat_s: float) -> None:
        self._heartbeat_s = heartbeat_s
        self._moved_at = self._shown_at = -inf

    def opens(self, now: float, *, moving: bool) -> bool:
        """Whether the next picture is to go out; `moving`: something has moved since the last one that did."""
        if moving:
            self._moved_at = now
        return now - self._moved_at <= TAIL_S or self._is_due(now)

    def send(self, now: float) -> None:
        """It goes out; the tail of a motion puts no heartbeat off, which keeps time with what detect looks at."""
        if self._moved_at == now or self._is_due(now):
            self._shown_at = now

    def _is_due(self, now: float) -> bool:
        return now - self._shown_at >= self._heartbeat_s
