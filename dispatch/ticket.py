"""A ticket and its life: one table of moves, the guards beside it. Pure: no clock, no database.

Times are aware datetimes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from detect.incident import Severity


class State(StrEnum):
    CANDIDATE = "candidate"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    HANDLED = "handled"
    CLOSED = "closed"
    REJECTED = "rejected"
    MERGED = "merged"


class Action(StrEnum):
    CONFIRM = "confirm"
    REJECT = "reject"
    MERGE = "merge"
    ACCEPT = "accept"
    RETURN = "return"
    HANDLE = "handle"
    CLOSE = "close"
    REOPEN = "reopen"


class Role(StrEnum):
    DISPATCHER = "dispatcher"
    WORKER = "worker"
    DEPARTMENT = "department"
    SUPERVISOR = "supervisor"


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


class Due(NamedTuple):
    accept: datetime
    handle: datetime
    close: datetime


class Area(NamedTuple):
    code: str
    name: str


class Position(NamedTuple):
    """WGS 84, degrees."""

    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """`departments` are those summoned; `handled_by` is who last reported it handled."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants done. `actor` is a person's name; None is a script's token, which is nobody in person."""

    action: Action
    at: datetime
    actor: str | None = None
    reason: str = ""
    note: str = ""
    into: UUID | None = None
    assignee: str | None = None


class Move(NamedTuple):
    to: State
    by: tuple[Role, ...]


OFFICE = (Role.DISPATCHER,)
FIELD = (Role.WORKER, Role.DEPARTMENT)
CHECK = (Role.SUPERVISOR, Role.DISPATCHER)

TRANSITIONS: dict[tuple[State, Action], Move] = {
    (State.CANDIDATE, Action.CONFIRM): Move(State.DISPATCHED, OFFICE),
    (State.CANDIDATE, Action.REJECT): Move(State.REJECTED, OFFICE),
    (State.CANDIDATE, Action.MERGE): Move(State.MERGED, OFFICE),
    (State.DISPATCHED, Action.ACCEPT): Move(State.ACCEPTED, FIELD),
    (State.DISPATCHED, Action.RETURN): Move(State.CANDIDATE, FIELD),
    (State.ACCEPTED, Action.HANDLE): Move(State.HANDLED, FIELD),
    (State.HANDLED, Action.CLOSE): Move(State.CLOSED, CHECK),
    (State.HANDLED, Action.REOPEN): Move(State.DISPATCHED, CHECK),
    (State.CLOSED, Action.REOPEN): Move(State.DISPATCHED, (Role.SUPERVISOR,)),
}
ENDED = frozenset({State.CLOSED, State.REJECTED, State.MERGED})


class TicketError(Exception):
    """A person asked for what cannot be done; the text says why and what can."""


class ForbiddenMoveError(TicketError):
    """The ticket's state, or who asks, does not allow the action: TicketError → 409."""

    def __init__(self, ticket: Ticket, action: Action, why: str = "") -> None:
        self.allowed = [other for other in allowed_actions(ticket.state) if other != action or not why]
        options = ", ".join(self.allowed) or "nothing more"
        super().__init__(f"{why or f'a {ticket.state} ticket cannot be given {action}'}; allowed: {options}")


class IncompleteOrderError(TicketError):
    """The action lacks what it needs, such as a reason: TicketError → 422."""


def allowed_actions(state: State) -> list[Action]:
    return [action for (origin, action) in TRANSITIONS if origin == state]


def apply(ticket: Ticket, order: Order) -> Ticket:
    """The ticket after the order; raise ForbiddenMoveError or IncompleteOrderError."""
    move = TRANSITIONS.get((ticket.state, order.action))
    if move is None:
        raise ForbiddenMoveError(ticket, order.action)
    for guard in GUARDS.get(order.action, ()):
        guard(ticket, order)
    moved = replace(ticket, state=move.to, ended_at=order.at if move.to in ENDED else None)
    return EFFECTS.get(order.action, _no_effect)(moved, order)


def _coded_reason(_: Ticket, order: Order) -> None:
    if order.reason not in set(RejectReason):
        raise IncompleteOrderError(f"reject needs a reason, one of: {', '.join(RejectReason)}")


def _any_reason(_: Ticket, order: Order) -> None:
    if not order.reason.strip():
        raise IncompleteOrderError(f"{order.action} needs a reason")


def _other_target(ticket: Ticket, order: Order) -> None:
    if order.into is None or order.into == ticket.id:
        raise IncompleteOrderError("merge needs `into`, the id of another, open ticket")


def _not_the_handler(ticket: Ticket, order: Order) -> None:
    if order.actor and order.actor == ticket.handled_by:
        raise ForbiddenMoveError(ticket, order.action, f"{order.actor} handled it: somebody else must close it")


Guard = Callable[[Ticket, Order], None]
GUARDS: dict[Action, tuple[Guard, ...]] = {
    Action.REJECT: (_coded_reason,),
    Action.MERGE: (_other_target,),
    Action.RETURN: (_any_reason,),
    Action.CLOSE: (_not_the_handler,),
    Action.REOPEN: (_any_reason,),
}


def _no_effect(ticket: Ticket, _: Order) -> Ticket:
    return ticket


def _assign(ticket: Ticket, order: Order) -> Ticket:
    return replace(ticket, assignee=order.assignee or ticket.assignee)


def _point_at_target(ticket: Ticket, order: Order) -> Ticket:
    return replace(ticket, merged_into=order.into)


def _accept(ticket: Ticket, order: Order) -> Ticket:
    return replace(ticket, accepted_at=order.at, assignee=order.actor or ticket.assignee)


def _give_back(ticket: Ticket, _: Order) -> Ticket:
    return replace(ticket, assignee=None)


def _handle(ticket: Ticket, order: Order) -> Ticket:
    return replace(ticket, handled_at=order.at, handled_by=order.actor)


def _start_again(ticket: Ticket, _: Order) -> Ticket:
    return replace(ticket, accepted_at=None, handled_at=None)


EFFECTS: dict[Action, Callable[[Ticket, Order], Ticket]] = {
    Action.CONFIRM: _assign,
    Action.MERGE: _point_at_target,
    Action.ACCEPT: _accept,
    Action.RETURN: _give_back,
    Action.HANDLE: _handle,
    Action.REOPEN: _start_again,
}
