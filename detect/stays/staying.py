"""Rules on a thing that stays where it is for longer than it may."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from detect.model.detector import Detection
from detect.rhythm import Rhythm
from detect.rule import Surroundings
from detect.stays.lasting import Follower, LastingInZone
from detect.stays.standing import Standing
from detect.values import Seconds, Spans, within

Objects = Annotated[tuple[str, ...], Field(min_length=1)]
Dwell = Annotated[Seconds, Field(gt=0)]


class StayingSettings(LastingInZone):
    """Each module of such a rule has its own `objects` and `dwell`; what `moves` stays once it has come to rest."""

    moves: ClassVar[bool] = True
    anchored: ClassVar[bool] = True  # whether it is there as long as its place looks as it did
    objects: Objects
    dwell: Dwell

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(self.objects)

    @property
    def lasting_s(self) -> float:
        return self.dwell

    def enters(self, thing: Detection, surroundings: Surroundings) -> bool:
        """Whether a stay may begin with it: in the zone, and surely seen."""
        return thing.score >= surroundings.confidence and surroundings.region.holds(thing.box)

    def follow(self, surroundings: Surroundings) -> Follower:
        labels = self.labels
        return Standing(
            wanted=lambda thing: self.enters(thing, surroundings),
            same_kind=lambda thing: thing.label in labels,
            moves=self.moves,
            anchored=self.anchored,
            rhythm=Rhythm.expect(surroundings.interval_s),
        )


class ParkingSettings(StayingSettings):
    """Of what may stand there after all at `exempt` times of day, as to unload."""

    exempt: Spans | None = None

    def holds_at(self, local: datetime) -> bool:
        return super().holds_at(local) and not (self.exempt and within(self.exempt, local))
