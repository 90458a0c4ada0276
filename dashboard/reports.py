"""Reports of residents, couriers and grid workers, and the link by which each follows theirs."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import UUID4, BaseModel, ConfigDict, Field

from dashboard import reads
from dashboard.access import SCRIPT, Address, Database, Whoever, with_token
from dashboard.models import NO_NUL, Due, Line, Photo, Place, Ticket, Time, Words
from dashboard.problems import responses
from dispatch import desk, residents
from dispatch.duties_store import load_duties
from dispatch.ticket import Position
from dispatch.transitions import State

router = APIRouter(prefix="/api", tags=["reports"], responses=responses(422, 503))

HIDDEN: dict[str, object] = {"assignee": None, "departments": [], "acknowledged_by": None}  # from strangers

Token = Annotated[str, Path(max_length=100)]


class ReportBody(BaseModel):
    """A matter that a person saw; position is longitude, latitude in WGS 84.

    `id` is the sender's own secret: what is sent again with it, because an answer got lost, opens one ticket and has
    one link.
    """

    model_config = ConfigDict(extra="forbid")
    id: UUID4 | None = None
    kind: Line
    title: Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]
    position: Place
    text: Annotated[Words, Field(pattern=NO_NUL)] = ""
    photos: Annotated[list[Photo], Field(max_length=10)] = []


class Received(Ticket):
    """A report that was taken; `follow` is the page on which its reporter follows it, told only now.

    Strangers are not told who has it.
    """

    follow: str


class Nearby(BaseModel):
    """An open ticket of the same matter within 250 m, which a report may be a duplicate of."""

    id: UUID
    number: str
    title: str
    state: State
    opened_at: Time
    metres: float


class Step(BaseModel):
    """One step of a report's way, as its reporter may know it."""

    at: Time
    action: str
    state: State


class Followed(BaseModel):
    """What a reporter sees of their matter: as they reported it, and how far it has come, if need be in another ticket.

    `solved` is what they answered themselves, `reopened` whether a «no» of theirs has reopened it already.
    """

    number: str
    kind: str
    title: str
    state: State
    opened_at: Time
    due: Due
    solved: bool | None
    reopened: bool
    steps: list[Step]


class Reportable(BaseModel):
    """A matter that can be reported, as the duty list has it."""

    code: str
    zh: str
    en: str
    class_zh: str
    class_en: str


class Reporting(BaseModel):
    """What can be reported; `open` is whether any site takes reports of people without an account."""

    open: bool
    matters: list[Reportable]


class AnswerBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    solved: bool
    text: Annotated[Words, Field(pattern=NO_NUL)] = ""


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
