"""What an open ticket holds, and what goes when nothing is open any more."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from prometheus_client import CollectorRegistry
from psycopg import Connection
from uuid_utils.compat import uuid7

from dispatch import holds, store
from dispatch.desk import act
from dispatch.holds import remove_evidence
from dispatch.store import Evidence
from dispatch.transitions import Action, State
from ingest.upkeep import Keep, Upkeep
from tests.dispatch.matters import JPEG, RECEIVED, order, rows, stored
from tests.waiting import wait_for

KEEP = timedelta(days=180)
CLOSED = RECEIVED + timedelta(days=1)
LATER = CLOSED + KEEP + timedelta(days=1)


def put(connection: Connection, **changes: object) -> UUID:
    """A ticket with a picture."""
    ticket = stored(connection, **changes)
    piece = Evidence(uuid7(), "photo", RECEIVED, "image/jpeg", JPEG)
    store.put_evidence(connection, ticket.id, piece)
    return ticket.id


def put_closed(connection: Connection, ended_at: datetime = CLOSED, **changes: object) -> UUID:
    ticket = put(connection, state=State.CLOSED, **changes)
    connection.execute("UPDATE tickets SET ended_at = %s WHERE id = %s", [ended_at, ticket])
    return ticket


def has_picture(connection: Connection, ticket: UUID) -> bool:
    (piece,) = rows(connection, "evidence", ticket=ticket)
    return piece["data"] is not None


def test_of_what_was_closed_long_ago_bytes_go_and_what_they_were_stays(connection: Connection) -> None:
    ticket = put_closed(connection)
    (before,) = rows(connection, "evidence", ticket=ticket)
    assert remove_evidence(KEEP, connection, CLOSED + KEEP - timedelta(days=1)) == 0
    assert remove_evidence(KEEP, connection, LATER) == 1
    assert remove_evidence(KEEP, connection, LATER) == 0
    assert rows(connection, "evidence", ticket=ticket) == [before | {"data": None, "removed_at": LATER}]


def test_an_open_ticket_holds_its_pictures_for_ever(connection: Connection) -> None:
    ticket = put(connection)
    assert remove_evidence(KEEP, connection, LATER + 10 * KEEP) == 0
    assert has_picture(connection, ticket)


def test_what_came_back_holds_what_it_came_back_from(connection: Connection) -> None:
    first = put_closed(connection)
    second = put_closed(connection, parent=first)
    third = put(connection, parent=second)
    assert remove_evidence(KEEP, connection, LATER) == 0
    connection.execute("UPDATE tickets SET state = 'closed', ended_at = %s WHERE id = %s", [CLOSED, third])
    assert remove_evidence(KEEP, connection, LATER) == 3
    assert not any(has_picture(connection, one) for one in (first, second, third))


def test_what_was_merged_into_an_open_one_is_held_and_what_came_of_one_that_was_merged(connection: Connection) -> None:
    root = put(connection)
    merged = put_closed(connection)
    old = put_closed(connection)
    connection.execute(
        "UPDATE tickets SET state = 'merged', merged_into = %s, parent = %s WHERE id = %s", [root, old, merged]
    )
    other = put_closed(connection)
    assert remove_evidence(KEEP, connection, LATER) == 1
    assert [has_picture(connection, one) for one in (root, merged, old, other)] == [True, True, True, False]


def test_it_is_held_until_all_that_hangs_on_it_has_been_closed_for_long(connection: Connection) -> None:
    first = put_closed(connection)
    put_closed(connection, ended_at=LATER - KEEP / 2, parent=first)
    assert remove_evidence(KEEP, connection, LATER) == 0
    assert remove_evidence(KEEP, connection, LATER + KEEP) == 2


def test_more_than_one_batch_goes_at_once(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holds, "BATCH", 2)
    for _ in range(5):
        put_closed(connection)
    assert remove_evidence(KEEP, connection, LATER) == 5


@pytest.fixture
def other(database: str) -> Iterator[Connection]:
    with psycopg.connect(database, autocommit=True) as opened:
        yield opened


def test_whoever_is_reopening_one_keeps_its_pictures(connection: Connection, other: Connection) -> None:
    """And those of what it came back from, which nobody has locked."""
    first = put_closed(connection)
    second = put_closed(connection, parent=first)
    free = put_closed(connection)
    with other.transaction():
        act(other, second, order(Action.REOPEN, "zhou", reason="still there"), [])
        assert remove_evidence(KEEP, connection, LATER) == 1
    assert [has_picture(connection, one) for one in (first, second, free)] == [True, True, False]
    assert remove_evidence(KEEP, connection, LATER) == 0


@pytest.mark.parametrize("what", ["reopened", "come back"])
def test_what_is_reopened_or_comes_back_after_it_was_looked_for_keeps_its_pictures(
    connection: Connection, other: Connection, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Between the query that finds it and the one that locks it."""
    ticket = put_closed(connection)
    look = holds._to_clear

    def look_and_be_late(*asked: object) -> list[UUID]:
        found = look(*asked)  # type: ignore[arg-type]
        if found and what == "reopened":
            act(other, ticket, order(Action.REOPEN, "zhou", reason="still there"), [])
        elif found:
            put(other, parent=ticket)
        return found

    monkeypatch.setattr(holds, "_to_clear", look_and_be_late)
    assert remove_evidence(KEEP, connection, LATER) == 0
    assert has_picture(connection, ticket)


