"""Emergencies declared, told, ended, and in the ledger of every open ticket."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb

from dispatch import accounts
from dispatch.desk import Report, act, report
from dispatch.modes import Mode
from dispatch.modes_store import ModeError, declare, end, end_overdue, load_modes
from dispatch.people import Person
from dispatch.pressing import keep_paces, press_overdue
from dispatch.ticket import Position
from dispatch.transitions import Action, Role, State
from tests.dispatch.matters import RECEIVED, goes_on_or_waits, order, read, read_case, rows, stored, timeline

HOUR = timedelta(hours=1)
STREET, COMMUNITY, GRID = "510603003", "510603003001", "510603003001001"
PATH = [GRID, COMMUNITY, STREET]
THERE = Position(104.5, 31.5)


@pytest.fixture(autouse=True)
def _town(connection: Connection) -> None:
    for code, level, parent in ((STREET, "street", None), (COMMUNITY, "community", STREET), (GRID, "grid", COMMUNITY)):
        side = len(code) / 10  # the lower, the smaller
        corners = [(104, 31), (104 + 2 / side, 31), (104 + 2 / side, 33), (104, 33)]
        connection.execute(
            "INSERT INTO areas (code, name, level, parent, polygon) VALUES (%s, %s, %s, %s, %s)",
            [code, code, level, parent, Jsonb(corners)],
        )


def flood(connection: Connection, hours: float = 0, lasting: float = 8, area: str = STREET) -> Mode:
    begin = RECEIVED + hours * HOUR
    return declare(connection, "flood", area, "heavy rain", "li", begin, begin + lasting * HOUR)


def paces(connection: Connection, ticket: object) -> list[tuple[float, float]]:
    """Hours after receipt from which clocks ran at which pace."""
    ledger = read_case(connection, ticket).ledger  # type: ignore[arg-type]  # an id
    return [((one.began_at - RECEIVED) / HOUR, one.pace) for one in ledger]


def test_what_is_open_is_hurried_from_the_moment_on_and_not_before_and_not_after(connection: Connection):
    ticket = stored(connection, areas=PATH)
    elsewhere = stored(connection, areas=["510603004"])
    mode = flood(connection, hours=1)
    assert keep_paces(connection, RECEIVED + 1.1 * HOUR) == 1
    assert keep_paces(connection, RECEIVED + 1.2 * HOUR) == 0
    end(connection, mode.id, "the rain is over", "li", RECEIVED + 3 * HOUR)
    assert keep_paces(connection, RECEIVED + 9 * HOUR) == 1  # dispatch was down for six hours
    assert paces(connection, ticket.id) == [(0, 1), (1, 4), (3, 1)]
    assert paces(connection, elsewhere.id) == [(0, 1)]
    assert read(connection, ticket.id).due.handle == RECEIVED + (24 - 1 - 8 + 3) * HOUR


def test_one_that_began_and_ended_while_nobody_looked_counts_all_the_same(connection: Connection):
    ticket = stored(connection, areas=PATH)
    mode = flood(connection, hours=1)
    end(connection, mode.id, "a false alarm", "li", RECEIVED + 2 * HOUR)
    assert keep_paces(connection, RECEIVED + 5 * HOUR) == 1
    assert keep_paces(connection, RECEIVED + 6 * HOUR) == 0
    assert paces(connection, ticket.id) == [(0, 1), (1, 4), (2, 1)]


def test_an_order_finds_the_emergency_even_before_the_clocks_were_passed(connection: Connection):
    ticket = stored(connection, areas=PATH)
    flood(connection, hours=0.5)
    act(connection, ticket.id, order(Action.CONFIRM, minutes=60), [])
    assert paces(connection, ticket.id) == [(0, 1), (0.5, 4), (1, 4)]
    assert keep_paces(connection, RECEIVED + 2 * HOUR) == 0


def test_what_is_opened_in_an_emergency_is_hurried_from_the_start_and_hazards_go_out_at_once(connection: Connection):
    accounts.add_person(connection, Person("wang", Role.WORKER, COMMUNITY), "a long enough one", "root", RECEIVED)
    flood(connection)
    lamp = report(connection, Report("street_lamp", "灯", THERE), "report", RECEIVED + HOUR)
    water = report(connection, Report("flood", "水", THERE), "report", RECEIVED + HOUR)
    assert (lamp.state, lamp.pace) == (State.CANDIDATE, 4)
    assert (water.state, water.assignee) == (State.DISPATCHED, "wang")
    assert timeline(connection, water.id)[1] == ("dispatch", "confirm", "candidate", "dispatched")
    (told,) = rows(connection, "audit", ticket=water.id, action="confirm")
    assert (told["reason"], told["note"]) == ("flood", f"nobody of 市政维护所 is on duty; nobody is on duty in {GRID}")
    assert keep_paces(connection, RECEIVED + 2 * HOUR) == 0


def test_what_was_written_while_it_was_declared_or_ended_is_caught_up_with(connection: Connection):
    ticket = stored(connection, areas=PATH)
    mode = flood(connection, hours=1)
    keep_paces(connection, RECEIVED + 1.1 * HOUR)
    unaware = [{"pace": 1.0, "at": 1.2, "now": 1.3}, {"pace": 4.0, "at": 3.2, "now": 3.3}]
    for number, write in enumerate(unaware):
        if number:
            end(connection, mode.id, "over", "li", RECEIVED + 3 * HOUR)
            keep_paces(connection, RECEIVED + 3.1 * HOUR)
        began_at = RECEIVED + write["at"] * HOUR
        values = {"pace": write["pace"], "at": began_at, "id": ticket.id}
        connection.execute("UPDATE tickets SET pace = %(pace)s WHERE id = %(id)s", values)
        connection.execute("UPDATE ledger SET ended_at = %(at)s WHERE ended_at IS NULL", values)
        connection.execute(
            "INSERT INTO ledger (ticket, number, began_at, state, severity, pace, by)"
            " SELECT ticket, number + 1, %(at)s, state, severity, %(pace)s, 'zhou'"
            " FROM ledger ORDER BY number DESC LIMIT 1",
            values,
        )
        assert keep_paces(connection, RECEIVED + write["now"] * HOUR) == 1
    assert paces(connection, ticket.id) == [(0, 1), (1, 4), (1.2, 1), (1.2, 4), (3, 1), (3.2, 4), (3.2, 1)]


def test_hazards_that_wait_for_a_dispatcher_go_out_when_it_begins_and_what_came_back_does_not(connection: Connection):
    accounts.add_person(connection, Person("wang", Role.WORKER, COMMUNITY), "a long enough one", "root", RECEIVED)
    waiting, lamp, returned = (
        report(connection, Report(kind, kind, THERE), "report", RECEIVED) for kind in ("flood", "street_lamp", "flood")
    )
    act(connection, returned.id, order(Action.CONFIRM), [])
    act(connection, returned.id, order(Action.RETURN, "wang", 2, reason="dry"), [])
    flood(connection, hours=1)
    assert keep_paces(connection, RECEIVED + 2 * HOUR) == 3
    states = [read(connection, one.id).state for one in (waiting, lamp, returned)]
    assert states == [State.DISPATCHED, State.CANDIDATE, State.CANDIDATE]


@pytest.mark.parametrize(
    ("holding", "declared", "kind"), [("flood", "geological", "facade_falling"), ("earthquake", "flood", "tree_fallen")]
)
def test_a_hazard_that_was_written_while_its_emergency_was_declared_goes_out(
    connection: Connection, database: str, holding: str, declared: str, kind: str
):
    """Another emergency there hurries it already: by its pace nobody sees that it was missed."""
    declare(connection, holding, STREET, "rain", "li", RECEIVED, RECEIVED + 9 * HOUR)
    keep_paces(connection, RECEIVED + 0.1 * HOUR)
    with psycopg.connect(database, autocommit=True) as other, ThreadPoolExecutor() as threads:
        with connection.transaction():
            connection.execute("SELECT FROM audit_head FOR UPDATE")  # what is being written waits for this at its end
            writing = threads.submit(report, other, Report(kind, kind, THERE), "report", RECEIVED + 0.99 * HOUR)
            goes_on_or_waits(writing, other, connection)
            declare(connection, declared, COMMUNITY, "slides", "li", RECEIVED + HOUR, RECEIVED + 9 * HOUR)
            keep_paces(connection, RECEIVED + 1.1 * HOUR)
        hazard = writing.result()
    assert hazard.state == State.CANDIDATE
    assert keep_paces(connection, RECEIVED + 1.2 * HOUR) == 1
    assert read(connection, hazard.id).state == State.DISPATCHED
    assert keep_paces(connection, RECEIVED + 1.3 * HOUR) == 0


def test_in_peace_a_hazard_waits_for_a_dispatcher_and_a_call_for_help_does_not(connection: Connection):
    assert report(connection, Report("flood", "水", THERE), "report", RECEIVED).state == State.CANDIDATE
    help_me = report(connection, Report("sos", "求助", THERE), "report", RECEIVED)
    assert (help_me.state, help_me.assignee) == (State.DISPATCHED, None)
    (told,) = rows(connection, "audit", ticket=help_me.id, action="confirm")
    assert told["note"] == "nobody is on duty: assign it by hand"


def test_of_what_is_sent_out_to_nobody_the_supervisors_are_told(connection: Connection):
    accounts.add_person(connection, Person("li", Role.SUPERVISOR, STREET), "a long enough one", "root", RECEIVED)
    report(connection, Report("sos", "求助", THERE), "report", RECEIVED)
    (told,) = rows(connection, "notices", holder="li")
    assert told["zh"].startswith("无人在岗，请指派")


def test_what_was_overdue_by_an_emergency_that_is_over_does_not_climb(connection: Connection):
    ticket = stored(connection, areas=PATH)
    flood(connection, lasting=0.4)  # of two hours to accept it, four times 0.4 are gone
    keep_paces(connection, RECEIVED)
    assert press_overdue(connection, RECEIVED + 0.6 * HOUR) == 0
    assert read(connection, ticket.id).due.accept == RECEIVED + 0.8 * HOUR
    assert press_overdue(connection, RECEIVED + 0.8 * HOUR) == 1


def test_another_of_its_kind_is_declared_when_its_time_is_up(connection: Connection):
    """Nobody had to record first that the one before it was over."""
    flood(connection, lasting=1)
    second = flood(connection, hours=2)
    assert [mode.id for mode in load_modes(connection, RECEIVED + 1.5 * HOUR)] == [second.id]


def test_one_that_nobody_ends_is_over_at_its_time(connection: Connection):
    flood(connection, lasting=2)
    assert end_overdue(connection, RECEIVED + 1.9 * HOUR) == 0
    assert end_overdue(connection, RECEIVED + 5 * HOUR) == 1
    (row,) = rows(connection, "modes")
    assert (row["ended_at"], row["ended_by"]) == (RECEIVED + 2 * HOUR, "dispatch")
    assert load_modes(connection, RECEIVED + 3 * HOUR) == []
    flood(connection, hours=6)  # it may be declared again


def test_everybody_on_duty_there_is_told_once_that_it_begins_and_once_that_it_is_over(connection: Connection):
    for name, area in (("street", STREET), ("grid", GRID), ("all", None)):
        accounts.add_person(connection, Person(name, Role.WORKER, area), "a long enough one", "root", RECEIVED)
    accounts.add_person(connection, Person("off", Role.WORKER, GRID), "a long enough one", "root", RECEIVED)
    connection.execute("UPDATE people SET hours = '20:00-23:00' WHERE name = 'off'")
    department = Person("he", Role.DEPARTMENT, COMMUNITY, "环卫所")
    accounts.add_person(connection, department, "a long enough one", "root", RECEIVED)
    mode = flood(connection, area=COMMUNITY)
    end(connection, mode.id, "over", "li", RECEIVED + HOUR)
    told = [(row["holder"], row["zh"].partition("：")[0]) for row in rows(connection, "notices")]
    assert sorted(told) == sorted(
        (holder, words) for holder in ("street", "grid", "all", "环卫所") for words in ("防汛应急启动", "防汛应急结束")
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"kind": "war"}, "unknown emergency 'war'; known: flood"),
        ({"area": "99"}, "there is no area 99"),
        ({"reason": "  "}, "needs a reason"),
        ({"until": RECEIVED}, "still to come"),
    ],
)
def test_what_cannot_be_declared_says_why(connection: Connection, change: dict[str, object], why: str):
    usual = {"kind": "flood", "area": STREET, "reason": "rain", "by": "li", "now": RECEIVED, "until": RECEIVED + HOUR}
    with pytest.raises(ModeError, match=why):
        declare(connection, **usual | change)  # type: ignore[arg-type]  # as each is
    assert rows(connection, "modes") == []


def test_an_emergency_is_left_once_and_with_a_reason(connection: Connection):
    mode = flood(connection)
    with pytest.raises(ModeError, match="needs a reason"):
        end(connection, mode.id, " ", "li", RECEIVED + HOUR)
    end(connection, mode.id, "over", "li", RECEIVED + HOUR)
    with pytest.raises(ModeError, match="it is over"):
        end(connection, mode.id, "over", "li", RECEIVED + 2 * HOUR)
    assert [row["action"] for row in rows(connection, "audit")] == ["declare", "end"]
