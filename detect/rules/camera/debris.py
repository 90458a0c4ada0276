"""Something that lies on the road: a rock, a fallen load."""

from typing import Literal

from detect.staying import Dwell, Objects, StayingSettings


class Settings(StayingSettings):
    severity = "major"
    strictness = 0.7  # small and of no one shape: a detector is less sure of it, but it lies still
    moves = False  # it fell; its box is small, and trembles by more than what comes to rest still moves
    seen_share = 0.35  # traffic hides it for most of the time, and no flow of debris ever passes by
    kind: Literal["debris"]
    objects: Objects = ("debris",)
    dwell: Dwell = 10.0
