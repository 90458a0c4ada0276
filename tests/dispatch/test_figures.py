"""What the tickets add up to."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection

from dispatch.desk import act
from dispatch.figures import Offender, Rate, offenders, precision, rates
from dispatch.intake import take_in
from dispatch.ledger import Clock
from dispatch.modes_store import declare
from dispatch.orders import carry_out
from dispatch.people import SYSTEM, Person
from dispatch.transitions import Action, Role, State
from tests.dispatch.matters import RECEIVED, incident, order, read_case, stored, walk

HOUR = timedelta(hours=1)
LATER = RECEIVED + 300 * HOUR
ALL = Person("root", Role.ADMIN)
GRID = "510603003001001"

pytestmark = pytest.mark.usefixtures("crew")


def shares(connection: Connection, person: Person = ALL, area: str | None = None, now: datetime = LATER) -> list[Rate]:
    found = rates(connection, person, area, RECEIVED - HOUR, LATER, now)
    return [found[clock] for clock in Clock]


def missed(
    connection: Connection, since: float = 0, until: float = 300, now: float = 300, least: int = 1
) -> list[Offender]:
    """Of steps that became due so many hours after receipt."""
    begin, end, present = (RECEIVED + hours * HOUR for hours in (since, until, now))
    return offenders(connection, ALL, None, begin, end, present, least)


def done(connection: Connection, ticket: UUID, hours: tuple[float, float, float]) -> None:
    for minutes, action, who in zip(
        hours, (Action.ACCEPT, Action.HANDLE, Action.CLOSE), ("wang", "wang", "li"), strict=True
    ):
        act(connection, ticket, order(action, who, minutes * 60), [])


def dispatched(connection: Connection, **fields: Any) -> UUID:
    ticket = stored(connection, **fields)
    act(connection, ticket.id, order(Action.CONFIRM, assignee="wang"), [])
    return ticket.id


def test_what_was_done_in_time_is_kept_and_what_was_late_or_is_open_and_overdue_is_missed(connection: Connection):
    done(connection, dispatched(connection), (1, 20, 100))  # all in time
    done(connection, dispatched(connection), (3, 20, 100))  # accepted late
    done(connection, dispatched(connection), (1, 25, 200))  # handled and closed late
    dispatched(connection)  # never accepted
    assert shares(connection) == [Rate(2, 2), Rate(2, 2), Rate(2, 2)]


def test_what_is_not_due_yet_counts_nowhere(connection: Connection):
    dispatched(connection)
    assert shares(connection, now=RECEIVED + HOUR) == [Rate(0, 0)] * 3
    assert shares(connection, now=RECEIVED + 3 * HOUR) == [Rate(0, 1), Rate(0, 0), Rate(0, 0)]
    assert Rate(0, 0).share is None
    assert Rate(3, 1).share == 0.75


def test_nobody_gets_rid_of_what_was_missed_by_rejecting_or_merging_it(connection: Connection):
    late, old, root = dispatched(connection), stored(connection), stored(connection)
    act(connection, late, order(Action.RETURN, "wang", 49 * 60, reason="not mine"), [])
    act(connection, late, order(Action.REJECT, "zhou", 50 * 60, reason="other"), [])
    act(connection, old.id, order(Action.MERGE, "zhou", 3 * 60, into=root.id), [])
    act(connection, root.id, order(Action.CONFIRM), [])
    done(connection, root.id, (1, 2, 3))
    assert shares(connection) == [Rate(1, 2), Rate(1, 1), Rate(1, 0)]
    named = {(one.holder, one.clock) for one in missed(connection)}
    assert named == {("wang", "accept"), ("wang", "handle"), (None, "accept")}


def test_a_letter_that_nobody_answered_in_time_counts_against_its_department(connection: Connection):
    ticket = dispatched(connection)
    whistle = {"departments": ("环卫所", "交警中队"), "until": RECEIVED + 9 * HOUR, "note": "请到场"}
    act(connection, ticket, order(Action.WHISTLE, "li", 5, **whistle), [])
    act(connection, ticket, order(Action.CHECK_IN, "he", 6, letter="环卫所"), [])
    act(connection, ticket, order(Action.REPORT_BACK, "he", 7, letter="环卫所", note="已清"), [])
    letters = [one for one in missed(connection) if one.clock == "letter"]
    assert letters == [Offender("交警中队", "letter", 1)]


def test_what_was_rejected_or_merged_in_time_was_nobodys_to_do(connection: Connection):
    one, root = stored(connection), stored(connection)
    act(connection, one.id, order(Action.MERGE, into=root.id), [])
    act(connection, root.id, order(Action.REJECT, reason="test"), [])
    assert shares(connection) == [Rate(0, 0)] * 3


def test_a_reopened_ticket_was_not_handled(connection: Connection):
    ticket = dispatched(connection)
    walk(connection, ticket, State.HANDLED)
    act(connection, ticket, order(Action.REOPEN, "li", 60, reason="still there"), [])
    assert shares(connection) == [Rate(1, 0), Rate(0, 1), Rate(0, 1)]


def test_everybody_counts_what_they_reach(connection: Connection):
    dispatched(connection, areas=[GRID, "510603003001"])
    stored(connection, areas=["510603003002001", "510603003002"])
    worker = Person("zhao", Role.WORKER, GRID)
    assert shares(connection)[0] == Rate(0, 2)
    assert shares(connection, worker)[0] == Rate(0, 1)
    assert shares(connection, area="510603003002")[0] == Rate(0, 1)
    assert shares(connection, worker, "510603003002")[0] == Rate(0, 0)
    assert shares(connection, Person("wang", Role.WORKER, "510603003002"))[0] == Rate(0, 2)  # one is in their hands


def test_whoever_had_it_when_it_became_overdue_is_named(connection: Connection):
    for _ in range(3):
        ticket = dispatched(connection)
        act(connection, ticket, order(Action.ACCEPT, "wang", 60), [])
        act(connection, ticket, order(Action.ASSIGN, "li", 30 * 60, assignee="zhao"), [])  # when it was overdue
    stored(connection)
    found = missed(connection, until=100, least=3)
    assert found == [Offender("wang", "handle", 3)]
    assert Offender(None, "accept", 1) in missed(connection)
    assert missed(connection, 25, 100, least=3) == []


def test_only_what_became_due_in_the_period_and_is_missed_by_now_counts_against_anybody(connection: Connection):
    ticket = dispatched(connection)
    whistle = {"departments": ("环卫所",), "until": RECEIVED + 30 * HOUR, "note": "请到场"}
    act(connection, ticket, order(Action.WHISTLE, "li", 5, **whistle), [])
    act(connection, ticket, order(Action.ACCEPT, "wang", 60), [])
    handled, answered = Offender("wang", "handle", 1), Offender("环卫所", "letter", 1)
    assert missed(connection, until=10) == []
    assert missed(connection, until=1000, now=23) == []  # due in the period, and not yet
    assert missed(connection, until=1000, now=25) == [handled]
    assert missed(connection, until=24) == []  # up to but not including
    assert missed(connection, until=30) == [handled]
    assert missed(connection, since=25, until=31) == [answered]
    act(connection, ticket, order(Action.HANDLE, "wang", 40 * 60), [])
    assert missed(connection, until=31) == [handled, answered]  # done since, after the period


def test_verdicts_are_counted_by_camera_zone_rule_and_hour(connection: Connection):
    for zone, reason in (
        ("kerb", "reflection"),
        ("kerb", "reflection"),
        ("kerb", "wrong_zone"),
        ("gate", None),
        ("gate", ""),
    ):
        ticket = take_in(connection, incident(zone=zone), RECEIVED)
        if reason is None:
            act(connection, ticket.id, order(Action.CONFIRM), [])
            walk(connection, ticket.id, State.CLOSED)
        elif reason:
            act(connection, ticket.id, order(Action.REJECT, reason=reason), [])
    gate, kerb = precision(connection, ALL, None, RECEIVED - HOUR, LATER)
    assert (gate.zone, gate.confirmed, gate.rejected, gate.reasons) == ("gate", 1, 0, {})  # nobody judged the other
    assert (kerb.zone, kerb.confirmed, kerb.rejected) == ("kerb", 0, 3)
    assert kerb.reasons == {"reflection": 2, "wrong_zone": 1}
    assert (kerb.site, kerb.device, kerb.kind, kerb.version, kerb.hour) == (
        "tooley",
        "cam-1",
        "illegal_parking",
        "1",
        12,
    )


@pytest.mark.parametrize("hours", [0, 1])  # before the rejection, and committed after it; or since then
def test_an_emergency_that_is_heard_of_later_changes_no_reason(connection: Connection, hours: int):
    ticket = take_in(connection, incident(), RECEIVED)
    act(connection, ticket.id, order(Action.REJECT, reason="reflection"), [])
    connection.execute("UPDATE tickets SET areas = '{510603003}'")
    connection.execute("INSERT INTO areas VALUES ('510603003', 's', 'street', NULL, '[]')")
    declare(connection, "flood", "510603003", "rain", "li", RECEIVED + hours * HOUR, RECEIVED + 2 * HOUR)
    act(connection, ticket.id, order(Action.COMMENT, minutes=300, note="x"), [])
    (found,) = precision(connection, ALL, None, RECEIVED - HOUR, LATER)
    assert found.reasons == {"reflection": 1}


def test_a_rejection_that_was_taken_back_is_none(connection: Connection):
    ticket = take_in(connection, incident(), RECEIVED)
    act(connection, ticket.id, order(Action.REJECT, reason="reflection"), [])
    act(connection, ticket.id, order(Action.REOPEN, "li", 2, reason="it was a car"), [])
    act(connection, ticket.id, order(Action.CONFIRM, "zhou", 3), [])
    (found,) = precision(connection, ALL, None, RECEIVED - HOUR, LATER)
    assert (found.confirmed, found.rejected, found.reasons) == (1, 0, {})


def test_what_the_system_sent_out_is_judged_when_a_person_closes_it_or_sends_it_out_again(connection: Connection):
    ticket = stored(connection, site="tooley", device="cam-1", zone="kerb").id
    with connection.transaction():
        carry_out(connection, read_case(connection, ticket), order(Action.CONFIRM, SYSTEM.name, assignee="wang"))

    def judged() -> list[tuple[int, int]]:
        return [(one.confirmed, one.rejected) for one in precision(connection, ALL, None, RECEIVED - HOUR, LATER)]

    act(connection, ticket, order(Action.ASSIGN, "zhou", 2, assignee="zhao"), [])
    walk(connection, ticket, State.HANDLED)
    assert judged() == []
    act(connection, ticket, order(Action.CLOSE, "li", 4), [])
    assert judged() == [(1, 0)]
    act(connection, ticket, order(Action.REOPEN, "li", 5, reason="still there"), [])
    assert judged() == [(1, 0)]
    act(connection, ticket, order(Action.RETURN, "wang", 6, reason="nothing there"), [])
    act(connection, ticket, order(Action.REJECT, "zhou", 7, reason="reflection"), [])
    assert judged() == [(0, 1)]
