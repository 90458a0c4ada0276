"""/api/people/{name}/duty and …/absences: when people are on duty, for whoever plans it and for themselves."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from dashboard.access import Database, Who
from dashboard.models import Line, Moment, Time
from dashboard.problems import responses
from detect.values import Hours
from dispatch import accounts, rota, routing
from dispatch.people import Person

router = APIRouter(prefix="/api/people/{name:path}", tags=["people"], responses=responses(401, 403, 404, 422, 503))

Days = Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)]


class Absence(BaseModel):
    begin: Time
    end: Time


class Duty(BaseModel):
    """`hours` and `days` (1 is Monday, 7 Sunday) are local; `absences` are those that are not over."""

    hours: str
    days: list[int]
    part_time: bool
    absences: list[Absence]


class NewDuty(BaseModel):
    """A shift such as 22:00-06:00 belongs to the day on which it began; who is `part_time` is sent nowhere."""

    model_config = ConfigDict(extra="forbid")
    hours: Hours
    days: Days
    part_time: bool = False


class NewAbsence(BaseModel):
    model_config = ConfigDict(extra="forbid")
    begin: Moment
    end: Moment


def _planned(database: Database, who: Who, name: Line) -> Person:
    """Whose duty whoever asks may plan."""
    person = accounts.find_person(database, name)
    if not rota.plans_for(database, who, person):
        raise HTTPException(403, "duty is planned by an admin, or by a supervisor whose part of the tree it is in")
    if person is None:
        raise HTTPException(404, f"there is no account {name}")
    return person


def _seen(database: Database, who: Who, name: Line) -> Person:
    """Whose duty whoever asks may read: their own, too."""
    return who if who.name == name else _planned(database, who, name)


Planned = Annotated[Person, Depends(_planned)]
Seen = Annotated[Person, Depends(_seen)]


@router.get("/duty")
def get_duty(database: Database, person: Seen) -> Duty:
    return _duty(database, person)


@router.put("/duty")
def put_duty(database: Database, who: Who, person: Planned, body: NewDuty) -> Duty:
    """Plan somebody's hours and weekdays."""
    duty = rota.Duty(body.hours, frozenset(body.days), body.part_time)
    rota.put_duty(database, person.name, duty, who.signature, datetime.now(UTC))
    return _duty(database, person)


@router.post("/absences", status_code=201)
def add_absence(database: Database, who: Who, person: Planned, body: NewAbsence) -> Absence:
    """Note that somebody is away; an absence that begins at the same time gets the new end."""
    absence = routing.Absence(body.begin, body.end)
    rota.add_absence(database, person.name, absence, who.signature, datetime.now(UTC))
    return Absence(begin=body.begin, end=body.end)


@router.delete("/absences", status_code=204)
def remove_absence(database: Database, who: Who, person: Planned, begin: Moment) -> None:
    """Take back the absence that begins then."""
    rota.remove_absence(database, person.name, begin, who.signature, datetime.now(UTC))


def _duty(database: Database, person: Person) -> Duty:
    duty = rota.load_duty(database, person.name)
    away = rota.load_absences(database, person.name, datetime.now(UTC))
    absences = [Absence(begin=begin, end=end) for begin, end in away]
    return Duty(hours=duty.hours, days=sorted(duty.days), part_time=duty.part_time, absences=absences)
