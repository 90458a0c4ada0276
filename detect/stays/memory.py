"""What is kept of what lasts, to go on from after a restart."""

from dataclasses import dataclass
from uuid import UUID

from msgspec import Struct

from detect.rhythm import Rhythm
from detect.stays.stay import Stay


@dataclass(slots=True)
class Told:
    """An incident under way, and what was last said of it."""

    id: UUID
    said_at: float
    best_score: float


class Kept(Struct):
    """A stay, and what was said of it."""

    stay: Stay
    told: Told | None


class LastingMemory(Struct):
    """One rule's: the stays that were told of, or might soon be, and those beside them that no rule tells of."""

    rhythm: Rhythm
    kept: list[Kept]
    beside: list[Stay] = []
