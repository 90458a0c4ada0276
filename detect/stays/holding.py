"""Finds when something is so in a zone: for a while, whoever it is that makes it so.

Short gaps count for little in both directions: a frame without it ends nothing, a lucky frame holds nothing up.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from pydantic import Field

from detect.geometry import iou
from detect.model.detector import Detection
from detect.rhythm import Rhythm
from detect.rule import Surroundings
from detect.stays.alone import Alone
from detect.stays.lasting import Follower, LastingInZone
from detect.stays.stay import Scene, Sighting, Stay
from detect.stays.staying import Objects
from detect.values import Seconds

For = Annotated[Seconds, Field(gt=0, alias="for")]

KEEPS = 0.6  # part of the confidence that keeps up what began with all of it
SAME = 0.5  # IoU of two boxes of one thing, which counts once
GAP_S = 3.0  # what has not lasted long enough yet is given up when it was absent for so long
CLEAR_S = 5.0  # what has lasted is over when it was absent for as long as it had to last, and for so long


@dataclass(slots=True)
class Holding(Alone):
    """Keeps the one stay of a zone in which `count` things or more are `there`, other ones from frame to frame."""

    there: Callable[[Detection], bool]
    confidence: float
    lasting_s: float
    count: int = 1
    gap_s: float = GAP_S
    stays: list[Stay] = field(default_factory=list)
    rhythm: Rhythm = field(default_factory=Rhythm)
    absent_s: float = 0.0

    def observe(self, scene: Scene) -> list[Stay]:
        """Take in the next frame; return the stay that ended with it, if one did."""
        ended: list[Stay] = []
        if self.rhythm.was_off(scene.at):
            ended, self.stays = self.stays, []
        sighting = self._look(scene)
        if not self.stays and sighting:
            self.stays, self.absent_s = [Stay.begin(sighting)], 0.0
        elif self.stays and self._is_over(self.stays[0], scene, sighting):
            ended, self.stays = self.stays, []
        return ended

    def _look(self, scene: Scene) -> Sighting | None:
        floor = self.confidence * (KEEPS if self.stays else 1.0)
        found = [thing for thing in scene.detections if thing.score >= floor and self.there(thing)]
        if len(found) >= self.count:  # as a rule they are fewer, and need not be compared
            found = distinct(found)
        if len(found) < self.count:
            return None
        return Sighting.of(scene, *found, score=found[self.count - 1].score)  # by which the count is reached

    def _is_over(self, stay: Stay, scene: Scene, sighting: Sighting | None) -> bool:
        known_s = self.rhythm.known_s
        if sighting:
            stay.see(sighting, known_s)
            self.absent_s = max(0.0, self.absent_s - known_s)
        else:
            stay.miss(scene.at, known_s, hidden=False)
            self.absent_s += known_s
        has_lasted = stay.dwell_s >= self.lasting_s
        return self.absent_s > (max(CLEAR_S, self.lasting_s) if has_lasted else min(self.gap_s, stay.dwell_s))


def distinct(things: list[Detection]) -> list[Detection]:
    """The surest first, without those that overlap a surer one by half (greedy non-maximum suppression)."""
    kept: list[Detection] = []
    for thing in sorted(things, key=lambda thing: -thing.score):
        if all(iou(surer.box, thing.box) < SAME for surer in kept):
            kept.append(thing)
    return kept


class HoldingSettings(LastingInZone):
    """Something that must hold `for` so long; only detections labelled as one of `labels` count."""

    gap_s: ClassVar[float] = GAP_S
    for_s: For

    @property
    def lasting_s(self) -> float:
        return self.for_s

    def is_there(self, thing: Detection, surroundings: Surroundings) -> bool:
        """Whether a thing of these labels is in the zone; by default, where it stands."""
        return surroundings.region.holds(thing.box)

    @property
    def least(self) -> int:
        """How many things it takes."""
        return 1

    def follow(self, surroundings: Surroundings) -> Follower:
        def there(thing: Detection) -> bool:
            return thing.label in self.labels and self.is_there(thing, surroundings)

        rhythm = Rhythm.expect(surroundings.interval_s)
        return Holding(there, surroundings.confidence, self.lasting_s, self.least, self.gap_s, rhythm=rhythm)


class SpreadingSettings(HoldingSettings):
    """What has no foot and no fixed shape: fire, smoke, water."""

    labels: ClassVar[frozenset[str]]

    def is_there(self, thing: Detection, surroundings: Surroundings) -> bool:
        return surroundings.region.touches(thing.box)


class ComingSettings(HoldingSettings):
    """Who comes where they may not be, or too many; a site may ask for other `objects` than people."""

    objects: Objects = ("person",)

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(self.objects)
