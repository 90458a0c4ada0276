"""The grid centre's own: emergencies, the duty list, notices."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from dashboard.access import Admin, Database, Who, having
from dashboard.models import NO_NUL, Line, Mode, Moment, Time, Words
from dashboard.problems import responses
from dispatch import modes, modes_store, notices_store
from dispatch.duties import Matter, check_duties
from dispatch.duties_store import load_duties, put_duties
from dispatch.people import Person, reaches_area
from dispatch.transitions import Role

router = APIRouter(prefix="/api", tags=["centre"], responses=responses(401, 403, 422, 503))

Reason = Annotated[Words, Field(min_length=1, pattern=NO_NUL)]
Head = Annotated[Person, Depends(having(Role.SUPERVISOR))]


class Declaration(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Line
    area: Annotated[str, Field(pattern=r"^\d{2,15}$")]
    reason: Reason
    until: Moment


class Ending(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: Reason


class Notice(BaseModel):
    """What somebody was told; `error` says why it did not get through, while `sent_at` is null."""

    id: UUID
    holder: str
    ticket: UUID | None
    about: str
    severity: str
    zh: str
    en: str
    made_at: Time
    sent_at: Time | None
    tries: int
    error: str | None


@router.get("/modes")
def list_modes(database: Database, _: Who) -> list[Mode]:
    """The emergencies that are in force."""
    return [_mode(mode) for mode in modes_store.load_modes(database, datetime.now(UTC))]


@router.post("/modes", status_code=201)
def declare(database: Database, who: Head, body: Declaration) -> Mode:
    """Put an area into an emergency and tell everybody on duty there."""
    _check_reach(database, who, body.area)
    now = datetime.now(UTC)
    return _mode(modes_store.declare(database, body.kind, body.area, body.reason, who.signature, now, body.until))


@router.post("/modes/{mode}/end", responses=responses(404))
def end(database: Database, who: Head, mode: UUID, body: Ending) -> Mode:
    """Leave an emergency before its time."""
    area = modes_store.area_of(database, mode)
    if area is None:
        raise HTTPException(404, f"there is no emergency {mode}")
    _check_reach(database, who, area)
    return _mode(modes_store.end(database, mode, body.reason, who.signature, datetime.now(UTC)))


@router.get("/duties")
def list_duties(database: Database, _: Who) -> list[Matter]:
    """The duty list: whose job a matter is, how grave, and how soon it must be done; limits in seconds."""
    return load_duties(database)


@router.put("/duties")
def replace_duties(database: Database, who: Admin, body: list[Matter]) -> list[Matter]:
    """Put a list in place of the one that holds, if it suits the limits of every site and the names of accounts."""
    check_duties(body)
    put_duties(database, body, who.signature, datetime.now(UTC))
    return load_duties(database)


@router.get("/notices")
def list_notices(database: Database, who: Who) -> list[Notice]:
    """What you were told; a supervisor and an admin also see what did not get through to others, within their reach."""
    everybody = who.role in (Role.SUPERVISOR, Role.ADMIN)
    return [Notice(**row) for row in notices_store.list_notices(database, who, failed_of_all=everybody)]


def _check_reach(database: Database, who: Person, area: str) -> None:
    if not reaches_area(who, modes_store.path_of(database, area)):
        raise HTTPException(403, f"{area} is not yours")


def _mode(mode: modes.Mode) -> Mode:
    return Mode(**msgspec.structs.asdict(mode))
