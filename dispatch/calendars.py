"""Which time counts for a clock: all of it, or the working hours of a place. Pure; all datetimes are aware."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

import holidays

FIRST_YEAR = 2015  # nobody received a ticket before
TIE_S = 0.001

Hours = tuple[tuple[time, time], ...]
OFFICE: Hours = ((time(9), time(12)), (time(13, 30), time(18)))


class Calendar(Protocol):
    @property
    def day(self) -> timedelta:
        """What a day of a limit counts."""

    def worked(self, begin: datetime, end: datetime) -> timedelta:
        """How much of the stretch counts."""

    def after(self, begin: datetime, worked: timedelta) -> datetime:
        """The first moment by which `worked` has counted since `begin`, in UTC."""


class RoundTheClock:
    """Every second counts."""

    day = timedelta(days=1)

    def worked(self, begin: datetime, end: datetime) -> timedelta:
        return max(end - begin, timedelta())

    def after(self, begin: datetime, worked: timedelta) -> datetime:
        return begin.astimezone(UTC) + worked


class _Span(NamedTuple):
    """Working hours without a break, in epoch seconds; `before` is what counted from FIRST_YEAR up to `begin`."""

    begin: float
    end: float
    before: float


class WorkingHours:
    """Working days of the People's Republic of China, public holidays and the weekends worked in their stead included.

    `overrides` says of single days whether they are worked, whatever the calendar knows of them: the State Council
    announces a year's days only in the autumn before.
    """

    def __init__(self, timezone: str, hours: Hours = OFFICE, overrides: Mapping[date, bool] | None = None) -> None:
        self._zone, self._hours, self._overrides = ZoneInfo(timezone), hours, dict(overrides or {})
        self._holidays = holidays.country_holidays("CN")
        self._spans: list[_Span] = []
        self._next_year = FIRST_YEAR
        noon = date(FIRST_YEAR, 1, 1)
        spans = [datetime.combine(noon, closes) - datetime.combine(noon, opens) for opens, closes in hours]
        self.day = sum(spans, timedelta())

    def worked(self, begin: datetime, end: datetime) -> timedelta:
        return timedelta(seconds=max(0.0, self._total(end.timestamp()) - self._total(begin.timestamp())))

    def after(self, begin: datetime, worked: timedelta) -> datetime:
        goal = self._total(begin.timestamp()) + worked.total_seconds()
        if worked <= timedelta():
            return begin.astimezone(UTC)
        while not self._spans or self._counted() < goal:
            self._add_year()
        # what ends with the day is due then, not the next morning, though sums of floats may lie a little above
        index = bisect_right(self._spans, goal - TIE_S, key=lambda span: span.before) - 1
        span = self._spans[max(index, 0)]
        return datetime.fromtimestamp(span.begin + goal - span.before, UTC)

    def is_worked(self, day: date) -> bool:
        return self._overrides.get(day, self._holidays.is_working_day(day))

    def _total(self, at: float) -> float:
        """What counted from FIRST_YEAR up to `at`."""
        while not self._spans or self._spans[-1].end < at:
            self._add_year()
        index = bisect_right(self._spans, at, key=lambda span: span.begin) - 1
        if index < 0:
            return 0.0
        begin, end, before = self._spans[index]
        return before + min(at, end) - begin

    def _counted(self) -> float:
        begin, end, before = self._spans[-1]
        return before + end - begin

    def _add_year(self) -> None:
        counted = self._counted() if self._spans else 0.0
        for begin, end in self._working_spans(self._next_year):
            self._spans.append(_Span(begin, end, counted))
            counted += end - begin
        self._next_year += 1

    def _working_spans(self, year: int) -> Iterator[tuple[float, float]]:
        first = date(year, 1, 1)
        days = (first + timedelta(n) for n in range((date(year + 1, 1, 1) - first).days))
        for day in filter(self.is_worked, days):
            for opens, closes in self._hours:
                begin, end = (datetime.combine(day, moment, self._zone).timestamp() for moment in (opens, closes))
                yield begin, end


ROUND_THE_CLOCK = RoundTheClock()


@cache
def working_hours(
    timezone: str, hours: Hours = OFFICE, overrides: frozenset[tuple[date, bool]] = frozenset()
) -> Calendar:
    """One calendar for all who ask for the same: its table of days is built once."""
    return WorkingHours(timezone, hours, dict(overrides))
