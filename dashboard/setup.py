"""/api/devices/…/setup: what is watched for at a device, changed and tried; and the site file as it now stands."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Response
from psycopg import Connection
from pydantic import BaseModel, ConfigDict, Field

from dashboard import reads
from dashboard.access import Database, having
from dashboard.devices import Name
from dashboard.models import Time
from dashboard.problems import responses
from dashboard.rulebook import Rule
from dispatch.past import LOOKED_BACK, Past, load_incidents, load_readings
from dispatch.people import Person
from dispatch.setup import NoSuchDeviceError, Setup, SetupError, change_setup, load_setup
from dispatch.site_export import Raw, export_site, format_site
from dispatch.transitions import Role, State
from dispatch.trial import Alarm, Judged, Outcome, judge, replay

router = APIRouter(prefix="/api", tags=["setup"], responses=responses(401, 403, 404, 422, 503))

MOST = 100  # zones of a picture, rules of a zone
SENT_OUT = (State.DISPATCHED, State.ACCEPTED, State.HANDLED, State.CLOSED)

Installer = Annotated[Person, Depends(having(Role.INSTALLER))]
Points = Annotated[list[tuple[float, float]], Field(max_length=MOST)]
Rules = Annotated[list[Rule], Field(max_length=MOST)]


class SetupZone(BaseModel):
    """A part of the picture, or a line through it, with its rules as in a site file.

    Either `polygon` or `line` has its points in order, as fractions of width and height.
    """

    model_config = ConfigDict(extra="forbid")
    id: str
    name: str = ""
    polygon: Points | None = None
    line: Points | None = None
    rules: Rules


class Watched(BaseModel):
    """All zones of a camera, or all rules of a sensor."""

    model_config = ConfigDict(extra="forbid")
    zones: Annotated[list[SetupZone], Field(max_length=MOST)] = []
    rules: Rules = []


class SetupBody(Watched):
    """`version` is that of the setup which this takes the place of."""

    version: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class DeviceSetup(Watched):
    """`edited`: it is not as the site file has it. `fps` is of a camera, `every` the seconds between two samples."""

    site: str
    device: str
    kind: Literal["camera", "sensor"]
    name: str
    version: str
    edited: bool
    timezone: str
    fps: float | None
    every: float | None


class PastThing(BaseModel):
    """What was seen; `box` is (left, top, right, bottom) in fractions of the picture."""

    label: str
    box: tuple[float, float, float, float]
    score: float


class PastIncident(BaseModel):
    """An incident, what became of its ticket, and what it would be now; `zone` is where it comes nearest to a report.

    `lasts`: it goes on. `reason` is that of a rejection.
    """

    id: UUID
    ticket: UUID
    number: str
    kind: str
    state: State
    reason: str | None
    began_at: Time
    at: Time
    lasts: bool
    dwell_s: float | None
    things: list[PastThing]
    picture: str | None
    outcome: Outcome
    zone: str | None


class Balance(BaseModel):
    """Of the last incidents those that were rejected, those that somebody was sent to, and how many would be gone."""

    rejected: int
    rejected_gone: int
    sent: int
    sent_gone: int


class Alarms(BaseModel):
    """When a sensor's rule would have reported within the last day: (from, to), without an end where it still does."""

    rule: int
    times: list[tuple[Time, Time | None]]


class Trial(BaseModel):
    """What zones or rules would do: a camera's last incidents, the newest first, or the alarms of a sensor's rules."""

    since: Time
    incidents: list[PastIncident]
    balance: Balance
    alarms: list[Alarms]


@router.get("/devices/{site}/{device}/setup")
def get_setup(database: Database, who: Installer, site: Name, device: Name) -> DeviceSetup:
    return _shown(_reached(database, who, site, device))


@router.put("/devices/{site}/{device}/setup", responses=responses(409))
def put_setup(database: Database, who: Installer, site: Name, device: Name, body: SetupBody) -> DeviceSetup:
    """It takes effect within a second or two, without a restart; 409 where somebody else has changed it since."""
    before = _reached(database, who, site, device)
    given, now = _given(before, body), datetime.now(UTC)
    return _shown(change_setup(database, site, device, given, body.version, who.signature, now))


