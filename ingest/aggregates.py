"""On plain PostgreSQL: readings by five minutes and by the hour, as TimescaleDB's continuous aggregates have them.

`refreshed.until` is how far they are made; the views add what is newer.
"""

from datetime import UTC, datetime, timedelta

from psycopg import Connection

from ingest.partitions import DAY, SQL

IN_TIME = timedelta(minutes=10)  # from when five minutes begin: what comes later is folded in by itself
LAG = timedelta(minutes=10)  # from when they end until they are made: what came in time has been committed
OVERLAP = timedelta(minutes=5)  # of what is looked at for late readings: clocks and commits differ by less


def refresh(connection: Connection, now: datetime) -> int:
    """Fold in what came late, then make what is over, a day in each transaction; return how many late parts."""
    target = datetime.fromtimestamp((now - LAG).timestamp() // 300 * 300, UTC)
    with connection.transaction():
        until, late = _fold_late(connection, now)
    until = until or _first(connection, target)
    while until < target:
        until, since = min(until + DAY, target), until
        with connection.transaction():
            connection.execute(SQL["make_5m"], {"since": since, "until": until})
            connection.execute(SQL["make_1h"], {"since": since, "until": until})
            connection.execute(SQL["set_refreshed"], {"until": until, "heard_at": now})
    return late


def _fold_late(connection: Connection, now: datetime) -> tuple[datetime | None, int]:
    """How far the aggregates are made, None at first, and how many parts of them are made anew."""
    query = SQL["refreshed"]
    until, heard_at = connection.execute(query).fetchone() or (None, None)
    if until is None or heard_at is None:
        return None, 0
    values = {"since": heard_at - OVERLAP, "until": until, "in_time": IN_TIME}
    (late,) = connection.execute(SQL["fold_late"], values).fetchone() or (0,)
    connection.execute(SQL["set_refreshed"], {"until": until, "heard_at": now})
    return until, late


def _first(connection: Connection, target: datetime) -> datetime:
    (first,) = connection.execute(SQL["first_reading"], {"target": target}).fetchone() or (None,)
    return first or target
