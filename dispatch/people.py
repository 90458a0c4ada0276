"""Who acts, and what lies within their reach; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dispatch.transitions import Role


class Signature(StrEnum):
    """The names by which the system signs its own acts; no account may take one."""

    DISPATCH = "dispatch"
    DETECT = "detect"
    REPORT = "report"
    SCRIPT = "script"
    SITE_FILE = "site file"
    FIRST_START = "first start"
    DEMO = "demo"
    COMMAND = "yihu"
    EDGE = "edge agent"


RESOURCES = ("absences", "duty", "password")  # of an account: each follows its name in a path of the API


@dataclass(frozen=True, slots=True)
class Person:
    """An account. `area` is the part of the tree that is theirs, None all of it; `department` for its people."""

    name: str
    role: Role
    area: str | None = None
    department: str | None = None

    @property
    def holder(self) -> str:
        """In whose name they take a ticket on: a department's people stand for it."""
        return self.department or self.name

    @property
    def signature(self) -> str:
        """How their acts are signed: the server's own token is nobody in person."""
        return self.name or Signature.SCRIPT


def is_resource(name: str) -> bool:
    """Whether a name, in a path of the API, would be a resource of another account: `wang/duty` is wang's duty."""
    return name.endswith(tuple(f"/{one}" for one in RESOURCES))


SYSTEM = Person(Signature.DISPATCH, Role.SYSTEM)


def within_reach(person: Person, areas: Sequence[str], holders: Sequence[str]) -> bool:
    """Whether somebody sees and moves a ticket: `areas` lead from its grid to the root, `holders` have it in hand."""
    there, theirs = reaches_area(person, areas), person.holder in holders
    if person.role is Role.DEPARTMENT:
        return theirs and there
    return theirs or there


def reaches_area(person: Person, path: Sequence[str]) -> bool:
    """Whether an area is in somebody's part of the tree; `path` leads from it to the root."""
    return person.area is None or person.area in path
