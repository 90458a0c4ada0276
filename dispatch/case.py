"""A ticket with its ledger and its letters, and what an order does to all of it. Pure: no clock, no database."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from uuid_utils.compat import uuid7

from dispatch.guards import check
from dispatch.ledger import Clock, Interval, Ledger, Reading, last_run, read, record
from dispatch.modes import Mode, changes
from dispatch.people import SYSTEM
from dispatch.press import climbed, next_climb, pressed_by_hand
from dispatch.terms import Terms
from dispatch.ticket import Due, Levels, Order, Ticket
from dispatch.transitions import ENDED, TRANSITIONS, Action, Role, State
from dispatch.whistle import Letter, LetterState, move_letter

COMES_BACK = frozenset({Action.REOPEN, Action.RECALL, Action.RETURN, Action.UNMERGE})
NOT_STAFF = frozenset({Role.RESIDENT, Role.SYSTEM})


class Case(NamedTuple):
    ticket: Ticket
    ledger: Ledger
    terms: Terms
    letters: tuple[Letter, ...] = ()


class Cause(NamedTuple):
    """What began a new interval of the ledger."""

    at: datetime
    by: str
    reason: str = ""
    approver: str | None = None


def open_case(ticket: Ticket, by: str, terms: Terms) -> Case:
    """The case of a new ticket: its clocks run from receipt, `opened_at`."""
    return _settle(Case(ticket, record((), _interval(ticket, Cause(ticket.opened_at, by))), terms))


def apply(case: Case, order: Order) -> Case:
    """The case after the order; raise TicketError."""
    check(case.ticket, case.letters, order)
    move = TRANSITIONS[case.ticket.state, order.action]
    moved = replace(case.ticket, state=move.to)
    if move.to != case.ticket.state:
        moved = replace(moved, paused_until=None)
    moved = _seen(moved, order)
    effect = EFFECTS.get(order.action)
    approver = order.by.signature if order.action is Action.PAUSE else None
    told = case._replace(ticket=effect(moved, order) if effect else moved, letters=_write(case.letters, order))
    return follow(case, told, Cause(order.at, order.by.signature, order.reason, approver))


def follow(before: Case, after: Case, cause: Cause) -> Case:
    """Keep in the ledger what a change means for the clocks, and read them again."""
    ledger = before.ledger
    if _what_counts(before.ticket) != _what_counts(after.ticket):
        ledger = record(ledger, _interval(after.ticket, cause))
    called = (letter.department for letter in after.letters if letter.state is not LetterState.WITHDRAWN)
    departments = list(dict.fromkeys(called))
    ticket = replace(after.ticket, departments=departments)
    return _settle(after._replace(ticket=ticket, ledger=ledger))


def keep_pace(case: Case, modes: Sequence[Mode], now: datetime) -> Case:
    """Bring the ledger up to every emergency that began or ended since it was last written.

    Each such moment is an interval's beginning, so no figure depends on when somebody looked.
    """
    ticket, since = case.ticket, case.ledger[-1].began_at
    for change in changes(modes, ticket.areas, ticket.pace, since, now):
        paced = replace(case.ticket, pace=change.pace)
        ledger = record(case.ledger, _interval(paced, Cause(change.at, SYSTEM.name, change.reason)))
        case = _settle(case._replace(ticket=paced, ledger=ledger))
    return case


def never_sent_out(case: Case) -> bool:
    """Whether it waits for its first dispatching still, not for somebody to think again."""
    return all(interval.state is State.CANDIDATE for interval in case.ledger)


def _what_counts(ticket: Ticket) -> tuple[object, ...]:
    """What a clock, or a reader of the ledger, depends on."""
    return ticket.state, ticket.severity, ticket.assignee, ticket.pace, ticket.paused_until


def _interval(ticket: Ticket, cause: Cause) -> Interval:
    return Interval(
        began_at=cause.at,
        state=ticket.state,
        severity=ticket.severity,
        holder=ticket.assignee,
        pace=ticket.pace,
        paused_until=ticket.paused_until,
        by=cause.by,
        reason=cause.reason,
        approver=cause.approver,
    )


def _settle(case: Case) -> Case:
    """The ticket with its times as its ledger has them."""
    ticket, ledger, terms = case.ticket, case.ledger, case.terms
    limits, calendar = terms.limits[ticket.severity], terms.calendar
    accept, handle, close = readings = [read(ledger, clock, limits[clock], calendar) for clock in Clock]
    settled = replace(
        ticket,
        due=Due(accept.due, handle.due, close.due),
        accepted_at=accept.done_at,
        handled_at=handle.done_at,
        ended_at=_ended_at(ledger),
        levels=_of_undone(ticket.levels, readings),
        hands=_of_undone(ticket.hands, readings),
    )
    climb = next_climb(settled, terms)
    return case._replace(ticket=replace(settled, press_at=climb and climb.at))


def _of_undone(levels: Levels, readings: Sequence[Reading]) -> Levels:
    return Levels(*(0 if reading.done_at else level for reading, level in zip(readings, levels, strict=True)))


def _ended_at(ledger: Ledger) -> datetime | None:
    return last_run(ledger)[0].began_at if ledger[-1].state in ENDED else None


def _write(letters: tuple[Letter, ...], order: Order) -> tuple[Letter, ...]:
    """The letters after an order; `check` has seen to it that it names one that it can move."""
    if order.action is Action.WHISTLE:
        return (*letters, *(_letter(department, order) for department in order.departments))
    words = order.reason if order.action is Action.WITHDRAW else order.note
    return tuple(
        (letter.department == order.letter and move_letter(letter, order.action, order.at, words, order.grade))
        or letter
        for letter in letters
    )


def _letter(department: str, order: Order) -> Letter:
    return Letter(
        id=uuid7(),
        department=department,
        state=LetterState.ISSUED,
        text=order.note,
        by=order.by.signature,
        issued_at=order.at,
        deadline=order.until or order.at,
    )


def _seen(ticket: Ticket, order: Order) -> Ticket:
    """Whoever of the staff acts on a ticket has seen it; what comes back has to be seen anew."""
    if order.action in COMES_BACK:
        return replace(ticket, acknowledged_by=None, acknowledged_at=None)
    if ticket.acknowledged_by or not order.by.name or order.by.role in NOT_STAFF:
        return ticket
    return replace(ticket, acknowledged_by=order.by.name, acknowledged_at=order.at)


def _assign(ticket: Ticket, order: Order) -> Ticket:
    return replace(ticket, assignee=order.assignee or ticket.assignee)


def _point_at_target(ticket: Ticket, order: Order) -> Ticket:
    return replace(ticket, merged_into=order.into)


def _point_at_nothing(ticket: Ticket, _: Order) -> Ticket:
    return replace(ticket, merged_into=None)


def _accept(ticket: Ticket, order: Order) -> Ticket:
    return replace(ticket, assignee=order.by.holder or ticket.assignee)


def _give_back(ticket: Ticket, _: Order) -> Ticket:
    return replace(ticket, assignee=None)


def _handle(ticket: Ticket, order: Order) -> Ticket:
    return replace(ticket, handled_by=order.by.name or None)


def _pause(ticket: Ticket, order: Order) -> Ticket:
    return replace(ticket, paused_until=order.until)


def _resume(ticket: Ticket, _: Order) -> Ticket:
    return replace(ticket, paused_until=None)


def _regrade(ticket: Ticket, order: Order) -> Ticket:
    return replace(ticket, severity=order.severity or ticket.severity)


def _climb(ticket: Ticket, order: Order) -> Ticket:
    return climbed(ticket, order.clock, order.at) if order.clock else pressed_by_hand(ticket)


def _answer(ticket: Ticket, order: Order) -> Ticket:
    """A reporter who has a ticket reopened says that it was not solved."""
    solved = False if order.by.role is Role.RESIDENT and order.action is Action.REOPEN else order.solved
    return ticket if solved is None else replace(ticket, solved=solved)


EFFECTS: dict[Action, Callable[[Ticket, Order], Ticket]] = {
    Action.CONFIRM: _assign,
    Action.MERGE: _point_at_target,
    Action.UNMERGE: _point_at_nothing,
    Action.ACCEPT: _accept,
    Action.RECALL: _give_back,
    Action.RETURN: _give_back,
    Action.HANDLE: _handle,
    Action.REOPEN: _answer,
    Action.ASSIGN: _assign,
    Action.PAUSE: _pause,
    Action.RESUME: _resume,
    Action.REGRADE: _regrade,
    Action.ESCALATE: _climb,
    Action.COMMENT: _answer,
}
