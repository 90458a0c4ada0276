"""Working time: by known days of China's calendar, and by what must hold for any."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.calendars import ROUND_THE_CLOCK, Calendar, WorkingHours, working_hours

BEIJING = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
OFFICE = working_hours("Asia/Shanghai")
NIGHTS = WorkingHours("Europe/Berlin", ((time(0), time(2)), (time(22), time(23, 59))))  # over a change of the clock

calendars = st.sampled_from([ROUND_THE_CLOCK, OFFICE, NIGHTS])
moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001 - made aware
amounts = st.timedeltas(timedelta(seconds=1), timedelta(days=40))


def at(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=BEIJING)


@given(calendars, moments, moments, moments)
def test_stretches_add_up(calendar: Calendar, one: datetime, two: datetime, three: datetime):
    begin, middle, end = sorted([one, two, three])
    whole = calendar.worked(begin, end)
    parts = calendar.worked(begin, middle) + calendar.worked(middle, end)
    assert abs(whole - parts) < timedelta(milliseconds=1)


@given(calendars, moments, amounts)
def test_after_an_amount_just_that_much_has_counted(calendar: Calendar, begin: datetime, amount: timedelta):
    end = calendar.after(begin, amount)
    assert abs(calendar.worked(begin, end) - amount) < timedelta(milliseconds=1)
    assert calendar.worked(begin, end - HOUR / 60) < amount  # no sooner


@given(calendars, moments, moments)
def test_no_more_counts_than_has_passed_and_never_less_than_nothing(calendar: Calendar, one: datetime, two: datetime):
    assert timedelta() <= calendar.worked(one, two) <= max(two - one, timedelta())


@pytest.mark.parametrize(
    ("begin", "hours", "end"),
    [
        (at("2026-06-01", "09:00"), 2, at("2026-06-01", "11:00")),
        (at("2026-06-01", "11:00"), 2, at("2026-06-01", "14:30")),  # over lunch
        (at("2026-06-01", "11:00"), 1, at("2026-06-01", "12:00")),  # not one second into lunch
        (at("2026-06-01", "17:00"), 2, at("2026-06-02", "10:00")),  # over night
        (at("2026-06-05", "17:00"), 2, at("2026-06-08", "10:00")),  # over a weekend
        (at("2026-06-06", "03:00"), 1, at("2026-06-08", "10:00")),  # begun on a Saturday
        (at("2026-09-30", "17:00"), 2, at("2026-10-08", "10:00")),  # over the National Day week
        (at("2026-02-13", "17:00"), 2, at("2026-02-14", "10:00")),  # that Saturday is worked for the Spring Festival
    ],
)
def test_working_hours_are_those_of_the_peoples_republic(begin: datetime, hours: int, end: datetime):
    assert OFFICE.after(begin, hours * HOUR) == end
    assert OFFICE.worked(begin, end) == hours * HOUR


def test_what_a_site_says_of_a_day_stands_above_what_is_announced():
    days = {date(2026, 6, 2): False, date(2026, 6, 6): True}
    own = WorkingHours("Asia/Shanghai", overrides=days)
    assert own.after(at("2026-06-01", "17:00"), 2 * HOUR) == at("2026-06-03", "10:00")
    assert own.after(at("2026-06-05", "17:00"), 2 * HOUR) == at("2026-06-06", "10:00")


def test_round_the_clock_every_second_counts():
    begin = at("2026-10-01", "00:00")
    assert ROUND_THE_CLOCK.after(begin, 24 * HOUR) == begin + 24 * HOUR
    assert ROUND_THE_CLOCK.worked(begin, begin - HOUR) == timedelta()


def test_a_calendar_is_built_once_for_all_who_ask_for_the_same():
    assert working_hours("Asia/Shanghai") is OFFICE
