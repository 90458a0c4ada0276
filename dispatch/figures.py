"""What the tickets add up to: the three rates, who misses them again and again (通报), how often detection is right."""

from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.rows import class_row, dict_row

from dispatch.ledger import Clock
from dispatch.people import SYSTEM, Person
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("figures.sql"))


class Rate(NamedTuple):
    """Of the tickets received in a period: in how many a step was done in time, and in how many it was not.

    What is open and overdue has missed already; what is open and not yet due counts nowhere. Of what was rejected or
    merged counts only what had been done or missed by then.
    """

    kept: int
    missed: int

    @property
    def share(self) -> float | None:
        return self.kept / (self.kept + self.missed) if self.kept + self.missed else None


class Offender(NamedTuple):
    """Who had tickets in hand when a step of theirs became overdue; `holder` None: they were with nobody.

    `clock` is `letter` for the departments whose answers to letters were.
    """

    holder: str | None
    clock: str
    missed: int


class Precision(NamedTuple):
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


def reach_of(person: Person) -> dict[str, Any]:
    """What `within_reach` asks of a person, for every query that shows tickets."""
    return {"role": person.role, "reach": person.area, "holder": person.holder}


def rates(
    connection: Connection, person: Person, area: str | None, since: datetime, until: datetime, now: datetime
) -> dict[Clock, Rate]:
    """Of what somebody reaches, in an area and below, received from `since` up to but not including `until`."""
    values = reach_of(person) | {"area": area, "since": since, "until": until, "now": now}
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(SQL["rates"], values).fetchone() or {}
    return {clock: Rate(row[f"{clock}_kept"], row[f"{clock}_missed"]) for clock in Clock}


def offenders(
    connection: Connection,
    person: Person,
    area: str | None,
    since: datetime,
    until: datetime,
    now: datetime,
    least: int,
) -> list[Offender]:
    """Who missed `least` steps or more that became due from `since` up to but not including `until`, the worst first.

    Missed is what was done late, or is still undone `now`.
    """
    values = reach_of(person) | {"area": area, "since": since, "until": until, "now": now, "least": least}
    with connection.cursor(row_factory=class_row(Offender)) as cursor:
        return cursor.execute(SQL["offenders"], values).fetchall()


def precision(
    connection: Connection, person: Person, area: str | None, since: datetime, until: datetime
) -> list[Precision]:
    """Of the automatic tickets received in a period on which somebody has decided: a person, and not the system."""
    values = reach_of(person) | {"area": area, "since": since, "until": until, "system": SYSTEM.name}
    with connection.cursor(row_factory=class_row(Precision)) as cursor:
        return cursor.execute(SQL["precision"], values).fetchall()
