"""Who reaches which ticket: the same in Python and in the database."""

import itertools

import pytest
from psycopg import Connection

from dispatch.people import Person, within_reach
from dispatch.transitions import Role
from tests.dispatch.matters import stored

PATH = ["510603003001001", "510603003001", "510603003"]
PEOPLE = [
    Person("everywhere", Role.DISPATCHER),
    Person("of the grid", Role.WORKER, PATH[0]),
    Person("of the community", Role.SUPERVISOR, PATH[1]),
    Person("of another grid", Role.WORKER, "510603003001002"),
    Person("li", Role.WORKER, "510603003001002"),
    Person("hua", Role.DEPARTMENT, None, "环卫所"),
    Person("hua", Role.DEPARTMENT, PATH[0], "环卫所"),
    Person("jiao", Role.DEPARTMENT, None, "交警中队"),
    Person("hua", Role.DEPARTMENT, "510603004", "环卫所"),  # the same department's people of another street
]


@pytest.mark.parametrize(
    ("person", "reaches"),
    list(zip(PEOPLE, [True, True, True, False, True, True, True, False, False], strict=True)),
)
def test_somebody_reaches_what_lies_in_their_area_or_in_their_hands(person: Person, reaches: bool):
    assert within_reach(person, PATH, ["li", "环卫所"]) == reaches


def test_a_ticket_of_no_area_is_reached_by_who_reaches_everything():
    assert [within_reach(person, [], []) for person in PEOPLE[:3]] == [True, False, False]


def test_the_database_says_the_same(connection: Connection):
    for areas, assignee in itertools.product((PATH, PATH[1:], []), (None, "li", "环卫所")):
        ticket = stored(connection, areas=areas, assignee=assignee)
        for person in PEOPLE:
            found = connection.execute(
                "SELECT id FROM tickets WHERE within_reach(%s, %s, %s, assignee, departments, areas) AND id = %s",
                [person.role, person.area, person.holder, ticket.id],
            ).fetchone()
            assert (found is not None) == within_reach(person, areas, ticket.holders), (person, areas, assignee)