def test_whoever_opens_a_recurrence_waits_while_it_is_decided(
    connection: Connection, other: Connection, database: str
) -> None:
    ticket = put_closed(connection)
    with connection.transaction():
        connection.execute(holds.SQL["lock_families"], {"tickets": [ticket]})
        thread = threading.Thread(target=put, args=(other,), kwargs={"parent": ticket})
        thread.start()
        with psycopg.connect(database, autocommit=True) as watch:
            waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            wait_for(lambda: watch.execute(waiting).fetchall())
    thread.join(10)
    assert not thread.is_alive()


def test_a_better_picture_of_what_goes_on_is_there_again(connection: Connection) -> None:
    ticket = put_closed(connection)
    remove_evidence(KEEP, connection, LATER)
    connection.execute("UPDATE evidence SET data = %s WHERE ticket = %s", [JPEG + b"x", ticket])
    (piece,) = rows(connection, "evidence", ticket=ticket)
    assert piece["removed_at"] is None
    (digest,) = connection.execute("SELECT sha256(%s::bytea)", [JPEG + b"x"]).fetchone() or (None,)
    assert piece["sha256"] == digest


def tell(connection: Connection, ticket: UUID, at: datetime) -> None:
    """A sensor told of a flood, which was over within ten minutes."""
    connection.execute(
        "INSERT INTO incidents (id, ticket, kind, phase, site, device, zone, began_at, found_at, at, severity, score,"
        " objects, explanation, received_at) VALUES (gen_random_uuid(), %s, 'flood', 'clear', 'tooley', 'level-1',"
        " 'water_level', %s, %s, %s, 'major', 1, '[]', '{}', %s)",
        [ticket, at, at, at + timedelta(minutes=10), at],
    )


def read(connection: Connection, at: datetime, *minutes: int, metric: str = "water_level") -> None:
    """Readings so many minutes after a time, worth as much."""
    for after in minutes:
        moment = at + timedelta(minutes=after)
        connection.execute(
            "INSERT INTO readings (at, site, device, metric, value, unit, received_at)"
            " VALUES (%s, 'tooley', 'level-1', %s, %s, 'm', %s)",
            [moment, metric, after, moment],
        )


def held(connection: Connection) -> list[float]:
    return sorted(one["value"] for one in rows(connection, "held_readings"))


@pytest.fixture
def upkeep() -> Upkeep:
    return Upkeep(Keep(), CollectorRegistry())


def test_readings_by_which_a_sensor_told_of_an_open_ticket_outlive_their_day(
    connection: Connection, upkeep: Upkeep
) -> None:
    at = RECEIVED.replace(hour=12)
    ticket = stored(connection, kind="flood", device="level-1")
    tell(connection, ticket.id, at)
    read(connection, at, -90, -61, -59, 0, 69, 71)
    read(connection, at, 5, metric="noise")
    upkeep.look(connection, at)
    upkeep.look(connection, at + timedelta(days=100))
    assert rows(connection, "readings") == []
    assert held(connection) == [-59, 0, 69]
    connection.execute("UPDATE tickets SET state = 'closed', ended_at = %s WHERE id = %s", [CLOSED, ticket.id])
    upkeep.look(connection, at + timedelta(days=100))
    assert held(connection) == []


def test_so_do_those_of_a_day_for_which_there_never_was_a_part(connection: Connection, upkeep: Upkeep) -> None:
    at = RECEIVED.replace(hour=12)
    ticket = stored(connection, kind="flood", device="level-1")
    tell(connection, ticket.id, at)
    read(connection, at, -90, 0)
    upkeep.look(connection, at + timedelta(days=100))
    assert rows(connection, "readings") == []
    assert held(connection) == [0]


def test_what_ended_before_it_began_by_a_clock_that_was_set_back_is_held_too(
    connection: Connection, upkeep: Upkeep
) -> None:
    at = RECEIVED.replace(hour=12)
    tell(connection, stored(connection, kind="flood", device="level-1").id, at)
    connection.execute("UPDATE incidents SET at = began_at - interval '3 hours'")
    read(connection, at, -241, -239, 0, 59, 61)
    upkeep.look(connection, at)
    for _ in range(2):
        upkeep.look(connection, at + timedelta(days=100))
        assert held(connection) == [-239, 0, 59]


def test_what_another_ticket_of_the_sensor_holds_is_its_own_metric(connection: Connection, upkeep: Upkeep) -> None:
    at = RECEIVED.replace(hour=12)
    flood = stored(connection, kind="flood", device="level-1")
    tell(connection, flood.id, at)
    tell(connection, stored(connection, kind="gas_leak", device="level-1").id, at)
    connection.execute("UPDATE incidents SET zone = 'gas', kind = 'gas_leak' WHERE ticket <> %s", [flood.id])
    read(connection, at, 0)
    read(connection, at, 1, metric="gas")
    upkeep.look(connection, at)
    upkeep.look(connection, at + timedelta(days=100))
    assert held(connection) == [0, 1]
    connection.execute("UPDATE tickets SET state = 'closed', ended_at = %s WHERE id = %s", [CLOSED, flood.id])
    upkeep.look(connection, at + timedelta(days=100))
    assert held(connection) == [1]


def test_they_are_held_for_whatever_came_of_the_ticket(connection: Connection, upkeep: Upkeep) -> None:
    at = RECEIVED.replace(hour=12)
    first = put_closed(connection, kind="flood", device="level-1")
    again = put(connection, kind="flood", device="level-1", parent=first)
    tell(connection, first, at)
    read(connection, at, 0)
    upkeep.look(connection, at)
    for _ in range(2):
        upkeep.look(connection, at + timedelta(days=100))
        assert held(connection) == [0]
    connection.execute("UPDATE tickets SET state = 'closed', ended_at = %s WHERE id = %s", [CLOSED, again])
    upkeep.look(connection, at + timedelta(days=100))
    assert held(connection) == []
