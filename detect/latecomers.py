"""Cameras as they were while their edge was cut off: its late frames, each camera's through a watch of their own.

The live watch has gone on meanwhile; what the late one finds joins the same tickets, by its place and kind.
"""

from collections.abc import Callable
from typing import NamedTuple

from detect.backlog import Backlog
from detect.incident import Incident
from detect.past import Pasts
from detect.watch import Watch
from edge.messages import Frame
from edge.topics import Topic


class Arrival(NamedTuple):
    topic: Topic
    frame: Frame


class Latecomers:
    """Frames are put in from any thread; all else is one thread's. `now` is this machine's clock, in epoch seconds.

    `follow` makes what looks at a camera's past from its first late frame on.
    """

    def __init__(self, follow: Callable[[Arrival], Watch | None]) -> None:
        self._follow = follow
        self._backlog: Backlog[Arrival] = Backlog()
        self._pasts = Pasts[Watch]()

    def __len__(self) -> int:
        return len(self._backlog)

    def put(self, arrival: Arrival) -> int:
        """Leave a late frame to be looked at; return how many of its camera's were passed over for it."""
        return self._backlog.put(str(arrival.topic), arrival)

    def take(self, now: float) -> tuple[Arrival, Watch] | None:
        """The late frame whose turn it is, and what looks at it; None where there is none, or nothing to look with."""
        arrival = self._backlog.take()
        if arrival is None:
            return None
        place = arrival.topic.site, arrival.topic.device
        watch = self._pasts.follow(place, lambda: self._follow(arrival), now)
        return (arrival, watch) if watch else None

    def follows(self, watch: Watch) -> bool:
        return self._pasts.has(watch)

    def tick(self, now: float) -> list[Incident]:
        """What clears because no more late frames come."""
        return self._pasts.tick(now)

    def end(self, place: tuple[str, str], now: float) -> list[Incident]:
        """What clears because nobody looks at the past of that camera (site, device) any longer."""
        return self._pasts.end(place, now)
