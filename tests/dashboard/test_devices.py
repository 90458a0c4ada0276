import psycopg
from fastapi.testclient import TestClient

from tests.dashboard.conftest import add_camera, add_picture, add_reading

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
