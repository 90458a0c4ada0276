"""The life of a ticket: which action leads from which state to which, and who may take it. One table."""

from enum import StrEnum
from typing import NamedTuple


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
    UNMERGE = "unmerge"
    ACCEPT = "accept"
    RECALL = "recall"
    RETURN = "return"
    HANDLE = "handle"
    CLOSE = "close"
    REOPEN = "reopen"
    ASSIGN = "assign"
    PAUSE = "pause"
    RESUME = "resume"
    REGRADE = "regrade"
    ESCALATE = "escalate"
    WHISTLE = "whistle"
    CHECK_IN = "check_in"
    REPORT_BACK = "report_back"
    GRADE = "grade"
    WITHDRAW = "withdraw"
    ACKNOWLEDGE = "acknowledge"
    COMMENT = "comment"


class Role(StrEnum):
    """What an account is; `resident` is whoever holds the link to a report, `system` is dispatch itself."""

    OPERATOR = "operator"
    DISPATCHER = "dispatcher"
    WORKER = "worker"
    DEPARTMENT = "department"
    SUPERVISOR = "supervisor"
    INSTALLER = "installer"
    ADMIN = "admin"
    RESIDENT = "resident"
    SYSTEM = "system"


class Move(NamedTuple):
    to: State
    by: frozenset[Role]


def _by(*roles: Role) -> frozenset[Role]:
    return frozenset({*roles, Role.ADMIN})


OFFICE = _by(Role.DISPATCHER)
FIELD = _by(Role.WORKER, Role.DEPARTMENT)
CHECK = _by(Role.SUPERVISOR, Role.DISPATCHER)
PRESS = _by(Role.SUPERVISOR, Role.SYSTEM)
ENDING = _by(Role.SUPERVISOR, Role.RESIDENT)
CENTRE = _by(Role.OPERATOR, Role.DISPATCHER, Role.SUPERVISOR)
STAFF = CENTRE | FIELD
UNREDACTED = CHECK | FIELD  # who may see faces and number plates in evidence
ANYBODY = STAFF | _by(Role.INSTALLER, Role.RESIDENT)

OPEN = (State.CANDIDATE, State.DISPATCHED, State.ACCEPTED, State.HANDLED)
AT_WORK = (State.DISPATCHED, State.ACCEPTED, State.HANDLED)
ENDED = frozenset({State.CLOSED, State.REJECTED, State.MERGED})


def _staying(action: Action, states: tuple[State, ...], by: frozenset[Role]) -> dict[tuple[State, Action], Move]:
    """An action that leaves the state as it is."""
    return {(state, action): Move(state, by) for state in states}


TRANSITIONS: dict[tuple[State, Action], Move] = {
    (State.CANDIDATE, Action.CONFIRM): Move(State.DISPATCHED, OFFICE | {Role.SYSTEM}),
    (State.CANDIDATE, Action.REJECT): Move(State.REJECTED, OFFICE),
    (State.CANDIDATE, Action.MERGE): Move(State.MERGED, OFFICE),
    (State.MERGED, Action.UNMERGE): Move(State.CANDIDATE, CHECK),
    (State.REJECTED, Action.REOPEN): Move(State.CANDIDATE, CHECK),
    (State.DISPATCHED, Action.RECALL): Move(State.CANDIDATE, OFFICE),
    (State.DISPATCHED, Action.ACCEPT): Move(State.ACCEPTED, FIELD),
    (State.DISPATCHED, Action.RETURN): Move(State.CANDIDATE, FIELD),
    (State.ACCEPTED, Action.HANDLE): Move(State.HANDLED, FIELD),
    (State.HANDLED, Action.CLOSE): Move(State.CLOSED, CHECK),
    (State.HANDLED, Action.REOPEN): Move(State.DISPATCHED, CHECK),
    (State.CLOSED, Action.REOPEN): Move(State.DISPATCHED, ENDING),
    **_staying(Action.ASSIGN, (State.DISPATCHED, State.ACCEPTED), CHECK),
    **_staying(Action.PAUSE, (State.DISPATCHED, State.ACCEPTED), CHECK),
    **_staying(Action.RESUME, (State.DISPATCHED, State.ACCEPTED), CHECK | FIELD | {Role.SYSTEM}),
    **_staying(Action.REGRADE, OPEN, CHECK),
    **_staying(Action.ESCALATE, OPEN, PRESS),
    **_staying(Action.WHISTLE, AT_WORK, CHECK),
    **_staying(Action.CHECK_IN, OPEN, _by(Role.DEPARTMENT)),
    **_staying(Action.REPORT_BACK, OPEN, _by(Role.DEPARTMENT)),
    **_staying(Action.GRADE, OPEN, CHECK),
    **_staying(Action.WITHDRAW, OPEN, CHECK),
    **_staying(Action.ACKNOWLEDGE, OPEN, CENTRE),
    **_staying(Action.COMMENT, tuple(State), ANYBODY),
}


def allowed_actions(state: State) -> list[Action]:
    return [action for (origin, action) in TRANSITIONS if origin == state]
