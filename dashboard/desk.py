"""/api/desk: the candidate on a dispatcher's desk, and what there is to know for a verdict on it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from psycopg import Connection
from psycopg.rows import dict_row
from pydantic import BaseModel, ConfigDict, Field

from dashboard import reads
from dashboard.access import Database, having
from dashboard.models import Area, Clock, Ticket, Time
from dashboard.problems import responses
from detect.incident import Severity
from dispatch import cases, claims, opening
from dispatch.desk import NoSuchTicketError
from dispatch.duties_store import load_matter
from dispatch.figures import reach_of
from dispatch.people import Person
from dispatch.posts import taking
from dispatch.transitions import Role, State
from ingest.queries import load_queries

router = APIRouter(prefix="/api", tags=["desk"], responses=responses(401, 403, 503))

SQL = load_queries(Path(__file__).with_name("desk.sql"))
QUEUE, VERDICTS, NEIGHBOURS = 60, 20, 12
NEAR_M = 250.0

Dispatcher = Annotated[Person, Depends(having(Role.DISPATCHER))]
Checker = Annotated[Person, Depends(having(Role.DISPATCHER, Role.SUPERVISOR))]


class DeskBody(BaseModel):
    """`wanted` asks for one candidate; those that were `skipped` are not given.

    Each window names itself as a `desk`: of several that one person has open, each has its own candidate.
    """

    model_config = ConfigDict(extra="forbid")
    desk: UUID | None = None
    wanted: UUID | None = None
    skipped: Annotated[list[UUID], Field(max_length=500)] = []


class Queued(BaseModel):
    """A candidate; `clock` is the next it has to meet, until `due`; `held_by` has it on their desk."""

    id: UUID
    number: str
    kind: str
    severity: Severity
    title: str
    area: Area | None
    opened_at: Time
    clock: Clock
    due: Time
    held_by: str | None


class Verdict(BaseModel):
    """What became of an earlier ticket of this camera and kind; `reason` is that of a rejection."""

    id: UUID
    number: str
    state: State
    opened_at: Time
    zone: str | None
    reason: str | None


class Neighbour(BaseModel):
    """An open ticket within 250 m."""

    id: UUID
    number: str
    kind: str
    state: State
    severity: Severity
    title: str
    assignee: str | None
    opened_at: Time
    metres: float


class Post(BaseModel):
    """Somebody, or a department, that a ticket can be assigned to; `area` is where they answer for, null: anywhere."""

    holder: str
    role: Role
    area: str | None
    on_duty: bool
    open_tickets: int


class Prospect(BaseModel):
    """Who a ticket would go to now; null where nobody is on duty. `absent` should have got it before."""

    holder: str | None
    absent: str


class Candidate(BaseModel):
    """A ticket that is the asker's to judge until `until`; to ask again renews that."""

    ticket: Ticket
    until: Time
    prospect: Prospect
    neighbours: list[Neighbour]
    verdicts: list[Verdict]


class Desk(BaseModel):
    """The candidate on a desk, null when there is none left, and the head of the queue of all `waiting`."""

    candidate: Candidate | None
    queue: list[Queued]
    waiting: int


@router.post("/desk", responses=responses(409, 422))
def sit_down(database: Database, who: Dispatcher, body: DeskBody) -> Desk:
    """The next candidate, which no other dispatcher is given meanwhile. Whoever says nothing for a minute loses it."""
    claim = claims.claim(database, who, datetime.now(UTC), **body.model_dump())
    queue = _rows(database, "queue", reach_of(who) | {"limit": QUEUE})
    return Desk(
        candidate=_candidate(database, who, claim) if claim else None,
        waiting=queue[0]["waiting"] if queue else 0,
        queue=[_queued(row) for row in queue],
    )


@router.delete("/desk", status_code=204, responses=responses(422))
def get_up(database: Database, who: Dispatcher, desk: UUID | None = None) -> None:
    """Give a desk's candidate back."""
    claims.leave(database, who, desk)


@router.get("/tickets/{ticket}/posts", responses=responses(404, 422))
def get_posts(database: Database, who: Checker, ticket: UUID) -> list[Post]:
    """Whom a ticket can be assigned to: who is on duty first, then who is nearest."""
    if reads.get_ticket(database, who, ticket) is None:
        raise NoSuchTicketError(f"there is no ticket {ticket}")
    (areas,) = database.execute(SQL["areas_of"], {"id": ticket}).fetchone() or ([],)
    found = {post.person.holder: (post, here) for post, here in reversed(taking(database, areas, datetime.now(UTC)))}
    return [
        Post(holder=holder, role=post.person.role, area=post.person.area, on_duty=here, open_tickets=post.open_tickets)
        for holder, (post, here) in reversed(found.items())
    ]


def _candidate(connection: Connection, who: Person, claim: claims.Claim) -> Candidate | None:
    """None in the moment in which somebody else has judged it from elsewhere."""
    ticket = reads.get_ticket(connection, who, claim.ticket)
    if ticket is None:
        return None
    return Candidate(
        ticket=ticket,
        until=claim.until,
        prospect=_prospect(connection, claim.ticket),
        neighbours=_neighbours(connection, who, ticket),
        verdicts=_verdicts(connection, who, ticket),
    )


def _prospect(connection: Connection, ticket: UUID) -> Prospect:
    with connection.transaction():
        case = cases.lock_free_case(connection, ticket)
        if case is None:
            return Prospect(holder=None, absent="")
        matter = load_matter(connection, case.ticket.kind)
        found = opening.find_route(connection, case.ticket, matter, datetime.now(UTC))
    return Prospect(holder=found.holder, absent=found.absent) if found else Prospect(holder=None, absent="")


def _neighbours(connection: Connection, who: Person, ticket: Ticket) -> list[Neighbour]:
    if ticket.position is None:
        return []
    longitude, latitude = ticket.position
    near = {"id": ticket.id, "kind": ticket.kind, "metres": NEAR_M, "limit": NEIGHBOURS}
    place = near | {"longitude": longitude, "latitude": latitude}
    return [Neighbour(**row) for row in _rows(connection, "neighbours", reach_of(who) | place)]


def _verdicts(connection: Connection, who: Person, ticket: Ticket) -> list[Verdict]:
    if ticket.device is None:
        return []
    place = {"site": ticket.site, "device": ticket.device, "kind": ticket.kind, "limit": VERDICTS}
    return [Verdict(**row) for row in _rows(connection, "verdicts", reach_of(who) | place)]


def _queued(row: dict[str, Any]) -> Queued:
    code, name = row["area_code"], row["area_name"]
    area = Area(code=code, name=name) if code else None
    return Queued(**{key: row[key] for key in Queued.model_fields if key in row} | {"area": area})


def _rows(connection: Connection, name: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(SQL[name], values).fetchall()
