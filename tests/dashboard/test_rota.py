"""The duty rota over the API; who may what is walked in test_access."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from fastapi.testclient import TestClient

from dispatch import accounts
from dispatch.people import Person
from dispatch.transitions import Role

NIGHT = {"hours": "22:00-06:00", "days": [6, 5, 5], "part_time": False}
AWAY = {"begin": "2099-10-01T00:00:00Z", "end": "2099-10-08T00:00:00Z"}


@pytest.fixture
def wang(connection: psycopg.Connection) -> dict[str, str]:
    """What 王建军's requests carry."""
    now = datetime.now(UTC)
    accounts.add_person(connection, Person("王建军", Role.WORKER), "a long enough one", "root", now)
    return {"Authorization": f"Bearer {accounts.make_token(connection, '王建军', 'root', now)}"}


def test_duty_is_planned_and_whoever_it_is_about_reads_it(client: TestClient, wang: dict[str, str]) -> None:
    planned = client.put("/api/people/王建军/duty", json=NIGHT).json()
    assert planned == {"hours": "22:00-06:00", "days": [5, 6], "part_time": False, "absences": []}
    assert client.post("/api/people/王建军/absences", json=AWAY).json() == AWAY
    seen = client.get("/api/people/王建军/duty", headers=wang).json()
    assert seen == planned | {"absences": [AWAY]}
    assert client.put("/api/people/王建军/duty", json=NIGHT, headers=wang).status_code == 403
    assert client.post("/api/people/王建军/absences", json=AWAY, headers=wang).status_code == 403
    dropped = client.delete("/api/people/王建军/absences", params={"begin": AWAY["begin"]})
    assert dropped.status_code == 204
    assert client.get("/api/people/王建军/duty").json()["absences"] == []


@pytest.mark.parametrize("name", ["公安/消防", "/", "duty", "duty/a", "50%/?#"])
def test_a_name_may_hold_whatever_a_path_may_not(client: TestClient, name: str) -> None:
    body = {"name": name, "role": "worker", "password": "a long enough one"}
    assert client.post("/api/people", json=body).status_code == 201
    account, channel = f"/api/people/{quote(name, safe='')}", f"/api/channels/{quote(name, safe='')}"
    assert client.put(f"{account}/duty", json=NIGHT).json()["hours"] == "22:00-06:00"
    assert client.get(f"{account}/duty").json()["days"] == [5, 6]
    assert client.post(f"{account}/absences", json=AWAY).status_code == 201
    assert client.delete(f"{account}/absences", params={"begin": AWAY["begin"]}).status_code == 204
    assert client.put(f"{account}/password", json={"password": "another long one"}).status_code == 204
    assert client.put(channel, json={"url": "json://localhost"}).json()["holder"] == name
    assert client.get(channel).json()["holder"] == name
    assert client.delete(channel).status_code == 204
    assert client.delete(account).status_code == 204
    assert name not in [one["name"] for one in client.get("/api/people").json()]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "told"),
    [
        ("PUT", "duty", NIGHT | {"hours": "9-5"}, 422, "not a time of day"),
        ("PUT", "duty", NIGHT | {"days": []}, 422, "days"),
        ("PUT", "duty", NIGHT | {"days": [8]}, 422, "days"),
        ("POST", "absences", {"begin": AWAY["end"], "end": AWAY["begin"]}, 422, "begins before it ends"),
        ("POST", "absences", {"begin": "0001-01-01T00:00:00+23:00", "end": AWAY["end"]}, 422, "between 2000 and 2099"),
        (
            "POST",
            "absences",
            {"begin": AWAY["begin"], "end": "9999-12-31T23:59:59-23:00"},
            422,
            "between 2000 and 2099",
        ),
        ("DELETE", "absences?begin=0001-01-01T00:00:00%2B23:00", None, 422, "between 2000 and 2099"),
    ],
)
@pytest.mark.usefixtures("wang")
def test_what_makes_no_sense_is_refused(
    client: TestClient, method: str, path: str, body: dict[str, Any] | None, status: int, told: str
) -> None:
    answer = client.request(method, f"/api/people/王建军/{path}", json=body)
    assert (answer.status_code, told in answer.json()["detail"]) == (status, True), answer.json()


def test_who_is_not_there_has_no_duty(client: TestClient) -> None:
    assert client.get("/api/people/nobody/duty").status_code == 404
    assert client.get("/api/people/%00/duty").status_code == 422
