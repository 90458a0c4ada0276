"""The duty rota in the database: people's hours and weekdays, and when they are away."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from detect.values import parse_hours
from dispatch import audit
from dispatch.accounts import AccountError, get_person
from dispatch.modes_store import path_of
from dispatch.people import Person, reaches_area
from dispatch.routing import ALWAYS, EVERY_DAY, Absence
from dispatch.transitions import Role
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("rota.sql"))

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Duty(NamedTuple):
    """`hours` and ISO weekdays are local; whoever is `part_time` reports matters and is sent nowhere."""

    hours: str = ALWAYS
    days: frozenset[int] = EVERY_DAY
    part_time: bool = False


def parse_days(text: str) -> frozenset[int]:
    """ISO weekdays as `1-5` or `1,3,5-7`; raise AccountError."""
    days: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*([1-7])\s*(?:-\s*([1-7])\s*)?", part)
        if match is None or int(match[1]) > int(match[2] or match[1]):
            raise AccountError(f"{text!r} are no weekdays: write 1-5 or 1,3,5 (1 is Monday, 7 Sunday)")
        days.update(range(int(match[1]), int(match[2] or match[1]) + 1))
    return frozenset(days)


def plans_for(connection: Connection, who: Person, person: Person | None) -> bool:
    """Whether somebody plans another's duty: an admin anybody's, a supervisor that of their part of the tree."""
    if who.role is Role.ADMIN:
        return True
    path = path_of(connection, person.area) if person and person.area else []
    return who.role is Role.SUPERVISOR and person is not None and reaches_area(who, path)


def load_duty(connection: Connection, name: str) -> Duty:
    """Raise AccountError."""
    return _read(connection, "duty", name)


def put_duty(connection: Connection, name: str, duty: Duty, by: str, now: datetime) -> None:
    """Plan somebody's hours and days; raise AccountError."""
    _check(duty)
    with connection.transaction():
        before = _read(connection, "lock_duty", name)
        connection.execute(SQL["put_duty"], _plain(duty) | {"name": name})
        audit.append(connection, _entry("put_duty", name, by, now, _plain(before), _plain(duty)))


def load_absences(connection: Connection, name: str, since: datetime) -> list[Absence]:
    """Those that are not over, the next first."""
    with connection.cursor(row_factory=class_row(Absence)) as cursor:
        return cursor.execute(SQL["absences"], {"name": name, "since": since}).fetchall()


def add_absence(connection: Connection, name: str, absence: Absence, by: str, now: datetime) -> None:
    """Note that somebody is away; one that begins at the same time gets the new end. Raise AccountError."""
    if not EARLIEST <= absence.begin < absence.end <= LATEST:
        raise AccountError("an absence begins before it ends, between the years 2000 and 2100")
    get_person(connection, name)
    with connection.transaction():
        connection.execute(SQL["put_absence"], absence._asdict() | {"name": name})
        audit.append(connection, _entry("add_absence", name, by, now, None, _times(absence)))


def remove_absence(connection: Connection, name: str, begin: datetime, by: str, now: datetime) -> None:
    """Take back the absence that begins then; raise AccountError."""
    get_person(connection, name)
    with connection.transaction(), connection.cursor(row_factory=class_row(Absence)) as cursor:
        absence = cursor.execute(SQL["drop_absence"], {"name": name, "begin": begin}).fetchone()
        if absence is None:
            raise AccountError(f"{name} has no absence that begins at {begin.isoformat()}")
        audit.append(connection, _entry("remove_absence", name, by, now, _times(absence), None))


def _check(duty: Duty) -> None:
    try:
        parse_hours(duty.hours)
    except ValueError as error:
        raise AccountError(str(error)) from error
    if not duty.days or not duty.days <= EVERY_DAY:
        raise AccountError("duty needs weekdays from 1, Monday, to 7, Sunday: whoever has none is away, or removed")


def _read(connection: Connection, query: str, name: str) -> Duty:
    row = connection.execute(SQL[query], {"name": name}).fetchone()
    if row is None:
        raise AccountError(f"there is no account {name}")
    hours, days, part_time = row
    return Duty(hours, frozenset(days), part_time)


def _plain(duty: Duty) -> dict[str, Any]:
    return duty._asdict() | {"days": sorted(duty.days)}


def _times(absence: Absence) -> dict[str, str]:
    return {name: moment.astimezone(UTC).isoformat() for name, moment in absence._asdict().items()}


def _entry(
    action: str, name: str, by: str, now: datetime, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> audit.Entry:
    return audit.Entry(at=now, actor=by, action=action, subject=f"person {name}", before=before, after=after)
