"""What is overdue climbs (督办): which step of a ticket climbs next, when, and who is told. Pure.

Each step that is undone climbs for itself, one level at a time. Nothing but doing it takes it down again.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from dispatch.ledger import Clock
from dispatch.people import Person
from dispatch.terms import Terms
from dispatch.ticket import Ticket
from dispatch.transitions import ENDED


class Climb(NamedTuple):
    at: datetime
    clock: Clock


def next_climb(ticket: Ticket, terms: Terms) -> Climb | None:
    """The first step of an open ticket to climb; None where none is left that could."""
    if ticket.state in ENDED:
        return None
    climbing = [clock for clock in _undone(ticket) if _level(ticket, clock) < len(terms.press)]
    return min((Climb(_climbs_at(ticket, clock, terms), clock) for clock in climbing), default=None)


def climbed(ticket: Ticket, clock: Clock, at: datetime) -> Ticket:
    """The ticket with an overdue step one level higher."""
    levels = ticket.levels._replace(**{clock.value: _level(ticket, clock) + 1})
    return replace(ticket, levels=levels, pressed_at=ticket.pressed_at._replace(**{clock.value: at}))


def pressed_by_hand(ticket: Ticket) -> Ticket:
    """The ticket with the step in hand one level higher; it climbs by itself all the same when it is overdue."""
    clock = first_undone(ticket)
    return replace(ticket, hands=ticket.hands._replace(**{clock.value: getattr(ticket.hands, clock) + 1}))


def first_undone(ticket: Ticket) -> Clock:
    """The step that is in hand."""
    return next(iter(_undone(ticket)), Clock.CLOSE)


def told(ticket: Ticket, level: int, supervisors: Sequence[Person]) -> list[str]:
    """Who has it, and the supervisors of the area that a level reaches: or of the next above with any, or below."""
    path = [*ticket.areas, None]
    reach = min(max(0, level - 1), len(ticket.areas))
    nearest = [*path[reach:], *reversed(path[:reach])]
    there = ([person.name for person in supervisors if person.area == place] for place in nearest)
    reached = next((names for names in there if names), [])
    return list(dict.fromkeys([*([ticket.assignee] if ticket.assignee else []), *reached]))


def _undone(ticket: Ticket) -> list[Clock]:
    done = {Clock.ACCEPT: ticket.accepted_at, Clock.HANDLE: ticket.handled_at, Clock.CLOSE: ticket.ended_at}
    return [clock for clock in Clock if done[clock] is None]


def _level(ticket: Ticket, clock: Clock) -> int:
    level: int = getattr(ticket.levels, clock)
    return level


def _climbs_at(ticket: Ticket, clock: Clock, terms: Terms) -> datetime:
    """So long after it is due, and after the last climb: after a day off, not all levels climb at once."""
    level, due = _level(ticket, clock), getattr(ticket.due, clock)
    at = terms.calendar.after(due, terms.press[level])
    last: datetime | None = getattr(ticket.pressed_at, clock)
    if level and last:
        at = max(at, terms.calendar.after(last, terms.press[level] - terms.press[level - 1]))
    return max(at, ticket.paused_until or at)
