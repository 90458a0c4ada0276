"""Finds what crosses a line: a followed thing whose foot was clear of it on one side, and for sure is on the other.

Between two places that are clear of the line it is the straight way that counts, however the box trembles on the line.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median_low
from typing import ClassVar

from detect.gate import BUSY_S
from detect.geometry import Border, foot
from detect.model.detector import Detection
from detect.rhythm import Rhythm
from detect.rule import AtLine, LineRuleSettings
from detect.stays.alone import Alone
from detect.stays.holding import distinct
from detect.stays.lasting import Lasting, LastingSettings
from detect.stays.stay import SCORES, Scene, Sighting, Stay
from detect.stays.staying import Objects
from detect.values import Point

CLEAR = 0.2  # own sizes between foot and line; a box that trembles moves by less
SURE_S = BUSY_S  # beyond the line for so long, which is on two looks at least
LOST_S = 1.5  # unseen for longer a track may go on as another thing's
LEAST_FPS = 1.0  # frames a second that follow a track at all
NEAR = 2.0  # own sizes; what was told of lately is no further beyond
QUIET_S = 10.0  # without another crossing, and it is over


@dataclass(slots=True)
class Walk:
    """One track's: where its foot was clear of the line, for sure, and since when it has been beyond."""

    seen_at: float
    side: Point | None = None
    beyond: int = 0  # above 0 to the line's right, below to its left
    beyond_at: float = 0.0
    scores: deque[float] = field(default_factory=lambda: deque(maxlen=SCORES))

    def stand(self, place: Point, at: float, border: Border) -> int:
        """It is clear of the line there; return over which way it is now sure to have come, as Border.crossed does."""
        way = border.crossed(self.side, place) if self.side else 0
        if way == 0:
            self.side, self.beyond = place, 0
        elif way * self.beyond <= 0:
            self.beyond, self.beyond_at = way, at
        elif at - self.beyond_at >= SURE_S:
            self.side, self.beyond = place, 0
            return way
        return 0


@dataclass(slots=True)
class Crossing(Alone):
    """Keeps the one stay of a line: from the first of some crossings, one soon after the other, to the last.

    Who was where is not known after a restart, as the tracks are numbered anew.
    """

    border: Border
    wanted: Callable[[Detection], bool]
    confidence: float
    one_way: bool = False
    stays: list[Stay] = field(default_factory=list)
    rhythm: Rhythm = field(default_factory=Rhythm)
    _walks: dict[int, Walk] = field(default_factory=dict)

    def observe(self, scene: Scene) -> list[Stay]:
        """Take in the next frame; return the stay that ended with it, if one did."""
        ended: list[Stay] = []
        if self.rhythm.was_off(scene.at):
            ended, self.stays = self.stays, []
        crossed = distinct([thing for thing in scene.detections if self._crosses(thing, scene.at)])
        self._walks = {track: walk for track, walk in self._walks.items() if scene.at - walk.seen_at <= LOST_S}
        if crossed:
            self._see(Sighting.of(scene, *crossed, score=max(map(self._score, crossed))))
        elif self.stays:
            self.stays[0].miss(scene.at, self.rhythm.known_s, hidden=False)
            if self.stays[0].away_s > QUIET_S:
                ended, self.stays = self.stays, []
        return ended

    def _see(self, sighting: Sighting) -> None:
        if self.stays:
            self.stays[0].see(sighting, self.rhythm.known_s)
        else:
            self.stays = [Stay.begin(sighting)]

    def _crosses(self, thing: Detection, at: float) -> bool:
        if thing.track is None or not self.wanted(thing):
            return False
        walk = self._walks.get(thing.track)
        if walk is None or at - walk.seen_at > LOST_S:
            walk = self._walks[thing.track] = Walk(at)
        walk.seen_at = at
        walk.scores.append(thing.score)
        if self.border.away(thing.box) < CLEAR:
            return False
        way = walk.stand(foot(thing.box), at, self.border)
        return (way > 0 if self.one_way else way != 0) and self._score(thing) >= self.confidence

    def _score(self, thing: Detection) -> float:
        return median_low(self._walks[thing.track].scores) if thing.track is not None else 0.0


class CrossingSettings(LastingSettings, LineRuleSettings):
    """Something of `objects` that crosses a line, either way or to its right only; told at once."""

    one_way: ClassVar[bool] = False
    objects: Objects

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(self.objects)

    @property
    def lasting_s(self) -> float:
        return 0.0

    def threshold(self) -> dict[str, float]:
        return {"crossings": 1}

    def observed(self, stay: Stay) -> dict[str, float]:
        return {"crossings": stay.tally}

    def is_over(self, thing: Detection, place: AtLine) -> bool:
        """Whether something that crossed a line may have crossed this one: it is near, on the side that counts."""
        on_side = not self.one_way or place.border.has_on_its_right(thing.box)
        return on_side and place.border.away(thing.box) <= NEAR

    def make(self, surroundings: AtLine) -> Lasting:
        def follow() -> Crossing:
            rhythm = Rhythm.expect(surroundings.interval_s)
            return Crossing(surroundings.border, self._looks_for, surroundings.confidence, self.one_way, rhythm=rhythm)

        return Lasting(self, surroundings, follow)

    def _looks_for(self, thing: Detection) -> bool:
        return thing.label in self.labels
