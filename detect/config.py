"""The detect stage's part of a device's configuration: what is watched for, where, and the model that looks."""

import importlib
import math
import pkgutil
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import shapely
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler, TypeAdapter
from pydantic_core import core_schema

from detect.rule import CameraRuleSettings, RuleSettings, SensorRuleSettings
from detect.rules import camera, sensor, sight
from detect.sight.sight import SightSettings
from detect.values import Point, Seconds


def known_rules(family: ModuleType) -> dict[str, type[RuleSettings]]:
    """Every rule of `detect.rules.camera`, `.sensor` or `.sight` by its kind, which is its module's name."""
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


Name = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
ZoneRule = Annotated[CameraRuleSettings, _ByKind(camera)]
SensorRule = Annotated[SensorRuleSettings, _ByKind(sensor)]
SightRule = Annotated[SightSettings, _ByKind(sight)]
Polygon = Annotated[list[Point], Field(min_length=3), AfterValidator(check_ring)]


class Zone(BaseModel):
    """A part of the picture and what is watched for there."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: Name
    name: Annotated[str, Field(max_length=40)] = ""
    polygon: Polygon
    rules: Annotated[list[ZoneRule], Field(min_length=1)]


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
    zones: list[Zone] = []
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


@cache
def _all_sight_rules() -> list[SightSettings]:
    settings = TypeAdapter(list[SightRule])
    return settings.validate_python([{"kind": kind} for kind in known_rules(sight)])


class SensorConfig(_DeviceConfig):
    every: Seconds = 0.0  # between two samples; 0 where that is not known
    rules: list[SensorRule] = []
