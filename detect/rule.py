"""What a rule is, what it is told, and what it finds: an incident before anyone has said by which device."""

import math
from dataclasses import dataclass, field
from typing import ClassVar, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from detect.geometry import Border, Region
from detect.incident import IncidentObject, Phase, Picture, Severity, Spell
from detect.stays.memory import LastingMemory
from detect.stays.stay import Scene
from ingest.senml import Reading

UPDATE_EVERY_S = 15.0  # while an incident lasts, by the source's own clock


class RuleSettings(BaseModel):
    """A rule as written in the site file. Each module of `detect.rules` has one, called `Settings`."""

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)
    severity: ClassVar[Severity]
    version: ClassVar[str] = "1"
    kind: str


@dataclass(frozen=True, slots=True)
class Finding:
    """`threshold` and `observed` name the same quantities, with their unit as the suffix (`dwell_s`).

    Only `threshold` has a `grace_s`, where so much was given beside the dwell.
    """

    id: UUID
    phase: Phase
    rule: RuleSettings
    began_at: float
    at: float
    score: float
    threshold: dict[str, float]
    observed: dict[str, float]
    objects: list[IncidentObject] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    dwell: list[Spell] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.rule.kind

    @property
    def version(self) -> str:
        return self.rule.version

    @property
    def severity(self) -> Severity:
        return self.rule.severity


class CameraRule(Protocol):
    """A rule on pictures, of a zone or of a line."""

    @property
    def is_under_way(self) -> bool:
        """Whether an incident is open, or may soon be: more frames say sooner."""
        ...

    def memory(self) -> LastingMemory:
        """What to go on from after a restart."""
        ...

    def untold(self) -> LastingMemory:
        """All that was seen and has not been told of; what changes later leaves it as it is."""
        ...

    def resume(self, memory: LastingMemory) -> None:
        """Go on from there."""
        ...

    def observe(self, scene: Scene) -> list[Finding]:
        """Take in the next frame of the camera; return what opened, changed or cleared with it."""
        ...

    def close(self, at: float) -> list[Finding]:
        """Nobody looks any longer, the last frame was of `at`; return what clears with it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How sure a rule on pictures must be, and by which clock; times of day are in `timezone`.

    `interval_s` is the time between two frames as the site file has it, infinite where it says nothing.
    """

    confidence: float
    timezone: ZoneInfo
    interval_s: float = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings(Terms):
    """What a rule is told of the zone it watches."""

    region: Region


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLine(Terms):
    """What a rule is told of the line it watches."""

    border: Border


class CameraRuleSettings(RuleSettings):
    strictness: ClassVar[float] = 1.0  # times the camera's confidence

    @property
    def labels(self) -> frozenset[str]:
        """What it looks for; any one of them will do."""
        raise NotImplementedError

    @property
    def lasting_s(self) -> float:
        """How long what it finds must last, in seconds."""
        raise NotImplementedError


class ZoneRuleSettings(CameraRuleSettings):
    def make(self, surroundings: Surroundings) -> CameraRule:
        raise NotImplementedError


class LineRuleSettings(CameraRuleSettings):
    def make(self, surroundings: AtLine) -> CameraRule:
        raise NotImplementedError


class SensorRule(Protocol):
    """Times in seconds: a reading's `at` is event time, `now` and `heard_at` are this machine's clock."""

    def read(self, reading: Reading, now: float) -> list[Finding]:
        """Take in a reading of the sensor, of any metric; return what opened, changed or cleared with it."""
        ...

    def tick(self, heard_at: float, now: float) -> list[Finding]:
        """Time has passed; the sensor was last heard at `heard_at`."""
        ...

    def quiet_until(self, heard_at: float) -> float:
        """When the next `tick` may tell something, as far as nothing is heard or cleared before."""
        ...

    def close(self, now: float) -> list[Finding]:
        """Nobody listens any longer; return what clears with it."""
        ...


class SensorRuleSettings(RuleSettings):
    @property
    def place(self) -> str:
        """What stands for the zone in a sensor's incidents, at most 40 characters."""
        raise NotImplementedError

    def make(self, every_s: float) -> SensorRule:
        """The rule for a sensor that is sampled every so many seconds, 0 where that is not known."""
        raise NotImplementedError
