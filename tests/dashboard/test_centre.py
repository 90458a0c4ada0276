"""Emergencies, the duty list, notices and figures over the API."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg.types.json import Jsonb

from dispatch import accounts
from dispatch.people import Person
from dispatch.pressing import keep_paces
from dispatch.transitions import Role
from tests.dashboard.conftest import report

SOON = (datetime.now(UTC) + timedelta(hours=6)).isoformat()
PASSWORD = "a long enough one"  # noqa: S105 - of accounts that live for one test


def declare(client: TestClient, area_code: str, **change: object) -> dict[str, object]:
    body = {"kind": "flood", "area": area_code, "reason": "暴雨红色预警", "until": SOON} | change
    answer: dict[str, object] = client.post("/api/modes", json=body).json()
    return answer


def test_an_emergency_hurries_what_is_open_sends_hazards_out_and_ends(
    client: TestClient, connection: psycopg.Connection, grid: str
) -> None:
    lamp = report(connection)
    before = client.get(f"/api/tickets/{lamp}").json()["due"]["handle"]
    mode = declare(client, grid)
    assert client.get("/api/modes").json() == [mode]
    keep_paces(connection, datetime.now(UTC))
    assert client.get(f"/api/tickets/{lamp}").json()["due"]["handle"] < before
    assert client.get(f"/api/tickets/{report(connection, 'flood')}").json()["state"] == "dispatched"
    assert client.get(f"/api/tickets/{report(connection, 'rubbish')}").json()["state"] == "candidate"
    ended = client.post(f"/api/modes/{mode['id']}/end", json={"reason": "雨停了"}).json()
    assert (ended["ended_by"], ended["ended_reason"]) == ("script", "雨停了")
    assert client.get("/api/modes").json() == []
    keep_paces(connection, datetime.now(UTC))
    paces = [interval["pace"] for interval in client.get(f"/api/tickets/{lamp}/ledger").json()]
    assert paces == [1, 4, 1]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "war"}, "unknown emergency 'war'; known: flood"),
        ({"area": "99"}, "there is no area 99"),
        ({"until": "2020-01-01T00:00:00Z"}, "an end that is still to come"),
        ({"reason": ""}, "reason"),
    ],
)
def test_an_emergency_that_makes_no_sense_is_refused(
    client: TestClient, grid: str, change: dict[str, object], told: str
) -> None:
    assert told in str(declare(client, grid, **change)["detail"])
    assert client.get("/api/modes").json() == []


def test_the_same_emergency_is_declared_once(client: TestClient, grid: str) -> None:
    declare(client, grid)
    assert "declared" in str(declare(client, grid)["detail"])


def test_everybody_there_is_told_of_an_emergency(client: TestClient, connection: psycopg.Connection, grid: str) -> None:
    now = datetime.now(UTC)
    accounts.add_person(connection, Person("wang", Role.WORKER, grid), PASSWORD, "root", now)
    declare(client, grid)
    token = accounts.make_token(connection, "wang", "root", now)
    (notice,) = client.get("/api/notices", headers={"Authorization": f"Bearer {token}"}).json()
    assert (notice["about"], notice["severity"], notice["sent_at"]) == ("mode", "critical", None)
    assert notice["zh"] == "防汛应急启动：暴雨红色预警"


def test_the_duty_list_is_read_and_replaced_whole(client: TestClient) -> None:
    duties = client.get("/api/duties").json()
    assert len(duties) >= 60
    lamp = next(one for one in duties if one["code"] == "street_lamp")
    lamp["zh"] = "路灯不亮"
    assert client.put("/api/duties", json=duties).status_code == 200
    assert "路灯不亮" in [one["zh"] for one in client.get("/api/duties").json()]
    answer = client.put("/api/duties", json=[one for one in duties if one["code"] != "other"])
    assert (answer.status_code, "stands for all that the list lacks" in answer.json()["detail"]) == (422, True)


def test_a_duty_list_that_suits_neither_a_site_nor_a_person_is_refused_row_by_row(
    client: TestClient, connection: psycopg.Connection
) -> None:
    limits = Jsonb({"kinds": {"street_lamp": {"accept": 7200}}})
    connection.execute(
        "INSERT INTO sites (id, name, timezone, detector, limits) VALUES ('s', '', '', 'null', %s)", [limits]
    )
    accounts.add_person(connection, Person("王建军", Role.WORKER), PASSWORD, "root", datetime.now(UTC))
    before = client.get("/api/duties").json()
    changes = {"street_lamp": {"accept": 60, "handle": 60, "close": 90}, "rubbish": {"department": "王建军"}}
    answer = client.put("/api/duties", json=[one | changes.get(one["code"], {}) for one in before])
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    for told in ("street_lamp: with the limits of site s", "rubbish: '王建军' is the name of an account"):
        assert told in answer.json()["detail"]
    assert client.get("/api/duties").json() == before


def test_rates_offenders_and_precision_are_of_the_last_month_unless_told(
    client: TestClient, connection: psycopg.Connection
) -> None:
    ago = datetime.now(UTC) - timedelta(days=3)
    report(connection, at=ago)
    report(connection, at=ago - timedelta(days=60))
    rates = client.get("/api/rates").json()
    assert rates["accept"] == {"kept": 0, "missed": 1, "share": 0.0}
    assert rates["close"] == {"kept": 0, "missed": 0, "share": None}
    since = (ago - timedelta(days=90)).isoformat()
    assert client.get("/api/rates", params={"from": since}).json()["accept"]["missed"] == 2
    assert {"holder": None, "clock": "accept", "missed": 2} in client.get(
        "/api/offenders", params={"from": since, "least": 2}
    ).json()
    assert client.get("/api/precision").json() == []
