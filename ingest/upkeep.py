"""What is kept for how long, and made ahead of time: done by TimescaleDB's policies where it is there, else here."""

import logging
from datetime import datetime, timedelta
from typing import NamedTuple

import psycopg
from prometheus_client import CollectorRegistry, Counter, Gauge
from psycopg import Connection, sql

from ingest import aggregates, hypertables, partitions
from ingest.partitions import DAY, SQL, day_of

log = logging.getLogger(__name__)

EVERY_S = 300.0
LOCK = 0x55504B50  # any number that only upkeep takes: the letters UPKP


class Keep(NamedTuple):
    """For how long what is kept. `boots`: what is known of the numbers of a device's start, since it was heard last."""

    readings: timedelta = 90 * DAY
    readings_5m: timedelta = 366 * DAY
    readings_1h: timedelta = 5 * 366 * DAY
    statuses: timedelta = 30 * DAY
    quarantine: timedelta = 30 * DAY
    boots: timedelta = 90 * DAY

    @property
    def series(self) -> dict[str, timedelta]:
        return {"readings": self.readings, "statuses": self.statuses, "quarantine": self.quarantine}

    @property
    def aggregates(self) -> dict[str, timedelta]:
        return {"readings_5m": self.readings_5m, "readings_1h": self.readings_1h}


class Upkeep:
    """A chore; of several processes one at a time does it. All of it may be done again, and goes on where it was."""

    def __init__(self, keep: Keep, registry: CollectorRegistry) -> None:
        self._keep = keep
        self._removed = Counter(
            "yihu_ingest_removed", "Parts or rows removed after their time", ["table"], registry=registry
        )
        self._late = Counter(
            "yihu_ingest_late_parts", "Five minutes of a metric made anew for late readings", registry=registry
        )
        self._done_at = Gauge("yihu_ingest_upkeep_done", "When all was done last, in epoch seconds", registry=registry)

    def look(self, connection: Connection, now: datetime) -> int:
        """Do what is due; return how much was removed."""
        (alone,) = connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone() or (False,)
        if not alone:
            return 0
        try:
            return self._look(connection, now)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected) as error:
            log.warning("upkeep lets others go first, and tries again later: %s", error)
            return 0
        finally:
            if not connection.broken:
                connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

    def _look(self, connection: Connection, now: datetime) -> int:
        (has_timescale,) = connection.execute(SQL["has_timescale"]).fetchone() or (False,)
        removed = self._on_timescale(connection, now) if has_timescale else self._on_postgresql(connection, now)
        removed["held_readings"] = connection.execute(SQL["release_readings"]).rowcount
        removed["sequences"] = connection.execute(SQL["forget_boots"], {"cutoff": now - self._keep.boots}).rowcount
        for table, count in removed.items():
            self._removed.labels(table).inc(count)
        self._done_at.set(now.timestamp())
        return sum(removed.values())

    def _on_timescale(self, connection: Connection, now: datetime) -> dict[str, int]:
        for table in self._keep.series:
            hypertables.compress(connection, table)
        for name, keep in self._keep.aggregates.items():
            hypertables.refresh(connection, name, self._keep.readings)
            hypertables.retain(connection, name, keep)
        hypertables.retain(connection, "statuses", self._keep.statuses)
        hypertables.retain(connection, "quarantine", self._keep.quarantine)
        return {"readings": hypertables.drop_readings(connection, now - self._keep.readings)}

    def _on_postgresql(self, connection: Connection, now: datetime) -> dict[str, int]:
        for table, keep in self._keep.series.items():
            partitions.make_days(connection, table, now, keep)
        self._late.inc(aggregates.refresh(connection, now))
        connection.execute(SQL["set_raw_from"], {"cutoff": day_of(now - self._keep.readings)})
        removed = {table: _remove(connection, table, day_of(now - keep)) for table, keep in self._keep.series.items()}
        return removed | {
            name: connection.execute(_trim(name), {"cutoff": now - keep}).rowcount
            for name, keep in self._keep.aggregates.items()
        }


def _remove(connection: Connection, table: str, cutoff: datetime) -> int:
    return partitions.drop_days(connection, table, cutoff) + partitions.remove_far_off(connection, table, cutoff)


def _trim(name: str) -> sql.Composed:
    return sql.SQL("DELETE FROM {} WHERE bucket < %(cutoff)s").format(sql.Identifier(f"{name}_kept"))
