"""What tickets add up to: rates, offenders (通报) and the precision of detection, each of what somebody reaches."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from psycopg import Connection
from pydantic import BaseModel

from dashboard.access import Database, Who
from dashboard.models import Moment, Offender, Rate, Rates, WallFigures
from dashboard.problems import responses
from dispatch import figures
from dispatch.people import Person

router = APIRouter(prefix="/api", tags=["figures"], responses=responses(401, 422, 503))

MONTH = timedelta(days=30)
OFTEN, WORST = 3, 10  # so many missed steps make an offender, of whom so many are on a wall
Area = Annotated[str | None, Query(pattern=r"^\d{2,15}$")]


class Precision(BaseModel):
    """The verdicts on automatic tickets of one rule in one zone, by the local hour; `reasons` count the rejections."""

    site: str
    device: str
    name: str | None
    zone: str
    kind: str
    version: str | None
    hour: int
    confirmed: int
    rejected: int
    reasons: dict[str, int]


class _Period:
    """From `from` up to but not including `to`; the last thirty days unless told."""

    def __init__(
        self,
        begin: Annotated[Moment | None, Query(alias="from")] = None,
        end: Annotated[Moment | None, Query(alias="to")] = None,
    ) -> None:
        self.end = end or datetime.now(UTC)
        self.begin = begin or self.end - MONTH


Period = Annotated[_Period, Depends()]


@router.get("/rates")
def get_rates(database: Database, who: Who, period: Period, area: Area = None) -> Rates:
    """How many tickets of the period were accepted, handled and closed in time."""
    return _rates(database, who, area, period.begin, period.end)


@router.get("/offenders")
def get_offenders(
    database: Database,
    who: Who,
    period: Period,
    area: Area = None,
    least: Annotated[int, Query(ge=1, le=10_000)] = OFTEN,
) -> list[Offender]:
    """Who missed `least` steps or more that became due in the period, the worst first."""
    return _offenders(database, who, area, period.begin, period.end, least)


@router.get("/precision")
def get_precision(database: Database, who: Who, period: Period, area: Area = None) -> list[Precision]:
    """How often detection was right, by camera, zone, rule and hour, and why it was rejected where it was not.

    Of the automatic tickets received in the period that a person confirmed, rejected or closed.
    """
    found = figures.precision(database, who, area, period.begin, period.end)
    return [Precision(**one._asdict()) for one in found]


def figures_of_wall(connection: Connection, who: Person, area: str | None) -> WallFigures:
    """What a wall shows of the last thirty days."""
    now = datetime.now(UTC)
    begin = now - MONTH
    return WallFigures(
        at=now,
        rates=_rates(connection, who, area, begin, now),
        offenders=_offenders(connection, who, area, begin, now, OFTEN)[:WORST],
    )


def _rates(connection: Connection, who: Person, area: str | None, begin: datetime, end: datetime) -> Rates:
    found = figures.rates(connection, who, area, begin, end, datetime.now(UTC))
    return Rates(**{clock: Rate(**rate._asdict(), share=rate.share) for clock, rate in found.items()})


def _offenders(
    connection: Connection, who: Person, area: str | None, begin: datetime, end: datetime, least: int
) -> list[Offender]:
    found = figures.offenders(connection, who, area, begin, end, datetime.now(UTC), least)
    return [Offender(**one._asdict()) for one in found]
