"""Reports of residents, couriers and grid workers, and the link by which each follows theirs."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query

from dashboard import reads
from dashboard.access import SCRIPT, Address, Database, Whoever, with_token
from dashboard.models import (
    AnswerBody,
    Followed,
    Line,
    Nearby,
    Received,
    Reportable,
    ReportBody,
    Reporting,
    Step,
)
from dashboard.problems import responses
from dispatch import desk, residents
from dispatch.duties_store import load_duties
from dispatch.ticket import Position

router = APIRouter(prefix="/api", tags=["reports"], responses=responses(422, 503))

HIDDEN: dict[str, object] = {"assignee": None, "departments": [], "acknowledged_by": None}  # from strangers

Token = Annotated[str, Path(max_length=100)]


@router.post("/tickets", status_code=201, responses=responses(401, 429), dependencies=[with_token])
def report(database: Database, who: Whoever, body: ReportBody, address: Address) -> Received:
    """A matter that a person saw. A site may take reports of strangers too, so many an hour from one place."""
    matter = desk.Report(body.kind, body.title, Position(*body.position), body.text, body.photos, body.id)
    ticket, token = residents.receive(database, matter, who, address, datetime.now(UTC))
    shown = reads.get_ticket(database, SCRIPT, ticket.id)
    if shown is None:
        raise desk.NoSuchTicketError(f"there is no ticket {ticket.id}")
    told = shown.model_dump() | (HIDDEN if who is None else {})
    return Received(**told, follow=f"/report/{token}")


@router.get("/matters")
def list_matters(database: Database) -> Reporting:
    """What can be reported, in the order of the duty list, and whether strangers may."""
    matters = [Reportable.model_validate(one, from_attributes=True) for one in load_duties(database)]
    return Reporting(open=residents.takes_strangers(database), matters=matters)


@router.get("/nearby", responses=responses(401))
def nearby(
    database: Database,
    who: Whoever,
    kind: Annotated[Line, Query()],
    longitude: Annotated[float, Query(ge=-180, le=180)],
    latitude: Annotated[float, Query(ge=-90, le=90)],
) -> list[Nearby]:
    """Open tickets of the same matter within 250 m, the nearest first: a report may be a duplicate of one."""
    found = residents.nearby(database, kind, Position(longitude, latitude), who)
    return [Nearby(**near._asdict()) for near in found]


@router.get("/follow/{token}", responses=responses(404))
def follow(database: Database, token: Token) -> Followed:
    """How far a report has come; whoever has the link may know. Of one that was merged the words stay its own."""
    link = residents.followed(database, token)
    root, own = (reads.get_ticket(database, SCRIPT, one) for one in (link.ticket, link.own))
    if root is None or own is None:
        raise desk.NoSuchTicketError("this link leads to no report")
    moves = [entry for entry in reads.timeline(database, link.ticket) if entry.from_state != entry.to_state]
    steps = [Step(at=entry.at, action=entry.action, state=entry.to_state) for entry in moves]
    reported = own.model_dump(include={"number", "kind", "title", "opened_at"})
    return Followed(**reported, state=root.state, due=root.due, steps=steps, solved=link.solved, reopened=link.reopened)


@router.post("/follow/{token}", responses=responses(404, 409, 429))
def answer(database: Database, who: Whoever, token: Token, body: AnswerBody, address: Address) -> Followed:
    """Whether it was solved; the first «no» reopens a closed matter. Of strangers so many an hour from one place."""
    residents.answer(database, token, residents.Answer(body.solved, body.text), who, address, datetime.now(UTC))
    return follow(database, token)
