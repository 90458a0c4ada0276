"""Writes a batch of arrivals in one transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from edge.messages import Span, Status
from ingest.arrivals import HEAD, Arrivals, Key, Reject, utc
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("ingest.sql"))
PICTURE_EVERY_S = 1.0

READING = ["timestamptz", "text", "text", "text", "float8", "text", "text", "timestamptz", "float4"]
STATUS = ["timestamptz", "text", "text", "text", "uuid", "jsonb", "timestamptz"]
QUARANTINE = ["timestamptz", "text", "text", "int8", "bytea"]


class Committed(NamedTuple):
    """What is in the database of a device's boot: the lowest spans of it, both ends included."""

    site: str
    device: str
    boot: UUID
    spans: tuple[Span, ...]


class Store:
    """Errors are psycopg's: OperationalError for the database, DataError for the data."""

    def __init__(self) -> None:
        self._pictured: dict[tuple[str, str], float] = {}

    def write(self, connection: psycopg.Connection, arrivals: Arrivals) -> list[Committed]:
        """Write all of it or nothing; numbered messages that are there already are passed over."""
        try:
            with connection.transaction(), connection.cursor() as cursor:
                new = self._find_new(cursor, arrivals)
                self._write_statuses(cursor, arrivals, new)
                self._copy(cursor, SQL["copy_quarantine"], QUARANTINE, map(_quarantine_row, _stamp(arrivals)))
                self._copy(cursor, SQL["copy_readings"], READING, _reading_rows(arrivals, new))
                self._write_pictures(cursor, arrivals, new)
                return self._record(cursor, arrivals)
        except psycopg.Error:
            self._pictured.clear()  # the pictures of this try are not there
            raise

    @staticmethod
    def _find_new(cursor: psycopg.Cursor, arrivals: Arrivals) -> list[Key]:
        """The numbered messages that are not there yet; locks what is known of their boots."""
        keys = arrivals.numbered()
        boots = {key[:3] for key in (*keys, *arrivals.refused)} | {boot for boot, _ in arrivals.dropped}
        if not boots:
            return []
        sites, devices, boot_ids = map(list, zip(*sorted(boots), strict=True))
        values = {"sites": sites, "devices": devices, "boots": boot_ids, "now": arrivals.received_at}
        cursor.execute(SQL["lock_sequences"], values)
        return [keys[row] for (row,) in cursor.execute(SQL["find_new"], _columns(keys))] if keys else []

    @staticmethod
    def _record(cursor: psycopg.Cursor, arrivals: Arrivals) -> list[Committed]:
        spans = [(*key, key.seq, False) for key in (*arrivals.numbered(), *arrivals.refused)]
        spans += [(*boot, *span, True) for boot, span in arrivals.dropped]
        if not spans:
            return []
        names = ("sites", "devices", "boots", "first", "last", "gone")
        columns = dict(zip(names, map(list, zip(*spans, strict=True)), strict=True))
        rows = cursor.execute(SQL["record_sequences"], columns)
        return [Committed(site, device, boot, tuple(map(tuple, spans))) for site, device, boot, spans in rows]

    def _write_pictures(self, cursor: psycopg.Cursor, arrivals: Arrivals, new: list[Key]) -> None:
        shots = sorted((arrivals.frames[key].at, key) for key in new if key in arrivals.frames)
        newest = {(key.site, key.device): arrivals.frames[key] for _, key in shots}
        now = arrivals.received_at.timestamp()
        due = [place for place in newest if now - self._pictured.get(place, 0) >= PICTURE_EVERY_S]
        rows = [(*place, utc(newest[place].at), arrivals.received_at, newest[place].jpeg) for place in due]
        if rows:
            cursor.executemany(SQL["put_picture"], rows)
            self._pictured.update(dict.fromkeys(due, now))

    def _write_statuses(self, cursor: psycopg.Cursor, arrivals: Arrivals, new: list[Key]) -> None:
        numbered = {key: status for key, status in arrivals.statuses if key.seq}
        fresh = [(key, numbered[key]) for key in new if key in numbered]
        fresh += [(key, status) for key, status in arrivals.statuses if not key.seq]
        rows = (_status_row(key, status, arrivals.received_at) for key, status in fresh)
        self._copy(cursor, SQL["copy_statuses"], STATUS, rows)
        # boot by boot: the will of an earlier one comes late at times, and must not hide what the present one says
        newest = {key[:3]: status for key, status in arrivals.statuses if not status.late}
        for (site, agent, _), status in sorted(newest.items(), key=lambda one: one[0][:2]):
            self._put_agent(cursor, site, agent, status, arrivals.received_at)

    @staticmethod
    def _put_agent(cursor: psycopg.Cursor, site: str, agent: str, status: Status, now: datetime) -> None:
        alive = status.state != "offline"
        detail = {"version": status.version, "clock": status.clock, "journal": status.journal}
        cursor.execute(
            SQL["put_agent"],
            {
                "site": site, "id": agent, "state": status.state, "now": now, "seen": now if alive else None,
                "boot": status.boot, "detail": Jsonb(detail),
            },
        )  # fmt: skip
        if not alive:
            cursor.execute(SQL["lose_cameras"], {"site": site, "agent": agent, "now": now})
            return
        watched = status.cameras | status.sensors
        values = {
            "site": site, "agent": agent, "now": now, "ids": list(watched),
            "states": [device.state for device in watched.values()],
            "details": [Jsonb(msgspec.to_builtins(device)) for device in watched.values()],
        }  # fmt: skip
        cursor.execute(SQL["put_cameras"], values)
        cursor.execute(SQL["forget_cameras"], values)

    @staticmethod
    def _copy(cursor: psycopg.Cursor, sql: str, types: list[str], rows: Iterable[Sequence[Any]]) -> None:
        first = next(rows := iter(rows), None)
        if first is None:
            return
        with cursor.copy(sql) as copy:
            copy.set_types(types)
            copy.write_row(first)
            for row in rows:
                copy.write_row(row)


