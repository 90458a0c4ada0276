"""Tickets, incidents and evidence in the database; every call runs in its caller's transaction."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import dict_row, scalar_row
from psycopg.types.json import Jsonb

from detect.incident import Box, Incident
from dispatch.areas import AreaIndex, Shape
from dispatch.limits import Limits
from dispatch.ticket import Area, Due, Order, Position, State, Ticket
from ingest.queries import load_queries

SQL = load_queries(Path(__file__).with_name("dispatch.sql"))
NEAR_M = 30.0

Value = TypeVar("Value")


class Evidence(NamedTuple):
    """A picture that speaks for a ticket; `box` in fractions where a detector drew one."""

    id: UUID
    role: str
    at: datetime
    media_type: str
    data: bytes
    incident: UUID | None = None
    box: Box | None = None


def insert_ticket(connection: Connection, ticket: Ticket) -> None:
    """Store a new ticket; the database gives it its number."""
    place, area = ticket.position or (None, None), ticket.area or (None, None)
    connection.execute(
        SQL["insert_ticket"],
        _saved(ticket)
        | {
            "kind": ticket.kind, "title": ticket.title, "text": ticket.text,
            "area_code": area[0], "area_name": area[1], "longitude": place[0], "latitude": place[1],
            "site": ticket.site, "device": ticket.device, "zone": ticket.zone,
            "opened_at": ticket.opened_at, "began_at": ticket.began_at, "parent": ticket.parent,
            "due_accept": ticket.due.accept, "due_handle": ticket.due.handle, "due_close": ticket.due.close,
        },
    )  # fmt: skip


def lock_ticket(connection: Connection, ticket_id: UUID) -> Ticket | None:
    """Read a ticket and keep others from changing it until the transaction ends."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(SQL["lock_ticket"], {"id": ticket_id}).fetchone()
    return None if row is None else _ticket(row)


def save_ticket(connection: Connection, ticket: Ticket) -> None:
    connection.execute(SQL["save_ticket"], _saved(ticket))
    if ticket.merged_into:
        connection.execute(SQL["follow_merge"], {"id": ticket.id, "into": ticket.merged_into})


def _saved(ticket: Ticket) -> dict[str, Any]:
    return {
        "id": ticket.id, "state": ticket.state, "severity": ticket.severity, "assignee": ticket.assignee,
        "accepted_at": ticket.accepted_at, "handled_at": ticket.handled_at, "handled_by": ticket.handled_by,
        "ended_at": ticket.ended_at, "merged_into": ticket.merged_into,
        "explanation": None if ticket.explanation is None else Jsonb(ticket.explanation),
    }  # fmt: skip


def _ticket(row: dict[str, Any]) -> Ticket:
    area = Area(row.pop("area_code"), row.pop("area_name"))
    position = Position(row.pop("longitude"), row.pop("latitude"))
    due = Due(row.pop("due_accept"), row.pop("due_handle"), row.pop("due_close"))
    row |= {"state": State(row["state"]), "due": due}
    row |= {"area": area if area.code else None, "position": position if position.longitude is not None else None}
    return Ticket(**row)


def add_order(connection: Connection, ticket: Ticket, order: Order, before: State) -> None:
    """Record what somebody had done to a ticket."""
    asked = {"into": order.into, "assignee": order.assignee}
    detail = {key: str(value) for key, value in asked.items() if value}
    entry = {"reason": order.reason or None, "note": order.note, "detail": Jsonb(detail)}
    _add_timeline(connection, ticket, order.at, order.actor or "script", order.action, before, entry)


def add_event(
    connection: Connection, ticket: Ticket, at: datetime, actor: str, action: str, before: State | None
) -> None:
    """Record what happened to a ticket without an order, such as an incident that joined it."""
    _add_timeline(connection, ticket, at, actor, action, before, {"reason": None, "note": "", "detail": Jsonb({})})


