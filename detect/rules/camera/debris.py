"""Something that lies on the road: a rock, a fallen load."""

from typing import Literal

from detect.staying import Dwell, Objects, StayingSettings


class Settings(StayingSettings):
    severity = "major"
    strictness = 0.7  # small and of no one shape: a detector is less sure of it, but it lies still
    kind: Literal["debris"]
    objects: Objects = ("debris",)
    dwell: Dwell = 10.0
