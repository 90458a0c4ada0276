"""By what the clocks of a ticket run: its matter's limits as its site has them, the calendar, the steps of pressing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from detect.incident import Severity
from dispatch.calendars import Calendar
from dispatch.ledger import Clock

PRESS = (timedelta(), timedelta(hours=2), timedelta(hours=8), timedelta(hours=24))  # after a step is overdue


@dataclass(frozen=True, slots=True)
class Terms:
    """`limits` are from receipt; `press` says how long after a step is overdue it climbs to each level (督办)."""

    limits: Mapping[Severity, Mapping[Clock, timedelta]]
    calendar: Calendar
    press: tuple[timedelta, ...] = PRESS
