"""The site file: what stands where, and what to watch for. A wrong file is refused whole, with every wrong entry."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import available_timezones

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from detect.config import DetectorSettings, Line, Name, Polygon, SensorRule, SightRule, ZoneOrLine, check_ring
from detect.model.catalogue import is_name
from detect.readings.threshold import ThresholdSettings
from detect.readings.units import convert
from detect.rules.sensor import sensor_fault
from detect.stays.crossing import LEAST_FPS
from detect.values import Seconds
from dispatch.conduct import Conduct, Misfit
from dispatch.duties import Matter, parse_duties
from edge.driver import parse
from edge.sim.address import is_simulated, parse_camera, parse_sensor
from edge.sim.script import script_of
from edge.sim.sensors import filmed_script

CAMERA_SCHEMES = ("rtsp", "rtsps", "http", "https", "sim")
AGENT = "edge"
OF_CAMERAS = ("masks", "heartbeat", "budget", "sight")


class SiteFileError(Exception):
    """The file cannot be used; `problems` names each wrong entry by its path."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(f"{path} is refused, nothing was changed:\n" + "\n".join(f"  - {p}" for p in problems))


def _here(value: str, info: ValidationInfo) -> str:
    """Paths are relative to the file that names them."""
    folder: Path = (info.context or {})["folder"]
    return str((folder / value).resolve())


def _check_model(value: str, info: ValidationInfo) -> str:
    """A file or folder, or the name of a model that was added where detect runs."""
    path = _here(value, info)
    if Path(path).exists():
        return path
    if not is_name(value):
        raise ValueError(f"{path} is not there")
    return value


def _check_camera(value: str, info: ValidationInfo) -> str:
    if is_simulated(value):
        script_of(parse_camera(value))
        return value
    scheme, separator, _ = value.partition("://")
    if value.isdigit() or (separator and scheme in CAMERA_SCHEMES):
        return value
    if separator:
        raise ValueError(f"no driver for {scheme}://; known: a file, a device number, {', '.join(CAMERA_SCHEMES)}")
    path = _here(value, info)
    if not Path(path).is_file():
        raise ValueError(f"{path} is no file")
    return path


def _check_sensor(value: str) -> str:
    parse(value)
    return value


def _check_timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f"{value} is not a time zone, such as Asia/Shanghai")
    return value


def _bytes_per_s(value: object) -> object:
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kM])bit/s\s*", value) if isinstance(value, str) else None
    if isinstance(value, str) and not match:
        raise ValueError(f"{value!r} is no rate: write 500 kbit/s or 2 Mbit/s, or a number of bytes/s")
    return float(match[1]) * {"k": 1e3, "M": 1e6}[match[2]] / 8 if match else value