def _columns(keys: list[Key]) -> dict[str, list[Any]]:
    sites, devices, boots, seqs = map(list, zip(*keys, strict=True))
    return {"sites": sites, "devices": devices, "boots": boots, "seqs": seqs}


def _reading_rows(arrivals: Arrivals, new: list[Key]) -> Iterable[Sequence[Any]]:
    for key in new:
        clock_s = arrivals.corrected.get(key)
        for at, metric, value, text, unit in arrivals.readings.get(key, ()):
            yield utc(at), key.site, key.device, metric, value, text, unit, arrivals.received_at, clock_s


def _status_row(key: Key, status: Status, received_at: datetime) -> Sequence[Any]:
    body = Jsonb(msgspec.to_builtins(status))
    return utc(status.at), key.site, key.device, status.state, status.boot, body, received_at


def _stamp(arrivals: Arrivals) -> Iterable[tuple[datetime, Reject]]:
    return ((arrivals.received_at, reject) for reject in arrivals.rejects)


def _quarantine_row(stamped: tuple[datetime, Reject]) -> Sequence[Any]:
    at, (message, reason) = stamped
    return at, message.topic, reason, message.size, message.body[:HEAD]


def changed_configs(connection: psycopg.Connection, since: datetime) -> list[tuple[str, str, datetime, str | None]]:
    """(site, device, changed at, config as JSON or None when retired) of what changed after `since`."""
    return connection.execute(SQL["changed_configs"], {"since": since}).fetchall()


def count_gaps(connection: psycopg.Connection) -> tuple[int, int]:
    """How many boots lack something, and how many messages are missing of all of them."""
    boots, missing = next(iter(connection.execute(SQL["count_gaps"])))
    return boots, int(missing)
