from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from psycopg import Connection

from dispatch import cases
from dispatch.case import apply
from dispatch.ticket import Area, Position
from dispatch.transitions import Action, State
from tests.dispatch.matters import RECEIVED, case, order, read_case, stored

FULL: dict[str, Any] = {
    "text": "by the gate — 门口",
    "area": Area("510603", "第一网格"),
    "position": Position(104.395, 31.125),
    "site": "tooley",
    "device": "cam-1",
    "zone": "kerb",
    "began_at": RECEIVED - timedelta(minutes=3),
    "explanation": {"rule": {"kind": "illegal_parking"}, "dwell": [{"from": "a", "to": "b"}]},
    "assignee": "wang",
}
LATER: dict[str, Any] = {
    "state": State.HANDLED,
    "severity": "critical",
    "accepted_at": RECEIVED,
    "handled_at": RECEIVED,
    "handled_by": "wang",
    "ended_at": RECEIVED,
    "assignee": None,
    "explanation": {"score": 0.5},
}


@pytest.mark.parametrize("fields", [{}, FULL])
def test_a_case_comes_back_as_it_was_stored(connection: Connection, fields: dict[str, Any]):
    one = cases.insert_case(connection, case(**fields))
    assert one.ticket.number
    assert read_case(connection, one.ticket.id) == one


def test_a_case_comes_back_as_it_was_saved(connection: Connection):
    before = cases.insert_case(connection, case(**FULL))
    root = stored(connection)
    after = before._replace(ticket=replace(before.ticket, **LATER, merged_into=root.id))
    cases.save_case(connection, before, after)
    assert read_case(connection, before.ticket.id) == after


def test_a_case_is_stored_with_every_step_of_its_ledger_and_its_letters(connection: Connection):
    now = cases.insert_case(connection, case())
    summons = {"departments": ("环卫所", "交警中队"), "until": RECEIVED + timedelta(hours=9), "note": "请到场"}
    for one in (
        order(Action.CONFIRM, assignee="wang"),
        order(Action.WHISTLE, "li", 2, **summons),
        order(Action.PAUSE, "li", 3, reason="a part is on its way", until=RECEIVED + timedelta(hours=5)),
        order(Action.WITHDRAW, "li", 4, letter="交警中队", reason="not needed"),
        order(Action.RESUME, "li", 5),
    ):
        before, now = now, apply(now, one)
        cases.save_case(connection, before, now)
    read = read_case(connection, now.ticket.id)
    assert (read.ticket, read.ledger) == (now.ticket, now.ledger)
    states = {letter.department: letter.state for letter in read.letters}
    assert states == {"环卫所": "issued", "交警中队": "withdrawn"}
    years = [letter.number.partition("-")[0] for letter in read.letters]
    counts = [int(letter.number.partition("-")[2]) for letter in read.letters]
    assert (years, counts[1]) == (["2025", "2025"], counts[0] + 1)


def test_a_ticket_is_numbered_by_the_local_day_and_in_order(connection: Connection):
    late = datetime(2025, 6, 16, 17, 0, tzinfo=UTC)  # 01:00 on the 17th in Shanghai
    numbers = [stored(connection, opened_at=late).number for _ in range(3)]
    assert [number.partition("-")[0] for number in numbers] == ["20250617"] * 3
    counts = [int(number.partition("-")[2]) for number in numbers]
    assert counts == list(range(counts[0], counts[0] + 3))
    assert all(len(number) == 14 for number in numbers)


def test_a_number_grows_when_five_digits_are_not_enough(connection: Connection):
    connection.execute("SELECT setval('ticket_number', 99999)")
    assert stored(connection).number == "20250616-100000"


def test_there_is_no_ticket_of_an_unknown_id(connection: Connection):
    assert cases.lock_case(connection, uuid4()) is None
