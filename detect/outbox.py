"""What detect has said and dispatch has not taken in yet, on this machine's disk; said again until it has.

A broker that is killed forgets what it had confirmed and not written down yet.
"""

import logging
import math
import sqlite3
import threading
from collections.abc import Callable
from hashlib import blake2b
from itertools import islice
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge

from edge.sqlite import SqliteError, SqliteFile

log = logging.getLogger(__name__)

PATIENCE_S = 30.0  # without dispatch's word that it has a message, before that is said again
AT_ONCE = 10  # messages that are said again at a time: dispatch may be away for long
LIMIT = 2 << 30  # bytes of messages that are kept

SCHEMA = """
CREATE TABLE IF NOT EXISTS told (
    id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, topic TEXT NOT NULL, body BLOB NOT NULL)
"""
WAITING = "SELECT digest, length(body) FROM told ORDER BY id"
ADD = "INSERT OR IGNORE INTO told (digest, topic, body) VALUES (?, ?, ?)"
FIND = "SELECT topic, body FROM told WHERE digest = ?"
REMOVE = "DELETE FROM told WHERE digest = ? RETURNING length(body)"


def digest_of(body: bytes) -> str:
    """The name of a message, by which dispatch says that it has it."""
    return blake2b(body, digest_size=16).hexdigest()


class Outbox:
    """For any thread; `send` returns whether it took a message. Times passed in are monotonic seconds.

    What cannot be kept is said once. Raise SqliteError where another process has the file.
    """

    def __init__(self, path: Path, send: Callable[[str, bytes], bool], registry: CollectorRegistry) -> None:
        self._send, self._lock = send, threading.Lock()
        self._said_at: dict[str, float] = {}  # by digest, of what waits; what was said longest ago first
        self._again: dict[str, float] = {}  # of these, what was said again within PATIENCE_S
        self._bytes = 0
        self.trouble = ""  # why nothing can be kept, or nothing
        self._lost = Counter("yihu_detect_incidents_unsent", "Messages neither kept nor sent", registry=registry)
        waiting = Gauge("yihu_detect_incidents_waiting", "Messages that dispatch has not taken in", registry=registry)
        waiting.set_function(lambda: len(self._said_at))
        self._file = SqliteFile(path, SCHEMA, self._begin)

    def _begin(self, database: sqlite3.Connection) -> None:
        rows = database.execute(WAITING).fetchall()
        self._said_at, self._bytes = {digest: -math.inf for digest, _ in rows}, sum(size for _, size in rows)

    def close(self) -> None:
        self._file.close()

    def put(self, topic: str, body: bytes, now: float) -> None:
        """Send a message, and keep it until it is confirmed."""
        with self._lock:
            is_kept = self._keep(topic, body, now)
        if not self._send(topic, body) and not is_kept:
            self._lost.inc()
            log.error("a message of %s is lost: it cannot be kept, and the queue to the broker is full", topic)

    def _keep(self, topic: str, body: bytes, now: float) -> bool:
        digest = digest_of(body)
        if self._bytes + len(body) > LIMIT:
            self._note(f"dispatch lacks {LIMIT >> 20} MB of messages: see whether it runs")
            return False
        try:
            with self._file.transaction() as database:
                database.execute(ADD, (digest, topic, body))
        except SqliteError as error:
            self._note(str(error))
            return False
        if self._said_at.pop(digest, None) is None:
            self._bytes += len(body)
        self._said_at[digest] = now
        self.trouble = ""
        return True

    def confirm(self, digest: str) -> None:
        """Dispatch has it."""
        with self._lock:
            if digest not in self._said_at:
                return
            try:
                with self._file.transaction() as database:
                    self._bytes -= sum(size for (size,) in database.execute(REMOVE, (digest,)))
            except SqliteError as error:
                self._note(str(error))
            else:
                del self._said_at[digest]
                self._again.pop(digest, None)

    def say_again(self, now: float) -> None:
        """Send some of what dispatch should have had by now."""
        with self._lock:
            overdue = self._find_overdue(now)
        for topic, body in overdue:
            self._send(topic, body)

    def _find_overdue(self, now: float) -> list[tuple[str, bytes]]:
        self._again = {digest: at for digest, at in self._again.items() if now - at < PATIENCE_S}
        first = islice(self._said_at.items(), AT_ONCE - len(self._again))
        overdue = [digest for digest, at in first if now - at >= PATIENCE_S]
        for digest in overdue:
            del self._said_at[digest]
            self._said_at[digest] = self._again[digest] = now
        try:
            with self._file.reading() as database:
                return [row for digest in overdue for row in database.execute(FIND, (digest,))]
        except SqliteError as error:
            self._note(str(error))
            return []

    def _note(self, trouble: str) -> None:
        if trouble != self.trouble:
            log.error("%s; until then each incident is said once", trouble)
        self.trouble = trouble
