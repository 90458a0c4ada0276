"""What the API says and hears, as the OpenAPI document shows it. Times are ISO 8601 UTC."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Base64Bytes, BaseModel, ConfigDict, Field

from detect.incident import Severity
from dispatch.transitions import Action, State
from dispatch.whistle import Grade, LetterState
from edge.messages import DeviceState

Time = Annotated[datetime, AfterValidator(lambda moment: moment.astimezone(UTC))]

EARLIEST_YEAR, LATEST_YEAR = 2000, 2099


def _within_reason(moment: datetime) -> datetime:
    """Sums with what is near the ends of the calendar would overflow."""
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise ValueError(f"a time is between {EARLIEST_YEAR} and {LATEST_YEAR}")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_within_reason)]  # that is asked for
Clock = Literal["accept", "handle", "close"]
EvidenceRole = Literal["first", "best", "last", "clip", "photo"]
Place = tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]]
Photo = Annotated[Base64Bytes, Field(max_length=8_000_000)]
Words = Annotated[str, Field(max_length=2000)]

NO_NUL = r"^[^\x00]*$"  # PostgreSQL's text has no place for it
Line = Annotated[str, Field(max_length=200, pattern=NO_NUL)]


class Area(BaseModel):
    code: str
    name: str


class Due(BaseModel):
    accept: Time
    handle: Time
    close: Time


class Evidence(BaseModel):
    """A picture, or a clip (`.mp4`) of the seconds around the beginning; `sha256` is that of its bytes, in hex digits.

    `box` is (left, top, right, bottom) in fractions of a picture, to be drawn by the reader. At `url` faces and number
    plates are unreadable, and where nobody knows of any, all is coarse; `full_url` is what was taken in, if it differs:
    for those who may see it, and each look at it is in the audit log. What its ticket no longer needed is gone from
    `url` since `removed_at`.
    """

    id: UUID
    at: Time
    removed_at: Time | None
    role: EvidenceRole
    url: str
    full_url: str | None
    sha256: str
    box: tuple[float, float, float, float] | None


class Ticket(BaseModel):
    """`acknowledged_by` is the first of the staff who acted on it since it was opened, came back or got graver."""

    id: UUID
    number: str
    kind: str
    state: State
    severity: Severity
    title: str
    text: str
    area: Area | None
    position: Place | None
    site: str | None
    device: str | None
    zone: str | None
    opened_at: Time
    began_at: Time
    due: Due
    overdue: list[Clock]
    accepted_at: Time | None
    handled_at: Time | None
    ended_at: Time | None
    assignee: str | None
    departments: list[str]
    incidents: list[UUID]
    evidence: list[Evidence]
    explanation: dict[str, Any] | None
    parent: UUID | None
    merged_into: UUID | None
    paused_until: Time | None
    level: int
    solved: bool | None
    acknowledged_by: str | None
    acknowledged_at: Time | None


class TicketPage(BaseModel):
    """`next` is the cursor of the page after this one."""

    items: list[Ticket]
    next: str | None


class Look(BaseModel):
    """Somebody saw a piece of evidence with its faces and number plates.

    What that was is told beside its id, as a better picture may have taken its place since; null: nobody noted it then.
    """

    at: Time
    actor: str
    evidence: UUID
    role: EvidenceRole | None
    taken_at: Time | None
    sha256: str | None


class TimelineEntry(BaseModel):
    at: Time
    actor: str
    action: str
    from_state: State | None
    to_state: State
    reason: str | None
    note: str
    detail: dict[str, Any]


class Interval(BaseModel):
    """A stretch of a ticket's life in which nothing changed that a clock depends on; the last one has no end.

    Clocks ran `pace` times as fast as usual, and stood still until `paused_until`.
    """

    began_at: Time
    ended_at: Time | None
    state: State
    severity: Severity
    holder: str | None
    pace: float
    paused_until: Time | None
    by: str
    reason: str
    approver: str | None


class Letter(BaseModel):
    """A response letter (响应函); `by` is who whistled, and grades it unless they have left."""

    id: UUID
    number: str
    department: str
    state: LetterState
    text: str
    by: str
    issued_at: Time
    deadline: Time
    checked_in_at: Time | None
    reported_at: Time | None
    answer: str
    ended_at: Time | None
    grade: Grade | None
    remark: str


class ActionBody(BaseModel):
    """`actor` is the person on whose behalf a script acts; `photos` are JPEG or PNG, base64.

    `until` ends a pause, or is the deadline of a whistle's letters to `departments`; `letter` names one of those.
    `id` is the sender's own: what is sent again with it, because an answer got lost, is done once.
    """

    model_config = ConfigDict(extra="forbid")
    id: UUID | None = None
    actor: Line | None = None
    reason: Annotated[Words, Field(pattern=NO_NUL)] = ""
    note: Annotated[Words, Field(pattern=NO_NUL)] = ""
    into: UUID | None = None
    assignee: Line | None = None
    severity: Severity | None = None
    until: Moment | None = None
    departments: Annotated[list[Line], Field(max_length=20)] = []
    letter: Line | None = None
    grade: Grade | None = None
    photos: Annotated[list[Photo], Field(max_length=10)] = []


class Device(BaseModel):
    """`state_at` is since when the state holds, `seen_at` when it last showed life, `picture_at` when the newest
    picture arrived. `blind` is the kind of the incident by which a camera does not show its street, and since when.
    """

    site: str
    id: str
    kind: Literal["camera", "sensor", "agent"]
    name: str
    position: Place | None
    state: DeviceState | Literal["unknown"]
    state_at: Time | None
    seen_at: Time | None
    agent: str | None
    detail: dict[str, Any]
    picture: str | None
    picture_at: Time | None
    blind: str | None
    blind_since: Time | None


class Reading(BaseModel):
    """A reading; or the mean of `count` in the `span_s` seconds from `at` on, with their lowest and highest."""

    at: Time
    metric: str
    value: float | None
    text: str | None
    unit: str
    span_s: int | None
    count: int | None
    min: float | None
    max: float | None


class Gap(BaseModel):
    """What the centre lacks of one start of a device's agent, as spans of numbers, both ends included.

    `missing` may still come; `dropped` is what the agent had to give up, and never will.
    """

    boot: UUID
    heard_at: Time
    missing: list[tuple[int, int]]
    dropped: list[tuple[int, int]]


class Trend(BaseModel):
    """A sensor's last hour: `points` are means by the minute, the oldest first, null where it said nothing.

    `limit` is what a rule of its asks; `unit` is SenML's.
    """

    site: str
    id: str
    name: str
    metric: str
    unit: str
    limit: float | None
    last: float
    points: list[float | None]


class Site(BaseModel):
    id: str
    name: str


class Counts(BaseModel):
    """Of the open tickets."""

    open: int
    overdue: int
    by_severity: dict[str, int]
    by_state: dict[str, int]


class Mode(BaseModel):
    """An emergency in an area and all below it; `pace` is how many times faster clocks run there."""

    id: UUID
    kind: str
    pace: float
    area: str
    reason: str
    by: str
    began_at: Time
    until: Time
    ended_at: Time | None
    ended_by: str | None
    ended_reason: str


class Rate(BaseModel):
    """Of the tickets received in the period: in how many the step was done in time, and in how many it was not.

    What is open and overdue has missed already. `share` is null where nothing counts yet.
    """

    kept: int
    missed: int
    share: float | None


class Rates(BaseModel):
    accept: Rate
    handle: Rate
    close: Rate


class Offender(BaseModel):
    """Who had so many tickets in hand when this step of theirs became overdue; null: they were with nobody."""

    holder: str | None
    clock: Clock | Literal["letter"]
    missed: int


class WallFigures(BaseModel):
    """Of the thirty days before `at`, when they were counted."""

    at: Time
    rates: Rates
    offenders: list[Offender]


class Wall(BaseModel):
    """All that the wall shows; `data_at` is when the street was last heard.

    `modes` are the emergencies that hold anywhere within, or for all of it. `figures` are null until they are counted.
    """

    at: Time
    site: Site | None
    area: Area | None
    modes: list[Mode]
    figures: WallFigures | None
    tickets: list[Ticket]
    counts: Counts
    devices: list[Device]
    data_at: Time | None


class Point(BaseModel):
    """An open ticket on the map; `due` is when the first step that is to be done has to be."""

    id: UUID
    kind: str
    state: State
    severity: Severity
    area: str | None
    position: Place | None
    opened_at: Time
    due: Time


class Points(BaseModel):
    """Open tickets for the map, due first; `are_all` says whether no others are open."""

    points: list[Point]
    are_all: bool


class Part(BaseModel):
    state: Literal["ok", "degraded", "down"]
    detail: str


class HealthReport(BaseModel):
    """`down` when any part is."""

    state: Literal["ok", "degraded", "down"]
    version: str
    parts: dict[str, Part]


class Problem(BaseModel):
    """RFC 9457; `allowed` names the actions that the ticket's state allows."""

    type: str
    title: str
    status: int
    detail: str
    allowed: list[Action] | None = None
