"""/api/tickets: read them, act on them, report a matter."""

import dataclasses
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query

from dashboard import reads
from dashboard.access import SCRIPT, Database, Who, with_token
from dashboard.models import ActionBody, Interval, Letter, Look, Moment, Ticket, TicketPage, TimelineEntry
from dashboard.problems import responses
from dashboard.sign_in import Login
from detect.incident import Severity
from dispatch import accounts, cases, desk
from dispatch.people import Person, Signature
from dispatch.ticket import Order
from dispatch.transitions import TRANSITIONS, Action, State

router = APIRouter(prefix="/api", tags=["tickets"], responses=responses(401, 422, 503))

Missed = Literal["accept", "handle", "close", "letter", "any"]
Text = Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$")]


class _Findings:
    """By what the figures of `/api/insight` and `/api/offenders` count tickets, to see those behind each.

    `grid` is the smallest area, also of tickets of grids that were merged into it, and `-` of none; `department` and
    `class` are the duty list's for the matter; `weekday` (1 is Monday) and `hour` are local; `cell` is a hot spot's.
    `missed` is a step that was not done in time, with `due_from` and `due_to` one that became due then, and with
    `missed_by` in whose hands it was (`-`: nobody's). `genuine` are neither rejected nor merged,
    and `confirmed` automatic ones that a person sent out or closed.
    """

    def __init__(
        self,
        *,
        grid: Text = None,
        department: Text = None,
        matter_class: Annotated[Text, Query(alias="class")] = None,
        weekday: Annotated[int | None, Query(ge=1, le=7)] = None,
        hour: Annotated[int | None, Query(ge=0, le=23)] = None,
        cell: Annotated[str | None, Query(pattern=r"^-?\d{1,6},-?\d{1,6}$")] = None,
        zone: Text = None,
        missed: Missed | None = None,
        missed_by: Text = None,
        due_from: Moment | None = None,
        due_to: Moment | None = None,
        genuine: bool | None = None,
        confirmed: bool | None = None,
        recurrent: bool | None = None,
        reopened: bool | None = None,
        solved: bool | None = None,
    ) -> None:
        self.all = {name: value for name, value in locals().items() if name != "self"}


Findings = Annotated[_Findings, Depends()]


class _Filters:
    """What tickets are asked for; `area` takes in all that lies below it, `holder` has it in hand or a letter of it.

    `q` is a ticket's number, or words of its title, its text, its place or its people; of a period, the last thirty
    days unless told. `from` and `to` are of receipt.
    """

    def __init__(
        self,
        *,
        state: State | None = None,
        kind: Text = None,
        area: Text = None,
        site: Text = None,
        device: Text = None,
        severity: Severity | None = None,
        holder: Text = None,
        overdue: bool | None = None,
        q: Text = None,
        begin: Annotated[Moment | None, Query(alias="from")] = None,
        end: Annotated[Moment | None, Query(alias="to")] = None,
        findings: Findings,
    ) -> None:
        self.plain = {"state": state, "kind": kind, "area": area, "site": site, "device": device}
        sought = {"severity": severity, "with": holder, "overdue": overdue, "q": q, "from": begin, "to": end}
        self.sought = sought | findings.all


Filters = Annotated[_Filters, Depends()]


@router.get("/tickets")
def list_tickets(
    database: Database,
    who: Who,
    filters: Filters,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Text = None,
) -> TicketPage:
    """Newest first."""
    return reads.list_tickets(database, who, filters.plain, limit, cursor, filters.sought)


@router.get("/tickets/{ticket}", responses=responses(404))
def get_ticket(database: Database, who: Who, ticket: UUID) -> Ticket:
    return _read(database, who, ticket)


@router.get("/tickets/{ticket}/timeline", responses=responses(404))
def get_timeline(database: Database, who: Who, ticket: UUID) -> list[TimelineEntry]:
    _read(database, who, ticket)
    return reads.timeline(database, ticket)


@router.get("/tickets/{ticket}/looks", responses=responses(404))
def get_looks(database: Database, who: Who, ticket: UUID) -> list[Look]:
    """Who saw its evidence in full."""
    _read(database, who, ticket)
    return reads.looks(database, ticket)


@router.get("/tickets/{ticket}/ledger", responses=responses(404))
def get_ledger(database: Database, who: Who, ticket: UUID) -> list[Interval]:
    """The intervals that every due time and every figure of this ticket follows from."""
    _read(database, who, ticket)
    return [Interval(**dataclasses.asdict(one)) for one in cases.load_ledger(database, ticket)]


@router.get("/tickets/{ticket}/letters", responses=responses(404))
def get_letters(database: Database, who: Who, ticket: UUID) -> list[Letter]:
    """The response letters of its whistles."""
    _read(database, who, ticket)
    return [Letter(**dataclasses.asdict(one)) for one in cases.load_letters(database, ticket)]


@router.get("/tickets/{ticket}/actions", responses=responses(404))
def get_actions(database: Database, who: Who, ticket: UUID) -> list[Action]:
    """What whoever asks may do with it in its state; an action may ask for more, such as a reason."""
    state = _read(database, who, ticket).state
    return [action for (origin, action), move in TRANSITIONS.items() if origin == state and who.role in move.by]


@router.post("/tickets/{ticket}/{action}", responses=responses(403, 404, 409), dependencies=[with_token])
def act(database: Database, who: Who, ticket: UUID, action: Action, body: ActionBody | None = None) -> Ticket:
    """Move a ticket on; a move that its state forbids answers 409 and names those allowed.

    A server's own token may name the person it acts for.
    """
    asked = body or ActionBody()
    if asked.actor and who != SCRIPT:
        raise HTTPException(403, "only the server's own token acts for others: leave `actor` out")
    order = Order(
        action=action,
        at=datetime.now(UTC),
        by=accounts.acts_as(database, asked.actor) if asked.actor else who,
        reason=asked.reason,
        note=asked.note,
        into=asked.into,
        assignee=asked.assignee,
        severity=asked.severity,
        until=asked.until,
        departments=tuple(asked.departments),
        letter=asked.letter,
        grade=asked.grade,
        via=Signature.SCRIPT if asked.actor else None,
        id=asked.id,
    )
    after = desk.act(database, ticket, order, asked.photos)
    return _read(database, SCRIPT, after.id)  # it may have gone out of their reach by what they did


class Acknowledgement(Login):
    """Whose, by name and password."""

    ticket: UUID


@router.post("/acknowledgements", responses=responses(403, 404, 409))
def acknowledge(database: Database, body: Acknowledgement) -> Ticket:
    """Acknowledge a ticket in one's name for this once, at a screen that is nobody's: no session begins."""
    now = datetime.now(UTC)
    person = accounts.identify(database, body.name, body.password, now)
    desk.act(database, body.ticket, Order(action=Action.ACKNOWLEDGE, at=now, by=person), [])
    return _read(database, person, body.ticket)


def _read(database: Database, who: Person, ticket: UUID) -> Ticket:
    found = reads.get_ticket(database, who, ticket)
    if found is None:
        raise desk.NoSuchTicketError(f"there is no ticket {ticket}")
    return found
