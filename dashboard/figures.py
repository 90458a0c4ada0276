"""What tickets add up to: rates, offenders (通报) and the precision of detection, each of what somebody reaches."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from dashboard.access import Database, Who
from dashboard.models import Moment
from dashboard.problems import responses
from dispatch import figures
from dispatch.ledger import Clock

router = APIRouter(prefix="/api", tags=["figures"], responses=responses(401, 422, 503))

MONTH = timedelta(days=30)
Area = Annotated[str | None, Query(pattern=r"^\d{2,15}$")]


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


class Precision(BaseModel):
    """The verdicts on automatic tickets of one rule in one zone, by the local hour; `reasons` count the rejections."""

    site: str
    device: str
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
    found = figures.rates(database, who, area, period.begin, period.end, datetime.now(UTC))
    return Rates(**{clock: Rate(**rate._asdict(), share=rate.share) for clock, rate in found.items()})


@router.get("/offenders")
def get_offenders(
    database: Database,
    who: Who,
    period: Period,
    area: Area = None,
    least: Annotated[int, Query(ge=1, le=10_000)] = 3,
) -> list[Offender]:
    """Who missed `least` steps or more that became due in the period, the worst first."""
    found = figures.offenders(database, who, area, period.begin, period.end, datetime.now(UTC), least)
    return [Offender(**one._asdict()) for one in found]


@router.get("/precision")
def get_precision(database: Database, who: Who, period: Period, area: Area = None) -> list[Precision]:
    """How often detection was right, by camera, zone, rule and hour, and why it was rejected where it was not.

    Of the automatic tickets received in the period that a person confirmed, rejected or closed.
    """
    found = figures.precision(database, who, area, period.begin, period.end)
    return [Precision(**one._asdict()) for one in found]
