import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry, Counter
from psycopg.types.json import Jsonb

from dashboard import reads
from dashboard.app import create_app
from edge.probe import Health, serve_probe
from tests.dashboard.conftest import OUTSIDE, TOKEN, add_camera, report, web_settings


def test_an_empty_wall_is_empty(client: TestClient) -> None:
    wall = client.get("/api/wall").json()
    assert (wall["tickets"], wall["devices"], wall["site"], wall["data_at"]) == ([], [], None, None)
    assert wall["counts"] == {"open": 0, "overdue": 0, "by_severity": {}, "by_state": {}}


def test_the_street_was_heard_when_whoever_speaks_for_it_was(
    client: TestClient, connection: psycopg.Connection
) -> None:
    add_camera(connection)
    for device, kind, config in (("box", "agent", {}), ("sos-1", "sensor", {"sensor": "mqtt://"})):
        values = [device, kind, Jsonb(config)]
        connection.execute(
            "INSERT INTO devices (site, id, kind, name, config) VALUES ('tooley', %s, %s, '', %s)", values
        )
    for device, is_heard in (("cam-1", False), ("box", True), ("sos-1", True)):
        connection.execute("UPDATE devices SET seen_at = CASE WHEN id = %s THEN now() END", [device])
        assert (client.get("/api/wall").json()["data_at"] is not None) == is_heard


def test_the_gravest_comes_first_and_the_ended_not_at_all(client: TestClient, connection: psycopg.Connection) -> None:
    lamp = report(connection, "street_lamp")
    road = report(connection, "road_damage")
    hole = report(connection, "manhole_open", at=datetime.now(UTC) - timedelta(hours=3))
    gone = report(connection, "rubbish")
    client.post(f"/api/tickets/{gone}/reject", json={"reason": "test"})
    wall = client.get("/api/wall").json()
    assert [ticket["id"] for ticket in wall["tickets"]] == [str(hole), str(road), str(lamp)]
    assert wall["counts"] == {
        "open": 3,
        "overdue": 1,
        "by_severity": {"critical": 1, "major": 1, "minor": 1},
        "by_state": {"candidate": 3},
    }


def test_no_newer_ones_push_out_what_nobody_has_acknowledged(
    client: TestClient, connection: psycopg.Connection
) -> None:
    unseen = report(connection, "manhole_open", at=datetime.now(UTC) - timedelta(hours=3))
    for _ in range(101):
        report(connection, "manhole_open")
    connection.execute("UPDATE tickets SET acknowledged_by = 'zhou', acknowledged_at = now() WHERE id <> %s", [unseen])
    tickets = client.get("/api/wall").json()["tickets"]
    assert (tickets[0]["id"], len(tickets)) == (str(unseen), 100)


def test_an_areas_wall_shows_what_lies_in_it(client: TestClient, connection: psycopg.Connection, grid: str) -> None:
    inside = report(connection)
    report(connection, position=OUTSIDE)
    add_camera(connection, "cam-1")
    add_camera(connection, "cam-2", OUTSIDE)
    add_camera(connection, "cam-3", None)
    wall = client.get(f"/api/wall?area={grid}").json()
    assert [ticket["id"] for ticket in wall["tickets"]] == [str(inside)]
    assert [device["id"] for device in wall["devices"]] == ["cam-1"]
    assert wall["area"] == {"code": grid, "name": "第一网格"}
    assert wall["counts"]["open"] == 1


def test_the_wall_gives_its_cameras_alone(client: TestClient, connection: psycopg.Connection) -> None:
    add_camera(connection, "cam-1", None)
    connection.execute("INSERT INTO devices (site, id, kind, name) SELECT site, 'level-1', 'sensor', '' FROM devices")
    for asked, expected in (("", ["cam-1", "level-1"]), ("?devices=cameras", ["cam-1"])):
        assert [device["id"] for device in client.get(f"/api/wall{asked}").json()["devices"]] == expected


def test_the_map_shows_every_open_ticket_and_when_its_next_step_is_due(
    client: TestClient, connection: psycopg.Connection, grid: str
) -> None:
    lamp, gone = report(connection), report(connection, "rubbish")
    report(connection, position=OUTSIDE)
    client.post(f"/api/tickets/{gone}/reject", json={"reason": "test"})
    client.post(f"/api/tickets/{lamp}/confirm")
    client.post(f"/api/tickets/{lamp}/accept", json={"actor": "wang"})
    ticket = client.get(f"/api/tickets/{lamp}").json()
    (point,) = client.get(f"/api/points?area={grid}").json()["points"]
    assert point == {name: ticket[name] for name in ("id", "kind", "state", "severity", "position", "opened_at")} | {
        "area": grid,
        "due": ticket["due"]["handle"],
    }
    assert len(client.get("/api/points").json()["points"]) == 2


