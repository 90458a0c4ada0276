"""Recordings as shots with the time of each: a video, or a folder of pictures with their times in `times.csv`.

They are decoded in a process of their own: OpenCV may hang in or abort on what is damaged.
"""

import csv
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, tzinfo
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median_low

import msgspec

from edge.capture import Shot, Trouble
from edge.mask import Polygon
from edge.messages import LATEST
from edge.playback import CLOSE_S, Listed, send_listed, send_video

TIMES = "times.csv"
SILENCE_S = 60.0

Report = Shot | Trouble

_context = multiprocessing.get_context("spawn")
_decode = msgspec.msgpack.Decoder(Report).decode


class RecordingError(RuntimeError):
    """A recording cannot be read; the text says what to do."""


def shots(
    path: Path, start: float, fps: float, timezone: tzinfo, masks: Sequence[Polygon], warn: Callable[[str], None]
) -> Iterator[Shot]:
    """All of a recording in the order of time, at most `fps` a second of it.

    A video begins at `start` in epoch seconds; in a folder times.csv tells, in epoch seconds or ISO 8601, which
    is of `timezone` where it names none. What `masks` cover is on no shot. `warn` is told of each picture that cannot
    be read. Raise RecordingError.
    """
    if path.is_dir():
        return _received(path, send_listed, (_looked_at(path, fps, timezone), masks), warn)
    if not path.is_file():
        raise RecordingError(f"{path} is not there: name a video, or a folder of pictures with {TIMES}")
    return _received(path, send_video, (str(path), start, fps, masks), warn)


def pace(path: Path, fps: float, timezone: tzinfo) -> float:
    """Pictures a second that `shots` gives, as a rule: a folder may have fewer than `fps`. Raise RecordingError."""
    listed = _looked_at(path, fps, timezone) if path.is_dir() else []
    gaps = [later.at - earlier.at for earlier, later in pairwise(listed)]
    return min(fps, 1 / median_low(gaps)) if gaps else fps


def read_times(table: Path, timezone: tzinfo) -> list[Listed]:
    """The pictures of a table with the columns file and time, the earliest first; raise RecordingError."""
    try:
        with table.open(newline="", encoding="utf-8-sig") as lines:
            rows = csv.DictReader(lines)
            listed = [Listed(_seconds(row["time"], timezone), str(table.parent / row["file"])) for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RecordingError(f"{table} cannot be read: {error}") from error
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise RecordingError(
            f"{table}, line {rows.line_num}: expected the columns file and time, the time in epoch seconds or as"
            f" 2026-11-20T08:00:00 ({error})"
        ) from error
    return sorted(listed)


def _seconds(text: str, timezone: tzinfo) -> float:
    try:
        seconds = float(text)
    except ValueError:
        moment = datetime.fromisoformat(text.strip())
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=timezone)).timestamp()
    if not 0 <= seconds <= LATEST:
        raise ValueError(f"{text} is not between 1970 and 2100")
    return seconds


def _looked_at(folder: Path, fps: float, timezone: tzinfo) -> list[Listed]:
    """No two nearer to each other than the rate allows, but for a tenth of that: clocks of cameras tremble."""
    kept: list[Listed] = []
    for one in read_times(folder / TIMES, timezone):
        if not kept or one.at - kept[-1].at >= 0.9 / fps - CLOSE_S:
            kept.append(one)
    return kept


def _received(
    path: Path, send: Callable[..., None], what: tuple[object, ...], warn: Callable[[str], None]
) -> Iterator[Shot]:
    pipe, child = _context.Pipe(duplex=False)
    process = _context.Process(target=send, args=(*what, child), daemon=True)
    process.start()
    child.close()
    count = 0
    try:
        for report in _reports(pipe, path):
            if isinstance(report, Shot):
                count += 1
                yield report
            else:
                warn(report.reason)
        process.join()
    finally:
        pipe.close()
        process.kill()
        process.join()
    if process.exitcode or not count:
        raise RecordingError(f"{path}: {count} pictures could be read, then no more: it may be damaged")


def _reports(pipe: Connection, path: Path) -> Iterator[Report]:
    try:
        while pipe.poll(SILENCE_S):
            yield _decode(pipe.recv_bytes())
    except EOFError:
        return
    raise RecordingError(f"{path}: no picture for {SILENCE_S:.0f} s: it may be damaged")
