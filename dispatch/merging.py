"""Several grids become one general grid (多网合一). What happened in them stays theirs, and is the new one's too."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import shapely
from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from dispatch import audit, store
from dispatch.modes_store import end_overdue
from dispatch.ticket import Area
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("merging.sql"))
FEWEST = 2
LATELY = timedelta(hours=1)  # no transaction takes as long


class MergeError(ValueError):
    """These areas cannot be merged; the text says why."""


def merge_areas(connection: Connection, codes: Sequence[str], into: Area, by: str, now: datetime) -> None:
    """Make a new grid of several that have one parent and touch each other; raise MergeError.

    People of the old grids become people of the new one; their tickets keep their area, and lie in the new one as well.
    """
    end_overdue(connection, now)  # before any lock, since it appends to the audit log
    with connection.transaction():
        connection.execute(SQL["take_your_time"])
        with connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(SQL["lock_areas"], {"codes": list(codes)}).fetchall()
        parent, polygon = _check(codes, rows)
        emergency = connection.execute(SQL["in_emergency"], {"codes": list(codes)}).fetchone()
        if emergency:
            raise MergeError(f"{emergency[0]} is in an emergency: end that first")
        values = {"codes": list(codes), "code": into.code, "name": into.name, "parent": parent, "now": now}
        try:
            connection.execute(SQL["add_area"], values | {"polygon": Jsonb(polygon)})
        except UniqueViolation as error:
            raise MergeError(f"there is an area {into.code} already: give the new grid a code of its own") from error
        connection.execute(SQL["retire_areas"], values)
        _lead(connection, codes, into.code)
        moved: dict[str, str] = dict(connection.execute(SQL["move_people"], values).fetchall())
        audit.append(connection, _entry(into, values, moved, by, now))


def _entry(into: Area, made: dict[str, Any], moved: dict[str, str], by: str, now: datetime) -> audit.Entry:
    """What was made of what, and whose area it became."""
    after = {"merged": made["codes"], "name": into.name, "parent": made["parent"]}
    people = dict.fromkeys(moved, into.code)
    return audit.Entry(
        at=now,
        actor=by,
        action="merge_areas",
        subject=f"area {into.code}",
        before={"people": moved},
        after=after | {"people": people},
    )


def lead_latecomers(connection: Connection, now: datetime) -> int:
    """Lead on what was just being written into grids that were merged lately; how many tickets."""
    merged = connection.execute(SQL["merged_since"], {"since": now - LATELY}).fetchall()
    return sum(_lead(connection, codes, into, now - 2 * LATELY) for into, codes in merged)


def _lead(connection: Connection, codes: Sequence[str], into: str, since: datetime | None = None) -> int:
    """Let the tickets of merged grids, or those opened since then, lie in the new one as well; how many did not."""
    values = {"codes": list(codes), "code": into, "since": since}
    with connection.transaction():
        if not connection.execute(SQL["lock_tickets"], values).fetchall():
            return 0
        path = store.load_areas(connection).path(into)
        return connection.execute(SQL["lead_tickets"], values | {"path": path}).rowcount


def _check(codes: Sequence[str], rows: Sequence[dict[str, Any]]) -> tuple[str | None, list[tuple[float, ...]]]:
    """The parent and the outline of what they make together."""
    missing = set(codes) - {row["code"] for row in rows}
    if missing or len(set(codes)) < FEWEST:
        raise MergeError(f"there is no area {', '.join(sorted(missing))}" if missing else "a merger takes two areas")
    for row in rows:
        if row["merged_into"]:
            raise MergeError(f"{row['code']} was merged into {row['merged_into']} already")
    if len({row["parent"] for row in rows}) > 1 or {row["level"] for row in rows} != {"grid"}:
        raise MergeError("only grids of one community can be merged")
    whole = shapely.union_all([shapely.Polygon(row["polygon"]) for row in rows])
    if not isinstance(whole, shapely.Polygon):
        raise MergeError("they do not touch each other: a grid is one piece")
    return rows[0]["parent"], list(whole.exterior.coords)[:-1]
