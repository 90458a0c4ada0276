"""With TimescaleDB: its policies, as the settings want them. Readings are dropped here: no policy knows of holds."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from psycopg import Connection, sql

from ingest.partitions import DAY, SQL, locking

COMPRESS_AFTER = 7 * DAY  # a link that was cut for a day, or for a few, writes into what is not compressed yet
STEPS = {"readings_5m": timedelta(minutes=5), "readings_1h": timedelta(hours=1)}


class _Policy(NamedTuple):
    """One of TimescaleDB's, by its procedure, and what its configuration says under `key`."""

    name: str
    procedure: str
    key: str


COMPRESSION = _Policy("compression", "policy_compression", "compress_after")
RETENTION = _Policy("retention", "policy_retention", "drop_after")
REFRESH = _Policy("refresh", "policy_refresh_continuous_aggregate", "start_offset")


def compress(connection: Connection, table: str) -> None:
    _set(connection, COMPRESSION, table, COMPRESS_AFTER)


def retain(connection: Connection, table: str, keep: timedelta) -> None:
    _set(connection, RETENTION, table, keep)


def refresh(connection: Connection, aggregate: str, keep: timedelta) -> None:
    """Make what is not made yet; from then on whatever changes, as long as all the readings are there (`keep`)."""
    values = {"policy": REFRESH.procedure, "name": aggregate, "key": None, "value": None}
    if not _has(connection, values):
        (since,) = connection.execute(SQL["first_chunk"]).fetchone() or (None,)
        connection.execute(SQL["refresh_all"], {"name": aggregate, "since": since})
        _take_over(connection, aggregate)
    _set(connection, REFRESH, aggregate, keep - DAY, step=STEPS[aggregate])


def _take_over(connection: Connection, aggregate: str) -> None:
    """What was made before the extension came, of readings that have gone since."""
    found = connection.execute(SQL["made_before"], {"name": aggregate, "kept": f"{aggregate}_kept"}).fetchone()
    if found is None:
        return
    names = {"kept": sql.Identifier(f"{aggregate}_kept"), "made": sql.Identifier(*found)}
    with connection.transaction():
        connection.execute(
            sql.SQL("DELETE FROM {made} WHERE bucket < (SELECT raw_from FROM refreshed)").format(**names)
        )
        insert = "INSERT INTO {made} SELECT * FROM {kept} WHERE bucket < (SELECT raw_from FROM refreshed)"
        connection.execute(sql.SQL(insert).format(**names))
        connection.execute(sql.SQL("DROP TABLE {kept}").format(**names))


def _set(connection: Connection, policy: _Policy, table: str, value: timedelta, **more: timedelta) -> None:
    """Leave it alone if it is so already: one that is put anew begins to wait anew."""
    values = {"policy": policy.procedure, "name": table, "key": policy.key, "value": value} | more
    if _has(connection, values):
        return
    with connection.transaction():
        connection.execute(SQL[f"drop_{policy.name}"], values)
        connection.execute(SQL[f"set_{policy.name}"], values)


def _has(connection: Connection, values: Mapping[str, object]) -> bool:
    (found,) = connection.execute(SQL["has_policy"], values).fetchone() or (False,)
    return bool(found)


def drop_readings(connection: Connection, cutoff: datetime) -> int:
    """Drop what is older, but what an open ticket refers to, which is kept aside; return how many chunks."""
    chunks = connection.execute(SQL["chunks_until"], {"table": "readings", "cutoff": cutoff}).fetchall()
    for since, until in chunks:
        with locking(connection):
            connection.execute(SQL["hold_readings"], {"since": since, "until": until})
            connection.execute(SQL["drop_chunks"], {"table": "readings", "until": until})
    return len(chunks)
