import itertools
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from dashboard import reads
from dashboard.models import TicketPage
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
def test_all_ways_to_look_for_tickets_find_the_same(connection: Connection):
    found = []
    for person, filters, (at, ticket) in itertools.product(PEOPLE, FILTERS, PAGES):
        values = reads.asked(person, NOTHING | filters) | {"after_at": at, "after_id": ticket}
        ways = [
            [
                row["id"]
                for row in reads._rows(connection, query, values | {"limit": 1000, "window": 1000, "listed": 1000})
            ]
            for query in ("newest_tickets", "few_tickets", "listed_tickets")
            if values["list"] or query != "listed_tickets"
        ]
        assert all(way == ways[0] for way in ways), (person, filters, at)
        found.append(len(ways[0]))
    assert len(set(found)) > len(PEOPLE)  # neither found all, or nothing, always


@pytest.mark.usefixtures("tickets")
@pytest.mark.parametrize("window", [0, 1, 60])
def test_a_page_is_full_however_few_of_the_newest_are_as_asked_for(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, window: int
):
    monkeypatch.setattr(reads, "WINDOW", window)
    rubbish = NOTHING | {"kind": "rubbish"}
    first = reads.list_tickets(connection, PEOPLE[0], rubbish, 20, None)
    second = reads.list_tickets(connection, PEOPLE[0], rubbish, 20, first.next)
    assert (len(first.items), len(second.items), second.next) == (20, 16, None)
    assert len({ticket.id for ticket in first.items + second.items}) == 36


@pytest.mark.usefixtures("tickets")
@pytest.mark.parametrize("window", [1, 2, 60])
@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_pages_hold_everything_once_however_little_is_looked_at(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, window: int, person: Person
):
    monkeypatch.setattr(reads, "WINDOW", window)
    monkeypatch.setattr(reads, "LISTED", window)
    monkeypatch.setattr(reads, "FULL_PAGE", 1)
    for filters in FILTERS:
        values = reads.asked(person, NOTHING | filters) | {"limit": 1000, "after_at": None, "after_id": None}
        pages = list(_pages(connection, person, NOTHING | filters))
        assert [ticket.id for page in pages for ticket in page.items] == [
            row["id"] for row in reads._rows(connection, "few_tickets", values)
        ]


def _pages(connection: Connection, person: Person, filters: dict[str, Any]) -> Iterator[TicketPage]:
    cursor, more = None, True
    while more:
        page = reads.list_tickets(connection, person, filters, 7, cursor)
        yield page
        cursor, more = page.next, page.next is not None


def test_a_ticket_stands_in_the_lists_of_where_and_with_whom_it_is_now(connection: Connection):
    ticket = stored(connection, assignee="wang", areas=[GRID, COMMUNITY], site="tooley")
    assert _lists(connection) == {f"area:{GRID}", f"area:{COMMUNITY}", "holder:wang", "site:tooley"}
    connection.execute(
        "UPDATE tickets SET assignee = NULL, departments = '{环卫所,交警}', areas = %s WHERE id = %s",
        [[COMMUNITY], ticket.id],
    )
    assert _lists(connection) == {f"area:{COMMUNITY}", "holder:环卫所", "holder:交警", "site:tooley"}


def _lists(connection: Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT list FROM ticket_lists")}


def test_what_is_handed_over_between_two_looks_is_shown_as_it_was(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, database: str
):
    ticket = stored(connection, state=State.DISPATCHED, assignee="环卫所")
    find = reads._find_tickets

    def find_and_hand_over(*asked: Any) -> Any:
        found = find(*asked)
        with psycopg.connect(database) as other:
            other.execute("UPDATE tickets SET assignee = '公安', state = 'accepted' WHERE id = %s", [ticket.id])
        return found

    monkeypatch.setattr(reads, "_find_tickets", find_and_hand_over)
    page = reads.list_tickets(connection, PEOPLE[4], NOTHING | {"state": State.DISPATCHED}, 10, None)
    assert [(shown.state, shown.assignee) for shown in page.items] == [(State.DISPATCHED, "环卫所")]
