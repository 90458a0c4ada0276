"""What a run of the demo brought: its frames, incidents and tickets, how soon they were seen, and what was lost."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.multirange import Multirange

from deploy.demo.progress import AtEdge
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("meter.sql"))

Boot = tuple[str, str, UUID]  # site, device, boot
Received = Mapping[Boot, Multirange[int]]  # the numbers that are in the database; a range's end is excluded


class Meter:
    """Counts from when it is made, in a database that may hold earlier runs.

    Latency is that of a screen: from the capture of the frame (or the time of the reading) that opened an incident
    until the signal of its new ticket arrives at a client of /api/stream, which this process is: `hear` takes the
    signals. Both are times of this machine's clock. A ticket that a person reported has no latency.

    Lost are the numbers missing between 1 and the highest that arrived of each device's boot of this run, in the
    database: a true figure only when the edge was stopped first and the rest has dealt with what was under way.
    """

    def __init__(self, database: str) -> None:
        self._database = database
        self._seen: dict[str, float] = {}
        self._since = datetime.now(UTC)
        with psycopg.connect(database) as connection:
            self._before = _received(connection)

    def hear(self, kind: str, name: str, at: float) -> None:
        if kind == "ticket" and name:
            self._seen.setdefault(name, at)

    def report(self, at_edge: AtEdge | None) -> dict[str, Any]:
        """What the edge says that it had to drop is lost, though such messages never had a number.

        Where that is not known, it is not known either how many were lost: None. Pictures that it held back are frames:
        the next one tells of them.
        """
        with psycopg.connect(self._database) as connection:
            since = {"since": self._since}
            cameras = set(connection.execute(SQL["cameras"]).fetchall())
            after = _received(connection)
            found = connection.execute(SQL["found"], since).fetchall()
            latencies = [self._seen[ticket] - at for ticket, at in found if ticket in self._seen]
            frames = {boot: ranges for boot, ranges in after.items() if boot[:2] in cameras}
            return {
                "frames": count_new(frames, self._before) + (at_edge.held if at_edge else 0),
                "incidents": dict(connection.execute(SQL["incidents"], since).fetchall()),
                "tickets": dict(connection.execute(SQL["tickets"], since).fetchall()),
                "latency_s": {name: percentile(latencies, share) for name, share in (("p50", 0.5), ("p95", 0.95))},
                "lost": count_missing(after, self._before) + at_edge.dropped if at_edge else None,
            }


def _received(connection: psycopg.Connection) -> Received:
    return {row[:3]: row[3] for row in connection.execute(SQL["sequences"])}


def _count(ranges: Multirange[int]) -> int:
    return sum((part.upper or 0) - (part.lower or 0) for part in ranges)


def count_new(after: Received, before: Received) -> int:
    """How many numbers arrived between the two."""
    return sum(_count(ranges) - _count(before.get(boot, Multirange())) for boot, ranges in after.items())


def count_missing(after: Received, before: Received) -> int:
    """The gaps of each boot that is new; what an earlier run lost is not lost again."""
    new = [ranges for boot, ranges in after.items() if boot not in before]
    return sum(max((part.upper or 1) - 1 for part in ranges) - _count(ranges) for ranges in new if ranges)


def percentile(values: list[float], share: float) -> float | None:
    """By nearest rank, in milliseconds' precision; None of nothing."""
    if not values:
        return None
    return round(sorted(values)[math.ceil(share * len(values)) - 1], 3)
