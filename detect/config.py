"""The detect stage's part of a device's configuration: zones, the rules in them, the model that looks."""

import importlib
import pkgutil
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import shapely
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import core_schema

from detect import rules
from detect.rule import RuleSettings
from detect.values import Point


def known_rules() -> dict[str, type[RuleSettings]]:
    """Every rule there is by its kind, which is its module's name."""
    modules = [module.name for module in pkgutil.iter_modules(rules.__path__)]
    return {name: importlib.import_module(f"{rules.__name__}.{name}").Settings for name in modules}


class _ByKind:
    """Validates a rule by the settings of its kind, so that an error names the very field."""

    def __get_pydantic_core_schema__(self, _source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        choices = {kind: handler.generate_schema(settings) for kind, settings in known_rules().items()}
        return core_schema.tagged_union_schema(choices, discriminator="kind")


def _check_polygon(points: list[Point]) -> list[Point]:
    if not shapely.Polygon(points).is_valid:
        raise ValueError("the polygon's edges cross: give its corners in order")
    return points


Name = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
Polygon = Annotated[list[Point], Field(min_length=3), AfterValidator(_check_polygon)]


class Zone(BaseModel):
    """A part of the picture and what is watched for there."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: Name
    polygon: Polygon
    rules: Annotated[list[Annotated[RuleSettings, _ByKind()]], Field(min_length=1)]


class DetectorSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    model: str
    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.35


class CameraConfig(BaseModel):
    """What detect needs of a device; the rest of the configuration is others' business."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    detector: DetectorSettings | None = None
    timezone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    position: tuple[float, float] | None = None
    zones: list[Zone] = []
