"""By what the clocks of a ticket run. Fixed at its receipt: another duty list is for the tickets that come after it."""

import hashlib
from datetime import date, timedelta

import msgspec
from msgspec import Struct

from detect.incident import Severity
from dispatch.calendars import ROUND_THE_CLOCK, Calendar, Hours, working_hours
from dispatch.ledger import Clock

PRESS = (timedelta(), timedelta(hours=2), timedelta(hours=8), timedelta(hours=24))  # after a step is overdue


class Working(Struct, frozen=True):
    """Working hours of a place; `days` are worked or not whatever the public calendar says."""

    timezone: str
    hours: Hours
    days: dict[date, bool] = {}


class Terms(Struct, frozen=True):
    """`limits` are from receipt; `press` says how long after a step is overdue it climbs to each level (督办).

    Without `working` every second counts.
    """

    limits: dict[Severity, dict[Clock, timedelta]]
    press: tuple[timedelta, ...] = PRESS
    working: Working | None = None

    @property
    def calendar(self) -> Calendar:
        if self.working is None:
            return ROUND_THE_CLOCK
        return working_hours(self.working.timezone, self.working.hours, frozenset(self.working.days.items()))


def encode(terms: Terms) -> tuple[bytes, str]:
    """The digest by which terms are kept and told of in the audit log, and their JSON."""
    content = msgspec.json.encode(terms)
    return hashlib.sha256(content).digest(), content.decode()
