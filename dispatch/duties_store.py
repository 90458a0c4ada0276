"""The duty list in the database. Until one is imported, the shipped list holds."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from dispatch import audit
from dispatch.duties import OTHER, Matter, shipped_duties, shipped_matter
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
    """Put a whole list in place of the one that holds; entries that it lacks are retired, not forgotten."""
    before, after = ({one.code: one.model_dump() for one in each} for each in (load_duties(connection), matters))
    if before == after:
        return
    with connection.transaction():
        connection.execute(SQL["retire_duties"])
        rows = [matter | {"position": position} for position, matter in enumerate(after.values())]
        with connection.cursor() as cursor:
            cursor.executemany(SQL["put_matter"], rows)
        old, new = _differences(before, after)
        entry = audit.Entry(at=now, actor=by, action="put_duties", subject="duties", before=old, after=new)
        audit.append(connection, entry)


def _differences(before: Duties, after: Duties) -> tuple[Duties, Duties]:
    """The entries that were taken out or changed, and those that were put in or changed."""
    old = {code: matter for code, matter in before.items() if after.get(code) != matter}
    return old, {code: matter for code, matter in after.items() if before.get(code) != matter}
