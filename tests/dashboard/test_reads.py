import itertools
from typing import Any

import pytest
from psycopg import Connection

from dashboard import reads
from dispatch.people import Person
from dispatch.transitions import Role, State
from tests.dispatch.matters import RECEIVED, stored

GRID, COMMUNITY = "510603003001001", "510603003001"
PEOPLE = [
    Person("root", Role.ADMIN),
    Person("zhou", Role.DISPATCHER, COMMUNITY),
    Person("chen", Role.SUPERVISOR, "51"),
    Person("wang", Role.WORKER, GRID),
    Person("he", Role.DEPARTMENT, None, "环卫所"),
    Person("gao", Role.DEPARTMENT, GRID, "环卫所"),
]
NOTHING: dict[str, Any] = dict.fromkeys(("state", "kind", "area", "site", "device"))
FILTERS = [
    {},
    {"state": State.ACCEPTED},
    {"kind": "rubbish"},
    {"area": COMMUNITY},
    {"site": "tooley"},
    {"device": "cam-1"},
    {"state": State.DISPATCHED, "kind": "rubbish", "area": GRID, "site": "tooley", "device": "cam-1"},
    {"kind": "flood"},
]
PAGES = [(None, None), (RECEIVED, reads.UUID(int=2**128 - 1)), (RECEIVED, reads.UUID(int=0))]


@pytest.fixture
def tickets(connection: Connection) -> None:
    """Of every place, state, kind and holder there are."""
    for state, kind, holder, areas, device in itertools.product(
        (State.DISPATCHED, State.ACCEPTED),
        ("rubbish", "street_lamp"),
        (None, "wang", "环卫所"),
        ([], [COMMUNITY], [GRID, COMMUNITY]),
        (None, "cam-1"),
    ):
        departments = ["环卫所"] if holder is None and device else []
        site = device and "tooley"
        ticket = stored(connection, state=state, kind=kind, assignee=holder, areas=areas, device=device, site=site)
        connection.execute("UPDATE tickets SET departments = %s WHERE id = %s", [departments, ticket.id])


@pytest.mark.usefixtures("tickets")
def test_both_ways_to_look_for_tickets_find_the_same(connection: Connection):
    found = []
    for person, filters, (at, ticket) in itertools.product(PEOPLE, FILTERS, PAGES):
        values = reads.asked(person, NOTHING | filters) | {"limit": 1000, "after_at": at, "after_id": ticket}
        one, other = (
            [row["id"] for row in reads._rows(connection, query, values | {"window": 1000})]
            for query in ("newest_tickets", "few_tickets")
        )
        assert one == other, (person, filters, at)
        found.append(len(one))
    assert len(set(found)) > len(PEOPLE)  # neither found all, or nothing, always


@pytest.mark.usefixtures("tickets")
@pytest.mark.parametrize("window", [0, 5, 24, 1000])  # of 24 a quarter of a page is found, of four times as many all
def test_a_page_is_full_however_few_of_the_newest_are_as_asked_for(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, window: int
):
    monkeypatch.setattr(reads, "WINDOW", window)
    rubbish = NOTHING | {"kind": "rubbish"}
    first = reads.list_tickets(connection, PEOPLE[0], rubbish, 20, None)
    second = reads.list_tickets(connection, PEOPLE[0], rubbish, 20, first.next)
    assert (len(first.items), len(second.items), second.next) == (20, 16, None)
    assert len({ticket.id for ticket in first.items + second.items}) == 36
