"""/api/rules: what can be watched for, and the settings of each rule, as forms and sentences are made from them.

All of it follows from the rules' own settings, so that a new module in `detect/rules` needs nothing here.
"""

import sys
from functools import cache
from types import ModuleType
from typing import Any, Literal, get_args

from fastapi import APIRouter
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dashboard.access import Who
from dashboard.problems import responses
from detect.config import known_rules
from detect.incident import Severity
from detect.rule import RuleSettings
from detect.rules import camera, line, sensor
from detect.values import Seconds, Spans

router = APIRouter(prefix="/api/rules", tags=["setup"], responses=responses(401, 503))

Device = Literal["camera", "line", "sensor"]
Shape = Literal["duration", "hours", "labels", "integer", "number", "text"]
FAMILIES: dict[Device, ModuleType] = {"camera": camera, "line": line, "sensor": sensor}
Rule = dict[str, Any]  # a rule as in the site file: `kind`, and its settings
SECONDS, HOURS = get_args(Seconds)[1], get_args(Spans)[1]  # by which they are known
MARKS: tuple[tuple[Any, Shape], ...] = ((SECONDS, "duration"), (HOURS, "hours"))
TYPES: tuple[tuple[type, Shape], ...] = ((int, "integer"), (float, "number"), (str, "text"))


class RuleField(BaseModel):
    """One setting. A `duration` is in seconds, `labels` are what a detector may call things, `hours` HH:MM-HH:MM.

    Several spans of hours are separated by commas.

    An `optional` one may be left out; `least` and `most` are the ends of its range, where it has any, and `over`: it
    must be more than the least.
    """

    name: str
    shape: Shape
    optional: bool
    least: float | None
    over: bool
    most: float | None


class RuleKind(BaseModel):
    """A rule with its usual settings; `about` says what it finds, in English.

    `device`: it is for zones of a camera, for lines through a camera's picture, or for a sensor.
    """

    kind: str
    device: Device
    severity: Severity
    about: str
    fields: list[RuleField]
    usual: Rule


@router.get("")
def list_rules(_: Who) -> list[RuleKind]:
    return rulebook()


@cache
def rulebook() -> list[RuleKind]:
    return [
        describe(kind, device, settings) for device, family in FAMILIES.items() for kind, settings in _known(family)
    ]


def _known(family: ModuleType) -> list[tuple[str, type[RuleSettings]]]:
    return sorted(known_rules(family).items())


def describe(kind: str, device: Device, settings: type[RuleSettings]) -> RuleKind:
    return RuleKind(
        kind=kind,
        device=device,
        severity=settings.severity,
        about=(sys.modules[settings.__module__].__doc__ or kind).partition("\n")[0],
        fields=[_field(field.alias or name, field) for name, field in settings.model_fields.items() if name != "kind"],
        usual=settings.model_validate({"kind": kind}).model_dump(mode="json", exclude_none=True),
    )


def _field(name: str, field: FieldInfo) -> RuleField:
    parts = list(_parts(field.annotation, field.metadata))
    return RuleField(
        name=name,
        shape=_shape(parts),
        optional=type(None) in parts,
        least=_limit(parts, "ge", "gt"),
        over=_limit(parts, "gt") is not None,
        most=_limit(parts, "le", "lt"),
    )


def _parts(annotation: Any, metadata: list[Any]) -> list[Any]:
    """An annotation, all that it is made of, and what they are marked with."""
    nested = [part for one in get_args(annotation) for part in _parts(one, list(getattr(one, "metadata", [])))]
    return [annotation, *metadata, *nested, *(mark for one in metadata for mark in getattr(one, "metadata", []))]


def _shape(parts: list[Any]) -> Shape:
    if any(getattr(part, "__origin__", None) is tuple for part in parts):
        return "labels"
    marked = [shape for mark, shape in MARKS if mark in parts]
    plain = [shape for kind, shape in TYPES if kind in parts]
    return next(iter([*marked, *plain]), "text")


def _limit(parts: list[Any], *names: str) -> float | None:
    """The strictest end of a range, whether it is itself in it or not."""
    found = [value for part in parts for name in names if isinstance(value := getattr(part, name, None), int | float)]
    return (min if "le" in names else max)(found, default=None)
