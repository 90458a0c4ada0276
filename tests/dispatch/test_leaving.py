from datetime import timedelta

import pytest
from psycopg import Connection

from dispatch import accounts
from dispatch.accounts import AccountError
from dispatch.leaving import leave
from dispatch.people import Person
from dispatch.transitions import Role, State
from tests.dispatch.matters import RECEIVED, read, rows, stored

PASSWORD = "a long enough one"  # noqa: S105 - of accounts that live for one test
GRID, STREET = "510603003001001", "510603003"
LATER = RECEIVED + timedelta(hours=1)


@pytest.fixture
def crew(connection: Connection) -> None:
    for code in (GRID, STREET):
        connection.execute(
            "INSERT INTO areas (code, name, level, polygon) VALUES (%s, %s, 'grid', '[[0, 0], [1, 0], [1, 1]]')",
            (code,) * 2,
        )
    for person in (
        Person("wang", Role.WORKER),
        Person("zhao", Role.WORKER),
        Person("chen", Role.SUPERVISOR, GRID),
        Person("qian", Role.SUPERVISOR, STREET),
        Person("he", Role.DEPARTMENT, None, "环卫所"),
    ):
        accounts.add_person(connection, person, PASSWORD, "root", RECEIVED)


def told(connection: Connection) -> list[tuple[str, str, str]]:
    found = [(notice["holder"], notice["about"], notice["en"]) for notice in rows(connection, "notices")]
    return sorted(found)


@pytest.mark.usefixtures("crew")
def test_supervisors_hear_of_what_is_still_to_be_done_by_whoever_leaves(connection: Connection):
    areas = [GRID, STREET]
    here = stored(connection, state=State.DISPATCHED, assignee="wang", areas=areas, number="1")
    above = stored(connection, state=State.ACCEPTED, assignee="wang", areas=[STREET], number="2")
    stored(connection, state=State.HANDLED, assignee="wang", areas=areas)  # somebody else closes it
    stored(connection, state=State.CLOSED, assignee="wang", areas=areas)
    stored(connection, state=State.DISPATCHED, assignee="zhao", areas=areas)
    assert leave(connection, "wang", "root", LATER) == 2
    words = "The account of wang is closed: assign it anew — {} Rubbish at the gate"
    numbers = [read(connection, one.id).number for one in (here, above)]
    assert told(connection) == [
        (holder, "dispatch", words.format(number)) for holder, number in zip(("chen", "qian"), numbers, strict=True)
    ]
    assert read(connection, here.id) == here  # it stays with them until somebody decides
    (entry,) = rows(connection, "audit", action="deactivate")
    assert (entry["actor"], entry["subject"], entry["at"]) == ("root", "person wang", LATER)


@pytest.mark.usefixtures("crew")
def test_what_a_department_has_in_hand_stays_its_own_when_one_of_it_leaves(connection: Connection):
    stored(connection, state=State.ACCEPTED, assignee="环卫所")
    assert leave(connection, "he", "root", LATER) == 0
    assert told(connection) == []


@pytest.mark.usefixtures("crew")
def test_who_is_not_there_cannot_leave_and_nobody_is_told(connection: Connection):
    leave(connection, "zhao", "root", LATER)
    stored(connection, state=State.ACCEPTED, assignee="zhao")
    with pytest.raises(AccountError, match="zhao has left, and the name stays theirs"):
        leave(connection, "zhao", "root", LATER)
    assert told(connection) == []
