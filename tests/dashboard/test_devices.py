from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from dashboard.models import Device
from ingest.upkeep import Keep, Upkeep
from tests.dashboard.conftest import INSIDE, add_camera, add_picture, add_reading
from tests.dispatch.matters import told_of

JPEG = b"\xff\xd8 picture \xff\xd9"


def test_a_camera_shows_its_newest_picture(client: TestClient, connection: psycopg.Connection) -> None:
    add_camera(connection)
    (camera,) = client.get("/api/devices").json()
    assert (camera["picture"], camera["state"]) == (None, "unknown")
    assert client.get("/api/devices/tooley/cam-1/picture.jpg").status_code == 404
    add_picture(connection, JPEG)
    (camera,) = client.get("/api/devices").json()
    answer = client.get(camera["picture"])
    assert (answer.content, answer.headers["cache-control"]) == (JPEG, "no-store")


def test_a_device_is_told_as_it_is_described(client: TestClient, connection: psycopg.Connection) -> None:
    name = '"quoted" \\ 摄像机'
    add_camera(connection, "cam-2", None)
    add_camera(connection, "cam-1")
    connection.execute("UPDATE devices SET name = %s, seen_at = now() WHERE id = 'cam-1'", [name])
    told = client.get("/api/devices").json()
    assert [Device(**one).id for one in told] == ["cam-1", "cam-2"]
    assert told[0].keys() == Device.model_fields.keys()
    assert (told[0]["name"], told[0]["position"], told[1]["position"]) == (name, [*INSIDE], None)
    assert client.get("/api/wall").json()["devices"] == told


@pytest.mark.parametrize(("state", "seen"), [("online", "agent"), ("stalled", "itself")])
def test_whoever_is_online_is_seen_whenever_its_agent_is(
    client: TestClient, connection: psycopg.Connection, state: str, seen: str
) -> None:
    add_camera(connection)
    times = {"agent": "2026-11-29T10:00:00Z", "itself": "2026-11-29T09:00:00Z"}
    connection.execute("UPDATE devices SET state = %s, agent = 'edge', seen_at = %s", [state, times["itself"]])
    connection.execute(
        "INSERT INTO devices (site, id, kind, name, seen_at) SELECT site, 'edge', 'agent', '', %s FROM devices",
        [times["agent"]],
    )
    assert client.get("/api/devices").json()[0]["seen_at"] == times[seen]


def test_a_name_that_no_device_can_have_is_a_problem(client: TestClient) -> None:
    assert client.get("/api/devices/tooley/CAM_1/picture.jpg").status_code == 422


def test_readings_newest_first_by_metric_and_span(client: TestClient, connection: psycopg.Connection) -> None:
    for value in (0.1, 0.2, 0.3):
        add_reading(connection, value)
    add_reading(connection, 21.0, "temperature")
    url = "/api/devices/tooley/level-1/readings"
    assert len(client.get(url).json()) == 4
    levels = client.get(url, params={"metric": "water_level"}).json()
    assert [reading["value"] for reading in levels] == [0.3, 0.2, 0.1]
    assert levels[0].items() >= {"metric": "water_level", "unit": "m", "text": None}.items()
    middle = levels[1]["at"]
    assert [r["value"] for r in client.get(url, params={"metric": "water_level", "to": middle}).json()] == [0.1]
    assert [r["value"] for r in client.get(url, params={"metric": "water_level", "from": middle}).json()] == [0.3, 0.2]


URL = "/api/devices/tooley/level-1/readings"
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


def read_every(connection: psycopg.Connection, every: timedelta, count: int, table: str = "readings") -> None:
    """Readings of one sensor up to noon; the first is 0, the next 1, and so on."""
    connection.execute(
        f"INSERT INTO {table} (at, site, device, metric, value, unit, received_at)"  # noqa: S608 - our own name
        " SELECT at, 'tooley', 'level-1', 'water_level', number, 'm', at FROM generate_series(0, %s - 1) AS number,"
        " LATERAL (SELECT %s + number * %s AS at) AS moment",
        [count, NOON - count * every, every],
    )


@pytest.mark.parametrize(
    ("every_s", "count", "span_s", "told"),
    [(60, 1000, None, 1000), (60, 1440, 300, 288), (300, 1500, 3600, 125)],
    ids=["single", "by five minutes", "by the hour"],
)
def test_all_of_a_span_is_told_in_the_shortest_parts_that_are_not_too_many(
    client: TestClient, connection: psycopg.Connection, every_s: int, count: int, span_s: int | None, told: int
) -> None:
    read_every(connection, timedelta(seconds=every_s), count)
    found = client.get(URL, params={"from": (NOON - timedelta(days=8)).isoformat()}).json()
    assert (len(found), {one["span_s"] for one in found}) == (told, {span_s})
    assert found == sorted(found, key=lambda one: str(one["at"]), reverse=True)
    size = (span_s or every_s) // every_s
    assert sum((one["count"] or 1) for one in found) == count
    if span_s:
        last = {"value": count - (size + 1) / 2, "min": count - size, "max": count - 1, "count": size, "unit": "m"}
        assert found[0].items() >= (last | {"text": None, "metric": "water_level"}).items()


