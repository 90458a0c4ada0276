"""Writes a batch of arrivals in one transaction."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from edge.driver import PUSHES
from edge.messages import Frame, Status
from edge.sensor import MISSED, SILENCE_S
from ingest.agents import Reports
from ingest.arrivals import HEAD, Arrivals, Boot, Pack, Reject
from ingest.history import History
from ingest.numbers import Committed, New, new_of, record_numbers
from ingest.queries import load_queries
from ingest.times import timestamp, utc

SQL = load_queries(Path(__file__).with_name("ingest.sql"))

PICTURE_EVERY_S = 1.0

# a timestamptz is an int8 on the wire; a datetime of each would take longer than all the rest of a row
READING = ["int8", "text", "text", "text", "float8", "text", "text", "int8", "float4"]
STATUS = ["int8", "text", "text", "text", "uuid", "jsonb", "int8"]
QUARANTINE = ["int8", "text", "text", "int8", "bytea"]


class Store:
    """Errors are psycopg's: OperationalError for the database, DataError for the data."""

    def __init__(self) -> None:
        self._pictured: dict[tuple[str, str], float] = {}
        self._reports, self._history = Reports(), History()

    def write(self, connection: psycopg.Connection, arrivals: Arrivals) -> list[Committed]:
        """Write all of it or nothing; numbered messages that are there already are passed over."""
        try:
            with connection.transaction(), connection.cursor() as cursor:
                committed, repeated = record_numbers(cursor, arrivals)
                new = list(new_of(arrivals, repeated))
                received = timestamp(arrivals.received_at)
                _copy(cursor, SQL["copy_readings"], READING, _reading_rows(new, received))
                _copy(cursor, SQL["copy_quarantine"], QUARANTINE, _quarantine_rows(arrivals.rejects, received))
                self._write_statuses(cursor, arrivals, new)
                self._reports.write(cursor, arrivals.statuses, arrivals.received_at)
                self._write_pictures(cursor, new, arrivals.received_at)
                return committed
        except psycopg.Error:
            self._pictured.clear()  # the pictures of this try are not there
            self._reports.forget()
            self._history.forget()
            raise

    def _write_statuses(self, cursor: psycopg.Cursor, arrivals: Arrivals, new: list[New]) -> None:
        now, received = arrivals.received_at, timestamp(arrivals.received_at)
        fresh = [(boot, what) for boot, what in new if isinstance(what, Status)]
        fresh += [(boot, status) for boot, status in arrivals.statuses if not status.seq]
        rows = (_status_row(boot, self._history.thinned(boot, status, now), received) for boot, status in fresh)
        _copy(cursor, SQL["copy_statuses"], STATUS, rows)

    def _write_pictures(self, cursor: psycopg.Cursor, new: list[New], now: float) -> None:
        shots = [(what.at, boot, what) for boot, what in new if isinstance(what, Frame)]
        newest = {boot[:2]: frame for _, boot, frame in sorted(shots, key=lambda shot: shot[0])}
        due = {place: frame for place, frame in newest.items() if now - self._pictured.get(place, 0) >= PICTURE_EVERY_S}
        if due:
            rows = [(*place, utc(frame.at), utc(now), frame.jpeg) for place, frame in due.items()]
            cursor.executemany(SQL["put_picture"], rows)
            self._pictured.update(dict.fromkeys(due, now))


def _copy(cursor: psycopg.Cursor, sql: str, types: list[str], rows: Iterable[Sequence[Any]]) -> None:
    first = next(rows := iter(rows), None)
    if first is None:
        return
    with cursor.copy(sql) as copy:
        copy.set_types(types)
        copy.write_row(first)
        for row in rows:
            copy.write_row(row)


def _reading_rows(new: Iterable[New], received: int) -> Iterator[Sequence[Any]]:
    for (site, device, _), what in new:
        if isinstance(what, Pack):
            clock_s = what.clock_s or None
            for at, metric, value, text, unit in what.readings:
                yield timestamp(at), site, device, metric, value, text, unit, received, clock_s


def _status_row(boot: Boot, status: Status, received: int) -> Sequence[Any]:
    body = Jsonb(status, dumps=msgspec.json.encode)
    return timestamp(status.at), boot.site, boot.device, status.state, boot.boot, body, received


def _quarantine_rows(rejects: Iterable[Reject], received: int) -> Iterator[Sequence[Any]]:
    for message, reason in rejects:
        yield received, message.topic, reason, message.size, message.body[:HEAD]


def note_pushers(connection: psycopg.Connection, heard: AbstractSet[tuple[str, str]], now: float, since: float) -> None:
    """Write down how the sensors are that push by themselves; `heard` have spoken, we listen since `since`."""
    pushers = connection.execute(SQL["pushers"], {"pushes": PUSHES}).fetchall()
    spoke = heard & set(pushers)  # a city's other sensors are too many to name
    values = {
        "sites": [site for site, _ in spoke], "ids": [device for _, device in spoke],
        "now": utc(now), "since": utc(since), "silence_s": SILENCE_S, "missed": MISSED, "pushes": PUSHES,
    }  # fmt: skip
    connection.execute(SQL["note_pushers"], values)


def settled_until(connection: psycopg.Connection) -> datetime:
    """All that was changed before can be seen from now on."""
    return next(iter(connection.execute(SQL["settled_until"])))[0]  # type: ignore[no-any-return]  # a timestamptz


def changed_configs(connection: psycopg.Connection, since: datetime) -> list[tuple[str, str, str | None]]:
    """(site, device, config as JSON or None when retired) of what changed after `since`."""
    return connection.execute(SQL["changed_configs"], {"since": since}).fetchall()
