import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection

from dispatch import accounts, cases
from dispatch.desk import act
from dispatch.modes_store import declare
from dispatch.people import Person
from dispatch.pressing import keep_paces, pass_clocks, press_letters, press_overdue, resume_paused
from dispatch.ticket import Ticket
from dispatch.transitions import Action, Role, State
from tests.dispatch.matters import RECEIVED, goes_on_or_waits, order, read, read_case, rows, stored, timeline, walk

HOUR = timedelta(hours=1)


def whistled(connection: Connection) -> Ticket:
    """One with a letter that is due an hour after receipt."""
    one = walk(connection, stored(connection).id, State.ACCEPTED)
    whistle = {"departments": ("环卫所",), "until": RECEIVED + HOUR, "note": "请到场"}
    return act(connection, one.id, order(Action.WHISTLE, "zhou", 5, **whistle), [])


def add_supervisor(connection: Connection) -> None:
    accounts.add_person(connection, Person("li", Role.SUPERVISOR), "a long enough one", "root", RECEIVED)


@pytest.mark.usefixtures("crew")
def test_what_is_overdue_climbs_once_a_step_and_both_who_have_it_and_who_supervise_are_told(connection: Connection):
    add_supervisor(connection)
    one = stored(connection)
    act(connection, one.id, order(Action.CONFIRM, assignee="wang"), [])
    assert press_overdue(connection, RECEIVED + 1.9 * HOUR) == 0
    assert press_overdue(connection, RECEIVED + 2 * HOUR) == 1
    assert press_overdue(connection, RECEIVED + 3 * HOUR) == 0
    assert press_overdue(connection, RECEIVED + 4 * HOUR) == 1
    after = read(connection, one.id)
    assert (after.level, after.press_at) == (2, RECEIVED + 10 * HOUR)
    assert [entry[:2] for entry in timeline(connection, one.id)] == [
        ("zhou", "confirm"),
        ("dispatch", "escalate"),
        ("dispatch", "escalate"),
    ]
    assert [(row["holder"], row["zh"]) for row in rows(connection, "notices", about="press")][:2] == [
        ("wang", f"督办（1级），接单已超时 — {one.number} Rubbish at the gate"),
        ("li", f"督办（1级），接单已超时 — {one.number} Rubbish at the gate"),
    ]
    assert len(rows(connection, "notices", about="press")) == 4


def test_after_a_long_sleep_a_step_climbs_one_level_at_a_time_still(connection: Connection):
    add_supervisor(connection)
    one = stored(connection)
    awake = RECEIVED + timedelta(days=3)
    assert press_overdue(connection, awake) == 1
    assert press_overdue(connection, awake) == 1  # handling is overdue too, and climbs for itself
    assert press_overdue(connection, awake + 1.9 * HOUR) == 0
    assert press_overdue(connection, awake + 2 * HOUR) == 1
    assert read(connection, one.id).levels == (2, 1, 0)
    assert [row["key"].split("/")[3:] for row in rows(connection, "notices")] == [
        ["accept", "1"],
        ["handle", "1"],
        ["accept", "2"],
    ]


def test_what_was_reopened_and_is_overdue_again_is_told_again(connection: Connection):
    add_supervisor(connection)
    one = stored(connection)
    for day in (0, 3):
        act(connection, one.id, order(Action.REOPEN if day else Action.CONFIRM, minutes=1 + 1440 * day, reason="x"), [])
        act(connection, one.id, order(Action.ACCEPT, "wang", 2 + 1440 * day), [])
        assert press_overdue(connection, RECEIVED + timedelta(days=day + 1, hours=1)) == 1
        act(connection, one.id, order(Action.HANDLE, "wang", 1440 * (day + 2)), [])
    assert len(rows(connection, "notices", holder="li", about="press")) == 2


def test_who_presses_by_hand_has_everybody_told_but_themselves(connection: Connection):
    add_supervisor(connection)
    accounts.add_person(connection, Person("chief", Role.SUPERVISOR), "a long enough one", "root", RECEIVED)
    one = walk(connection, stored(connection).id, State.ACCEPTED)
    asked = order(Action.ESCALATE, "chief", 9, Role.SUPERVISOR, reason="市长要来")
    act(connection, one.id, asked, [])
    assert [(row["holder"], row["zh"]) for row in rows(connection, "notices", about="press")] == [
        ("wang", f"chief督办（1级）：市长要来 — {one.number} Rubbish at the gate"),
        ("li", f"chief督办（1级）：市长要来 — {one.number} Rubbish at the gate"),
    ]


def test_a_letter_whose_deadline_passes_is_told_once(connection: Connection):
    add_supervisor(connection)
    whistled(connection)
    assert press_letters(connection, RECEIVED + HOUR - timedelta(seconds=1)) == 0
    assert press_letters(connection, RECEIVED + HOUR) == 1
    assert press_letters(connection, RECEIVED + 9 * HOUR) == 0
    late = [row["holder"] for row in rows(connection, "notices") if row["key"].endswith("/late")]
    assert sorted(late) == ["li", "zhou", "环卫所"]


def test_a_letter_that_is_pressed_stands_in_the_audit_log(connection: Connection):
    one = whistled(connection)
    press_letters(connection, RECEIVED + HOUR)
    (told,) = rows(connection, "audit", ticket=one.id, action="press_letters")
    assert (told["actor"], told["detail"]) == ("dispatch", {"departments": ["环卫所"]})


def press_at_once(connection: Connection, _: UUID) -> None:
    assert press_letters(connection, RECEIVED + HOUR) == 1


def withdraw(connection: Connection, ticket: UUID) -> None:
    act(connection, ticket, order(Action.WITHDRAW, "zhou", 60, letter="环卫所", reason="settled"), [])


