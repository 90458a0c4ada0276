"""What the agent has said and the centre has not confirmed yet, on this machine's disk.

A message's number is in the same commit as the message: whatever is lost, none is ever given twice.
"""

import contextlib
import math
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from edge.messages import Span
from edge.sqlite import SqliteFile

LOOK_S = 1.0  # at the room on the disk
SPARE = 16 << 20  # bytes of the disk that stay free: to forget anything takes room, too
ROOM = 0.9  # of the limit that may be left once pictures had to go, so that not each message makes some go
CLOSE = 0.5  # of a camera's pictures that are looked at first: those that came soonest after one another
OLD, MOST = 0.05, 500  # of all entries that go at a time once no pictures are left; of millions that took half a minute
OVERHEAD = 100  # bytes of an entry besides its body

SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, boot BLOB NOT NULL, seq INTEGER NOT NULL,
    stream TEXT NOT NULL, at REAL NOT NULL, size INTEGER NOT NULL, body BLOB);
CREATE UNIQUE INDEX IF NOT EXISTS entries_by_number ON entries (device, boot, seq);
CREATE INDEX IF NOT EXISTS pictures ON entries (device, id, size) WHERE stream = 'frame';
CREATE TABLE IF NOT EXISTS gone (
    device TEXT NOT NULL, boot BLOB NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (device, boot, first)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS configs (device TEXT PRIMARY KEY, body BLOB NOT NULL);
"""
REMEMBER = "INSERT INTO configs (device, body) VALUES (?, ?) ON CONFLICT (device) DO UPDATE SET body = excluded.body"
TOTALS = "SELECT count(*), coalesce(sum(size), 0) FROM entries"
OLDEST_AT = "SELECT max(at) FROM (SELECT at FROM entries ORDER BY id LIMIT 1)"
ADD = "INSERT INTO entries (device, boot, seq, stream, at, size, body) VALUES (?, ?, ?, ?, ?, ?, ?)"
AFTER = """
SELECT id, device, boot, seq, stream, at, body FROM entries WHERE id > ? AND body IS NOT NULL ORDER BY id LIMIT ?
"""
CONFIRM = "DELETE FROM entries WHERE device = ? AND boot = ? AND seq BETWEEN ? AND ? RETURNING size"
CONFIRM_GONE = "DELETE FROM gone WHERE device = ? AND boot = ? AND first >= ? AND last <= ?"
NUMBERED = "SELECT id FROM entries WHERE device = ? AND boot = ? AND seq = ?"
UNSENT = "SELECT id FROM entries WHERE body IS NULL"
CROWDED = """
SELECT device, count(*) FROM entries WHERE stream = 'frame' GROUP BY device ORDER BY sum(size) DESC LIMIT 1
"""
CLOSEST = """
SELECT id FROM (
    SELECT id, row_number() OVER (ORDER BY id) AS turn FROM (
        SELECT id FROM (
            SELECT id, at - lag(at, 1, 0) OVER (ORDER BY id) AS gap FROM entries WHERE stream = 'frame' AND device = ?
        ) ORDER BY gap LIMIT ?))
WHERE turn % 2 = 1
"""
OLDEST = "SELECT id FROM entries ORDER BY id LIMIT ?"
DROP = "DELETE FROM entries WHERE id = ? RETURNING device, boot, seq, stream, size"
DEVICES = "SELECT device FROM entries UNION SELECT device FROM gone"
GONE = "SELECT device, boot, first, last FROM gone ORDER BY device, boot, first LIMIT ?"
BEFORE = "DELETE FROM gone WHERE device = ? AND boot = ? AND last = ? - 1 RETURNING first"
BEHIND = "DELETE FROM gone WHERE device = ? AND boot = ? AND first = ? + 1 RETURNING last"
ADD_GONE = "INSERT INTO gone (device, boot, first, last) VALUES (?, ?, ?, ?)"


class Entry(NamedTuple):
    """One numbered message; `at` in epoch seconds. Without a body it is not worth being sent again."""

    device: str
    boot: UUID
    seq: int
    stream: str
    at: float
    body: bytes | None

    @property
    def size(self) -> int:
        return OVERHEAD + len(self.body or b"")


class Numbers(NamedTuple):
    """Some of a device's boot."""

    device: str
    boot: UUID
    spans: list[Span]


class Journal:
    """For one thread at a time. `limit` is in bytes of messages; the file is a little larger, and never shrinks. It is
    the `most` that was asked for, or what the disk has room for.

    Beyond the limit, every other picture goes of the camera that has most of them waiting, where they are closest to
    one another; what is oldest of the rest goes only when there are no more. What went is counted in `dropped`, by
    stream, and its numbers are kept as gone. Every method raises SqliteError, and has then changed nothing.
    """

    def __init__(self, path: Path, limit: int) -> None:
        self.limit = self.most = limit
        self.count, self.size, self.dropped = 0, 0, Counter[str]()
        self._looked_at = -math.inf
        self._file = SqliteFile(path, SCHEMA, self._begin)
        with self._transaction():
            self._drop(UNSENT)  # whoever sent it cannot have it confirmed any more

    def _begin(self, database: sqlite3.Connection) -> None:
        self._database = database
        self.count, self.size = database.execute(TOTALS).fetchone()

    def close(self) -> None:
        self._file.close()

    def add(self, entries: Sequence[Entry]) -> None:
        """Keep them until they are confirmed; make room for them."""
        rows = [(e.device, e.boot.bytes, e.seq, e.stream, e.at, e.size, e.body) for e in entries]
        self._look_at_disk()
        with self._transaction():
            self._database.executemany(ADD, rows)
            self._grow(len(rows), sum(entry.size for entry in entries))
            if self.size > self.limit:
                self._make_room()

    def confirm(self, confirmed: Iterable[Numbers]) -> None:
        """Forget what the centre has, and what it knows to be gone."""
        with self._transaction():
            for device, boot, spans in confirmed:
                for first, last in spans:
                    sizes = [size for (size,) in self._database.execute(CONFIRM, (device, boot.bytes, first, last))]
                    self._grow(-len(sizes), -sum(sizes))
                    self._database.execute(CONFIRM_GONE, (device, boot.bytes, first, last))

    def give_up(self, device: str, boot: UUID, seq: int) -> None:
        """Nobody will send it any more."""
        with self._transaction():
            self._drop(NUMBERED, device, boot.bytes, seq)

    def after(self, id: int, count: int) -> list[tuple[int, Entry]]:  # noqa: A002 - as the column is called
        """What is worth being sent and came after the entry of that id, the oldest first, each with its id."""
        with self._file.reading():
            rows = self._database.execute(AFTER, (id, count)).fetchall()
        return [(row[0], Entry(row[1], UUID(bytes=row[2]), *row[3:])) for row in rows]

    def gone(self, count: int) -> list[Numbers]:
        """At most so many spans of what nobody will send any more, and the centre does not know of."""
        with self._file.reading():
            rows = self._database.execute(GONE, (count,)).fetchall()
        boots = groupby(rows, key=lambda row: row[:2])
        return [Numbers(device, UUID(bytes=boot), [row[2:] for row in spans]) for (device, boot), spans in boots]

    def remember(self, device: str, config: bytes | None) -> None:
        """What a device is, for an agent that starts while its link is cut; None is not ours any more."""
        with self._transaction():
            if config is None:
                self._database.execute("DELETE FROM configs WHERE device = ?", (device,))
            else:
                self._database.execute(REMEMBER, (device, config))

    def remembered(self) -> list[tuple[str, bytes]]:
        """Devices, and what each is."""
        with self._file.reading():
            return self._database.execute("SELECT device, body FROM configs").fetchall()

    def devices(self) -> list[str]:
        """Those of which something waits, or is gone."""
        with self._file.reading():
            return [device for (device,) in self._database.execute(DEVICES)]

    def oldest_at(self) -> float | None:
        """When what has waited longest was said, in epoch seconds."""
        with self._file.reading():
            oldest: float | None = self._database.execute(OLDEST_AT).fetchone()[0]
        return oldest

    def _look_at_disk(self) -> None:
        """What others leave of the disk may be less than the limit; full, it would not even let us forget."""
        if time.monotonic() - self._looked_at >= LOOK_S:
            self._looked_at = time.monotonic()
            self.limit = min(self.most, max(0, self.size + self._file.room() - SPARE))

    def _make_room(self) -> None:
        while self.size > ROOM * self.limit and (crowded := self._database.execute(CROWDED).fetchone()):
            device, count = crowded
            self._drop(CLOSEST, device, math.ceil(CLOSE * count))
        while self.size > self.limit:
            self._drop(OLDEST, min(MOST, math.ceil(OLD * self.count)))

    def _drop(self, which: str, *values: object) -> None:
        for one in self._database.execute(which, values).fetchall():
            device, boot, seq, stream, size = self._database.execute(DROP, one).fetchone()
            self._grow(-1, -size)
            self.dropped[stream] += 1
            self._bury(device, boot, seq)

    def _bury(self, device: str, boot: bytes, seq: int) -> None:
        """Among what is gone, in one span with its neighbours."""
        before = self._database.execute(BEFORE, (device, boot, seq)).fetchone()
        behind = self._database.execute(BEHIND, (device, boot, seq)).fetchone()
        first, last = before[0] if before else seq, behind[0] if behind else seq
        self._database.execute(ADD_GONE, (device, boot, first, last))

    def _grow(self, count: int, size: int) -> None:
        self.count, self.size = self.count + count, self.size + size

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        before = (self.count, self.size, self.dropped.copy())
        try:
            with self._file.transaction() as database:
                yield
        except BaseException:
            if self._database is database:
                self.count, self.size, self.dropped = before
            raise
