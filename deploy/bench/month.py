"""A month of readings that are there before anything is measured, in their days."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import NamedTuple

import psycopg
from prometheus_client import CollectorRegistry

from ingest.upkeep import Keep, Upkeep

ROWS_OF_A_DEVICE, WRITERS = 25_000, 2
INSERT = """
INSERT INTO readings (at, site, device, metric, value, unit, received_at)
SELECT now() - number * interval '100 s', 'before', 'level-' || device, 'water_level', random(), 'm',
       now() - number * interval '100 s'  -- what came late would be aggregated first, which takes longer than all else
FROM generate_series(%s::int, %s::int) AS device, generate_series(1, %s::int) AS number
"""


class _Part(NamedTuple):
    """From one device to another, both included."""

    first: int
    last: int


def write_month(database: str, rows: int) -> None:
    """As many readings of each device, the newest of now; no more than `rows` of one alone."""
    devices, each = max(1, rows // ROWS_OF_A_DEVICE), min(rows, ROWS_OF_A_DEVICE)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(INSERT, [1, 1, each])
        # makes the days: of all that lies in none each row would have to be moved
        Upkeep(Keep(), CollectorRegistry()).look(connection, datetime.now(UTC))
        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(lambda part: _write(database, part, each), _parts(2, devices)))
        connection.execute("VACUUM ANALYZE readings")


def _parts(first: int, last: int) -> list[_Part]:
    size = max(1, -(-(last - first + 1) // WRITERS))
    return [_Part(begin, min(begin + size - 1, last)) for begin in range(first, last + 1, size)]


def _write(database: str, part: _Part, each: int) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(INSERT, [*part, each])
