"""Pictures and clips go when their tickets have been closed for long; an open one holds its own, and what led to it.

Row, role, times and SHA-256 stay, so that a ticket says which picture there was, and when its bytes were removed.
"""

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg import Connection

from ingest.chore import Act
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("holds.sql"))
KEEP = timedelta(days=180)
EVERY_S = 600.0
BATCH = 100  # tickets of one transaction
FIRST = UUID(int=0)


def removal(keep: timedelta) -> Act:
    """The chore that removes the pictures of tickets that ended longer ago, as did all that hangs on them."""
    return partial(remove_evidence, keep)


def remove_evidence(keep: timedelta, connection: Connection, now: datetime) -> int:
    """Remove what is due; return how many pieces."""
    removed, after = 0, FIRST
    while tickets := _to_clear(connection, now - keep, after):
        removed += _clear(connection, tickets, now, now - keep)
        after = tickets[-1]
    return removed


def _to_clear(connection: Connection, ended_before: datetime, after: UUID) -> list[UUID]:
    values = {"ended_before": ended_before, "after": after, "limit": BATCH}
    return [ticket for (ticket,) in connection.execute(SQL["to_clear"], values)]


def _clear(connection: Connection, tickets: list[UUID], now: datetime, ended_before: datetime) -> int:
    values: dict[str, Any] = {"tickets": tickets, "now": now, "ended_before": ended_before}
    with connection.transaction():
        locked = [ticket for (ticket,) in connection.execute(SQL["lock_families"], values)]
        return connection.execute(SQL["clear"], values | {"locked": locked}).rowcount
