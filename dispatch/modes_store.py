"""Emergencies in the database: declared, ended, and told to everybody on duty."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.rows import class_row
from uuid_utils.compat import uuid7

from dispatch import audit, store
from dispatch.modes import Mode, shipped_kinds
from dispatch.notices import Notice
from dispatch.notices_store import post
from dispatch.people import SYSTEM
from dispatch.posts import on_duty
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("modes.sql"))


class ModeError(ValueError):
    """An emergency cannot be declared or ended so; the text says why."""


def declare(connection: Connection, kind: str, area: str, reason: str, by: str, now: datetime, until: datetime) -> Mode:
    """Begin an emergency and tell everybody on duty there; raise ModeError."""
    known = shipped_kinds()
    if kind not in known:
        raise ModeError(f"unknown emergency {kind!r}; known: {', '.join(known)}")
    if not reason.strip() or until <= now:
        raise ModeError("an emergency needs a reason, and an end that is still to come")
    mode = Mode(
        id=uuid7(), kind=kind, pace=known[kind].pace, area=area, reason=reason, by=by, began_at=now, until=until
    )  # fmt: skip
    # one of its kind may be there still; before any lock, since it appends to the audit log
    end_overdue(connection, now)
    with connection.transaction():
        _put(connection, mode)
        _tell_everybody(connection, mode, now)
        audit.append(connection, entry_of("declare", mode, by, now, reason))
    return mode


def _put(connection: Connection, mode: Mode) -> None:
    row = store.hold_area(connection, mode.area)
    if row is None:
        raise ModeError(f"there is no area {mode.area}")
    if row[0]:
        raise ModeError(f"{mode.area} has become a part of another grid: declare it there")
    try:
        connection.execute(SQL["declare"], msgspec.structs.asdict(mode))
    except UniqueViolation as error:
        raise ModeError(f"{mode.kind} has been declared in {mode.area} already: end that first") from error


def end(connection: Connection, mode_id: UUID, reason: str, by: str, now: datetime) -> Mode:
    """End an emergency before its time; raise ModeError."""
    if not reason.strip():
        raise ModeError("leaving an emergency needs a reason")
    with connection.transaction():
        values = {"id": mode_id, "now": now, "by": by, "reason": reason}
        with connection.cursor(row_factory=class_row(Mode)) as cursor:
            mode = cursor.execute(SQL["end"], values).fetchone()
        if mode is None:
            raise ModeError("there is no such emergency, or it is over")
        _tell_everybody(connection, mode, now)
        audit.append(connection, entry_of("end", mode, by, now, reason))
    return mode


def end_overdue(connection: Connection, now: datetime) -> int:
    """Record of those whose time is up that they are over; how many."""
    with connection.transaction():
        with connection.cursor(row_factory=class_row(Mode)) as cursor:
            over = cursor.execute(SQL["end_overdue"], {"now": now, "by": SYSTEM.name}).fetchall()
        for mode in over:
            _tell_everybody(connection, mode, now)
            audit.append(connection, entry_of("end", mode, SYSTEM.name, mode.until, mode.ended_reason))
    return len(over)


def load_modes(connection: Connection, since: datetime) -> list[Mode]:
    """All that held at some time after `since`."""
    with connection.cursor(row_factory=class_row(Mode)) as cursor:
        return cursor.execute(SQL["modes"], {"since": since}).fetchall()


def _tell_everybody(connection: Connection, mode: Mode, now: datetime) -> None:
    for holder in on_duty(connection, mode.area, now):
        post(connection, _notice(mode, holder, now))


def area_of(connection: Connection, mode_id: UUID) -> str | None:
    row = connection.execute(SQL["area_of"], {"id": mode_id}).fetchone()
    return row[0] if row else None


def path_of(connection: Connection, area: str) -> list[str]:
    """The area and all above it."""
    return [row[0] for row in connection.execute(SQL["path_of"], {"area": area}).fetchall()]


def _notice(mode: Mode, holder: str, now: datetime) -> Notice:
    kind = shipped_kinds()[mode.kind]
    if mode.ended_at is None:
        zh, en = f"{kind.zh}启动：{mode.reason}", f"{kind.en} declared: {mode.reason}"
    else:
        zh, en = f"{kind.zh}结束：{mode.ended_reason}", f"{kind.en} is over: {mode.ended_reason}"
    key = f"mode/{mode.id}/{'begun' if mode.ended_at is None else 'over'}"
    return Notice(uuid7(), key, holder, "mode", "critical", zh, en, now)


def entry_of(action: str, mode: Mode, by: str, at: datetime, reason: str) -> audit.Entry:
    """What the audit log is told of an emergency that was declared or is over."""
    after = msgspec.to_builtins(mode)
    return audit.Entry(at=at, actor=by, action=action, subject=f"mode {mode.area}", reason=reason, after=after)
