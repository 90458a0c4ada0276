"""Clocks read off a ledger."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.calendars import ROUND_THE_CLOCK, Calendar, working_hours
from dispatch.ledger import Clock, Interval, Ledger, read, record
from dispatch.transitions import State
from tests.dispatch.clocks import elapsed

RECEIVED = datetime(2026, 6, 1, 2, tzinfo=UTC)  # Monday, ten in the morning in Beijing
HOUR = timedelta(hours=1)
LIMIT = 24 * HOUR
OFFICE = working_hours("Asia/Shanghai")

calendars = st.sampled_from([ROUND_THE_CLOCK, OFFICE])
states = st.sampled_from([State.CANDIDATE, State.DISPATCHED, State.ACCEPTED, State.HANDLED, State.CLOSED])


def interval(hours: float, state: State = State.DISPATCHED, **more: object) -> Interval:
    """An interval that begins so many hours after receipt."""
    return Interval(began_at=RECEIVED + hours * HOUR, state=state, severity="minor", **more)  # type: ignore[arg-type]  # any field


def ledger(*intervals: Interval) -> Ledger:
    whole: Ledger = ()
    for one in intervals:
        whole = record(whole, one)
    return whole


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    hours, whole = 0.0, ledger(interval(0, State.CANDIDATE))
    for _ in range(draw(st.integers(0, 8))):
        hours += draw(st.floats(0, 100))
        paused = draw(st.none() | st.floats(0.1, 50))
        until = None if paused is None else RECEIVED + (hours + paused) * HOUR
        pace = draw(st.sampled_from([1.0, 2.0, 4.0]))
        whole = record(whole, interval(hours, draw(states), pace=pace, paused_until=until))
    return whole


def due(whole: Ledger, clock: Clock = Clock.HANDLE, calendar: Calendar = ROUND_THE_CLOCK) -> datetime:
    return read(whole, clock, LIMIT, calendar).due


@given(ledgers(), calendars, st.sampled_from(Clock))
def test_a_clock_has_counted_its_limit_just_when_it_is_due(whole: Ledger, calendar: Calendar, clock: Clock):
    shown = read(whole, clock, LIMIT, calendar)
    short = LIMIT - elapsed(whole, clock, shown.due, calendar)
    if shown.done_at is None or shown.due <= shown.done_at:
        assert abs(short) < timedelta(seconds=1)
    else:
        assert short > timedelta(seconds=-1)


@given(ledgers(), st.sampled_from(Clock), calendars, st.integers(0, 7))
def test_a_hand_over_changes_no_figure(whole: Ledger, clock: Clock, calendar: Calendar, number: int):
    one = whole[number % len(whole)]
    if one.ended_at is None or one.ended_at - one.began_at < HOUR:
        return
    halfway = one.began_at + (one.ended_at - one.began_at) / 2
    rest = Interval(
        began_at=halfway, ended_at=one.ended_at, state=one.state, severity=one.severity, holder="another",
        pace=one.pace, paused_until=one.paused_until,
    )  # fmt: skip
    first = Interval(
        began_at=one.began_at, ended_at=halfway, state=one.state, severity=one.severity, holder="one",
        pace=one.pace, paused_until=one.paused_until,
    )  # fmt: skip
    index = whole.index(one)
    handed_over = (*whole[:index], first, rest, *whole[index + 1 :])
    before, after = (read(one, clock, LIMIT, calendar) for one in (whole, handed_over))
    assert abs(before.due - after.due) < timedelta(milliseconds=1)
    assert before.done_at == after.done_at


@given(ledgers())
def test_a_ledger_has_no_gap_and_no_overlap(whole: Ledger):
    assert all(one.ended_at == other.began_at for one, other in pairwise(whole))
    assert whole[-1].ended_at is None


def test_from_receipt_a_clock_runs_until_its_step_is_done():
    whole = ledger(interval(0, State.CANDIDATE), interval(1), interval(3, State.ACCEPTED), interval(9, State.HANDLED))
    assert read(whole, Clock.ACCEPT, 2 * HOUR, ROUND_THE_CLOCK) == (RECEIVED + 2 * HOUR, RECEIVED + 3 * HOUR)
    assert read(whole, Clock.HANDLE, LIMIT, ROUND_THE_CLOCK) == (RECEIVED + LIMIT, RECEIVED + 9 * HOUR)
    assert read(whole, Clock.CLOSE, LIMIT, ROUND_THE_CLOCK) == (RECEIVED + LIMIT, None)


def test_a_pause_puts_a_clock_off_by_as_long_as_it_lasts():
    paused = interval(2, State.ACCEPTED, paused_until=RECEIVED + 7 * HOUR)
    assert due(ledger(interval(0), paused)) == RECEIVED + LIMIT + 5 * HOUR  # it starts again by itself
    assert due(ledger(interval(0), paused, interval(4, State.ACCEPTED))) == RECEIVED + LIMIT + 2 * HOUR  # ended early


def test_a_change_of_severity_keeps_what_has_passed_and_what_was_paused():
    # GLPI #15605: the pause was forgotten when the priority changed
    paused = interval(2, State.ACCEPTED, paused_until=RECEIVED + 7 * HOUR)
    whole = ledger(interval(0), paused, interval(8, State.ACCEPTED))
    assert read(whole, Clock.HANDLE, 4 * HOUR, ROUND_THE_CLOCK).due == RECEIVED + 9 * HOUR


def test_in_an_emergency_clocks_run_faster_and_only_while_it_lasts():
    whole = ledger(interval(0), interval(4, pace=4.0), interval(6))
    assert due(whole) == RECEIVED + 4 * HOUR + 2 * HOUR + 12 * HOUR
    assert elapsed(whole, Clock.HANDLE, RECEIVED + 6 * HOUR, ROUND_THE_CLOCK) == 12 * HOUR


def test_to_say_handled_and_be_found_out_stops_no_clock():
    whole = ledger(interval(0), interval(5, State.ACCEPTED), interval(6, State.HANDLED), interval(20))
    assert read(whole, Clock.HANDLE, LIMIT, ROUND_THE_CLOCK) == (RECEIVED + LIMIT, None)
    assert elapsed(whole, Clock.HANDLE, RECEIVED + 21 * HOUR, ROUND_THE_CLOCK) == 21 * HOUR


def test_time_after_the_closing_counts_for_nobody():
    whole = ledger(interval(0), interval(5, State.ACCEPTED), interval(6, State.HANDLED), interval(8, State.CLOSED))
    assert read(whole, Clock.CLOSE, LIMIT, ROUND_THE_CLOCK) == (RECEIVED + LIMIT, RECEIVED + 8 * HOUR)
    reopened = record(whole, interval(100))
    assert due(reopened, Clock.CLOSE) == RECEIVED + 100 * HOUR + LIMIT - 8 * HOUR


def test_the_first_acceptance_stands():
    whole = ledger(interval(0), interval(1, State.ACCEPTED), interval(2, State.HANDLED), interval(30))
    assert read(whole, Clock.ACCEPT, 2 * HOUR, ROUND_THE_CLOCK).done_at == RECEIVED + HOUR


@pytest.mark.parametrize("state", [State.REJECTED, State.MERGED])
def test_what_was_never_done_is_not_done_by_ending(state: State):
    whole = ledger(interval(0, State.CANDIDATE), interval(3, state))
    for clock in Clock:
        assert read(whole, clock, LIMIT, ROUND_THE_CLOCK) == (RECEIVED + LIMIT, None)
        assert elapsed(whole, clock, RECEIVED + 9 * HOUR, ROUND_THE_CLOCK) == 3 * HOUR


def test_what_becomes_of_a_ticket_that_has_ended_moves_no_due_time():
    """A word said in an emergency long after begins an interval of its own."""
    whole = ledger(interval(0, State.CANDIDATE), interval(1, State.MERGED))
    later = ledger(*whole, interval(5, State.MERGED, pace=4.0), interval(9, State.MERGED))
    for clock in Clock:
        assert read(later, clock, LIMIT, ROUND_THE_CLOCK) == read(whole, clock, LIMIT, ROUND_THE_CLOCK)


def test_working_hours_count_by_their_calendar():
    assert due(ledger(interval(0)), calendar=OFFICE) == datetime(
        2026, 6, 4, 3, 30, tzinfo=UTC
    )  # 6.5 + 7.5 + 7.5 + 2.5 h


def test_a_clock_that_was_set_back_makes_no_time_run_backwards():
    whole = record(ledger(interval(0), interval(5)), interval(3, State.ACCEPTED))
    assert whole[-1].began_at == whole[-2].ended_at == RECEIVED + 5 * HOUR
