"""The box itself: its clock, disk and memory, and what its journal holds."""

import contextlib
import email.utils
import os
import shutil
import sqlite3
import ssl
import statistics
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from edge.clock import TOLERATED_S
from edge.doctor.finding import Finding, Grade
from edge.journal import OLDEST_AT, TOTALS
from edge.messages import AHEAD_S
from edge.outbox import NEARLY

MEGABYTE = 1 << 20
WRITES, BLOCK = 5, b"\0" * 4096
SLOW_MS = 200.0  # each second waits for the disk once, and all that is new with it
ROOM_MB = 100.0  # of memory, below which the next camera may be one too many
ANSWERS_S = 10.0
MEMORY = Path("/proc/meminfo")


class InUseError(Exception):
    """An agent runs on this journal."""


class Backlog(NamedTuple):
    """What waits for the centre, in bytes too; `oldest_s` is the age of the oldest."""

    waiting: int
    size: int
    oldest_s: float


def read_journal(path: Path) -> Backlog:
    """Without a change to it; raise InUseError while an agent runs, sqlite3.Error where it cannot be read."""
    if not path.exists():
        return Backlog(0, 0, 0.0)
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=0.2)) as database:
            count, size = database.execute(TOTALS).fetchone()
            (oldest_at,) = database.execute(OLDEST_AT).fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise InUseError from error
        raise
    return Backlog(count, size, time.time() - oldest_at if oldest_at else 0.0)


def judge_backlog(backlog: Backlog, limit: int) -> Finding:
    """`limit` in bytes."""
    if backlog.size > NEARLY * limit:
        return Finding("journal", Grade.WARN, "journal_full", {"share": backlog.size / limit})
    if not backlog.waiting:
        return Finding("journal", Grade.WELL, "journal_well")
    waits: dict[str, str | float] = {"count": backlog.waiting, "minutes": backlog.oldest_s / 60}
    return Finding("journal", Grade.WARN if backlog.oldest_s > ANSWERS_S else Grade.WELL, "journal_waits", waits)


def judge_disk(folder: Path, journal_mb: int) -> Finding:
    """Whether a whole journal has room in the folder, and how long a write takes; `journal_mb` is its limit."""
    facts: dict[str, str | float] = {"folder": str(folder)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        facts["ms"] = _sync_ms(folder)
        taken = sum(file.stat().st_size for file in folder.iterdir() if file.is_file()) / MEGABYTE
        facts |= {"free": shutil.disk_usage(folder).free / MEGABYTE, "asked": max(0.0, journal_mb - taken)}
    except OSError as error:
        return Finding("disk", Grade.BROKEN, "disk_unwritable", facts | {"error": str(error)})
    if float(facts["free"]) < float(facts["asked"]):
        return Finding("disk", Grade.WARN, "disk_small", facts)
    slow = float(facts["ms"]) > SLOW_MS
    return Finding("disk", Grade.WARN if slow else Grade.WELL, "disk_slow" if slow else "disk_well", facts)


def _sync_ms(folder: Path) -> float:
    """The median of a few writes that are forced to the disk."""
    taken = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(WRITES):
            begun = time.monotonic()
            file.write(BLOCK)
            file.flush()
            os.fsync(file.fileno())
            taken.append((time.monotonic() - begun) * 1000)
    return statistics.median(taken)


def judge_memory(source: Path = MEMORY) -> list[Finding]:
    """Nothing where the system does not tell."""
    try:
        told = dict(line.split(":", 1) for line in source.read_text().splitlines())
        free_mb = int(told["MemAvailable"].split()[0]) / 1024
    except (OSError, LookupError, ValueError):
        return []
    small = free_mb < ROOM_MB
    facts: dict[str, str | float] = {"free": free_mb}
    return [Finding("memory", Grade.WARN if small else Grade.WELL, "memory_small" if small else "memory_well", facts)]


def judge_clock(seconds: float) -> Finding:
    """What is to be added to this machine's time to have the centre's."""
    if abs(seconds) <= TOLERATED_S:
        what, grade = "clock_well", Grade.WELL
    elif abs(seconds) <= AHEAD_S:
        what, grade = "clock_off", Grade.WARN
    else:
        what, grade = "clock_wrong", Grade.BROKEN
    return Finding("clock", grade, what, {"seconds": seconds})


def ask_clock(centre: str | None, trusted: Callable[[], ssl.SSLContext]) -> Finding:
    """By the date of whatever the centre's web answers, which is good to a second."""
    if centre is None:
        return Finding("clock", Grade.WARN, "clock_unknown", {"error": "YIHU_CENTRE is not set"})
    try:
        return judge_clock(_offset_s(centre, trusted()))
    except (OSError, ValueError, TypeError) as error:
        return Finding("clock", Grade.WARN, "clock_unknown", {"error": str(getattr(error, "reason", error))})


def _offset_s(centre: str, trusted: ssl.SSLContext) -> float:
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=trusted))
    asked_at = time.time()
    try:
        with opener.open(f"{centre}/api/health", timeout=ANSWERS_S) as answer:
            date = answer.headers["Date"]
    except urllib.error.HTTPError as error:  # a part of it is down; the time it tells all the same
        date = error.headers["Date"]
        error.close()
    middle = (asked_at + time.time()) / 2
    return email.utils.parsedate_to_datetime(date).timestamp() + 0.5 - middle
