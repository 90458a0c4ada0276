from datetime import timedelta
from uuid import uuid4

import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from dispatch import store
from dispatch.store import Evidence
from dispatch.ticket import Area, Position
from tests.dispatch.matters import JPEG, METRE, RECEIVED, incident, rows, stored


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
        face = (0, 0, minute / 10, 1)
        store.put_evidence(
            connection, one.id, Evidence(uuid7(), role, at, "image/jpeg", JPEG, of, (0, 0, 1, 1), [face])
        )
    kept = sorted((row["role"], (row["at"] - RECEIVED).seconds // 60) for row in rows(connection, "evidence"))
    assert kept == [("best", 7), ("first", 1), ("photo", 1), ("photo", 2)]
    hidden = {row["role"]: row["redactions"][0][2] for row in rows(connection, "evidence") if row["role"] != "photo"}
    assert hidden == {"best": 0.7, "first": 0.1}


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


def test_an_incident_stays_as_sure_as_it_was_at_its_best(connection: Connection):
    one, seen = stored(connection), incident(score=0.6)
    for later, score in enumerate([0.6, 0.8, 0.3]):
        store.put_incident(connection, incident(id=seen.id, at=seen.at + later, score=score), one.id, RECEIVED)
    (row,) = rows(connection, "incidents")
    assert row["score"] == 0.8


def test_of_what_is_set_aside_the_head_is_kept(connection: Connection):
    store.quarantine(connection, "a/topic", "why", b"x" * 10_000, 4096)
    (row,) = rows(connection, "quarantine")
    assert (row["topic"], row["reason"], row["size"], len(row["head"])) == ("a/topic", "why", 10_000, 4096)


def test_areas_come_from_the_database(connection: Connection):
    polygon = Jsonb([[104, 31], [105, 31], [105, 32], [104, 32]])
    connection.execute("INSERT INTO areas VALUES ('51', 'Sichuan', 'city', NULL, %s)", [polygon])
    assert store.load_areas(connection).find(Position(104.5, 31.5)) == Area("51", "Sichuan")


def test_areas_are_those_of_the_transaction_however_often_they_change(connection: Connection):
    polygon = Jsonb([[104, 31], [105, 31], [105, 32], [104, 32]])
    connection.execute("INSERT INTO areas VALUES ('51', 'one', 'city', NULL, %s)", [polygon])

    def name() -> str:
        area = store.load_areas(connection).find(Position(104.5, 31.5))
        return area.name if area else ""

    def rename(new: str) -> None:
        connection.execute("UPDATE areas SET name = %s", [new])

    assert (name(), name()) == ("one", "one")
    with connection.transaction(force_rollback=True):
        for new in ("two", "three"):
            rename(new)
            assert name() == new
    assert name() == "one"
    rename("four")
    assert name() == "four"
    connection.execute("DELETE FROM areas")
    assert name() == ""


def test_areas_that_are_the_same_are_not_read_again(connection: Connection):
    connection.execute("INSERT INTO areas VALUES ('51', 'one', 'city', NULL, '[[104,31],[105,31],[105,32],[104,32]]')")
    assert store.load_areas(connection) is store.load_areas(connection)


def test_a_device_without_a_name_is_called_by_its_id(connection: Connection):
    connection.execute("INSERT INTO devices (site, id, kind, name) VALUES ('tooley', 'cam-1', 'camera', 'The kerb')")
    assert store.device_name(connection, "tooley", "cam-1") == "The kerb"
    assert store.device_name(connection, "tooley", "cam-2") == "cam-2"
