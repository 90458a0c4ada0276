"""What a clock has counted, added up as docs/ledger.md says it: a second account beside `read` of the ledger."""

from datetime import datetime, timedelta
from itertools import takewhile

from dispatch.calendars import Calendar
from dispatch.ledger import Clock, Interval, Ledger

DONE = {
    Clock.ACCEPT: {"accepted", "handled", "closed"},
    Clock.HANDLE: {"handled", "closed"},
    Clock.CLOSE: {"closed"},
}


def elapsed(ledger: Ledger, clock: Clock, now: datetime, calendar: Calendar) -> timedelta:
    """What a clock has counted by `now`, or until its step was done."""
    end = min([now, *_stops(ledger, clock)])
    return sum((_counted(one, end, calendar) for one in ledger if one.state != "closed"), timedelta())


def _stops(ledger: Ledger, clock: Clock) -> list[datetime]:
    """When its step was done for good, or its ticket ended: the first acceptance stands, the last of all else."""
    done = [one.began_at for one in ledger if one.state in DONE[clock]]
    if clock is not Clock.ACCEPT:
        done = [one.began_at for one in takewhile(lambda one: one.state in DONE[clock], reversed(ledger))]
    return done + [one.began_at for one in ledger[-1:] if one.state in {"rejected", "merged", "closed"}]


def _counted(one: Interval, end: datetime, calendar: Calendar) -> timedelta:
    begin = max(one.began_at, one.paused_until or one.began_at)
    return calendar.worked(begin, min(one.ended_at or end, end)) * one.pace
