"""What a rule is, what it is told, and what it finds: an incident before anyone has said by which camera."""

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from detect.geometry import Region
from detect.incident import IncidentObject, Phase, Picture, Severity, Spell
from detect.standing import Scene


@dataclass(frozen=True, slots=True)
class Finding:
    """`threshold` and `observed` name the same quantities, with their unit as the suffix (`dwell_s`)."""

    id: UUID
    phase: Phase
    kind: str
    version: str
    began_at: float
    severity: Severity
    score: float
    threshold: dict[str, float]
    observed: dict[str, float]
    objects: list[IncidentObject] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    dwell: list[Spell] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)


class Rule(Protocol):
    def observe(self, scene: Scene) -> list[Finding]:
        """Take in the next frame of the camera; return what opened, changed or cleared with it."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a rule is told of the place it watches; times of day are in `timezone`."""

    region: Region
    confidence: float
    timezone: ZoneInfo


class RuleSettings(BaseModel):
    """A rule as written in the site file. Each module of `detect.rules` has one, called `Settings`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: str

    def make(self, surroundings: Surroundings) -> Rule:
        raise NotImplementedError
