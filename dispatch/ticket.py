"""A ticket, and what somebody wants done with it. Plain data; times are aware datetimes."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from detect.incident import Severity
from dispatch.ledger import Clock
from dispatch.people import Person, Signature
from dispatch.transitions import Action, State, allowed_actions
from dispatch.whistle import Grade


class RejectReason(StrEnum):
    """Why a dispatcher turns an automatic ticket down; what detection can learn from."""

    REFLECTION = "reflection"
    WRONG_ZONE = "wrong_zone"
    LEGAL_STOP = "legal_stop"
    WRONG_CLASS = "wrong_class"
    DUPLICATE = "duplicate"
    ALREADY_HANDLED = "already_handled"
    TEST = "test"
    OTHER = "other"


GRADES: tuple[Severity, ...] = ("minor", "major", "critical")


class Due(NamedTuple):
    accept: datetime
    handle: datetime
    close: datetime


class Levels(NamedTuple):
    """How often each step has climbed (督办); 0 again once it is done."""

    accept: int = 0
    handle: int = 0
    close: int = 0


class Climbed(NamedTuple):
    """When each step climbed last, because it was overdue."""

    accept: datetime | None = None
    handle: datetime | None = None
    close: datetime | None = None


AT_THE_BOTTOM, NEVER = Levels(), Climbed()


class Area(NamedTuple):
    code: str
    name: str


class Position(NamedTuple):
    """WGS 84, degrees."""

    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """`departments` are those with a letter that was not withdrawn, `handled_by` is who last reported it handled.

    `areas` lead from its own area to the root of the tree. `levels` are climbs of what is overdue, `hands` those by
    hand; `press_at` is when a step climbs next. `pace` is how fast its clocks run, `paused_until` until when they stand
    still. `solved` is what a reporter last answered. `acknowledged_by` is the first of the staff who acted on it.
    """

    id: UUID
    kind: str
    state: State
    severity: Severity
    title: str
    opened_at: datetime
    began_at: datetime
    due: Due
    number: str = ""
    text: str = ""
    area: Area | None = None
    areas: list[str] = field(default_factory=list)
    position: Position | None = None
    site: str | None = None
    device: str | None = None
    zone: str | None = None
    accepted_at: datetime | None = None
    handled_at: datetime | None = None
    handled_by: str | None = None
    ended_at: datetime | None = None
    assignee: str | None = None
    departments: list[str] = field(default_factory=list)
    explanation: dict[str, Any] | None = None
    parent: UUID | None = None
    merged_into: UUID | None = None
    pace: float = 1.0
    paused_until: datetime | None = None
    levels: Levels = AT_THE_BOTTOM
    hands: Levels = AT_THE_BOTTOM
    pressed_at: Climbed = NEVER
    press_at: datetime | None = None
    solved: bool | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None

    @property
    def level(self) -> int:
        """How high it is pressed."""
        return max(map(sum, zip(self.levels, self.hands, strict=True)))

    @property
    def holders(self) -> list[str]:
        """Who has it in hand, or is called to it."""
        return [*([self.assignee] if self.assignee else []), *self.departments]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants done.

    `until` ends a pause or a letter's time, `letter` names a summoned department, `clock` the overdue step that climbs;
    without it somebody presses the one in hand. `photos` are the ids of those that were put to it. `via`
    is who gave the order in the name of `by`: a script. Of an `id`, which is its sender's own, it is carried out once.
    """

    action: Action
    at: datetime
    by: Person
    reason: str = ""
    note: str = ""
    into: UUID | None = None
    assignee: str | None = None
    severity: Severity | None = None
    until: datetime | None = None
    departments: tuple[str, ...] = ()
    letter: str | None = None
    grade: Grade | None = None
    solved: bool | None = None
    clock: Clock | None = None
    photos: tuple[UUID, ...] = ()
    via: Signature | None = None
    id: UUID | None = None


class TicketError(Exception):
    """A person asked for what cannot be done; the text says why and what can."""


class ForbiddenMoveError(TicketError):
    """The ticket's state does not allow the action: TicketError → 409."""

    def __init__(self, ticket: Ticket, action: Action, why: str = "") -> None:
        self.allowed = [other for other in allowed_actions(ticket.state) if other != action or not why]
        options = ", ".join(self.allowed) or "nothing more"
        super().__init__(f"{why or f'a {ticket.state} ticket cannot be given {action}'}; allowed: {options}")


class NotYoursError(TicketError):
    """Whoever asks may not do that, whatever the ticket's state: TicketError → 403."""


class IncompleteOrderError(TicketError):
    """The action lacks what it needs, such as a reason: TicketError → 422."""
