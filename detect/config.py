"""The detect stage's part of a device's configuration: what is watched for, where, and the model that looks."""

import importlib
import math
import pkgutil
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

import shapely
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    TypeAdapter,
    ValidationInfo,
    field_validator,
)
from pydantic_core import core_schema

from detect.geometry import Border, Region
from detect.rule import (
    AtLine,
    CameraRuleSettings,
    LineRuleSettings,
    RuleSettings,
    SensorRuleSettings,
    Surroundings,
    ZoneRuleSettings,
)
from detect.rules import camera, line, sensor, sight
from detect.sight.sight import SightSettings
from detect.values import Point, Seconds


def known_rules(family: ModuleType) -> dict[str, type[RuleSettings]]:
    """Every rule of `detect.rules.camera`, `.line`, `.sensor` or `.sight` by its kind, which is its module's name."""
    modules = [module.name for module in pkgutil.iter_modules(family.__path__)]
    return {name: importlib.import_module(f"{family.__name__}.{name}").Settings for name in modules}


@dataclass(frozen=True)
class _ByKind:
    """Validates a rule by the settings of its kind, so that an error names the very field."""

    family: ModuleType

    def __get_pydantic_core_schema__(self, _source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        choices = {kind: handler.generate_schema(settings) for kind, settings in known_rules(self.family).items()}
        return core_schema.tagged_union_schema(choices, discriminator="kind")


def check_ring(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """A polygon's corners in order; raise ValueError when its edges cross."""
    if not shapely.Polygon(points).is_valid:
        raise ValueError("the polygon's edges cross: give its corners in order")
    return points


def check_line(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """A line's points in order; raise ValueError when it stands still or crosses itself."""
    if any(begin == end for begin, end in pairwise(points)):
        raise ValueError("two points of the line in a row are the same")
    if not shapely.LineString(points).is_simple:
        raise ValueError("the line crosses itself: give its points in order")
    return points


Name = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
ZoneRule = Annotated[ZoneRuleSettings, _ByKind(camera)]
LineRule = Annotated[LineRuleSettings, _ByKind(line)]
SensorRule = Annotated[SensorRuleSettings, _ByKind(sensor)]
SightRule = Annotated[SightSettings, _ByKind(sight)]
Polygon = Annotated[list[Point], Field(min_length=3), AfterValidator(check_ring)]
Shape = Literal["polygon", "line"]


class _Place(BaseModel):
    """Where something is watched for; `shape` is the field that has its points."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    shape: ClassVar[Shape]
    id: Name
    name: Annotated[str, Field(max_length=40)] = ""


class Zone(_Place):
    """A part of the picture and what is watched for there."""

    shape = "polygon"
    polygon: Polygon
    rules: Annotated[list[ZoneRule], Field(min_length=1)]

    @property
    def points(self) -> list[Point]:
        return self.polygon


class Line(_Place):
    """A line through the picture and what is watched for that crosses it; its right is as seen along its points."""

    shape = "line"
    line: Annotated[list[Point], Field(min_length=2), AfterValidator(check_line)]
    rules: Annotated[list[LineRule], Field(min_length=1)]

    @property
    def points(self) -> list[Point]:
        return self.line

    @field_validator("rules", mode="before")
    @classmethod
    def _can_cross(cls, value: Any, info: ValidationInfo) -> Any:
        kinds = [rule.get("kind") for rule in value if isinstance(rule, dict)] if isinstance(value, list) else []
        known = known_rules(line)
        if strangers := [str(kind) for kind in kinds if kind not in known]:
            name = info.data.get("id", "this")
            raise ValueError(f"{name} is a line: it takes {' and '.join(known)}, not {', '.join(strangers)}")
        return value


def _by_shape(value: Any) -> Any:
    """An entry of `zones` as what it is, so that an error names the very field."""
    if not isinstance(value, dict):
        return value
    given = {name: part for name, part in value.items() if part is not None or name not in (Zone.shape, Line.shape)}
    if (Zone.shape in given) == (Line.shape in given):
        raise ValueError("it has either a `polygon` or a `line`")
    return (Line if Line.shape in given else Zone).model_validate(given)


ZoneOrLine = Annotated[Zone | Line, BeforeValidator(_by_shape)]


class DetectorSettings(BaseModel):
    """Without a model, one is chosen by the kind of camera (see detect.cameras)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    model: str | None = None
    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.35


class _DeviceConfig(BaseModel):
    """What detect needs of a device; the rest of the configuration is others' business."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    timezone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    position: tuple[float, float] | None = None


class CameraConfig(_DeviceConfig):
    camera: str | None = None
    fps: Annotated[float, Field(gt=0)] | None = None
    detector: DetectorSettings | None = None
    zones: list[ZoneOrLine] = []
    sight: list[SightRule] | None = None

    @property
    def interval_s(self) -> float:
        """Between two frames, as the site file has it; infinite where it says nothing."""
        return 1 / self.fps if self.fps else math.inf

    @property
    def sight_rules(self) -> list[SightSettings]:
        """Those of the site file, or all with their usual settings."""
        return _all_sight_rules() if self.sight is None else self.sight

    @property
    def model(self) -> str | None:
        return self.detector.model if self.detector else None

    @property
    def confidence(self) -> float:
        return (self.detector or DetectorSettings()).confidence

    def confidence_of(self, rule: CameraRuleSettings) -> float:
        """How sure one of its rules must be."""
        return round(self.confidence * rule.strictness, 3)

    def surroundings(self, zone: Zone, rule: ZoneRuleSettings) -> Surroundings:
        sure = self.confidence_of(rule)
        region = Region(zone.polygon)
        return Surroundings(region=region, confidence=sure, timezone=self.timezone, interval_s=self.interval_s)

    def at_line(self, line: Line, rule: LineRuleSettings) -> AtLine:
        sure = self.confidence_of(rule)
        border = Border(line.line)
        return AtLine(border=border, confidence=sure, timezone=self.timezone, interval_s=self.interval_s)


@cache
def _all_sight_rules() -> list[SightSettings]:
    settings = TypeAdapter(list[SightRule])
    return settings.validate_python([{"kind": kind} for kind in known_rules(sight)])


class SensorConfig(_DeviceConfig):
    every: Seconds = 0.0  # between two samples; 0 where that is not known
    rules: list[SensorRule] = []
