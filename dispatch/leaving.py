"""Whoever leaves: their account lets nobody in any more, and what is still in their hands is told."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from psycopg import Connection
from psycopg.rows import scalar_row

from dispatch import accounts, cases
from dispatch.news import news_of_left
from dispatch.notices_store import post
from dispatch.posts import load_supervisors
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("leaving.sql"))


def leave(connection: Connection, name: str, by: str, now: datetime) -> int:
    """Close an account and tell supervisors of each ticket still to be done in its hands; how many. Raise AccountError.

    The tickets stay as they are, and their clocks run: somebody decides to whom each goes.
    """
    with connection.transaction():
        with connection.cursor(row_factory=scalar_row) as cursor:
            held: list[UUID] = cursor.execute(SQL["in_hand"], {"name": name}).fetchall()
        locked = [case.ticket for one in held if (case := cases.lock_case(connection, one))]
        left = [ticket for ticket in locked if ticket.assignee == name]
        for ticket in left:
            for notice in news_of_left(ticket, load_supervisors(connection, ticket.areas), now):
                post(connection, notice)
        accounts.deactivate(connection, name, by, now)  # last: it appends to the audit log
    return len(left)
