"""/api/login, /api/logout, /api/me: who is at the screen."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Request, Response
from psycopg import Connection
from pydantic import BaseModel, ConfigDict, Field

from dashboard import reads
from dashboard.access import COOKIE, Database, Who, session
from dashboard.models import Line
from dashboard.problems import responses
from dispatch import accounts
from dispatch.people import Person
from dispatch.transitions import UNREDACTED, Role

router = APIRouter(prefix="/api", tags=["people"], responses=responses(503))

COOKIE_LIFE = timedelta(days=400)  # the longest that browsers keep one: when a session ends is for the server to say


class Login(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Line
    password: Annotated[str, Field(max_length=200)]


class Me(BaseModel):
    """Who is signed in, and where the site keeps its clocks; a server's own token has no name.

    `unredacted`: whether faces and number plates in evidence are theirs to see.
    """

    name: str
    role: Role
    area: str | None
    department: str | None
    timezone: str
    unredacted: bool


@router.post("/login", responses=responses(401, 422))
def login(database: Database, body: Login, request: Request, response: Response) -> Me:
    """Sign in: the answer's cookie is a session of a week from its last use, and of 400 days at most."""
    person, token = accounts.sign_in(database, body.name, body.password, datetime.now(UTC))
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(COOKIE_LIFE.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return _shown(database, person, in_person=True)


@router.post("/logout", status_code=204, responses=responses(401))
def logout(database: Database, _: Who, request: Request, response: Response) -> None:
    """End the session."""
    accounts.sign_out(database, session(request.headers), datetime.now(UTC))
    response.delete_cookie(COOKIE)


@router.get("/me", responses=responses(401))
def me(database: Database, who: Who, request: Request) -> Me:
    return _shown(database, who, in_person=request.state.in_person)


def _shown(connection: Connection, person: Person, *, in_person: bool) -> Me:
    return Me(
        name=person.name,
        role=person.role,
        area=person.area,
        department=person.department,
        timezone=reads.timezone(connection),
        unredacted=in_person and person.role in UNREDACTED,
    )
