"""Something that lies on the road: a rock, a fallen load."""

from typing import Literal

from detect.staying import Dwell, Objects, StayingSettings


class Settings(StayingSettings):
    severity = "major"
    kind: Literal["debris"]
    objects: Objects = ("debris",)
    dwell: Dwell = 10.0
