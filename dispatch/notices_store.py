"""Notices in the database, and their sending. Several processes may send: a notice is claimed before it is sent."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row, dict_row

from dispatch.figures import reach_of
from dispatch.notices import Channel, Notice, digest, due_at, retry_at
from dispatch.people import Person
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("notices.sql"))
MOST = 200  # are listed
IN_ONE = 20  # message: many receivers refuse long ones
CLAIM = timedelta(minutes=2)  # for which nobody else sends what is being sent

Send = Callable[[str, str, str], None]  # URL, title, body; raises OSError with what went wrong


def post(connection: Connection, notice: Notice) -> bool:
    """Leave a notice to be sent, or without a channel to be read; False when its holder was told the same already."""
    channel = find_channel(connection, notice.holder)
    due = due_at(notice.severity, channel, notice.made_at) if channel else None
    row = connection.execute(SQL["post"], notice._asdict() | {"due_at": due}).fetchone()
    return row is not None


def find_channel(connection: Connection, holder: str) -> Channel | None:
    with connection.cursor(row_factory=class_row(Channel)) as cursor:
        return cursor.execute(SQL["channel"], {"holder": holder}).fetchone()


def put_channel(connection: Connection, holder: str, channel: Channel) -> None:
    connection.execute(SQL["put_channel"], channel._asdict() | {"holder": holder})


def list_notices(connection: Connection, person: Person, *, failed_of_all: bool) -> list[dict[str, Any]]:
    """Newest first: somebody's own, and where these are asked for those within their reach that did not get through."""
    values = reach_of(person) | {"all": failed_of_all, "limit": MOST}
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(SQL["list"], values).fetchall()


def send_due(connection: Connection, now: datetime, send: Send) -> int:
    """Send what is due, of one holder up to IN_ONE in one message; how many messages went out."""
    sent, began = 0, time.monotonic()
    while claimed := _claim(connection, moment := now + timedelta(seconds=time.monotonic() - began)):
        sent += _send(connection, claimed, moment, send)
    return sent


def _claim(connection: Connection, now: datetime) -> list[Notice]:
    with connection.cursor(row_factory=class_row(Notice)) as cursor:
        return cursor.execute(SQL["claim"], {"now": now, "until": now + CLAIM, "most": IN_ONE}).fetchall()


def _send(connection: Connection, claimed: list[Notice], now: datetime, send: Send) -> bool:
    ids = [notice.id for notice in claimed]
    channel = find_channel(connection, claimed[0].holder)
    if channel is None:
        return False
    try:
        send(channel.url, *digest(claimed))
    except OSError as error:
        failed = connection.execute(SQL["note_failure"], {"ids": ids, "error": str(error)}).fetchall()
        for notice, tries, severity in failed:
            due = retry_at(tries, severity, channel, now)
            connection.execute(SQL["put_off"], {"id": notice, "due_at": due})
        return False
    connection.execute(SQL["sent"], {"ids": ids, "now": now})
    return True
