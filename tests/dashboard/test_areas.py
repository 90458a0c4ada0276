"""The tree of areas over the API, and the merging of grids."""

import psycopg
from fastapi.testclient import TestClient
from psycopg.types.json import Jsonb

COMMUNITY = "510603003001"
WEST, EAST, FAR = f"{COMMUNITY}001", f"{COMMUNITY}002", f"{COMMUNITY}009"
INTO = {"code": f"{COMMUNITY}101", "name": "综合网格"}


def lay_out(connection: psycopg.Connection) -> None:
    connection.execute(
        "INSERT INTO areas VALUES (%s, '河滨社区', 'community', NULL, %s)",
        [COMMUNITY, Jsonb([[104, 31], [104.1, 31], [104.1, 31.01], [104, 31.01]])],
    )
    for number, code in enumerate((WEST, EAST, FAR)):
        left = 104 + 0.01 * (number if code != FAR else 9)
        corners = [[left, 31], [left + 0.01, 31], [left + 0.01, 31.01], [left, 31.01]]
        connection.execute("INSERT INTO areas VALUES (%s, %s, 'grid', %s, %s)", [code, code, COMMUNITY, Jsonb(corners)])


def test_two_grids_become_one_and_stay_in_the_tree(client: TestClient, connection: psycopg.Connection) -> None:
    lay_out(connection)
    before = client.get("/api/areas").json()
    assert [area["code"] for area in before] == [COMMUNITY, WEST, EAST, FAR]
    after = client.post("/api/areas/mergers", json={"codes": [WEST, EAST]} | INTO)
    assert after.status_code == 201
    assert {area["code"]: area["merged_into"] for area in after.json()} == {
        COMMUNITY: None,
        WEST: INTO["code"],
        EAST: INTO["code"],
        FAR: None,
        INTO["code"]: None,
    }


def test_what_cannot_be_merged_says_why(client: TestClient, connection: psycopg.Connection) -> None:
    lay_out(connection)
    for codes, told in (([WEST, FAR], "do not touch"), ([WEST, "9" * 15], "there is no area"), ([WEST], "at least 2")):
        answer = client.post("/api/areas/mergers", json={"codes": codes} | INTO)
        assert answer.status_code == 422
        assert told in answer.json()["detail"]
    assert client.post("/api/areas/mergers", json={"codes": [WEST, EAST], "code": FAR, "name": "x"}).status_code == 422
