"""/api/mine: what waits for a grid worker or a department, the next due first."""

import hashlib
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Response
from psycopg import Connection
from psycopg.rows import dict_row
from pydantic import BaseModel, TypeAdapter

from dashboard import reads
from dashboard.access import Database, having
from dashboard.models import Letter, Ticket, Time
from dashboard.problems import responses
from dispatch.figures import reach_of
from dispatch.people import Person
from dispatch.transitions import Role
from ingest.queries import load_queries

router = APIRouter(prefix="/api", tags=["mine"], responses=responses(401, 403, 422, 503))

SQL = load_queries(Path(__file__).with_name("mine.sql"))
MOST = 100  # nobody does more in a day

InTheField = Annotated[Person, Depends(having(Role.WORKER, Role.DEPARTMENT))]
Known = Annotated[str | None, Header(max_length=100)]


class Task(BaseModel):
    """What waits for somebody in the field, until `due`.

    It is `mine` (in my hands, or my department's), `free` (sent out, and nobody has it) or a `letter` to my department.
    """

    hold: Literal["mine", "free", "letter"]
    due: Time
    ticket: Ticket
    letter: Letter | None


TASKS = TypeAdapter(list[Task])


@router.get("/mine", response_model=list[Task], responses={304: {"description": "As it was"}})
def get_mine(database: Database, who: InTheField, if_none_match: Known = None) -> Response:
    """What is in one's hands, what is free in one's part of the tree, and the letters to one's department.

    Phones ask again and again, over thin lines: what is as it was is not sent again.
    """
    body = TASKS.dump_json(_tasks(database, who))
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if if_none_match == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _tasks(connection: Connection, who: Person) -> list[Task]:
    asked = reach_of(who) | {"department": who.department, "limit": MOST}
    with connection.transaction():  # or a ticket that is handed over meanwhile is shown to who has it no more
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        rows = _rows(connection, "tasks", asked)
        tickets = _tickets(connection, [row["ticket"] for row in rows])
        letters = {row["id"]: row for row in _rows(connection, "letters", {"ids": [row["letter"] for row in rows]})}
    return [
        Task(hold=row["hold"], due=row["due"], ticket=tickets[row["ticket"]], letter=_letter(letters, row["letter"]))
        for row in rows
    ]


def _tickets(connection: Connection, ids: list[UUID]) -> dict[UUID, Ticket]:
    return {ticket.id: ticket for ticket, _ in reads.changed_tickets(connection, ids)}


def _letter(letters: dict[UUID, dict[str, Any]], found: UUID | None) -> Letter | None:
    return Letter(**letters[found]) if found else None


def _rows(connection: Connection, name: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(SQL[name], values).fetchall()
