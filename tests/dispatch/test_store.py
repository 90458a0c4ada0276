from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from dispatch import store
from dispatch.store import Evidence
from dispatch.ticket import Action, Area, Order, Position, State
from tests.dispatch.matters import JPEG, METRE, RECEIVED, incident, read, rows, stored, ticket, timeline

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
def test_a_ticket_comes_back_as_it_was_stored(connection: Connection, fields: dict[str, Any]):
    one = ticket(**fields)
    store.insert_ticket(connection, one)
    assert replace(read(connection, one.id), number="") == one


def test_a_ticket_comes_back_as_it_was_saved(connection: Connection):
    root = stored(connection)
    changed = replace(stored(connection, **FULL), **LATER, merged_into=root.id)
    store.save_ticket(connection, changed)
    assert read(connection, changed.id) == changed


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
    assert store.lock_ticket(connection, uuid4()) is None


def test_who_was_merged_into_a_ticket_follows_it_into_the_next(connection: Connection):
    a, b, c = (stored(connection) for _ in range(3))
    for one, into in [(a, b), (b, c)]:
        store.save_ticket(connection, replace(one, state=State.MERGED, ended_at=RECEIVED, merged_into=into.id))
    assert read(connection, a.id).merged_into == read(connection, b.id).merged_into == c.id


def test_an_order_is_recorded_with_what_it_asked(connection: Connection):
    one, other = stored(connection), uuid4()
    asked = Order(action=Action.MERGE, at=RECEIVED, actor=None, reason="same", note="see there", into=other)
    store.add_order(connection, replace(one, state=State.MERGED), asked, State.CANDIDATE)
    (entry,) = rows(connection, "timeline")
    assert timeline(connection, one.id) == [("script", "merge", "candidate", "merged")]
    assert (entry["at"], entry["reason"], entry["note"]) == (RECEIVED, "same", "see there")
    assert entry["detail"] == {"into": str(other)}


@pytest.mark.parametrize("metres", [0, 20, 29, 31, 100, 1000, 9000])
@pytest.mark.parametrize("east", [True, False])
def test_another_source_s_ticket_is_at_the_place_up_to_thirty_metres(connection: Connection, metres: float, east: bool):
    longitude, latitude = 104.395, 31.125
    one = stored(connection, kind="illegal_parking", position=Position(longitude, latitude))
    degrees = metres * METRE
    there = (longitude + degrees / 0.85604, latitude) if east else (longitude, latitude + degrees)  # cos 31.125°
    found = store.find_open_at_place(connection, incident(position=there))
    assert found == (one.id if metres <= 30 else None)


def test_a_place_without_a_position_is_near_nothing(connection: Connection):
    stored(connection, kind="illegal_parking")
    stored(connection, kind="illegal_parking", position=Position(104.395, 31.125))
    assert store.find_open_at_place(connection, incident(position=None)) is None


def test_the_better_picture_of_a_role_takes_the_older_one_s_place(connection: Connection):
    one, seen = stored(connection), incident()
    store.put_incident(connection, seen, one.id, RECEIVED)
    for minute, role in [(1, "first"), (2, "first"), (5, "best"), (3, "best"), (7, "best"), (1, "photo"), (2, "photo")]:
        at = RECEIVED + timedelta(minutes=minute)
        of = None if role == "photo" else seen.id
        store.put_evidence(connection, one.id, Evidence(uuid7(), role, at, "image/jpeg", JPEG, of, (0, 0, 1, 1)))
    kept = sorted((row["role"], (row["at"] - RECEIVED).seconds // 60) for row in rows(connection, "evidence"))
    assert kept == [("best", 7), ("first", 1), ("photo", 1), ("photo", 2)]


def test_an_incident_knows_only_forward(connection: Connection):
    one, seen = stored(connection), incident()
    assert store.put_incident(connection, seen, one.id, RECEIVED)
    assert not store.put_incident(connection, incident(id=seen.id, at=seen.at - 1), one.id, RECEIVED)
    assert store.put_incident(connection, incident(id=seen.id, at=seen.at + 1, phase="clear"), one.id, RECEIVED)
    assert not store.put_incident(connection, incident(id=seen.id, at=seen.at + 2, phase="update"), one.id, RECEIVED)
    (row,) = rows(connection, "incidents")
    assert (row["phase"], row["at"].timestamp()) == ("clear", seen.at + 1)
    assert store.find_incident(connection, seen.id) == one.id
    assert store.find_incident(connection, uuid4()) is None


def test_of_what_is_set_aside_the_head_is_kept(connection: Connection):
    store.quarantine(connection, "a/topic", "why", b"x" * 10_000, 4096)
    (row,) = rows(connection, "quarantine")
    assert (row["topic"], row["reason"], row["size"], len(row["head"])) == ("a/topic", "why", 10_000, 4096)


def test_areas_come_from_the_database(connection: Connection):
    polygon = Jsonb([[104, 31], [105, 31], [105, 32], [104, 32]])
    connection.execute("INSERT INTO areas VALUES ('51', 'Sichuan', 'city', NULL, %s)", [polygon])
    assert store.load_areas(connection).find(Position(104.5, 31.5)) == Area("51", "Sichuan")


def test_a_device_without_a_name_is_called_by_its_id(connection: Connection):
    connection.execute("INSERT INTO devices (site, id, kind, name) VALUES ('tooley', 'cam-1', 'camera', 'The kerb')")
    assert store.device_name(connection, "tooley", "cam-1") == "The kerb"
    assert store.device_name(connection, "tooley", "cam-2") == "cam-2"
