"""Another duty list in place of the one that holds: what it must go with, and what is told of it."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb

from dispatch import accounts
from dispatch.duties import OTHER, DutyListError, Matter, shipped_duties, shipped_matter
from dispatch.duties_store import load_duties, put_duties
from dispatch.people import Person
from dispatch.transitions import Role
from tests.dispatch.matters import RECEIVED, goes_on_or_waits, rows

LAMP = shipped_matter("street_lamp")
PASSWORD = "a long enough one"  # noqa: S105 - of accounts that live for one test


def put(connection: Connection, *matters: Matter) -> list[str]:
    """What is wrong with the list; then the one that held holds still."""
    before = load_duties(connection)
    try:
        put_duties(connection, [*matters, shipped_matter(OTHER)], "root", RECEIVED)
    except DutyListError as error:
        assert load_duties(connection) == before
        assert rows(connection, "audit", subject="duties") == []
        return error.problems
    return []


def changed(**cells: object) -> Matter:
    return LAMP.model_copy(update=cells)


def add_site(connection: Connection, name: str, **limits: object) -> None:
    connection.execute(
        "INSERT INTO sites (id, name, timezone, detector, limits) VALUES (%s, '', 'Asia/Shanghai', 'null', %s)",
        [name, Jsonb(limits)],
    )


def add_account(connection: Connection, name: str, department: str | None = None) -> None:
    person = Person(name, Role.DEPARTMENT if department else Role.WORKER, None, department)
    accounts.add_person(connection, person, PASSWORD, "root", RECEIVED)


def test_until_a_list_is_put_the_shipped_one_holds(connection: Connection):
    assert load_duties(connection) == list(shipped_duties().values())
    assert put(connection, LAMP) == []
    assert load_duties(connection) == [LAMP, shipped_matter(OTHER)]


def test_a_list_lacks_nothing_that_a_site_has_limits_for(connection: Connection):
    add_site(connection, "tooley", kinds={"fire": {"accept": 60}})
    add_site(connection, "borough", kinds={"flood": {"accept": 60}})
    assert put(connection, LAMP) == [
        "flood: the limits of site borough name it: keep it here, or take it out of the site file first",
        "fire: the limits of site tooley name it: keep it here, or take it out of the site file first",
    ]
    assert put(connection, LAMP, shipped_matter("fire"), shipped_matter("flood")) == []


def test_a_list_is_in_order_with_what_a_site_says_of_a_severity(connection: Connection):
    add_site(connection, "tooley", severities={"major": {"accept": 3600}})
    (problem,) = put(connection, changed(accept=60, handle=60, close=90_000))
    assert problem == (
        "street_lamp: with the limits of site tooley a later step is due before an earlier one (major):"
        " change its limits here, or give all three in the site file"
    )
    assert put(connection, changed(accept=60, handle=3600)) == []


def test_no_department_is_called_like_somebody_who_does_not_stand_for_it(connection: Connection):
    add_account(connection, "王建军")
    add_account(connection, "照明一队", "市政所")
    add_account(connection, "照明所", "照明所")
    accounts.deactivate(connection, "王建军", "root", RECEIVED)  # the name stays his in the log
    for name in ("王建军", "照明一队"):
        (problem,) = put(connection, changed(department=name))
        assert problem.startswith(f"street_lamp: {name!r} is the name of an account that does not stand for it: name ")
    assert put(connection, changed(department="照明所")) == []


def test_all_that_is_wrong_is_told_at_once(connection: Connection):
    add_site(connection, "tooley", kinds={"fire": {"accept": 60}})
    add_account(connection, "王建军")
    assert len(put(connection, changed(department="王建军"))) == 2


@pytest.mark.parametrize("first", [True, False])
def test_of_two_lists_at_once_the_later_holds_and_the_log_tells_what_it_replaced(
    connection: Connection, database: str, first: bool
):
    """Also where none was put before, so that there is no row to lock."""
    if not first:
        assert put(connection, LAMP) == []
    one, other = (changed(code=code) for code in ("of_one", "of_other"))
    with ThreadPoolExecutor() as pool, psycopg.connect(database, autocommit=True) as later:
        with connection.transaction():
            put_duties(connection, [one, shipped_matter(OTHER)], "ann", RECEIVED)
            putting = pool.submit(put_duties, later, [other, shipped_matter(OTHER)], "bob", RECEIVED)
            with psycopg.connect(database, autocommit=True) as observer:
                goes_on_or_waits(putting, later, observer)
        putting.result(20)
    assert load_duties(connection) == [other, shipped_matter(OTHER)]
    (entry,) = rows(connection, "audit", actor="bob")
    assert (list(entry["before"]), list(entry["after"])) == (["of_one"], ["of_other"])


def test_an_account_that_is_made_while_a_list_is_put_is_not_called_like_a_department_of_it(
    connection: Connection, database: str
):
    with ThreadPoolExecutor() as pool, psycopg.connect(database, autocommit=True) as other:
        with connection.transaction():
            put_duties(connection, [changed(department="照明所"), shipped_matter(OTHER)], "root", RECEIVED)
            adding = pool.submit(add_account, other, "照明所")
            with psycopg.connect(database, autocommit=True) as observer:
                goes_on_or_waits(adding, other, observer)
        with pytest.raises(accounts.AccountError, match="cannot have one name"):
            adding.result(20)
