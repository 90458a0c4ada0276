"""A jam: more and more come, and where it begins nobody gets on but at a crawl."""

import math
import random

from edge.sim.place import Jam
from edge.sim.plot import Plot, Stage
from edge.sim.script import Event

JAM, KEEPS = 4, 3  # vehicles that creep in a zone, and to keep it up
CREEP = 0.9  # m/s
LEAD_S, STUCK_S = 24.0, 8.0  # before the event: how long the traffic grows, and how long nobody gets on
RUSH_S = 2.2  # between two vehicles of a lane


class JamPlot(Plot):
    def __init__(self, stage: Stage, event: Event, dice: random.Random, at: float) -> None:  # noqa: ARG002 - every plot is begun alike
        super().__init__(stage, event)
        self._jam: Jam = dice.choice(stage.place.jams)
        self._found = self._tell(stage.new_track(), event.kind, self._jam.zone)

    def step(self, at: float) -> None:
        stuck = self._event.begin - STUCK_S <= at < self._event.end
        for lane, head in self._jam.heads.items():
            stream = self._stage.streams[lane]
            stream.limit, stream.limit_from = (CREEP, head) if stuck else (math.inf, -math.inf)
            if at < self._event.end - STUCK_S:
                stream.next_at = min(stream.next_at, at + RUSH_S)
        jammed = self._found.since is not None
        if stuck or jammed:
            least = KEEPS if stuck and jammed else JAM
            self._found.tell(at, self._stage.creeping_in(self._jam.zone) >= least)
        self.over = at > self._event.end and jammed is (self._found.until is not None)