def _add_timeline(
    connection: Connection,
    ticket: Ticket,
    at: datetime,
    actor: str,
    action: str,
    before: State | None,
    entry: dict[str, Any],
) -> None:
    moment = {"ticket": ticket.id, "at": at, "actor": actor, "action": action}
    connection.execute(SQL["add_timeline"], entry | moment | {"from_state": before, "to_state": ticket.state})


def lock_kind(connection: Connection, kind: str) -> None:
    """One at a time decides whether an incident of this kind opens a ticket or joins one."""
    connection.execute(SQL["lock_kind"], {"kind": kind})


def find_incident(connection: Connection, incident: UUID) -> UUID | None:
    """The ticket that an incident belongs to already."""
    return _one(connection, "find_incident", UUID, {"id": incident})


def find_open_at_place(connection: Connection, incident: Incident) -> UUID | None:
    return _one(connection, "find_open_at_place", UUID, _place(incident) | {"metres": NEAR_M})


def find_closed_at_place(connection: Connection, incident: Incident) -> UUID | None:
    return _one(connection, "find_closed_at_place", UUID, _place(incident))


def _place(incident: Incident) -> dict[str, Any]:
    longitude, latitude = incident.position or (None, None)
    return {
        "kind": incident.kind, "site": incident.site, "device": incident.device, "zone": incident.zone,
        "longitude": longitude, "latitude": latitude,
    }  # fmt: skip


def _one(connection: Connection, name: str, kind: type[Value], values: dict[str, Any]) -> Value | None:
    with connection.cursor(row_factory=scalar_row) as cursor:
        value = cursor.execute(SQL[name], values).fetchone()
    return value if isinstance(value, kind) else None


def put_incident(connection: Connection, incident: Incident, ticket: UUID, now: datetime) -> bool:
    """Store what is newest of an incident; False when the database knows as much already."""
    values = _place(incident) | {
        "id": incident.id, "ticket": ticket, "phase": incident.phase, "severity": incident.severity,
        "score": incident.score, "began_at": _utc(incident.began_at), "at": _utc(incident.at), "received_at": now,
        "objects": Jsonb(msgspec.to_builtins(incident.objects)),
        "explanation": Jsonb(msgspec.to_builtins(incident.explanation)),
    }  # fmt: skip
    newest = _one(connection, "put_incident", UUID, values) is not None
    if not newest:
        connection.execute(SQL["found_sooner"], values)
    return newest


def put_evidence(connection: Connection, ticket: UUID, evidence: Evidence) -> None:
    """Store a picture; a better one of the same incident and role takes the older one's place."""
    values = evidence._asdict() | {"ticket": ticket, "box": None if evidence.box is None else Jsonb(evidence.box)}
    connection.execute(SQL["put_evidence"], values)


def quarantine(connection: Connection, topic: str, reason: str, body: bytes, head: int) -> None:
    values = {"topic": topic, "reason": reason, "size": len(body), "head": body[:head]}
    connection.execute(SQL["quarantine"], values)


def load_areas(connection: Connection) -> AreaIndex:
    rows = connection.execute(SQL["areas"]).fetchall()
    return AreaIndex([Shape(Area(code, name), polygon) for code, name, polygon in rows])


def load_limits(connection: Connection, site: str | None, position: Position | None) -> Limits:
    """Of the site, or where a matter belongs to none, of the one whose device is nearest to its position."""
    if site:
        return _limits(connection, "limits_of_site", {"site": site})
    return _limits(connection, "limits_at", position._asdict()) if position else Limits()


def _limits(connection: Connection, name: str, values: dict[str, Any]) -> Limits:
    row = connection.execute(SQL[name], values).fetchone()
    return Limits.model_validate(row[0]) if row else Limits()


def device_name(connection: Connection, site: str, device: str) -> str:
    return _one(connection, "device_name", str, {"site": site, "device": device}) or device


def _utc(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)