@router.post("/devices/{site}/{device}/trial")
def try_setup(database: Database, who: Installer, site: Name, device: Name, body: Watched) -> Trial:
    """What it would make of what was reported and measured; nothing is changed."""
    present, now = _reached(database, who, site, device), datetime.now(UTC)
    tried = present.checked(_given(present, body))
    incidents = _judged(database, who, tried) if tried.kind == "camera" else []
    return Trial(
        since=now - LOOKED_BACK,
        incidents=incidents,
        balance=_balance(incidents),
        alarms=_alarms(database, tried, now) if tried.kind == "sensor" else [],
    )


@router.get("/sites/{site}/file", response_class=Response)
def get_site_file(database: Database, who: Installer, site: Name) -> Response:
    """The whole site as YAML, as `yihu up --site` takes it; addresses of cameras stand in it with their passwords."""
    content = reached_site(database, who, site)
    headers = {"Content-Disposition": f'attachment; filename="{site}.yaml"', "Cache-Control": "no-store"}
    return Response(format_site(content).encode(), media_type="application/yaml", headers=headers)


def reached_site(connection: Connection, who: Person, site: str) -> Raw:
    """What the file of a site says, all of whose devices are within somebody's reach."""
    content = export_site(connection, site)
    if content is None:
        raise HTTPException(404, f"There is no site {site}")
    if not _reaches_all(connection, who, content):
        raise HTTPException(403, "The site has devices beyond your area")
    return content


def _reaches_all(connection: Connection, who: Person, content: Raw) -> bool:
    if who.area is None:
        return True
    reached = {device.path for device in reads.devices(connection, who)}
    return all(f"{content['site']}/{device['id']}" in reached for device in content["devices"])


def _reached(connection: Connection, who: Person, site: str, device: str) -> Setup:
    if not reads.reaches_device(connection, who, site, device):
        raise NoSuchDeviceError(f"{site}/{device} is not there")
    return load_setup(connection, site, device)


def _given(present: Setup, body: Watched) -> list[Any]:
    is_camera = present.kind == "camera"
    if body.rules if is_camera else body.zones:
        raise SetupError(["rules: a camera's stand in its zones" if is_camera else "zones: a sensor has none"])
    return [zone.model_dump() for zone in body.zones] if is_camera else body.rules


def _shown(setup: Setup) -> DeviceSetup:
    is_camera = setup.kind == "camera"
    return DeviceSetup(
        **{name: getattr(setup, name) for name in ("site", "device", "name", "version", "edited", "timezone")},
        **setup.watched,
        kind="camera" if is_camera else "sensor",
        fps=setup.config.get("fps") if is_camera else None,
        every=None if is_camera else setup.config.get("every"),
    )


def _judged(connection: Connection, who: Person, tried: Setup) -> list[PastIncident]:
    camera = tried.camera
    return [_past(one, judge(one.told, camera)) for one in load_incidents(connection, who, tried)]


def _past(past: Past, judged: Judged) -> PastIncident:
    return PastIncident(
        **{
            name: getattr(past, name)
            for name in PastIncident.model_fields.keys() & set(Past._fields) - {"zone", "picture"}
        },
        lasts=past.phase != "clear",
        things=[PastThing(label=thing.label, box=thing.box, score=thing.score) for thing in past.told.things],
        picture=f"/api/evidence/{past.picture}/masked.jpg" if past.picture else None,
        outcome=judged.outcome,
        zone=judged.zone,
    )


def _balance(incidents: list[PastIncident]) -> Balance:
    def count(*states: State) -> tuple[int, int]:
        decided = [one for one in incidents if one.state in states]
        return len(decided), sum(one.outcome != "reported" for one in decided)

    (rejected, rejected_gone), (sent, sent_gone) = count(State.REJECTED), count(*SENT_OUT)
    return Balance(rejected=rejected, rejected_gone=rejected_gone, sent=sent, sent_gone=sent_gone)


def _alarms(connection: Connection, tried: Setup, now: datetime) -> list[Alarms]:
    found = replay(tried.sensor, load_readings(connection, tried, now), now.timestamp())
    return [Alarms(rule=number, times=[_times(one) for one in alarms]) for number, alarms in enumerate(found)]


def _times(alarm: Alarm) -> tuple[datetime, datetime | None]:
    end = None if alarm.end is None else datetime.fromtimestamp(alarm.end, UTC)
    return datetime.fromtimestamp(alarm.begin, UTC), end
