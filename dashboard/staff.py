"""/api/people: accounts, for admins; and one's own password."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field
from starlette.convertors import PathConvertor, register_url_convertor

from dashboard.access import Admin, Database, Who
from dashboard.models import Line
from dashboard.problems import responses
from dispatch import accounts
from dispatch.leaving import leave
from dispatch.people import RESOURCES, Person
from dispatch.transitions import Role


class _Account(PathConvertor):
    """A name: it may hold a slash, is not empty, and is no resource of an account."""

    regex = rf"(?!.*/(?:{'|'.join(RESOURCES)})$).+"


register_url_convertor("account", _Account())
router = APIRouter(prefix="/api/people", tags=["people"], responses=responses(401, 403, 422, 503))

Password = Annotated[str, Field(max_length=200)]


class Account(BaseModel):
    """`area` is the part of the tree that is theirs, null all of it."""

    name: str
    role: Role
    area: str | None
    department: str | None


class NewAccount(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Line
    role: Role
    area: Annotated[str, Field(pattern=r"^\d{2,15}$")] | None = None
    department: Line | None = None
    password: Password


class NewPassword(BaseModel):
    model_config = ConfigDict(extra="forbid")
    password: Password


@router.get("")
def list_people(database: Database, _: Admin) -> list[Account]:
    return [_account(person) for person in accounts.list_people(database)]


@router.post("", status_code=201)
def add(database: Database, who: Admin, body: NewAccount) -> Account:
    person = Person(body.name, body.role, body.area, body.department)
    accounts.add_person(database, person, body.password, who.signature, datetime.now(UTC))
    return _account(person)


@router.put("/{name:path}/password", status_code=204)
def change_password(database: Database, who: Who, name: Line, body: NewPassword) -> None:
    """One's own, or as an admin anybody's; it ends every session of the account."""
    if who.role is not Role.ADMIN and who.name != name:
        raise HTTPException(403, "only an admin gives others a password")
    accounts.set_password(database, name, body.password, who.signature, datetime.now(UTC))


@router.delete("/{name:account}", status_code=204)
def remove(database: Database, who: Admin, name: Line) -> None:
    """Let nobody in by an account any more; what it did stays told, and supervisors hear what it still has in hand."""
    leave(database, name, who.signature, datetime.now(UTC))


def _account(person: Person) -> Account:
    return Account(name=person.name, role=person.role, area=person.area, department=person.department)
