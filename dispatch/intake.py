"""From an incident to its ticket: it updates the one it has, joins an open one at the same place, or opens one."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
from psycopg import Connection
from uuid_utils.compat import uuid7

from detect.incident import Explanation, Incident, Picture, Severity
from dispatch import store
from dispatch.limits import Limits, due
from dispatch.store import Evidence
from dispatch.ticket import Position, State, Ticket

GRADES: tuple[Severity, ...] = ("minor", "major", "critical")


def take_in(connection: Connection, incident: Incident, now: datetime) -> Ticket:
    """Bring the database up to what the incident says, in one transaction; any repetition changes nothing."""
    with connection.transaction():
        store.lock_kind(connection, incident.kind)
        known = store.find_incident(connection, incident.id)
        ticket_id = known or store.find_open_at_place(connection, incident)
        ticket = store.lock_ticket(connection, ticket_id) if ticket_id else None
        if ticket is None:
            ticket = _open(connection, incident, now)
        elif not known:
            store.add_event(connection, ticket, now, "detect", "join", ticket.state)
        newest = store.put_incident(connection, incident, ticket.id, now)
        return _tell(connection, ticket, incident, newest=newest)


def _open(connection: Connection, incident: Incident, now: datetime) -> Ticket:
    place = store.device_name(connection, incident.site, incident.device)
    parent = store.find_closed_at_place(connection, incident)
    position = Position(*incident.position) if incident.position else None
    area = store.load_areas(connection).find(position)
    limits = store.load_limits(connection, incident.site, position)
    ticket = replace(new_candidate(incident, place, now, limits), position=position, area=area, parent=parent)
    store.insert_ticket(connection, ticket)
    store.add_event(connection, ticket, now, "detect", "open", None)
    return ticket


def new_candidate(incident: Incident, place: str, now: datetime, limits: Limits) -> Ticket:
    """The ticket that an incident opens: it waits for a dispatcher, its clocks run from receipt."""
    return Ticket(
        id=uuid7(),
        kind=incident.kind,
        state=State.CANDIDATE,
        severity=incident.severity,
        title=place,
        opened_at=now,
        began_at=datetime.fromtimestamp(incident.began_at, UTC),
        due=due(incident.kind, now, limits),
        site=incident.site,
        device=incident.device,
        zone=incident.zone,
    )


def _tell(connection: Connection, ticket: Ticket, incident: Incident, *, newest: bool) -> Ticket:
    """Let an open ticket know what the incident says; one that has ended keeps what it ended with."""
    if ticket.ended_at:
        return ticket
    graver = max(ticket.severity, incident.severity, key=GRADES.index)
    explanation = explain(incident.explanation) if newest else ticket.explanation
    told = replace(ticket, severity=graver, explanation=explanation)
    store.save_ticket(connection, told)
    for picture in incident.pictures:
        store.put_evidence(connection, ticket.id, _evidence(incident, picture))
    return told


def explain(explanation: Explanation) -> dict[str, Any]:
    """The explanation as a ticket shows it: its times in ISO 8601 UTC."""
    words: dict[str, Any] = msgspec.to_builtins(explanation)
    for spell in words["dwell"]:
        spell |= {end: datetime.fromtimestamp(spell[end], UTC).isoformat() for end in ("from", "to")}
    return words


def _evidence(incident: Incident, picture: Picture) -> Evidence:
    at = datetime.fromtimestamp(picture.at, UTC)
    return Evidence(uuid7(), picture.role, at, "image/jpeg", picture.jpeg, incident.id, picture.box)
