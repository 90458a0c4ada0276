"""Posts in the database: people with their hours, and what they have in hand."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import class_row, dict_row

from dispatch.people import Person
from dispatch.routing import Absence, Post
from dispatch.transitions import Role
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("posts.sql"))


def load_posts(connection: Connection, areas: Sequence[str]) -> list[Post]:
    """Whoever takes tickets of these areas, in their name or of the whole tree."""
    return _posts(connection, "posts", {"areas": list(areas)})


def taking(connection: Connection, areas: Sequence[str], now: datetime) -> list[tuple[Post, bool]]:
    """Whoever takes tickets of these areas, and whether they are on duty: those first, then who is nearest."""
    local = _local(connection, now)
    heights = {area: height for height, area in enumerate((*areas, None))}
    found = [(post, post.on_duty(local)) for post in load_posts(connection, areas)]
    return sorted(found, key=lambda one: (not one[1], heights[one[0].person.area], one[0].open_tickets))


def load_supervisors(connection: Connection, areas: Sequence[str]) -> list[Person]:
    """Of these areas and of the whole tree."""
    with connection.cursor(row_factory=class_row(Person)) as cursor:
        return cursor.execute(SQL["supervisors"], {"areas": list(areas)}).fetchall()


def on_duty(connection: Connection, area: str, now: datetime) -> list[str]:
    """Who answers for an area, for a part of it, or for what it is a part of, and is on duty: names and departments."""
    posts = _posts(connection, "answering_for", {"area": area})
    local = _local(connection, now)
    return list(dict.fromkeys(post.person.holder for post in posts if post.on_duty(local)))


def _local(connection: Connection, now: datetime) -> datetime:
    (timezone,) = connection.execute(SQL["timezone"]).fetchone() or ("Asia/Shanghai",)
    return now.astimezone(ZoneInfo(timezone))


def _posts(connection: Connection, query: str, values: dict[str, Any]) -> list[Post]:
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(SQL[query], values).fetchall()
        names = [row["name"] for row in rows]
        absences: defaultdict[str, list[Absence]] = defaultdict(list)
        for row in cursor.execute(SQL["absences"], {"names": names}).fetchall():
            absences[row["person"]].append(Absence(row["begin"], row["end"]))
    return [
        Post(
            Person(row["name"], Role(row["role"]), row["area"], row["department"]),
            row["hours"],
            frozenset(row["days"]),
            tuple(absences[row["name"]]),
            row["open_tickets"],
        )
        for row in rows
    ]
