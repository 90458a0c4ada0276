import json
from uuid import UUID

import psycopg
import pytest

from dashboard.changes import load_changes
from dispatch.people import Person
from dispatch.transitions import Role
from tests.dashboard.conftest import add_camera, report
from tests.dispatch.matters import RECEIVED, stored, told_of

ADMIN, ELSEWHERE = Person("root", Role.ADMIN), Person("chen", Role.SUPERVISOR, "999")


def shown(connection: psycopg.Connection, signal: tuple[str, str], person: Person = ADMIN) -> object:
    change = load_changes(connection, {signal})[signal]
    return change and json.loads(change.shown_to(person))


def test_a_ticket_is_told_as_it_is_and_to_whoever_reaches_it_only(connection: psycopg.Connection, grid: str) -> None:
    ticket = str(report(connection))
    told = shown(connection, ("ticket", ticket))
    assert isinstance(told, dict)
    assert (told["id"], told["state"], told["area"]["code"]) == (ticket, "candidate", grid)
    assert shown(connection, ("ticket", ticket), Person("zhou", Role.DISPATCHER, grid)) == told
    assert shown(connection, ("ticket", ticket), ELSEWHERE) is None


def test_a_department_is_told_of_what_it_has_only(connection: psycopg.Connection) -> None:
    ticket = str(stored(connection, assignee="环卫所").id)
    assert shown(connection, ("ticket", ticket), Person("he", Role.DEPARTMENT, None, "环卫所"))
    assert shown(connection, ("ticket", ticket), Person("gao", Role.DEPARTMENT, None, "公安")) is None


def test_an_incident_is_told_in_its_ticket(connection: psycopg.Connection) -> None:
    ticket = stored(connection).id
    incident = told_of(connection, "debris", (RECEIVED, RECEIVED), "clear", ticket)
    changes = load_changes(connection, {("incident", str(incident))})
    told = changes["ticket", str(ticket)]
    assert told is not None
    assert json.loads(told.json)["incidents"] == [str(incident)]
    assert changes["incident", str(incident)] is None


@pytest.mark.parametrize(("code", "reaches"), [(None, True), ("510603003001", True), ("999", False)])
def test_a_device_is_told_to_whose_part_it_stands_in(
    connection: psycopg.Connection, grid: str, code: str | None, reaches: bool
) -> None:
    assert grid.startswith("510603003001")
    add_camera(connection)
    found = shown(connection, ("device", "tooley/cam-1"), Person("li", Role.INSTALLER, code))
    assert (found is not None) == reaches


def test_what_is_gone_has_to_be_read_again(connection: psycopg.Connection) -> None:
    signals = {("device", "tooley/gone"), ("ticket", str(UUID(int=1))), ("ticket", "")}
    assert load_changes(connection, signals) == dict.fromkeys(signals)
