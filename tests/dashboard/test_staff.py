"""Accounts over the API; who may what is walked in test_access."""

import re
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient

from dispatch import accounts
from dispatch.people import RESOURCES, Person
from dispatch.transitions import Role

PASSWORD = "a long enough one"  # noqa: S105 - of accounts that live for one test
LI = {"name": "李秀英", "role": "supervisor", "password": PASSWORD}


def names(client: TestClient) -> list[str]:
    return [one["name"] for one in client.get("/api/people").json()]


def test_no_account_is_called_like_a_resource_of_another(client: TestClient) -> None:
    app: Any = client.app
    found = {match[1] for path in app.openapi()["paths"] if (match := re.fullmatch(r"/api/people/\{name}/(.*)", path))}
    assert found == set(RESOURCES)
    for one in RESOURCES:
        answer = client.post("/api/people", json=LI | {"name": f"wang/{one}"})
        assert (answer.status_code, "take another name" in answer.json()["detail"]) == (422, True)
        assert client.post("/api/people", json=LI | {"name": one}).status_code == 201
        assert client.delete(f"/api/people/{one}").status_code == 204


@pytest.mark.parametrize(("path", "allowed"), [("wang/duty", "GET"), ("nobody/password", "PUT")])
def test_who_would_remove_a_resource_removes_no_account(
    client: TestClient, connection: psycopg.Connection, path: str, allowed: str
) -> None:
    """Not even one of before that was refused."""
    connection.execute("INSERT INTO people (name, role) VALUES (%s, 'worker')", [path])
    answer = client.delete(f"/api/people/{path}")
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert names(client) == [path]


def test_a_path_that_names_nobody_is_that_of_all(client: TestClient) -> None:
    assert client.post("/api/people/", json=LI).status_code == 201  # led on
    assert names(client) == ["李秀英"]


def test_what_the_api_has_not_is_told_as_a_name_that_nobody_has(
    client: TestClient, connection: psycopg.Connection
) -> None:
    accounts.add_person(connection, Person("wang", Role.WORKER), PASSWORD, "root", datetime.now(UTC))
    answer = client.delete("/api/people/wang/shoes")
    assert (answer.status_code, answer.json()["detail"][:30]) == (422, "there is no account wang/shoes")
    assert names(client) == ["wang"]
