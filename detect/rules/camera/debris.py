"""Something that lies on the road: a rock, a fallen load."""

from typing import ClassVar, Literal

from detect.stays.staying import Dwell, Objects, StayingSettings


class Settings(StayingSettings):
    severity = "major"
    version: ClassVar[str] = "2"
    strictness = 1.3  # what glistens on a wet road looks a little like it
    moves = False  # it fell; its box is small, and trembles by more than what comes to rest still moves
    seen_share = 0.35  # traffic hides it for most of the time, and no flow of debris ever passes by
    kind: Literal["debris"]
    objects: Objects = ("debris",)
    dwell: Dwell = 10.0
