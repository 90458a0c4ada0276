"""A vehicle that drives against the traffic of its lane, which runs towards `heading` in the picture.

Headings are in degrees, clockwise from straight up: 90 is to the right, 180 towards the camera.
"""

from math import cos, hypot, radians, sin
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from detect.model.detector import Detection
from detect.rule import Surroundings
from detect.stays.holding import For, HoldingSettings
from detect.stays.lasting import Follower, Sifted
from detect.stays.motion import Way, Ways
from detect.stays.stay import Scene

AGAINST = -0.5  # cosine of the angle between the two ways: more than 120° apart
FAR = 1.0  # own sizes; less may be a box that trembles, or somebody who parks


class Settings(HoldingSettings):
    severity = "major"
    labels: ClassVar[frozenset[str]] = frozenset({"car", "bus", "truck", "motorcycle", "ebike", "bicycle"})
    kind: Literal["wrong_way"]
    heading: Annotated[float, Field(ge=0, le=360)] = 0.0
    for_s: For = 1.0

    def follow(self, surroundings: Surroundings) -> Follower:
        ways = Ways()

        def against(scene: Scene) -> list[Detection]:
            ways.take(scene)
            known = ((thing, ways.of(thing)) for thing in scene.detections)
            return [thing for thing, way in known if way and self._is_against(way)]

        return Sifted(against, super().follow(surroundings))

    def _is_against(self, way: Way) -> bool:
        along = way.right * sin(radians(self.heading)) - way.down * cos(radians(self.heading))
        return way.length >= FAR and along < AGAINST * hypot(way.right, way.down)
