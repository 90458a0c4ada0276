"""An incident under way."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(slots=True)
class Case:
    """Since when, and when it was last told of; in epoch seconds."""

    id: UUID
    began_at: float
    said_at: float
