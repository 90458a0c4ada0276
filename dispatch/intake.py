"""From an incident to its ticket: it updates the one it has, joins an open one at the same place, or opens one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec
from psycopg import Connection, Rollback
from uuid_utils.compat import uuid7

from detect.incident import Explanation, Incident, Severity
from dispatch import audit, cases, fusion, opening, store
from dispatch.case import Case, Cause, follow
from dispatch.fusion import Source, Witness
from dispatch.orders import bring_up_to_date
from dispatch.people import Signature
from dispatch.store import Evidence
from dispatch.ticket import GRADES, Due, Position, Ticket
from dispatch.transitions import State

STILL_THERE = timedelta(minutes=30)  # after a ticket was closed
BY = Signature.DETECT  # who opens and joins, in the timeline


def take_in(connection: Connection, incident: Incident, now: datetime) -> Ticket:
    """Bring the database up to what the incident says, in one transaction; any repetition changes nothing."""
    with connection.transaction():
        store.lock_kind(connection, incident.kind)
        return _take_in(connection, incident, now)


def _take_in(connection: Connection, incident: Incident, now: datetime) -> Ticket:
    known, before = _lock_case(connection, incident)
    case = before or opening.insert(connection, _draft(connection, incident, now), BY, now)
    said = store.gravest_incident(connection, case.ticket.id)
    newest = store.put_incident(connection, incident, case.ticket.id, now)
    if before and before.ticket.state is State.CLOSED:
        return _after_closing(connection, before.ticket, incident, said, now)
    after = _tell(connection, case, incident, said, now, newest=newest)
    if before is None:
        audit.append(connection, audit.of_opening(after, BY))
        return opening.dispatch_unconfirmed(connection, after, now)
    for action in _events(before, after.ticket, known=known):
        audit.append(connection, audit.of_event(action, BY, now, before.ticket, after.ticket))
    return after.ticket


def _lock_case(connection: Connection, incident: Incident) -> tuple[bool, Case | None]:
    """The case that an incident goes to, and whether it had one before; None where it is to open one.

    It is locked while it is open: to one that has ended nothing is written. Whoever was just ending or merging it is
    waited for: then it is let go, and looked for again where it takes no incident any more.
    """
    while True:
        with connection.transaction() as attempt:
            known = store.find_incident(connection, incident.id)
            ticket_id = known or _find_open(connection, incident)
            case = cases.lock_case(connection, ticket_id) if ticket_id else None
            if case and case.ticket.ended_at:
                raise Rollback(attempt)  # with its lock: whoever locks two does so in order, and might wait for us
        if case is None or not _has_moved_on(case.ticket, known):
            return known is not None, case


def _find_open(connection: Connection, incident: Incident) -> UUID | None:
    """The open ticket at the same place; of what spreads, in the same grid; of what was cut off, of the same agent."""
    if at_place := store.find_open_at_place(connection, incident):
        return at_place
    if incident.kind == fusion.CUT_OFF:
        return store.find_open_of_agent(connection, incident, fusion.TOGETHER)
    window = fusion.SPREADS.get(incident.kind)
    if window is None or incident.position is None:
        return None
    grid = store.load_areas(connection).find(Position(*incident.position))
    return store.find_open_in_grid(connection, incident, grid.code, window) if grid else None


def _has_moved_on(ticket: Ticket, known: UUID | None) -> bool:
    """Whether a ticket takes no incident any more; one that is known tells even a closed ticket, but no merged one."""
    return ticket.state is State.MERGED or (known is None and ticket.ended_at is not None)


def _after_closing(
    connection: Connection, ticket: Ticket, incident: Incident, said: Severity | None, now: datetime
) -> Ticket:
    """What goes on long after its ticket was closed, or gets graver, recurs: a closed ticket silences no camera."""
    successor = msgspec.structs.replace(incident, id=uuid5(incident.id, str(ticket.id)))
    if store.find_incident(connection, successor.id) or goes_on(ticket, incident, said):
        return _take_in(connection, successor, now)
    return ticket


def goes_on(ticket: Ticket, incident: Incident, said: Severity | None) -> bool:
    """Whether an incident, whose ticket was closed, is there still; `said` is how grave it was before."""
    if incident.phase == "clear" or ticket.ended_at is None:
        return False
    since = datetime.fromtimestamp(incident.at, UTC) - ticket.ended_at
    graver = said is not None and GRADES.index(incident.severity) > GRADES.index(said)
    return since >= STILL_THERE or (graver and since > timedelta())


def _events(before: Case, after: Ticket, *, known: bool) -> list[str]:
    """What the audit log is told of an incident; most of its updates are nothing new to a ticket."""
    graver = before.ticket.severity != after.severity
    return [*([] if known else ["join"]), *(["regrade"] if graver else [])]


def _draft(connection: Connection, incident: Incident, now: datetime) -> Ticket:
    return replace(
        new_candidate(incident, store.device_name(connection, incident.site, incident.device), now),
        position=Position(*incident.position) if incident.position else None,
        parent=store.find_closed_at_place(connection, incident),
    )


def new_candidate(incident: Incident, place: str, now: datetime) -> Ticket:
    """The ticket that an incident opens: it waits for a dispatcher, its clocks run from receipt."""
    return Ticket(
        id=uuid7(),
        kind=incident.kind,
        state=State.CANDIDATE,
        severity=incident.severity,
        title=place,
        opened_at=now,
        began_at=datetime.fromtimestamp(incident.began_at, UTC),
        due=Due(now, now, now),  # open_case reads the clocks
        site=incident.site,
        device=incident.device,
        zone=incident.zone,
    )


def _tell(
    connection: Connection, case: Case, incident: Incident, said: Severity | None, now: datetime, *, newest: bool
) -> Case:
    """Let an open ticket know what the incident says; one that has ended keeps what it ended with.

    `said` is how grave its incidents were before: what a person has regraded since stays so until one is graver.
    """
    ticket = case.ticket
    if ticket.ended_at:
        return case
    explanation = _explained(connection, ticket, incident) if newest else ticket.explanation
    current = bring_up_to_date(connection, case, now)
    severity = graded(ticket.severity, incident.severity, said)
    changed = replace(current.ticket, severity=severity, explanation=explanation)
    if severity != current.ticket.severity:
        changed = replace(changed, acknowledged_by=None, acknowledged_at=None)  # nobody has seen it as grave as it is
    told = current._replace(ticket=changed)
    after = follow(current, told, Cause(now, BY, incident.kind))
    cases.save_case(connection, current, after)
    for evidence in _evidence(incident):
        store.put_evidence(connection, ticket.id, evidence)
    return after


def graded(ticket: Severity, incident: Severity, said: Severity | None) -> Severity:
    """How grave a ticket is by an incident that is `incident`, when its incidents were `said` before."""
    if said is not None and GRADES.index(incident) <= GRADES.index(said):
        return ticket
    return max(ticket, incident, key=GRADES.index)


def _explained(connection: Connection, ticket: Ticket, incident: Incident) -> dict[str, Any]:
    """By what is newest, and by all that have told of it or should have."""
    sources = store.load_sources(connection, ticket.id, ticket.kind)
    told = fusion.summary(ticket.kind, sources, _silent(connection, ticket, incident, sources))
    return explain(incident.explanation) | fusion.last_doubt(ticket.explanation, incident.phase, sources) | told


def _silent(connection: Connection, ticket: Ticket, incident: Incident, sources: list[Source]) -> list[Witness]:
    """Who would have told of it by now if it were so; of what came late nobody knows who was well then."""
    lasts = timedelta(seconds=incident.at - incident.began_at) >= fusion.PATIENCE and incident.phase != "clear"
    told_now = incident.kind == ticket.kind and not incident.explanation.late
    if incident.kind not in fusion.SPREADS or not (lasts and told_now) or incident.position is None:
        return []
    return store.find_witnesses(connection, incident, [incident.device, *(source.device for source in sources)])


def explain(explanation: Explanation) -> dict[str, Any]:
    """The explanation as a ticket shows it: its times in ISO 8601 UTC."""
    words: dict[str, Any] = msgspec.to_builtins(explanation)
    for spell in words["dwell"]:
        spell |= {end: datetime.fromtimestamp(spell[end], UTC).isoformat() for end in ("from", "to")}
    return words


def _evidence(incident: Incident) -> Iterator[Evidence]:
    for picture in incident.pictures:
        at = datetime.fromtimestamp(picture.at, UTC)
        marks = picture.box, picture.redactions
        yield Evidence(uuid7(), picture.role, at, "image/jpeg", picture.jpeg, incident.id, *marks)
    if incident.clip:
        at = datetime.fromtimestamp(incident.clip.at, UTC)
        yield Evidence(uuid7(), "clip", at, "video/mp4", incident.clip.mp4, incident.id, redactions=[])
