"""/api/insight: tickets of a period by place, matter and time; recurrences, hot spots, and what nobody could see."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from dashboard import reads
from dashboard.access import Database, Who
from dashboard.figures import Area, Period
from dashboard.models import Place, Rate, Rates, Time
from dashboard.problems import responses
from dispatch import insight
from dispatch.insight import Scope

router = APIRouter(prefix="/api/insight", tags=["insight"], responses=responses(401, 422, 503))

PLACES, CELLS, DEVICES = 100, 300, 50  # so many are told of one by one
SPANS = {"day": timedelta(days=1), "week": timedelta(days=7)}

By = Literal["grid", "community", "department", "matter", "hour", "day", "week"]


class Times(BaseModel):
    """Seconds from receipt to the step; null where it was never done."""

    median: float | None
    p90: float | None


class StepTimes(BaseModel):
    accept: Times
    handle: Times
    close: Times


class Slice(BaseModel):
    """The tickets received of one grid (or other smallest area), community, department, matter, hour, day or week.

    `key` is its code or name, "1 0" for Monday's first hour, or the (first) date; null: of none.

    A department is whose job the matter is by the duty list. `begin` and `end` are of a day or week, within the
    period. `genuine` are neither rejected nor merged; `late` missed a step at least; `reopened` are counted where it is
    by community.
    """

    key: str | None
    name: str | None
    begin: Time | None
    end: Time | None
    tickets: int
    genuine: int
    late: int
    rates: Rates
    times: StepTimes
    recurrent: int
    reopened: int
    solved: int
    unsolved: int


class MissedSteps(BaseModel):
    """The steps in a grid that became due in the period and were missed, as `/api/offenders` counts them."""

    key: str | None
    name: str | None
    tickets: int
    accept: int
    handle: int
    close: int
    letter: int


class Recurrence(BaseModel):
    """A place with several tickets of one matter; of what no device saw, a square of some 100 m (`cell`).

    `recurrent` came back after one was closed; `title` and `area` are of the last.
    """

    kind: str
    site: str | None
    device: str | None
    zone: str | None
    cell: str | None
    tickets: int
    recurrent: int
    last_at: Time
    title: str
    area: str | None


class Hotspot(BaseModel):
    """A square of a thousandth of a degree; `position` is the middle of its tickets, `kind` the matter of most."""

    cell: str
    position: Place
    tickets: int
    kind: str
    area: str | None


class BlindDevice(BaseModel):
    """`hours` are the blind seconds by the hour of the day."""

    site: str
    id: str
    name: str
    kind: Literal["camera", "sensor"]
    known_s: float
    blind_s: float
    hours: list[float]


class Blindness(BaseModel):
    """How long devices saw nothing, in seconds of all devices, of the time for which their state is known.

    `blind` of `devices` saw nothing for a while; the worst are told one by one.
    """

    devices: int
    blind: int
    known_s: float
    blind_s: float
    hours: list[float]
    worst: list[BlindDevice]


def _scope(database: Database, who: Who, period: Period, area: Area = None) -> Scope:
    return Scope(who, area, period.begin, period.end, datetime.now(UTC), reads.timezone(database))


Asked = Annotated[Scope, Depends(_scope)]
MatterClass = Annotated[str | None, Query(alias="class", max_length=100, pattern=r"^[^\x00]*$")]


@router.get("/breakdown")
def get_breakdown(database: Database, scope: Asked, by: By, matter_class: MatterClass = None) -> list[Slice]:
    """What was received in the period, the most first; `class` is one of the duty list's, in its own words."""
    found = insight.breakdown(database, scope, by, matter_class, reopenings=by == "community")
    return [_told(one, by, scope) for one in found]


@router.get("/missed")
def get_missed(database: Database, scope: Asked) -> list[MissedSteps]:
    """Where steps were missed that became due in the period, the worst grid first."""
    return [MissedSteps(**row) for row in insight.missed(database, scope)]


@router.get("/recurrences")
def get_recurrences(database: Database, scope: Asked) -> list[Recurrence]:
    """Where the same came again and again, the worst place first."""
    return [Recurrence(**row) for row in insight.recurrences(database, scope, PLACES)]


@router.get("/hotspots")
def get_hotspots(database: Database, scope: Asked) -> list[Hotspot]:
    """Where most was wrong."""
    return [
        Hotspot(**row, position=(row["longitude"], row["latitude"])) for row in insight.hotspots(database, scope, CELLS)
    ]


@router.get("/blindness")
def get_blindness(database: Database, scope: Asked) -> Blindness:
    """When cameras and sensors saw nothing."""
    return blindness_of(insight.blindness(database, scope))


def blindness_of(rows: list[dict[str, Any]]) -> Blindness:
    """All of the devices together, and the worst by themselves; `rows` come the worst first."""
    blind = [row for row in rows if row["blind_s"] > 0]
    return Blindness(
        devices=len(rows),
        blind=len(blind),
        known_s=_sum(row["known_s"] for row in rows),
        blind_s=_sum(row["blind_s"] for row in rows),
        hours=insight.by_hour(blind),
        worst=[BlindDevice(**row, hours=insight.by_hour([row])) for row in blind[:DEVICES]],
    )


def _sum(numbers: Iterable[float]) -> float:
    return float(sum(numbers))


def _told(one: insight.Slice, by: By, scope: Scope) -> Slice:
    begin, end = _span(date.fromisoformat(one.key or ""), by, scope) if by in SPANS else (None, None)
    rates = Rates(**{clock: Rate(**rate._asdict(), share=rate.share) for clock, rate in one.rates.items()})
    times = StepTimes(**{clock: Times(**each._asdict()) for clock, each in one.times.items()})
    return Slice(**one._asdict() | {"rates": rates, "times": times, "begin": begin, "end": end})


def _span(day: date, by: By, scope: Scope) -> tuple[datetime, datetime]:
    """The part of a day or week that lies within the period."""
    first, last = (datetime.combine(each, time(), ZoneInfo(scope.zone)) for each in (day, day + SPANS[by]))
    return max(first, scope.since), min(last, scope.until)
