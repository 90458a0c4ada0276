"""Tickets by day, kind and grid: the days whose tickets have all ended are counted once (`tickets_by_day`)."""

from datetime import datetime
from pathlib import Path

from psycopg import Connection

from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("days.sql"))
EVERY_S = 300.0
BATCH = 31  # days of one transaction


def settle_days(connection: Connection, now: datetime) -> int:
    """Count what has been over for a day, and anew what has changed since it was counted; return how many days."""
    days, settled = 0, BATCH
    while settled == BATCH:
        settled = _settle(connection, now)
        days += settled
    return days


def _settle(connection: Connection, now: datetime) -> int:
    with connection.transaction():
        connection.execute(SQL["lock"])
        connection.execute(SQL["unsettle"])
        (settled,) = connection.execute(SQL["settle"], {"now": now, "limit": BATCH}).fetchone() or (0,)
    return int(settled)
