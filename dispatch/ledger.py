"""The SLA ledger: the stretches of a ticket's life as rows, and what each clock makes of them. Pure.

A clock's figure is never stored on its own: it follows from the intervals, so whoever doubts it can add them up.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import NamedTuple

from detect.incident import Severity
from dispatch.calendars import Calendar
from dispatch.transitions import ENDED, State


class Clock(StrEnum):
    """The three promises, each counted from receipt."""

    ACCEPT = "accept"
    HANDLE = "handle"
    CLOSE = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A stretch in which nothing changes that a clock, or a reader of it, depends on.

    `pace` is how fast clocks run: 1 in peace, more in an emergency. A clock stands still until `paused_until`.
    `by` is who began it and `reason` why; `approver` is who allowed a pause. The last interval has no end.
    """

    began_at: datetime
    ended_at: datetime | None = None
    state: State
    severity: Severity
    holder: str | None = None
    pace: float = 1.0
    paused_until: datetime | None = None
    by: str = ""
    reason: str = ""
    approver: str | None = None


Ledger = tuple[Interval, ...]

DONE: dict[Clock, frozenset[State]] = {
    Clock.ACCEPT: frozenset({State.ACCEPTED, State.HANDLED, State.CLOSED}),
    Clock.HANDLE: frozenset({State.HANDLED, State.CLOSED}),
    Clock.CLOSE: frozenset({State.CLOSED}),
}


class Reading(NamedTuple):
    """A clock of one ticket: when its step is due, and when it was done, if it was."""

    due: datetime
    done_at: datetime | None


def record(ledger: Ledger, after: Interval) -> Ledger:
    """The ledger with another interval begun; a clock that was set back does not make time run backwards."""
    if not ledger:
        return (after,)
    last = ledger[-1]
    at = max(after.began_at, last.began_at)
    return (*ledger[:-1], replace(last, ended_at=at), replace(after, began_at=at))


def read(ledger: Ledger, clock: Clock, limit: timedelta, calendar: Calendar) -> Reading:
    """What a clock shows. `limit` is that of the matter as grave as it is now, and holds for all that has passed.

    A step that is done has a due time still: when it would have been due, had nobody done it.
    """
    stop = _stop(ledger, clock)
    done_at = ledger[stop].began_at if stop < len(ledger) and ledger[stop].state in DONE[clock] else None
    return Reading(_due(ledger[:stop], limit, calendar), done_at)


def last_run(ledger: Ledger) -> Ledger:
    """The intervals since a ticket came into the state that it is in."""
    return tuple(takewhile(lambda interval: interval.state is ledger[-1].state, reversed(ledger)))[::-1]


def _stop(ledger: Ledger, clock: Clock) -> int:
    """How many intervals a clock runs for: until its step was done for good, or there was no more to do.

    The first acceptance stands. A ticket that was reopened was neither handled nor closed.
    """
    done = [interval.state in DONE[clock] for interval in ledger]
    if any(done) if clock is Clock.ACCEPT else done[-1]:
        return done.index(True) if clock is Clock.ACCEPT else len(done) - done[::-1].index(False)
    return len(ledger) - (len(last_run(ledger)) if ledger[-1].state in ENDED else 0)


def _due(running: Ledger, limit: timedelta, calendar: Calendar) -> datetime:
    *past, last = running
    left = limit
    for interval in past:
        counted = _counted(interval, interval.ended_at or interval.began_at, calendar)
        if counted >= left:
            return calendar.after(_counts_from(interval), left / interval.pace)
        left -= counted
    return calendar.after(_counts_from(last), left / last.pace)


def _counted(interval: Interval, end: datetime, calendar: Calendar) -> timedelta:
    """What an interval adds to a clock. Work that was done, and was called for again later, took no time meanwhile."""
    if interval.state is State.CLOSED:
        return timedelta()
    return calendar.worked(_counts_from(interval), end) * interval.pace


def _counts_from(interval: Interval) -> datetime:
    return max(interval.began_at, interval.paused_until or interval.began_at)
