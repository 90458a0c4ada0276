"""How soon a site wants its matters dealt with, by which calendar, and when it presses; pure."""

from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Annotated, Literal, NamedTuple, get_args

import msgspec
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from detect.incident import Severity
from detect.values import Seconds, parse_hours
from dispatch.calendars import OFFICE, Hours
from dispatch.duties import Limit, Matter
from dispatch.ledger import Clock
from dispatch.terms import PRESS, Terms, Working

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
DAY_MIN = 24 * 60


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Steps(_Entry):
    """Seconds from receipt until each step is due; None: as whoever is asked next says."""

    accept: Limit | None = None
    handle: Limit | None = None
    close: Limit | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Steps":
        given = [limit for limit in (self.accept, self.handle, self.close) if limit is not None]
        if given != sorted(given):
            raise ValueError("a later step is due before an earlier one: accept, then handle, then close")
        return self

    def limit(self, clock: Clock) -> float | None:
        given: float | None = getattr(self, clock)
        return given


class Misfit(NamedTuple):
    """A matter whose steps are out of order when it is that grave; without a severity, one that the list lacks."""

    kind: str
    severity: Severity | None = None


class Limits(Steps):
    """`limits:` of a site file. `kinds` have the first word, then `severities`, then what stands here."""

    kinds: dict[str, Steps] = {}
    severities: dict[Severity, Steps] = {}

    def of(self, matter: Matter, severity: Severity, clock: Clock) -> timedelta:
        asked = (self.kinds.get(matter.code), self.severities.get(severity), self, matter)
        return timedelta(seconds=next(given for steps in asked if steps and (given := steps.limit(clock))))

    def misfits(self, matters: Iterable[Matter]) -> list[Misfit]:
        """Where these limits and a duty list make no sense together."""
        known = {matter.code: matter for matter in matters}
        unknown = [Misfit(kind) for kind in self.kinds if kind not in known]
        return [*unknown, *(misfit for matter in known.values() for misfit in self._out_of_order(matter))]

    def _out_of_order(self, matter: Matter) -> list[Misfit]:
        for severity in SEVERITIES:
            steps = [self.of(matter, severity, clock) for clock in Clock]
            if steps != sorted(steps):
                return [Misfit(matter.code, severity)]
        return []


def _check_office(spans: list[str]) -> list[str]:
    minutes = [parse_hours(span) for span in spans]
    flat = [moment for span in minutes for moment in span]
    if flat != sorted(flat) or flat[-1] == DAY_MIN:
        raise ValueError("working hours are spans of one day, in order, that end before midnight")
    return spans


class Office(_Entry):
    """`calendar:` of a site file: its working hours, and the days that are worked or not whatever is announced."""

    hours: Annotated[list[str], Field(min_length=1, max_length=8), AfterValidator(_check_office)] | None = None
    days: dict[date, Literal["work", "off"]] = {}

    def working(self, timezone: str) -> Working:
        return Working(timezone, self._hours(), {day: word == "work" for day, word in sorted(self.days.items())})

    def _hours(self) -> Hours:
        if self.hours is None:
            return OFFICE
        spans = [parse_hours(span) for span in self.hours]
        return tuple((_time(begin), _time(end)) for begin, end in spans)


def _time(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


class Reports(_Entry):
    """`reports:` of a site file: whether it takes reports of people without an account, and how many from one place."""

    open: bool = False
    per_hour: Annotated[int, Field(ge=1, le=1000)] = 5


class Conduct(_Entry):
    """How a site runs its clocks. `press` are the times after a step is overdue at which it climbs a level."""

    timezone: str = "Asia/Shanghai"
    limits: Limits = Limits()
    calendar: Office = Office()
    press: Annotated[list[Seconds], Field(min_length=1, max_length=8)] | None = None
    reports: Reports = Reports()

    def terms(self, matter: Matter) -> Terms:
        working = self.calendar.working(self.timezone) if matter.calendar == "working" else None
        press = PRESS if self.press is None else tuple(timedelta(seconds=after) for after in sorted(self.press))
        terms = Terms({}, press, working)
        day = terms.calendar.day
        limits = {
            severity: {clock: _counted(self.limits.of(matter, severity, clock), day) for clock in Clock}
            for severity in SEVERITIES
        }
        return msgspec.structs.replace(terms, limits=limits)


def _counted(limit: timedelta, day: timedelta) -> timedelta:
    """A limit in the time that its calendar counts: seven days are seven working days, no day is longer than one."""
    days, rest = divmod(limit, timedelta(days=1))
    return days * day + min(rest, day)
