import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest
from psycopg import Connection

from dispatch.audit import Entry, append, differences, of_event, of_opening, of_order, verify
from dispatch.case import apply
from dispatch.terms import encode
from dispatch.transitions import Action
from tests.dispatch.matters import RECEIVED, case, order, rows, stored, ticket

ENTRY = Entry(at=RECEIVED, actor="li", action="close", note="核查属实", detail={"a": [1, None]}, before={"x": 1.5})


def fill(connection: Connection, count: int = 5) -> None:
    for number in range(count):
        append(connection, replace(ENTRY, reason=f"number {number}"))


def tamper(connection: Connection, statement: str) -> None:
    """As somebody would who owns the database."""
    connection.execute("ALTER TABLE audit DISABLE TRIGGER USER")
    connection.execute(statement)
    connection.execute("ALTER TABLE audit ENABLE TRIGGER USER")


def test_an_untouched_log_holds(connection: Connection):
    assert verify(connection)[:2] == (0, None)
    fill(connection)
    assert verify(connection)[:2] == (5, None)
    assert [row["seq"] for row in rows(connection, "audit")] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("setting", ["SET timezone = 'Asia/Shanghai'", "SET datestyle = 'German'"])
def test_a_log_holds_whatever_the_session_is_set_to(connection: Connection, setting: str):
    fill(connection)
    connection.execute(setting)
    assert verify(connection).broken_at is None


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE audit SET reason = 'another' WHERE seq = 3", 3),
        ("UPDATE audit SET actor = 'zhou' WHERE seq = 1", 1),
        ("UPDATE audit SET at = at + interval '1 microsecond' WHERE seq = 5", 5),
        ("UPDATE audit SET before = '{\"x\": 2}' WHERE seq = 4", 4),
        ("UPDATE audit SET note = '' WHERE seq = 2", 2),
        ("DELETE FROM audit WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 5", 5),
        ("DELETE FROM audit", 1),
    ],
)
def test_what_was_changed_or_removed_shows(connection: Connection, statement: str, broken_at: int):
    fill(connection)
    tamper(connection, statement)
    assert verify(connection).broken_at == broken_at


@pytest.mark.parametrize("statement", ["UPDATE audit SET note = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_database_itself_lets_nobody_change_the_log(connection: Connection, statement: str):
    fill(connection)
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        connection.execute(statement)


def test_what_is_rolled_back_leaves_no_gap(connection: Connection):
    fill(connection, 1)
    with connection.transaction(force_rollback=True):
        fill(connection, 2)
    fill(connection, 1)
    assert verify(connection)[:2] == (2, None)


def test_a_log_that_was_written_anew_does_not_hold_a_hash_noted_before(connection: Connection):
    fill(connection)
    noted = verify(connection).head
    fill(connection, 1)
    assert verify(connection, noted).expected
    tamper(connection, "DELETE FROM audit; UPDATE audit_head SET seq = 0, hash = sha256('yihu')")
    fill(connection, 6)
    verdict = verify(connection, noted)
    assert (verdict.broken_at, verdict.expected) == (None, True)  # the very same entries
    tamper(connection, "DELETE FROM audit; UPDATE audit_head SET seq = 0, hash = sha256('yihu')")
    fill(connection, 3)
    verdict = verify(connection, noted)
    assert (verdict.broken_at, verdict.expected) == (None, False)


def test_the_database_s_own_words_for_a_row_are_not_believed(connection: Connection):
    fill(connection)
    connection.execute("ALTER TABLE audit DISABLE TRIGGER ALL")
    connection.execute(
        "CREATE OR REPLACE FUNCTION audit_text(entry audit) RETURNS text LANGUAGE sql AS $$ SELECT 'as it was' $$"
    )
    connection.execute("UPDATE audit SET actor = 'somebody else' WHERE seq = 1")
    assert verify(connection).broken_at == 1


def test_many_who_append_at_once_make_one_chain(database: str, connection: Connection):
    start = threading.Barrier(6)

    def write(_: int) -> None:
        with psycopg.connect(database) as own:
            start.wait(20)
            for _ in range(20):
                with own.transaction():
                    append(own, ENTRY)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6), timeout=60))
    assert verify(connection)[:2] == (120, None)


def test_only_what_differs_is_told():
    one = ticket()
    old, new = differences(one, replace(one, assignee="wang", severity="major"))
    assert (old, new) == ({"severity": "minor", "assignee": None}, {"severity": "major", "assignee": "wang"})
    assert differences(one, one) == ({}, {})


def test_an_entry_of_a_ticket_keeps_to_it(connection: Connection):
    one = stored(connection)
    append(connection, replace(ENTRY, ticket=one.id, to_state="closed"))
    (row,) = rows(connection, "audit", ticket=one.id)
    assert (row["subject"], row["to_state"], row["before"], row["after"]) == ("ticket", "closed", {"x": 1.5}, None)


def test_an_order_is_told_with_what_it_asked_and_what_it_changed():
    one, into = case(), uuid4()
    asked = order(Action.MERGE, None, 0, reason="same", note="see there", into=into)
    told = of_order(asked, one.ticket, apply(one, asked).ticket)
    assert (told.actor, told.action, told.from_state, told.to_state) == ("script", "merge", "candidate", "merged")
    assert (told.at, told.reason, told.note, told.detail) == (RECEIVED, "same", "see there", {"into": str(into)})
    changes = [(words or {}).get("merged_into") for words in (told.before, told.after)]
    assert changes == [None, str(into)]


def test_what_a_detector_does_is_told_without_the_whole_explanation():
    one = ticket()
    told = of_event("regrade", "detect", RECEIVED, one, replace(one, severity="major", explanation={"long": 1}))
    assert (told.before, told.after) == ({"severity": "minor"}, {"severity": "major"})
    opened = of_opening(case(), "detect")
    assert (opened.before, (opened.after or {})["severity"], (opened.after or {})["kind"]) == (None, "minor", "rubbish")
    assert opened.detail == {"terms": encode(case().terms)[0].hex()}
