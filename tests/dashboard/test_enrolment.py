"""How a box on the street becomes an edge agent, over HTTP."""

import time

import psycopg
import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from psycopg.types.json import Jsonb

from dashboard.app import create_app
from tests.dashboard.conftest import STREET, TOKEN, web_settings

TOKENS = "/api/sites/tooley/enrolments"
ADMIN = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(autouse=True)
def street(connection: psycopg.Connection) -> None:
    connection.execute("INSERT INTO sites (id, name, timezone, detector) VALUES ('tooley', 's', 'UTC', 'null')")
    connection.execute(
        "INSERT INTO devices (site, id, kind, name, config) VALUES ('tooley', 'cam-1', 'camera', '', %s)",
        [Jsonb({"camera": "0", "agent": "box-1", "fps": 5.0, "zones": []})],
    )


@pytest.fixture
def box(client: TestClient) -> TestClient:
    """Whoever is not signed in."""
    del client.headers["Authorization"]
    return client


def made(client: TestClient) -> dict[str, str]:
    answer = client.post(TOKENS, json={"agent": "box-1"}, headers=ADMIN)
    assert answer.status_code == 201
    return dict(answer.json())


def test_a_box_gets_its_name_the_broker_the_time_and_its_devices(box: TestClient) -> None:
    answer = box.post("/api/enrol", json={"token": made(box)["token"], "host": "box"})
    assert answer.status_code == 200
    got = answer.json()
    assert (got["site"], got["agent"], got["broker"]) == ("tooley", "box-1", STREET)
    assert got["devices"]["cam-1"]["camera"] == "0"
    assert abs(got["at"] - time.time()) < 60


def test_a_token_twice_is_a_conflict_and_one_made_up_is_not_there(box: TestClient) -> None:
    body = {"token": made(box)["token"]}
    assert [box.post("/api/enrol", json=body).status_code for _ in range(2)] == [200, 409]
    assert "was used at" in box.post("/api/enrol", json=body).json()["detail"]
    assert box.post("/api/enrol", json={"token": "made up"}).status_code == 404


def test_whoever_keeps_guessing_is_told_when_to_come_again(box: TestClient) -> None:
    answers = [box.post("/api/enrol", json={"token": "made up"}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [404] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 3000


def test_a_waiting_token_is_listed_without_itself_and_revoked(client: TestClient) -> None:
    token = made(client)
    (waiting,) = client.get(TOKENS).json()
    assert waiting == {name: value for name, value in token.items() if name != "token"}
    assert client.delete(f"{TOKENS}/{waiting['id']}").status_code == 204
    assert client.get(TOKENS).json() == []
    assert client.delete(f"{TOKENS}/{waiting['id']}").status_code == 404
    assert client.post("/api/enrol", json={"token": token["token"]}).status_code == 409


@pytest.mark.parametrize("body", [{"agent": "Box 1"}, {"agent": "cam-1"}, {"agent": "box-1", "minutes": 0}, {}])
def test_what_makes_no_sense_is_named(client: TestClient, body: dict[str, object]) -> None:
    assert client.post(TOKENS, json=body).status_code == 422


def test_a_broker_that_the_street_cannot_reach_spends_no_token(client: TestClient, database: str) -> None:
    token = made(client)["token"]
    for broker in (None, "mqtt://127.0.0.1:1883"):
        app = create_app(web_settings(database, street_broker=broker), CollectorRegistry())
        with TestClient(app, headers=ADMIN, client=("10.0.0.7", 5000)) as web:
            answer = web.post("/api/enrol", json={"token": token})
            assert (answer.status_code, "YIHU_EDGE_MQTT_URL" in answer.json()["detail"]) == (409, True)
            assert web.post(TOKENS, json={"agent": "box-1"}).status_code == (201 if broker else 409)
    assert client.post("/api/enrol", json={"token": token}).status_code == 200


def test_a_box_on_the_same_machine_may_have_a_broker_of_that_machine(client: TestClient, database: str) -> None:
    app = create_app(web_settings(database, street_broker="mqtt://127.0.0.1:1883"), CollectorRegistry())
    with TestClient(app, client=("127.0.0.1", 5000)) as web:
        answer = web.post("/api/enrol", json={"token": made(client)["token"]})
    assert answer.json()["broker"] == "mqtt://127.0.0.1:1883"
