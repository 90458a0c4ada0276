"""On plain PostgreSQL: the days of the time series, each a partition, made ahead and dropped when its time is over.

What lies beyond them is in a default partition, so that a reading of any age is taken.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from psycopg import Connection, sql

from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("upkeep.sql"))
DAY = timedelta(days=1)
AHEAD = 3 * DAY
PATIENCE = "2s"  # for a lock, since whoever writes waits behind us
ARRIVED = {"readings": "received_at", "statuses": "received_at", "quarantine": "at"}


def day_of(moment: datetime) -> datetime:
    """When its day began, as days are cut here: in UTC."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def make_days(connection: Connection, table: str, now: datetime, keep: timedelta) -> int:
    """Make the next days, and those for which something came before they were there; return how many."""
    today = day_of(now)
    values = {"table": table, "today": today, "ahead": today + AHEAD, "oldest": today - keep}
    days = connection.execute(_of(table, "uncovered_days"), values).fetchall()
    for (day,) in days:
        _make_day(connection, table, day)
    return len(days)


def _make_day(connection: Connection, table: str, day: datetime) -> None:
    part = sql.Identifier(f"{table}_{day.astimezone(UTC):%Y%m%d}")
    names = {"part": part, "table": sql.Identifier(table), "default": _default(table)}
    with locking(connection):
        connection.execute(sql.SQL("CREATE TABLE {part} (LIKE {table} INCLUDING ALL)").format(**names))
        # whoever writes has found its partition once it holds the parent: one that waited for the default's lock only
        # would go on into the default, which then no longer takes the day
        connection.execute(sql.SQL("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE").format(**names))
        connection.execute(sql.SQL("LOCK TABLE {default} IN ACCESS EXCLUSIVE MODE").format(**names))
        connection.execute(_of(table, "take_stray", part=part), {"since": day, "until": day + DAY})
        attach = "ALTER TABLE {table} ATTACH PARTITION {part} FOR VALUES FROM ({since}) TO ({until})"
        connection.execute(sql.SQL(attach).format(**names, since=day.isoformat(), until=(day + DAY).isoformat()))


def drop_days(connection: Connection, table: str, cutoff: datetime) -> int:
    """Drop what is older; of readings, what an open ticket refers to is kept aside. Return how many partitions."""
    parts = connection.execute(SQL["partitions_until"], {"table": table, "cutoff": cutoff}).fetchall()
    for since, until, name in parts:
        with locking(connection):
            if table == "readings":
                connection.execute(SQL["hold_readings"], {"since": since, "until": until})
            connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
    return len(parts)


def remove_far_off(connection: Connection, table: str, cutoff: datetime) -> int:
    """Remove what came for a day of which there is no partition, when it has been there for long; return how many."""
    query = "remove_far_off_readings" if table == "readings" else "remove_far_off"
    return connection.execute(_of(table, query), {"cutoff": cutoff}).rowcount


@contextmanager
def locking(connection: Connection) -> Iterator[None]:
    """A transaction that gives up, with psycopg.errors.LockNotAvailable, before others have to wait for long."""
    with connection.transaction():
        connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(PATIENCE))
        yield


def _default(table: str) -> sql.Identifier:
    return sql.Identifier(f"{table}_default")


def _of(table: str, query: str, **names: sql.Composable) -> sql.Composed:
    return sql.SQL(SQL[query]).format(default=_default(table), arrived=sql.Identifier(ARRIVED[table]), **names)
