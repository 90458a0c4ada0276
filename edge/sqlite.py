"""A file of ours on this machine's disk: SQLite in WAL mode.

A commit is in the system's hands at once, and so survives the death of the process; once every SYNC_S it is forced to
the disk, so that a loss of power takes no more than that with it.
"""

import contextlib
import logging
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

log = logging.getLogger(__name__)

SYNC_S = 1.0
ROOM = "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size"


class SqliteError(Exception):
    """The file cannot be used; the text says why, and what to do."""


class SqliteFile:
    """For one thread at a time, and for one process: whoever comes second has SqliteError.

    Ask and change it through what `reading` and `transaction` give. A file that is damaged is kept aside, and a new one
    begins; `opened` is told of each.
    """

    def __init__(self, path: Path, schema: str, opened: Callable[[sqlite3.Connection], None]) -> None:
        self._path, self._schema, self._opened = path, schema, opened
        self._synced_at = -SYNC_S
        try:
            self._open()
        except (sqlite3.OperationalError, OSError) as error:
            raise SqliteError(f"{path} cannot be opened ({error}): another process may run on it") from error
        except sqlite3.DatabaseError as error:
            self._begin_anew(error)

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(self._path, isolation_level=None, timeout=1.0, check_same_thread=False)
        self._path.chmod(0o600)  # there are pictures in it
        self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA secure_delete = FAST")  # else to forget writes as much as to keep
        self._database.executescript(self._schema)
        self._opened(self._database)

    def _begin_anew(self, error: sqlite3.DatabaseError) -> None:
        aside = self._path.with_name(f"{self._path.name}.damaged-{time.time():.0f}")
        log.error("%s is damaged (%s): it is kept as %s, and a new one begins", self._path, error, aside)
        self._database.close()
        self._path.rename(aside)
        self._open()

    def close(self) -> None:
        self._database.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; raise SqliteError, and then it was nothing."""
        is_due = time.monotonic() - self._synced_at >= SYNC_S
        with self.reading() as database, database:
            database.execute(f"PRAGMA synchronous = {'FULL' if is_due else 'NORMAL'}")
            database.execute("BEGIN IMMEDIATE")
            yield database
        if is_due:
            self._synced_at = time.monotonic()

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Raise SqliteError."""
        try:
            yield self._database
        except sqlite3.OperationalError as error:
            raise SqliteError(f"{self._path} cannot be written ({error}): make room on its disk") from error
        except sqlite3.DatabaseError as error:
            self._begin_anew(error)
            raise SqliteError(f"{self._path} was damaged ({error}): what it held is in the file beside it") from error

    def room(self) -> int:
        """Bytes that it can still take: those free on its disk, and those within it."""
        with self.reading() as database:
            ((within,),) = database.execute(ROOM)
        return int(within) + shutil.disk_usage(self._path.parent).free
