"""Which notices somebody sees; their sending is tested in test_sender."""

from datetime import UTC, datetime, timedelta

import pytest
from psycopg import Connection

from dispatch import accounts, modes_store
from dispatch.notices_store import list_notices
from dispatch.people import Person
from dispatch.transitions import Role

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
STREET, GRID, OTHER = "510603003", "510603003001001", "510603004"


@pytest.mark.parametrize(
    ("role", "area", "seen"),
    [
        (Role.SUPERVISOR, STREET, {"wang", "zhou", "消防站"}),  # whom the emergency there concerns
        (Role.SUPERVISOR, GRID, {"wang"}),  # their own people, if the emergency is a larger one
        (Role.SUPERVISOR, OTHER, {"zhou"}),
        (Role.SUPERVISOR, "510603005", set()),
        (Role.SUPERVISOR, None, {"wang", "zhou", "消防站"}),
        (Role.ADMIN, None, {"wang", "zhou", "消防站"}),
    ],
)
def test_of_an_emergency_that_somebody_was_not_told_of_hears_who_answers_for_either(
    connection: Connection, role: Role, area: str | None, seen: set[str]
):
    for code, parent in ((STREET, None), (GRID, STREET), (OTHER, None)):
        connection.execute("INSERT INTO areas VALUES (%s, '', 'street', %s, '[]')", [code, parent])
    for person in (
        Person("wang", Role.WORKER, GRID),
        Person("zhou", Role.WORKER, STREET),
        Person("he", Role.DEPARTMENT, None, "消防站"),
    ):
        accounts.add_person(connection, person, "a long enough one", "root", NOW)
    modes_store.declare(connection, "flood", STREET, "rain", "root", NOW, NOW + timedelta(hours=1))
    connection.execute("UPDATE notices SET tries = 1, error = 'HTTP 503'")
    connection.execute("UPDATE people SET area = %s WHERE name = 'zhou'", [OTHER])  # moved since
    listed = list_notices(connection, Person("qian", role, area), failed_of_all=True)
    assert {notice["holder"] for notice in listed} == seen
