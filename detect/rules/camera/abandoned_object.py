"""A bag or case that lies there with nobody near it: somebody's own, as long as they stand beside it."""

from typing import Literal

from detect.model.detector import Detection
from detect.rule import Surroundings
from detect.stays.lasting import Follower, Sifted
from detect.stays.motion import step_of
from detect.stays.stay import Scene
from detect.stays.staying import Dwell, Objects, StayingSettings

BESIDE = 3.0, 1.0  # widths and heights of a person, between their feet and the thing's: some two metres


class Settings(StayingSettings):
    severity = "major"
    moves = False  # somebody put it down; its box is small, and trembles
    anchored = False  # it looks the same when somebody comes back to it
    kind: Literal["abandoned_object"]
    objects: Objects = ("backpack", "handbag", "suitcase")
    dwell: Dwell = 120.0

    def follow(self, surroundings: Surroundings) -> Follower:
        def left_alone(scene: Scene) -> list[Detection]:
            people = [thing for thing in scene.detections if thing.label == "person"]
            return [
                thing
                for thing in scene.detections
                if thing not in people and not any(_is_beside(person, thing) for person in people)
            ]

        return Sifted(left_alone, super().follow(surroundings))


def _is_beside(person: Detection, thing: Detection) -> bool:
    they, it = step_of(person, 0.0), step_of(thing, 0.0)
    return abs(they.x - it.x) <= BESIDE[0] * they.width and abs(they.y - it.y) <= BESIDE[1] * they.height