Budget = Annotated[float, BeforeValidator(_bytes_per_s), Field(ge=8000)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Place = tuple[Longitude, Latitude]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SiteDetector(DetectorSettings):
    model: Annotated[str, AfterValidator(_check_model)] | None = None


Level = Literal["city", "district", "street", "community", "grid"]
LEVELS = get_args(Level)


class SiteArea(_Entry):
    code: Annotated[str, Field(pattern=r"^\d{2,15}$")]
    name: Annotated[str, Field(min_length=1)]
    level: Level
    parent: str | None = None
    polygon: Annotated[list[Place], Field(min_length=3), AfterValidator(check_ring)]


class SiteDevice(_Entry):
    id: Name
    name: str = ""
    position: Place | None = None
    camera: Annotated[str, Field(coerce_numbers_to_str=True), AfterValidator(_check_camera)] | None = None
    sensor: Annotated[str, AfterValidator(_check_sensor)] | None = None
    agent: Name = AGENT
    fps: Annotated[float, Field(gt=0, le=60)] = 5.0
    every: Annotated[Seconds, Field(ge=0.1, le=86_400)] = 10.0  # between two samples of a sensor; as agents take it
    zones: list[ZoneOrLine] = []
    rules: list[SensorRule] = []
    masks: list[Polygon] | None = None  # parts of a camera's picture that nobody is to see
    heartbeat: Annotated[Seconds, Field(le=10)] | None = None  # between two pictures of a still street; 0: send all
    budget: Budget | None = None  # bytes/s of a camera's pictures at most
    sight: list[SightRule] | None = None  # how it is told that a camera sees no more; all there is, unless it says so

    @field_validator("rules", mode="before")
    @classmethod
    def _are_a_sensors(cls, value: object, info: ValidationInfo) -> object:
        if value and info.data.get("camera"):
            raise ValueError("a camera's rules stand in its zones")
        return value

    @model_validator(mode="after")
    def _is_one_thing(self) -> "SiteDevice":
        if (self.camera is None) == (self.sensor is None):
            raise ValueError("a device has either a `camera:` or a `sensor:`")
        if self.sensor and (self.zones or any(getattr(self, name) is not None for name in OF_CAMERAS)):
            raise ValueError(f"a sensor has neither zones nor {', '.join(f'`{name}:`' for name in OF_CAMERAS)}")
        return self

    @model_validator(mode="after")
    def _sees_what_crosses(self) -> "SiteDevice":
        for zone in self.zones:
            if isinstance(zone, Line) and self.fps < LEAST_FPS:
                raise ValueError(f"{zone.id} is a line, which needs {LEAST_FPS:g} frame a second at least: give `fps:`")
        return self

    @model_validator(mode="after")
    def _may_breathe(self) -> "SiteDevice":
        for rule in self.rules:
            if isinstance(rule, sensor_fault.Settings) and rule.silent_for and rule.silent_for <= self.every:
                raise ValueError(
                    f"a sensor that speaks every {self.every:g} s is no fault after {rule.silent_for:g} s of silence:"
                    " give a longer `silent_for:`, a shorter `every:`, or no `silent_for:`"
                )
        return self

    @model_validator(mode="after")
    def _speaks_of_what_is_asked(self) -> "SiteDevice":
        spoken = parse(self.sensor) if self.sensor else None
        if spoken is None:
            return self
        for rule in self.rules:
            if not isinstance(rule, ThresholdSettings):
                continue
            if rule.metric != spoken.metric:
                raise ValueError(f"{rule.kind} asks for {rule.metric}, of which {self.sensor} never speaks")
            if convert(1.0, spoken.unit, rule.unit or "") is None:
                raise ValueError(f"{rule.kind} asks for {rule.unit}, and {self.sensor} speaks in {spoken.unit}")
        return self

    @property
    def kind(self) -> Literal["camera", "sensor"]:
        return "camera" if self.camera else "sensor"


class Site(Conduct):
    """`duties` is a duty list in place of the shipped one, from a CSV file beside."""

    site: Name
    name: Annotated[str, Field(min_length=1)]
    timezone: Annotated[str, AfterValidator(_check_timezone)] = "Asia/Shanghai"
    detector: SiteDetector | None = None
    duties: list[Matter] | None = None
    areas: list[SiteArea] = Field(default_factory=list)
    devices: list[SiteDevice] = Field(default_factory=list)

    @model_validator(mode="after")
    def _can_be_kept(self) -> "Site":
        """By its own duty list; where it brings none, the one that holds in the database is asked when it is seeded."""
        problems = self.misfits(self.duties) if self.duties is not None else []
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def misfits(self, matters: list[Matter]) -> list[str]:
        """Where its limits and a duty list make no sense together, in words."""
        return [f"limits: {_misfit(misfit, matters)}" for misfit in self.limits.misfits(matters)]


def _misfit(misfit: Misfit, matters: list[Matter]) -> str:
    if misfit.severity is None:
        return f"kinds: unknown kind {misfit.kind!r}; known: {', '.join(matter.code for matter in matters)}"
    return f"a later step of {misfit.kind}, {misfit.severity}, is due before an earlier one: give all three"


def load_site(path: Path) -> Site:
    """Read and check a site file; raise SiteFileError."""
    try:
        text = path.read_text(encoding="utf-8")
        raw = _with_duties(_with_areas(yaml.safe_load(text), path.parent), path.parent)
    except (OSError, yaml.YAMLError, ValueError, LookupError, TypeError) as error:
        raise SiteFileError(path, [f"cannot be read: {error}"]) from error
    problems: list[str] = []
    site = None
    try:
        site = Site.model_validate(raw, context={"folder": path.parent})
    except ValidationError as error:
        problems += problems_of(error)
    problems += _clashes(raw) if isinstance(raw, dict) else []
    problems += [*_strangers(site), *_mixed_lines(site)] if site else []
    if site is None or problems:
        raise SiteFileError(path, problems)
    return site


def problems_of(error: ValidationError) -> list[str]:
    """Each wrong entry by its path, and what is wrong with it."""
    return [f"{_where(e['loc'])}: {_what(e)}" for e in error.errors()]


def _where(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "the file"


def _what(error: Any) -> str:
    message = error["msg"].removeprefix("Value error, ")
    return f"{message} (it is {error['input']!r})" if isinstance(error["input"], str | int | float) else str(message)


def _clashes(raw: dict[str, Any]) -> list[str]:
    """What no single entry shows: names given twice, and areas that lie in themselves."""
    devices = _entries(raw, "devices")
    names = {str(device.get("id")) for device in devices}
    agents = {str(device.get("agent", AGENT)) for device in devices}
    areas = _entries(raw, "areas")
    problems = [*_twice("areas", "code", areas), *_below_a_lower(areas), *_twice("devices", "id", devices)]
    for device in devices:
        problems += _twice(f"devices.{device.get('id')}.zones", "id", _entries(device, "zones"))
    problems += [f"devices: {name!r} is the name of an agent" for name in sorted(agents & names)]
    return problems


def _strangers(site: Site) -> list[str]:
    """Simulated sensors whose camera films other events than they measure."""
    filmed = [(d.id, parse_camera(d.camera)) for d in site.devices if d.camera and is_simulated(d.camera)]
    cameras = {f"{camera.view}:{camera.seed}": (name, camera) for name, camera in filmed}
    measured = [(d.id, parse_sensor(d.sensor)) for d in site.devices if d.sensor and is_simulated(d.sensor)]
    beside = [(name, sensor, *cameras[sensor.beside]) for name, sensor in measured if sensor.beside in cameras]
    return [
        f"devices.{name}.sensor: measures other events than its camera {its} films:"
        f" give both the same `every=` ({camera.every:g} s there) and `events=` ({camera.events} there)"
        for name, sensor, its, camera in beside
        if filmed_script(sensor) not in (None, script_of(camera))
    ]


def _mixed_lines(site: Site) -> list[str]:
    """Sensors that an agent is to read with other settings of their line than the first sensor on it."""
    first: dict[tuple[str, str], tuple[str, str]] = {}
    problems = []
    for device in site.devices:
        if not device.sensor or not (spoken := parse(device.sensor)) or not spoken.line:
            continue
        its, settings = first.setdefault((device.agent, spoken.line), (device.id, spoken.settings))
        if settings != spoken.settings:
            problems.append(
                f"devices.{device.id}.sensor: {spoken.line} is read with {settings} by {its}: give both the same"
            )
    return problems


def _entries(raw: dict[str, Any], name: str) -> list[dict[str, Any]]:
    entries = raw.get(name)
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _twice(where: str, key: str, entries: list[dict[str, Any]]) -> list[str]:
    counts = Counter(str(entry[key]) for entry in entries if key in entry)
    return [f"{where}: {name!r} is there {count} times" for name, count in counts.items() if count > 1]


def _below_a_lower(areas: list[dict[str, Any]]) -> list[str]:
    """Areas whose parent is not of a higher level; one that the file lacks may stand in another site's."""
    ranks = {str(area.get("code")): LEVELS.index(area["level"]) for area in areas if area.get("level") in LEVELS}
    return [
        f"areas: the parent of {code}, {parent}, must be of a higher level: {' > '.join(LEVELS)}"
        for area in areas
        if (code := str(area.get("code"))) in ranks
        and (parent := str(area.get("parent"))) in ranks
        and ranks[parent] >= ranks[code]
    ]


def _with_areas(raw: Any, folder: Path) -> Any:
    """Areas may stand in a GeoJSON file beside: a FeatureCollection of polygons, their properties as here."""
    if not isinstance(raw, dict) or not isinstance(raw.get("areas"), str):
        return raw
    features = json.loads((folder / raw["areas"]).read_text(encoding="utf-8"))["features"]
    areas = [f["properties"] | {"polygon": f["geometry"]["coordinates"][0][:-1]} for f in features]
    return raw | {"areas": areas}


def _with_duties(raw: Any, folder: Path) -> Any:
    if not isinstance(raw, dict) or not isinstance(raw.get("duties"), str):
        return raw
    return raw | {"duties": parse_duties((folder / raw["duties"]).read_text(encoding="utf-8"))}
