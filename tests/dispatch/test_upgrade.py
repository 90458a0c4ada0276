"""Databases of older versions: what was open goes on, and what was written stays written."""

import shutil
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from dispatch import audit
from dispatch.desk import act
from dispatch.press import next_climb
from dispatch.store import Evidence, put_evidence
from dispatch.transitions import Action, State
from ingest.migrate import FOLDER, migrate
from tests.dispatch.matters import JPEG, RECEIVED, order, read, read_case, rows, stored, timeline

HOUR = timedelta(hours=1)
BEFORE = "0004_limits.sql"
STEPS = ((None, "candidate", "open"), ("candidate", "dispatched", "confirm"), ("dispatched", "accepted", "accept"))


def migrate_as_it_was(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, last: str = BEFORE) -> None:
    for file in FOLDER.glob("*.sql"):
        if file.name <= last or file.name == "timescale.sql":
            shutil.copy(file, folder)
    (folder / "postgresql.sql").touch()  # there was none
    with monkeypatch.context() as patch:
        patch.setattr("ingest.migrate.FOLDER", folder)
        migrate(url)


def put_old_ticket(connection: psycopg.Connection, number: int, steps: int) -> UUID:
    """One of a site that wanted 1 h, 5 h and 2 d; so many steps along."""
    ticket, state = uuid4(), STEPS[steps - 1][1]
    accepted_at = RECEIVED + HOUR / 2 if state == "accepted" else None
    limits = [RECEIVED + hours * HOUR for hours in (1, 5, 48)]
    connection.execute(
        "INSERT INTO tickets (id, number, kind, state, severity, title, opened_at, began_at, due_accept, due_handle,"
        " due_close, accepted_at) VALUES (%s, %s, 'rubbish', %s, 'minor', 't', %s, %s, %s, %s, %s, %s)",
        [ticket, str(number), state, RECEIVED, RECEIVED, *limits, accepted_at],
    )
    for minute, (before, after, action) in enumerate(STEPS[:steps]):
        connection.execute(
            "INSERT INTO timeline (ticket, at, actor, action, from_state, to_state)"
            " VALUES (%s, %s, 'zhou', %s, %s, %s)",
            [ticket, RECEIVED + minute * HOUR / 4, action, before, after],
        )
    return ticket


def test_open_tickets_keep_their_due_times_and_go_on(
    empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate_as_it_was(empty_database, tmp_path, monkeypatch)
    with psycopg.connect(empty_database, autocommit=True) as connection:
        tickets = [put_old_ticket(connection, number, 1 + number % len(STEPS)) for number in range(30)]
        before = {row["id"]: row for row in rows(connection, "tickets")}
        migrate(empty_database)
        for ticket in tickets:
            case = read_case(connection, ticket)
            old = before[ticket]
            assert case.ticket.due == (old["due_accept"], old["due_handle"], old["due_close"])
            assert [one.state for one in case.ledger] == [step for _, step, _ in STEPS[: len(case.ledger)]]
            climb = next_climb(case.ticket, case.terms)
            assert climb
            assert case.ticket.press_at == climb.at
        assert audit.verify(connection).broken_at is None
        accepted = tickets[2]
        act(connection, accepted, order(Action.HANDLE, "wang", 60), [])
        assert read(connection, accepted).state == State.HANDLED
        assert read(connection, accepted).due.handle == RECEIVED + 5 * HOUR
        assert [entry[1] for entry in timeline(connection, accepted)] == ["open", "confirm", "accept", "handle"]
        assert audit.verify(connection).broken_at is None


def test_who_had_a_report_reopened_before_has_no_second_no(
    empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And whose «no» came after a «yes», when that did not count, has one still."""
    migrate_as_it_was(empty_database, tmp_path, monkeypatch, "0012_failed_sign_ins.sql")
    with psycopg.connect(empty_database, autocommit=True) as connection:
        reopened, unheard, silent = (stored(connection, state=State.CLOSED).id for _ in range(3))
        for ticket, solved in ((reopened, True), (unheard, False), (silent, None)):
            connection.execute(
                "INSERT INTO reports (ticket, at, follow, solved) VALUES (%s, now(), %s, %s)",
                [ticket, ticket.bytes, solved],
            )
        for ticket, action, at in ((reopened, "reopen", RECEIVED), (unheard, "comment", RECEIVED)):
            audit.append(connection, audit.Entry(at=at, actor="report", action=action, ticket=ticket))
        migrate(empty_database)
        assert {row["ticket"]: row["reopened_at"] for row in rows(connection, "reports")} == {
            reopened: RECEIVED,
            unheard: None,
            silent: None,
        }


def test_pictures_of_before_keep_their_hashes(
    empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate_as_it_was(empty_database, tmp_path, monkeypatch, "0030_enrolment.sql")
    with psycopg.connect(empty_database, autocommit=True) as connection:
        put_evidence(connection, stored(connection).id, Evidence(uuid4(), "photo", RECEIVED, "image/jpeg", JPEG))
        (before,) = rows(connection, "evidence")
        migrate(empty_database)
        assert rows(connection, "evidence") == [before | {"removed_at": None}]


def test_a_long_timeline_is_chained_in_a_breath(
    empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate_as_it_was(empty_database, tmp_path, monkeypatch)
    with psycopg.connect(empty_database, autocommit=True) as connection:
        ticket = put_old_ticket(connection, 1, 1)
        connection.execute(
            "INSERT INTO timeline (ticket, at, actor, action, from_state, to_state)"
            " SELECT %s, now(), 'zhou', 'comment', 'candidate', 'candidate' FROM generate_series(1, 50000)",
            [ticket],
        )
        migrate(empty_database)
        verdict = audit.verify(connection)
        assert (verdict.entries, verdict.broken_at) == (50_001, None)
