"""/api/tickets: read them, act on them, report a matter."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Response

from dashboard import reads
from dashboard.access import Database, with_token
from dashboard.models import ActionBody, ReportBody, Ticket, TicketPage, TimelineEntry
from dashboard.problems import responses
from dispatch import desk
from dispatch.people import Person
from dispatch.ticket import Order, Position
from dispatch.transitions import Action, Role, State

router = APIRouter(prefix="/api", tags=["tickets"], responses=responses(422, 503))

Text = Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$")]


@router.get("/tickets")
def list_tickets(
    database: Database,
    *,
    state: State | None = None,
    kind: Text = None,
    area: Text = None,
    site: Text = None,
    device: Text = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Text = None,
) -> TicketPage:
    """Newest first; `area` takes in all that lies below it."""
    filters = {"state": state, "kind": kind, "area": area, "site": site, "device": device}
    return reads.list_tickets(database, filters, limit, cursor)


@router.get("/tickets/{ticket}", responses=responses(404))
def get_ticket(database: Database, ticket: UUID) -> Ticket:
    return _read(database, ticket)


@router.get("/tickets/{ticket}/timeline", responses=responses(404))
def get_timeline(database: Database, ticket: UUID) -> list[TimelineEntry]:
    _read(database, ticket)
    return reads.timeline(database, ticket)


@router.post("/tickets/{ticket}/{action}", responses=responses(401, 403, 404, 409), dependencies=[with_token])
def act(database: Database, ticket: UUID, action: Action, body: ActionBody | None = None) -> Ticket:
    """Move a ticket on; a move that its state forbids answers 409 and names those allowed."""
    asked = body or ActionBody()
    order = Order(
        action=action,
        at=datetime.now(UTC),
        by=Person(asked.actor or "", Role.ADMIN),
        reason=asked.reason,
        note=asked.note,
        into=asked.into,
        assignee=asked.assignee,
        severity=asked.severity,
        until=asked.until,
        departments=tuple(asked.departments),
        letter=asked.letter,
        grade=asked.grade,
    )
    desk.act(database, ticket, order, asked.photos)
    return _read(database, ticket)


@router.post("/tickets", status_code=201, responses=responses(401), dependencies=[with_token])
def report(database: Database, body: ReportBody) -> Ticket:
    """A matter that a person saw."""
    matter = desk.Report(body.kind, body.title, Position(*body.position), body.text, body.photos)
    return _read(database, desk.report(database, matter, "report", datetime.now(UTC)).id)


@router.get("/evidence/{evidence}.{suffix}", response_class=Response, responses=responses(404))
def get_evidence(database: Database, evidence: UUID, suffix: Literal["jpg", "png"]) -> Response:
    """A picture; its content never changes under its name."""
    found = reads.evidence(database, evidence)
    if found is None or reads.SUFFIX[found.media_type] != suffix:
        raise HTTPException(404, "There is no such picture; a better one may have taken its place: read the ticket")
    headers = {"Cache-Control": "private, max-age=31536000, immutable"}
    return Response(found.data, media_type=found.media_type, headers=headers)


def _read(database: Database, ticket: UUID) -> Ticket:
    found = reads.get_ticket(database, ticket)
    if found is None:
        raise desk.NoSuchTicketError(f"there is no ticket {ticket}")
    return found