@pytest.mark.parametrize(("meanwhile", "entries"), [(press_at_once, 1), (withdraw, 0)])
def test_a_letter_that_somebody_else_just_dealt_with_is_not_pressed(
    database: str, connection: Connection, meanwhile: Callable[[Connection, UUID], None], entries: int
):
    one = whistled(connection)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(database, autocommit=True) as other:
        with connection.transaction():
            meanwhile(connection, one.id)
            late = pool.submit(press_letters, other, RECEIVED + HOUR)
            goes_on_or_waits(late, other, connection)
        assert late.result(timeout=20) == 0
    assert len(rows(connection, "audit", action="press_letters")) == entries
    assert sum(row["key"].endswith("/late") for row in rows(connection, "notices")) == 2 * entries


def test_a_letter_that_was_withdrawn_after_a_pass_had_found_it_is_not_pressed(database: str, connection: Connection):
    first, second = whistled(connection), whistled(connection)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(database, autocommit=True) as other:
        with connection.transaction():
            withdraw(connection, second.id)
            late = pool.submit(press_letters, other, RECEIVED + HOUR)  # waits for the audit log with the first
            goes_on_or_waits(late, other, connection)
        assert late.result(timeout=20) == 1
    assert [row["ticket"] for row in rows(connection, "audit", action="press_letters")] == [first.id]


def test_what_somebody_has_locked_keeps_nothing_else_from_climbing(database: str, connection: Connection):
    add_supervisor(connection)
    held, free = stored(connection), stored(connection)
    connection.execute("SET lock_timeout = '5s'")
    with psycopg.connect(database, autocommit=True) as other, other.transaction():
        cases.lock_case(other, held.id)  # as long as a merger of grids takes
        assert pass_clocks(connection, RECEIVED + 2 * HOUR) == 1
        assert read(connection, free.id).level == 1
    assert pass_clocks(connection, RECEIVED + 2 * HOUR) == 1
    assert (read(connection, held.id).level, read(connection, free.id).level) == (1, 1)


def test_an_emergency_reaches_a_ticket_that_somebody_has_locked(database: str, connection: Connection):
    """What a pass went by would be taken for brought up to date: so this one waits."""
    connection.execute("INSERT INTO areas VALUES ('510603003', '街道', 'street', NULL, '[]')")
    one = stored(connection, areas=["510603003"])
    declare(connection, "flood", "510603003", "rain", "li", RECEIVED, RECEIVED + HOUR)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(database, autocommit=True) as other:
        with connection.transaction():
            cases.lock_case(connection, one.id)
            late = pool.submit(keep_paces, other, RECEIVED + 2 * HOUR)  # it is over by now
            goes_on_or_waits(late, other, connection)
        assert late.result(timeout=20) == 1
    assert [interval.pace for interval in read_case(connection, one.id).ledger] == [1, 4, 1]


def test_what_is_done_in_time_is_pressed_by_nobody(connection: Connection):
    walk(connection, stored(connection).id, State.CLOSED)
    assert press_overdue(connection, RECEIVED + timedelta(days=300)) == 0


def test_a_pause_that_is_over_ends_by_itself_and_costs_nothing(connection: Connection):
    one = walk(connection, stored(connection).id, State.ACCEPTED)
    until = RECEIVED + 5 * HOUR
    paused = act(connection, one.id, order(Action.PAUSE, "li", 60, reason="a part", until=until), [])
    assert resume_paused(connection, until - timedelta(seconds=1)) == 0
    assert resume_paused(connection, until + HOUR) == 1  # an hour late, for dispatch was down
    after = read_case(connection, one.id)
    assert (after.ticket.paused_until, after.ticket.due) == (None, paused.due)
    assert after.ticket.due.handle == RECEIVED + 28 * HOUR
    assert resume_paused(connection, until + 2 * HOUR) == 0


def test_what_is_paused_is_not_pressed_for_as_long(connection: Connection):
    one = walk(connection, stored(connection).id, State.ACCEPTED)
    act(connection, one.id, order(Action.PAUSE, "li", 60, reason="a part", until=RECEIVED + 100 * HOUR), [])
    assert press_overdue(connection, RECEIVED + 99 * HOUR) == 0


@pytest.mark.parametrize("_", range(3))
def test_two_processes_at_once_press_nothing_twice(database: str, connection: Connection, _: int):
    add_supervisor(connection)
    tickets = [stored(connection).id for _ in range(40)]
    for _ in range(20):
        whistled(connection)
    before = len(rows(connection, "notices"))
    start = threading.Barrier(2)

    def run(_: int) -> tuple[int, int]:
        with psycopg.connect(database, autocommit=True) as own:
            start.wait(20)
            return press_letters(own, RECEIVED + 2 * HOUR), press_overdue(own, RECEIVED + 2 * HOUR)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(run, range(2), timeout=60))
    assert [sum(each) for each in zip(*done, strict=True)] == [20, len(tickets)]
    assert {read(connection, one).level for one in tickets} == {1}
    assert len(rows(connection, "notices", about="press")) == len(tickets)
    assert len(rows(connection, "notices")) - before == len(tickets) + 20 * 3  # the department, who whistled, li
    assert len(rows(connection, "audit", action="escalate")) == len(tickets)
    assert len(rows(connection, "audit", action="press_letters")) == 20


def test_whoever_is_asked_when_a_clock_went_off_finds_its_time(connection: Connection):
    one = stored(connection)
    press_overdue(connection, RECEIVED + 2 * HOUR)
    (told_at,) = [row["at"] for row in rows(connection, "audit", ticket=one.id, action="escalate")]
    assert told_at == RECEIVED + 2 * HOUR
    assert isinstance(told_at, datetime)
