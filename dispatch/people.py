"""Who acts, and what lies within their reach; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.transitions import Role


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


SYSTEM = Person("dispatch", Role.SYSTEM)


def within_reach(person: Person, areas: Sequence[str], holders: Sequence[str]) -> bool:
    """Whether somebody sees and moves a ticket: `areas` lead from its grid to the root, `holders` have it in hand."""
    if person.holder in holders:
        return True
    if person.role is Role.DEPARTMENT:
        return False
    return person.area is None or person.area in areas


def reaches_area(person: Person, path: Sequence[str]) -> bool:
    """Whether an area is in somebody's part of the tree; `path` leads from it to the root."""
    return person.area is None or person.area in path
