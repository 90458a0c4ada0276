"""Who takes tickets, from the database: workers and departments with their hours and what they have in hand."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from psycopg import Connection
from psycopg.rows import dict_row

from dispatch.people import Person
from dispatch.routing import Absence, Post
from dispatch.transitions import Role
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("posts.sql"))


def load_posts(connection: Connection, areas: Sequence[str]) -> list[Post]:
    """Of these areas and of the whole tree."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(SQL["posts"], {"areas": list(areas)}).fetchall()
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
