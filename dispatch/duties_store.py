"""The duty list in the database. Until one is imported, the shipped list holds."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from dispatch import audit
from dispatch.conduct import Limits, Misfit
from dispatch.duties import OTHER, DutyListError, Matter, shipped_duties, shipped_matter
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("duties.sql"))

Duties = dict[str, dict[str, Any]]  # by code


def load_duties(connection: Connection) -> list[Matter]:
    """In the list's own order."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(SQL["duties"]).fetchall()
    return [Matter.model_validate(row) for row in rows] or list(shipped_duties().values())


def load_matter(connection: Connection, kind: str) -> Matter:
    """One entry; what the list lacks, such as what a newer detector finds, is another matter."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(SQL["matter"], {"kind": kind, "other": OTHER}).fetchone()
    return Matter.model_validate(row) if row else shipped_matter(kind)


def put_duties(connection: Connection, matters: Iterable[Matter], by: str, now: datetime) -> None:
    """Put a whole list in place of the one that holds; entries that it lacks are retired, not forgotten.

    Raise DutyListError where it does not suit the limits of a site, or the name of an account.
    """
    given = list(matters)
    with connection.transaction():
        hold_duties(connection)
        before, after = ({one.code: one.model_dump() for one in each} for each in (load_duties(connection), given))
        if before == after:
            return
        _check(connection, given)
        _replace(connection, after)
        old, new = _differences(before, after)
        entry = audit.Entry(at=now, actor=by, action="put_duties", subject="duties", before=old, after=new)
        audit.append(connection, entry)


def hold_duties(connection: Connection) -> None:
    """Let nobody put another list until the transaction ends: before the audit log, which makes more wait."""
    connection.execute(SQL["hold_duties"])


def _replace(connection: Connection, duties: Duties) -> None:
    connection.execute(SQL["retire_duties"])
    rows = [matter | {"position": position} for position, matter in enumerate(duties.values())]
    with connection.cursor() as cursor:
        cursor.executemany(SQL["put_matter"], rows)


def _check(connection: Connection, matters: list[Matter]) -> None:
    problems = [
        _against_limits(misfit, site)
        for site, limits in connection.execute(SQL["limits"]).fetchall()
        for misfit in Limits.model_validate(limits).misfits(matters)
    ]
    taken = {name for (name,) in connection.execute(SQL["misnamed"], {"names": [one.department for one in matters]})}
    problems += [_against_names(matter) for matter in matters if matter.department in taken]
    if problems:
        raise DutyListError(problems)


def _against_limits(misfit: Misfit, site: str) -> str:
    if misfit.severity is None:
        return f"{misfit.kind}: the limits of site {site} name it: keep it here, or take it out of the site file first"
    return (
        f"{misfit.kind}: with the limits of site {site} a later step is due before an earlier one"
        f" ({misfit.severity}): change its limits here, or give all three in the site file"
    )


def _against_names(matter: Matter) -> str:
    """What a department has in hand must not be within the reach of a person who is called like it."""
    return (
        f"{matter.code}: {matter.department!r} is the name of an account that does not stand for it:"
        " name the department otherwise"
    )


def _differences(before: Duties, after: Duties) -> tuple[Duties, Duties]:
    """The entries that were taken out or changed, and those that were put in or changed."""
    old = {code: matter for code, matter in before.items() if after.get(code) != matter}
    return old, {code: matter for code, matter in after.items() if before.get(code) != matter}