def test_who_asks_for_so_many_gets_the_last_readings_themselves(
    client: TestClient, connection: psycopg.Connection
) -> None:
    read_every(connection, timedelta(minutes=1), 1440)
    for params in ({"limit": "2", "from": (NOON - timedelta(days=8)).isoformat()}, {"limit": "2"}, {}):
        found = client.get(URL, params=params).json()
        assert len(found) == int(params.get("limit", 1000))
        assert [(one["value"], one["span_s"]) for one in found[:2]] == [(1439, None), (1438, None)]


def test_of_what_is_no_longer_kept_one_by_one_means_are_told(
    client: TestClient, connection: psycopg.Connection
) -> None:
    for days in (100, 1):
        connection.execute(
            "INSERT INTO readings (at, site, device, metric, value, unit, received_at)"
            " VALUES (%(at)s, 'tooley', 'level-1', 'water_level', 1, 'm', %(at)s)",
            {"at": NOON - timedelta(days=days)},
        )
    Upkeep(Keep(), CollectorRegistry()).look(connection, NOON)
    for days, span_s in ((99, {None}), (101, {300})):
        found = client.get(URL, params={"from": (NOON - timedelta(days=days)).isoformat()}).json()
        assert {one["span_s"] for one in found} == span_s


def test_words_are_told_one_by_one_however_many(client: TestClient, connection: psycopg.Connection) -> None:
    read_every(connection, timedelta(minutes=1), 1440)
    connection.execute("UPDATE readings SET text = value::text, value = NULL")
    found = client.get(URL, params={"from": (NOON - timedelta(days=8)).isoformat()}).json()
    assert (len(found), found[0]["text"], found[0]["span_s"]) == (1000, "1439", None)


def test_what_an_open_ticket_refers_to_is_told_though_its_time_is_over(
    client: TestClient, connection: psycopg.Connection
) -> None:
    read_every(connection, timedelta(minutes=1), 3, "held_readings")
    read_every(connection, timedelta(seconds=10), 1)
    assert [one["value"] for one in client.get(URL).json()] == [0, 2, 1, 0]


def test_what_has_not_arrived_of_a_device_is_told_boot_by_boot(
    client: TestClient, connection: psycopg.Connection
) -> None:
    whole, holed, thinned = (str(UUID(int=number)) for number in (1, 2, 3))
    for boot, settled, dropped, minutes in (
        (whole, "{[1,9)}", "{}", 1),
        (holed, "{[3,9)}", "{[5,6)}", 2),
        (thinned, "{[1,5)}", "{[3,4)}", 3),
    ):
        connection.execute(
            "INSERT INTO sequences (site, device, boot, settled, dropped, heard_at)"
            " VALUES ('tooley', 'level-1', %s, %s, %s, %s)",
            [boot, settled, dropped, ago(minutes)],
        )
    told = client.get("/api/devices/tooley/level-1/gaps").json()
    assert [gap.pop("heard_at") for gap in told] != []
    assert told == [
        {"boot": holed, "missing": [[1, 2]], "dropped": [[5, 5]]},
        {"boot": thinned, "missing": [], "dropped": [[3, 3]]},
    ]
    assert client.get("/api/devices/tooley/cam-1/gaps").json() == []


def ago(minutes: float) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


def test_a_camera_that_shows_no_street_is_blind_while_that_is_told_of(
    client: TestClient, connection: psycopg.Connection
) -> None:
    add_camera(connection)

    def blind() -> tuple[str | None, str | None]:
        (camera,) = client.get("/api/devices").json()
        return camera["blind"], camera["blind_since"]

    told_of(connection, "illegal_parking", (ago(9), ago(0)))
    told_of(connection, "camera_moved", (ago(300), ago(16)))  # who told of it has died since
    assert blind() == (None, None)
    began = ago(5)
    incident = told_of(connection, "camera_covered", (began, ago(1)))
    assert blind() == ("camera_covered", began.isoformat().replace("+00:00", "Z"))
    connection.execute("UPDATE incidents SET phase = 'clear' WHERE id = %s", [incident])
    assert blind() == (None, None)


def test_who_watches_hears_when_a_camera_goes_blind_and_sees_again(connection: psycopg.Connection) -> None:
    with psycopg.connect(connection.info.dsn, password=connection.info.password, autocommit=True) as ear:
        ear.execute("LISTEN yihu")
        incident = told_of(connection, "camera_covered", (ago(2), ago(1)))
        connection.commit()
        connection.execute("UPDATE incidents SET at = now() WHERE id = %s", [incident])  # it goes on
        connection.commit()
        connection.execute("UPDATE incidents SET phase = 'clear' WHERE id = %s", [incident])
        connection.commit()
        heard = [notice.payload for notice in ear.notifies(timeout=1)]
    assert heard.count("device:tooley/cam-1") == 2
