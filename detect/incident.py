"""What detect says: an incident, from the moment its condition holds to the moment it clears.

Times are seconds since the Unix epoch; boxes are fractions of the picture's width and height;
positions are (longitude, latitude).
"""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from edge.messages import EpochSeconds

Phase = Literal["open", "update", "clear"]
Role = Literal["first", "best", "last"]
Severity = Literal["minor", "major", "critical"]
Box = tuple[float, float, float, float]
Name = Annotated[str, Meta(max_length=40)]
Position = tuple[Annotated[float, Meta(ge=-180, le=180)], Annotated[float, Meta(ge=-90, le=90)]]


class IncidentObject(Struct, frozen=True):
    """A thing that the detector saw; `box` is (left, top, right, bottom)."""

    label: str
    box: Box
    score: float
    track: int | None = None


class Picture(Struct, frozen=True):
    """A frame as the camera sent it; the reader draws `box` over it.

    `redactions` are where faces and number plates may be, to be hidden from whom they do not concern; None: unknown.
    """

    role: Role
    at: EpochSeconds
    jpeg: bytes
    box: Box
    redactions: list[Box] | None = None


class Clip(Struct, frozen=True):
    """Some seconds around the opening, as MP4, with redactions laid over; `at` is the time of its first picture."""

    at: EpochSeconds
    mp4: bytes


class Spell(Struct, frozen=True, rename={"begin": "from", "end": "to"}):
    """A stretch of the dwell: the object was seen, hidden behind another, or not seen though nothing hid it.

    Alike is what was not detected where all looked as it had: rain, or light that dazzles, hides no vehicle.
    Unknown is what lies between two frames too far apart for their camera; it counts towards nothing.
    """

    begin: EpochSeconds
    end: EpochSeconds
    state: Literal["seen", "alike", "hidden", "unseen", "unknown"]


class Explanation(Struct, frozen=True):
    """Why: the rule and its version, what it asks against what was seen, and by which model.

    `late`: it was found in what came only after its source had been cut off.
    """

    rule: dict[str, str]
    threshold: dict[str, float]
    observed: dict[str, float]
    model: dict[str, str]
    zone: dict[str, str | list[tuple[float, float]]]
    dwell: list[Spell] = []
    scores: list[float] = []
    track: int | None = None
    late: bool = False


class Taken(Struct, frozen=True):
    """Dispatch has committed what a message said; `digest` is its name (`detect/outbox.py`)."""

    digest: str


class Incident(Struct, frozen=True):
    """`id` is a UUIDv7, stable through the incident's life; `began_at` is event time, when the condition began."""

    id: UUID
    kind: Name
    phase: Phase
    site: str
    device: str
    zone: Name
    began_at: EpochSeconds
    at: EpochSeconds
    severity: Severity
    score: float
    objects: list[IncidentObject]
    explanation: Explanation
    position: Position | None = None
    pictures: list[Picture] = []
    clip: Clip | None = None
