"""Traffic that hardly moves: so many vehicles in the zone, a lane or more of a road, that stand or creep.

A queue at a light is none: it moves off within a minute or two, and `for` is longer.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from detect.model.detector import Detection
from detect.rule import Surroundings
from detect.stays.holding import For, HoldingSettings
from detect.stays.lasting import Follower, Sifted
from detect.stays.motion import Ways
from detect.stays.standing import FOUR_WHEELED
from detect.stays.stay import Scene, Stay


class Settings(HoldingSettings):
    severity = "major"
    labels: ClassVar[frozenset[str]] = FOUR_WHEELED
    gap_s = 10.0  # stop and go: what moves on for so long is no queue at a light
    kind: Literal["congestion"]
    vehicles: Annotated[int, Field(ge=2, le=300)] = 5
    slower_than: Annotated[float, Field(gt=0, le=10)] = 0.3  # own sizes a second; a walker's pace, of a car
    for_s: For = 180.0

    @property
    def least(self) -> int:
        return self.vehicles

    def threshold(self) -> dict[str, float]:
        return super().threshold() | {"vehicles": self.vehicles}

    def observed(self, stay: Stay) -> dict[str, float]:
        return super().observed(stay) | {"vehicles": len(stay.last.things)}

    def follow(self, surroundings: Surroundings) -> Follower:
        ways = Ways()

        def creeping(scene: Scene) -> list[Detection]:
            ways.take(scene)
            known = ((thing, ways.of(thing)) for thing in scene.detections)
            return [thing for thing, way in known if way and way.speed < self.slower_than]

        return Sifted(creeping, super().follow(surroundings))
