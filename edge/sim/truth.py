"""What is in a simulated picture, exactly. Boxes are fractions of the picture; times are the film's, in seconds."""

from typing import Literal

from msgspec import Struct

Label = Literal["person", "ebike", "car", "bus", "truck", "debris", "fire", "smoke", "water"]
LABELS: tuple[Label, ...] = ("person", "ebike", "car", "bus", "truck", "debris", "fire", "smoke", "water")

Box = tuple[float, float, float, float]  # left, top, right, bottom


class Thing(Struct, frozen=True):
    """`box` is the whole thing's, cut at the picture's edge; `visible` the share of it that nothing hides."""

    track: int
    label: Label
    box: Box
    visible: float = 1.0


class Happening(Struct, frozen=True):
    """An incident, or what looks like one: the condition holds in `zone` since `since`; `until` while it is over."""

    track: int
    kind: str
    zone: str
    since: float
    until: float | None = None


class Truth(Struct, frozen=True):
    at: float
    things: tuple[Thing, ...]
    happenings: tuple[Happening, ...]