def test_of_more_than_a_map_takes_it_shows_what_is_due_first_and_says_so(
    client: TestClient, connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(connection)
    late = report(connection, "rubbish", at=datetime.now(UTC) - timedelta(hours=4))
    assert client.get("/api/points").json()["are_all"]
    monkeypatch.setattr(reads, "POINTS", 1)
    found = client.get("/api/points").json()
    assert ([point["id"] for point in found["points"]], found["are_all"]) == ([str(late)], False)


def test_what_was_reopened_is_late_on_the_map_only_where_it_is_counted_late(
    client: TestClient, connection: psycopg.Connection
) -> None:
    lamp = report(connection, at=datetime.now(UTC) - timedelta(hours=4))
    for action in ("confirm", "accept", "handle", "reopen"):
        body = {"actor": "wang", "note": "done", "reason": "still dark"}
        assert client.post(f"/api/tickets/{lamp}/{action}", json=body).status_code == 200
    (point,), ticket = client.get("/api/points").json()["points"], client.get(f"/api/tickets/{lamp}").json()
    assert (point["state"], ticket["overdue"]) == ("dispatched", [])
    assert client.get("/api/wall").json()["counts"]["overdue"] == 0
    assert point["due"] == ticket["due"]["handle"] > datetime.now(UTC).isoformat()


def test_the_wall_counts_its_figures_aside(client: TestClient, connection: psycopg.Connection) -> None:
    report(connection, at=datetime.now(UTC) - timedelta(hours=30))
    assert client.get("/api/wall").json()["figures"] is None
    deadline = time.monotonic() + 10
    while (figures := client.get("/api/wall").json()["figures"]) is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert figures["rates"]["accept"] == {"kept": 0, "missed": 1, "share": 0.0}
    assert figures["offenders"] == []


@pytest.mark.parametrize(
    ("area", "holds"), [("510603003001", True), ("510603003001001", True), ("510603003002", False)]
)
def test_the_wall_of_an_area_shows_the_emergencies_in_it_and_around_it(
    client: TestClient, connection: psycopg.Connection, grid: str, area: str, holds: bool
) -> None:
    connection.execute(
        "INSERT INTO areas (code, name, level, parent, polygon) SELECT '510603003002', 'b', 'community', NULL, polygon"
        " FROM areas WHERE code = %s", [grid]
    )  # fmt: skip
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    for code in (grid, grid[:12]):
        body = {"kind": "flood", "area": code, "reason": "暴雨红色预警", "until": until}
        mode = client.post("/api/modes", json=body).json()
        assert [one["area"] for one in client.get(f"/api/wall?area={area}").json()["modes"]] == [code] * holds
        client.post(f"/api/modes/{mode['id']}/end", json={"reason": "over"})
        assert client.get("/api/wall").json()["modes"] == []


def test_an_unknown_area_has_no_wall(client: TestClient) -> None:
    assert client.get("/api/wall?area=99").status_code == 404


@pytest.fixture
def stage() -> Iterator[str]:
    """The address of a stage's probe that is up and degraded."""
    registry = CollectorRegistry()
    Counter("yihu_edge_frames", "Frames", registry=registry).inc(7)
    port = serve_probe(("127.0.0.1", 0), registry, lambda: Health(state="degraded", detail="no picture from cam-1"))
    return f"http://127.0.0.1:{port}"


def test_health_tells_each_part(database: str, stage: str) -> None:
    settings = web_settings(database, edge=stage, detect="http://127.0.0.1:1")
    with TestClient(create_app(settings, CollectorRegistry())) as client:
        answer = client.get("/api/health")
    report = answer.json()
    assert (answer.status_code, report["state"]) == (503, "down")
    assert report["parts"]["database"]["state"] == "ok"
    assert report["parts"]["edge"] == {"state": "degraded", "detail": "no picture from cam-1"}
    assert report["parts"]["detect"]["state"] == report["parts"]["broker"]["state"] == "down"


def test_of_a_cluster_the_node_that_does_not_answer_is_named(database: str, stage: str) -> None:
    there = stage.removeprefix("http://")  # whoever takes a connection
    settings = replace(web_settings(database), broker=f"mqtt://{there},127.0.0.1:1")
    with TestClient(create_app(settings, CollectorRegistry())) as client:
        broker = client.get("/api/health").json()["parts"]["broker"]
    assert broker["state"] == "degraded"
    assert broker["detail"].startswith("127.0.0.1:1: ")
    assert there not in broker["detail"]


def test_metrics_of_the_stages_that_answer(database: str, stage: str) -> None:
    settings = web_settings(database, edge=stage, detect="http://127.0.0.1:1")
    with TestClient(create_app(settings, CollectorRegistry())) as client:
        text = client.get("/metrics").text
    assert "yihu_edge_frames_total 7.0" in text
    assert "yihu_web_stream_clients 0.0" in text


def test_without_a_database_the_api_says_so_and_comes_back_by_itself() -> None:
    settings = web_settings("postgresql://127.0.0.1:1/nowhere")
    with TestClient(create_app(settings, CollectorRegistry()), headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        answer = client.get("/api/wall")
        assert client.get("/api/wall", headers={"Authorization": "Bearer another"}).status_code == 503
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert client.get("/api/health").json()["parts"]["database"]["state"] == "down"


def test_what_takes_too_long_is_ended_and_says_to_ask_for_less(
    database: str, connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.app.OPTIONS", "-c statement_timeout=200")
    app = create_app(web_settings(database), CollectorRegistry())
    with TestClient(app, headers={"Authorization": f"Bearer {TOKEN}"}) as client, connection.transaction():
        connection.execute("LOCK TABLE tickets")
        answer = client.get("/api/precision")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "ask for less (a shorter period, a smaller area)" in answer.json()["detail"]


def test_a_lost_connection_costs_no_request(client: TestClient, connection: psycopg.Connection) -> None:
    assert client.get("/api/wall").status_code == 200
    connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'yihu-web'")
    assert client.get("/api/wall").status_code == 200


@pytest.mark.parametrize("path", ["/", "/login", "/wall", "/desk", "/tickets", "/tickets/some-id", "/insight"])
def test_every_screen_is_a_page_that_is_never_kept_and_asks_nobody_else(client: TestClient, path: str) -> None:
    page = client.get(path)
    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["content-security-policy"].startswith("default-src 'self';")
    assert '<div id="app">' in page.text


def put_sensor(connection: psycopg.Connection, name: str, rule: dict[str, Any], *readings: tuple[float, float]) -> None:
    """Its readings are values, each with how many minutes ago."""
    connection.execute(
        "INSERT INTO devices (site, id, kind, name, config) VALUES ('tooley', %s, 'sensor', %s, %s)",
        [name, name, Jsonb({"rules": [{"kind": "sensor_fault"}, rule]})],
    )
    for value, minutes in readings:
        connection.execute(
            "INSERT INTO readings (at, site, device, metric, value, unit, received_at)"
            " VALUES (now() - %s * interval '1 minute', 'tooley', %s, %s, %s, 'm', now())",
            [minutes, name, rule["metric"], value],
        )


def test_trends_are_of_the_sensors_that_are_nearest_to_their_limits(
    client: TestClient, connection: psycopg.Connection
) -> None:
    level = {"metric": "water_level", "above": 0.3}
    put_sensor(connection, "calm", level, (0.1, 0.5))
    put_sensor(connection, "rising", level, (0.2, 1.5), (0.1, 1.6), (0.29, 0.5), (9.0, 61))
    put_sensor(connection, "falling", {"metric": "pressure", "below": 2.0}, (1.0, 0.2))
    put_sensor(connection, "silent", level, (0.2, 90))
    shown = client.get("/api/trends").json()
    assert [(one["id"], one["limit"], one["last"]) for one in shown] == [
        ("falling", 2.0, 1.0), ("rising", 0.3, 0.29), ("calm", 0.3, 0.1),
    ]  # fmt: skip
    points = shown[1]["points"]
    assert len(points) == 60
    assert (points[-1], points[-2], set(points[:-2])) == (0.29, pytest.approx(0.15), {None})


def test_there_is_no_page_of_another_name(client: TestClient) -> None:
    assert client.get("/desks").status_code == 404
