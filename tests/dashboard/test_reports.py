"""Residents: reports without an account, and the link by which each follows theirs."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import psycopg
import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from psycopg.types.json import Jsonb

from dashboard.app import create_app
from tests.dashboard.conftest import INSIDE, add_camera, web_settings

WHO = {"confirm": "zhou", "accept": "wang", "handle": "wang", "close": "li"}
LAMP = {"kind": "street_lamp", "title": "路灯不亮", "position": list(INSIDE)}


@pytest.fixture
def resident(database: str, connection: psycopg.Connection) -> Iterator[TestClient]:
    """Somebody without an account, near a site that takes two reports an hour from one place."""
    connection.execute(
        "INSERT INTO sites (id, name, timezone, detector, reports) VALUES ('tooley', '', 'Asia/Shanghai', 'null', %s)",
        [Jsonb({"open": True, "per_hour": 2})],
    )
    add_camera(connection)
    with TestClient(create_app(web_settings(database), CollectorRegistry())) as opened:
        yield opened


def test_a_resident_reports_follows_and_says_that_it_was_not_solved(resident: TestClient, client: TestClient) -> None:
    received = resident.post("/api/tickets", json=LAMP)
    assert received.status_code == 201
    ticket, link = received.json()["id"], received.json()["follow"].replace("/report/", "/api/follow/")
    for action, actor in WHO.items():
        answer = client.post(f"/api/tickets/{ticket}/{action}", json={"actor": actor})
        assert answer.status_code == 200
    followed = resident.get(link).json()
    assert (followed["state"], followed["title"], followed["solved"]) == ("closed", "路灯不亮", None)
    assert [step["action"] for step in followed["steps"]] == ["open", "confirm", "accept", "handle", "close"]
    assert not {"assignee", "text", "evidence", "position"} & followed.keys()
    again = resident.post(link, json={"solved": False, "text": "还是不亮"}).json()
    assert (again["state"], again["solved"]) == ("dispatched", False)
    assert resident.get("/api/follow/nothing").status_code == 404


def test_who_follows_a_report_that_was_merged_reads_neither_words_nor_answer_of_another(
    resident: TestClient, client: TestClient
) -> None:
    first, second = (
        resident.post("/api/tickets", json=LAMP | {"title": title}).json() for title in ("王家门口", "李家门口")
    )
    link, other = (one["follow"].replace("/report/", "/api/follow/") for one in (first, second))
    client.post(f"/api/tickets/{second['id']}/merge", json={"actor": "zhou", "into": first["id"]})
    for action, actor in WHO.items():
        client.post(f"/api/tickets/{first['id']}/{action}", json={"actor": actor})
    assert client.post(link, json={"solved": True}).json()["solved"] is True
    followed = resident.get(other).json()
    assert (followed["state"], followed["title"], followed["solved"]) == ("closed", "李家门口", None)
    assert (followed["number"], followed["opened_at"]) == (second["number"], second["opened_at"])
    again = client.post(other, json={"solved": False}).json()
    assert (again["state"], again["solved"]) == ("dispatched", False)
    assert resident.get(link).json()["solved"] is True


def test_too_much_from_one_place_is_told_so(resident: TestClient, client: TestClient) -> None:
    statuses = [resident.post("/api/tickets", json=LAMP).status_code for _ in range(3)]
    assert statuses == [201, 201, 429]
    assert client.post("/api/tickets", json=LAMP).status_code == 201


def test_a_report_that_comes_again_opens_one_ticket_and_counts_once(
    resident: TestClient, connection: psycopg.Connection
) -> None:
    report = LAMP | {"id": str(uuid4())}
    first, again = resident.post("/api/tickets", json=report), resident.post("/api/tickets", json=report)
    assert (first.status_code, again.status_code) == (201, 201)
    told = [(one.json()["id"], one.json()["follow"]) for one in (first, again)]
    assert told[0] == told[1]
    assert connection.execute("SELECT count(*) FROM tickets").fetchone() == (1,)
    assert resident.get(told[0][1].replace("/report/", "/api/follow/")).json()["reopened"] is False
    other = resident.post("/api/tickets", json=report | {"id": str(uuid4())})
    assert (other.status_code, other.json()["id"] != told[0][0]) == (201, True)
    assert resident.post("/api/tickets", json=LAMP).status_code == 429
    assert resident.post("/api/tickets", json=report).status_code == 201
    assert resident.post("/api/tickets", json=report | {"id": str(UUID(int=7))}).status_code == 422  # no secret


def test_two_that_send_the_same_at_once_open_one_ticket(resident: TestClient, connection: psycopg.Connection) -> None:
    report = LAMP | {"id": str(uuid4())}
    with ThreadPoolExecutor() as threads:
        answers = list(threads.map(lambda _: resident.post("/api/tickets", json=report), range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert connection.execute("SELECT count(*) FROM tickets").fetchone() == (1,)


def test_a_stranger_is_not_told_who_has_it(resident: TestClient, client: TestClient) -> None:
    report = LAMP | {"id": str(uuid4())}
    ticket = resident.post("/api/tickets", json=report).json()["id"]
    for action in ("confirm", "accept"):
        client.post(f"/api/tickets/{ticket}/{action}", json={"actor": WHO[action]})
    assert client.post("/api/tickets", json=report).json()["assignee"] == "wang"
    again = resident.post("/api/tickets", json=report).json()
    assert (again["state"], again["assignee"], again["acknowledged_by"]) == ("accepted", None, None)


def test_what_can_be_reported_is_told_to_everybody(resident: TestClient, connection: psycopg.Connection) -> None:
    told = resident.get("/api/matters").json()
    assert (told["open"], len(told["matters"])) == (True, 77)
    assert set(told["matters"][0]) == {"code", "zh", "en", "class_zh", "class_en"}
    assert resident.get("/api/areas").status_code == 200
    connection.execute("UPDATE sites SET reports = '{}'")
    assert resident.get("/api/matters").json()["open"] is False
    assert resident.get("/api/areas").status_code == 401


def test_who_answers_too_much_is_told_how_long_to_wait(resident: TestClient, client: TestClient) -> None:
    link = resident.post("/api/tickets", json=LAMP).json()["follow"].replace("/report/", "/api/follow/")
    answers = [resident.post(link, json={"solved": False, "text": "还是不亮"}) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    refusal = answers[-1]
    assert refusal.headers["content-type"] == "application/problem+json"
    assert 3500 < int(refusal.headers["retry-after"]) <= 3600
    assert "try again in 60 min" in refusal.json()["detail"]
    assert client.post(link, json={"solved": False}).status_code == 200  # who is signed in is not counted
    reports = [resident.post("/api/tickets", json=LAMP) for _ in range(2)]
    assert [one.status_code for one in reports] == [201, 429]
    assert 3500 < int(reports[-1].headers["retry-after"]) <= 3600


def test_where_a_site_is_closed_a_stranger_is_sent_to_sign_in(
    resident: TestClient, connection: psycopg.Connection
) -> None:
    connection.execute("UPDATE sites SET reports = '{}'")
    answer = resident.post("/api/tickets", json=LAMP)
    assert (answer.status_code, "hotline" in answer.json()["detail"]) == (401, True)


def test_what_may_be_a_duplicate_is_offered_before_one_reports(resident: TestClient) -> None:
    number = resident.post("/api/tickets", json=LAMP).json()["number"]
    query = {"kind": "street_lamp", "longitude": INSIDE[0], "latitude": INSIDE[1] + 0.001}
    (near,) = resident.get("/api/nearby", params=query).json()
    assert (near["number"], round(near["metres"], -1)) == (number, 110)
    assert resident.get("/api/nearby", params=query | {"kind": "rubbish"}).json() == []
