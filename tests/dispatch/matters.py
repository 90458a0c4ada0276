"""Incidents and tickets to begin with, and what a database holds of them."""

from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import cv2
import msgspec
import numpy as np
from psycopg import Connection
from psycopg.rows import dict_row
from uuid_utils.compat import uuid7

from detect.incident import Explanation, Incident, IncidentObject, Picture, Spell
from dispatch import cases
from dispatch.case import Case, Cause, follow, open_case
from dispatch.conduct import Conduct
from dispatch.duties import shipped_matter
from dispatch.people import Person
from dispatch.terms import Terms
from dispatch.ticket import Due, Order, Ticket
from dispatch.transitions import Action, Role, State
from tests.waiting import wait_for

NOON = 1_750_046_400.0  # 12:00 in Shanghai on 16 June 2025
RECEIVED = datetime.fromtimestamp(NOON, UTC)
JPEG = cv2.imencode(".jpg", np.zeros((8, 8, 3), np.uint8))[1].tobytes()
PNG = cv2.imencode(".png", np.zeros((8, 8, 3), np.uint8))[1].tobytes()
MP4 = b"\0\0\0\x18ftypisom"  # how a clip begins
HERE = (104.395, 31.125)
METRE = 1 / 111_320  # of latitude, in degrees


def picture(role: str, at: float) -> Picture:
    return Picture(role, at, JPEG, (0.1, 0.2, 0.3, 0.4))


def incident(**changes: Any) -> Incident:
    usual = Incident(
        id=uuid7(),
        kind="illegal_parking",
        phase="open",
        site="tooley",
        device="cam-1",
        zone="kerb",
        began_at=NOON - 180,
        at=NOON,
        severity="major",
        score=0.8,
        objects=[IncidentObject("car", (0.1, 0.2, 0.3, 0.4), 0.8, 3)],
        explanation=Explanation(
            rule={"kind": "illegal_parking", "version": "1"},
            threshold={"dwell_s": 180},
            observed={"dwell_s": 180.2},
            model={"name": "m", "hash": "0123456789abcdef"},
            zone={"id": "kerb", "polygon": [(0, 0), (1, 0), (1, 1)]},
            dwell=[Spell(NOON - 180, NOON, "seen")],
        ),
        position=HERE,
        pictures=[picture("first", NOON - 180), picture("best", NOON - 90)],
    )
    return msgspec.structs.replace(usual, **changes)


def ticket(**changes: Any) -> Ticket:
    usual = {
        "id": uuid7(),
        "kind": "rubbish",
        "state": State.CANDIDATE,
        "severity": "minor",
        "title": "Rubbish at the gate",
        "opened_at": RECEIVED,
        "began_at": RECEIVED,
        "due": Due(RECEIVED, RECEIVED, RECEIVED),
    }
    return Ticket(**usual | changes)


def terms(kind: str = "rubbish", **conduct: Any) -> Terms:
    return Conduct.model_validate(conduct).terms(shipped_matter(kind))


def case(state: State = State.CANDIDATE, **changes: Any) -> Case:
    """One that has just been opened, and at once brought to the state wanted."""
    opened = open_case(ticket(**changes), "detect", terms(changes.get("kind", "rubbish")))
    moved = opened._replace(ticket=replace(opened.ticket, state=state))
    return follow(opened, moved, Cause(opened.ticket.opened_at, "zhou"))


def order(
    action: Action, actor: str | None = "zhou", minutes: float = 1, role: Role = Role.ADMIN, **more: Any
) -> Order:
    return Order(action=action, at=RECEIVED + timedelta(minutes=minutes), by=Person(actor or "", role), **more)


def stored(connection: Connection, **changes: Any) -> Ticket:
    """A ticket that is in the database, as it stands there."""
    with connection.transaction():
        return cases.insert_case(connection, case(**changes)).ticket


def read_case(connection: Connection, ticket_id: UUID) -> Case:
    with connection.transaction():
        found = cases.lock_case(connection, ticket_id)
    assert found
    return found


def read(connection: Connection, ticket_id: UUID) -> Ticket:
    return read_case(connection, ticket_id).ticket


def rows(connection: Connection, table: str, **where: Any) -> list[dict[str, Any]]:
    condition = " AND ".join(f"{name} = %({name})s" for name in where) or "true"
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(f"SELECT * FROM {table} WHERE {condition}", where).fetchall()  # noqa: S608 - our own words


def timeline(connection: Connection, ticket_id: UUID) -> list[tuple[Any, ...]]:
    """(who, what, from, to) in order."""
    entries = sorted(rows(connection, "audit", ticket=ticket_id), key=lambda entry: entry["seq"])
    return [(entry["actor"], entry["action"], entry["from_state"], entry["to_state"]) for entry in entries]


def walk(connection: Connection, ticket_id: UUID, to: State) -> Ticket:
    """Take a candidate to a later state in the usual way."""
    from dispatch.desk import act  # noqa: PLC0415

    steps = {
        State.CANDIDATE: order(Action.CONFIRM),
        State.DISPATCHED: order(Action.ACCEPT, "wang", 2),
        State.ACCEPTED: order(Action.HANDLE, "wang", 3),
        State.HANDLED: order(Action.CLOSE, "li", 4),
    }
    now = read(connection, ticket_id)
    while now.state != to:
        now = act(connection, ticket_id, steps[now.state], [])
    return now


def goes_on_or_waits(running: Future[Any], held_up: Connection, observer: Connection) -> None:
    """Until it is done, or stands at a lock that somebody else has."""
    query, pid = "SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted", held_up.info.backend_pid
    wait_for(lambda: running.done() or observer.execute(query, [pid]).fetchone())


def told_of(
    connection: Connection,
    kind: str,
    span: tuple[datetime, datetime],
    phase: str = "open",
    ticket: UUID | None = None,
    device: str = "cam-1",
) -> UUID:
    """An incident of a device of tooley, told of from the first moment to the second; its id."""
    ticket, incident = ticket or stored(connection).id, uuid4()
    connection.execute(
        "INSERT INTO incidents (id, ticket, kind, phase, site, device, zone, began_at, found_at, at, severity, score,"
        " objects, explanation, received_at)"
        " VALUES (%s, %s, %s, %s, 'tooley', %s, 'picture', %s, %s, %s, 'major', 1, '[]', '{}', now())",
        [incident, ticket, kind, phase, device, *span, span[1]],
    )
    return incident
