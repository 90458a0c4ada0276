import base64
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from fastapi.testclient import TestClient

from dispatch import accounts
from dispatch.people import Person
from dispatch.transitions import Role
from tests.dashboard.conftest import OUTSIDE, report, some_id
from tests.dispatch.matters import PNG


def test_a_ticket_is_shown_as_the_contract_says(client: TestClient, connection: psycopg.Connection, grid: str) -> None:
    ticket = client.get(f"/api/tickets/{report(connection)}").json()
    contract = (
        "id number kind state severity title area position site device zone opened_at began_at due overdue assignee"
        " departments incidents evidence explanation parent"
    )
    assert set(contract.split()) <= set(ticket)
    assert ticket["area"] == {"code": grid, "name": "第一网格"}
    assert ticket["opened_at"].endswith("Z")
    assert set(ticket["due"]) == {"accept", "handle", "close"}


def test_an_unknown_ticket_is_a_problem(client: TestClient) -> None:
    answer = client.get(f"/api/tickets/{some_id()}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert set(answer.json()) >= {"type", "title", "status", "detail"}


def test_the_timeline_of_an_unknown_ticket_is_a_problem(client: TestClient) -> None:
    assert client.get(f"/api/tickets/{some_id()}/timeline").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=street_lamp", 1),
        ("kind=rubbish", 1),
        ("kind=nothing", 0),
        ("state=candidate", 2),
        ("state=closed", 0),
        ("area=510603003001001", 1),
        ("area=510603003001", 2),
        ("area=9", 0),
        ("device=cam-1", 0),
        ("", 2),
        ("severity=minor", 2),
        ("severity=critical", 0),
        ("overdue=true", 0),
        ("overdue=false", 2),
        ("q=路灯", 2),
        ("q=网格&kind=street_lamp", 1),
        ("q=100%25", 0),
        ("q=_", 0),
        ("q=20000101-00001", 0),
        ("holder=wang", 0),
        ("from=2025-01-01T00:00:00Z", 2),
        ("to=2025-01-01T00:00:00Z", 0),
        ("severity=minor&area=510603003001001&state=candidate", 1),
    ],
)
@pytest.mark.usefixtures("grid")
def test_filters(client: TestClient, connection: psycopg.Connection, query: str, found: int) -> None:
    report(connection)
    report(connection, kind="rubbish", position=OUTSIDE)
    assert len(client.get(f"/api/tickets?{query}").json()["items"]) == found


def test_a_ticket_is_found_by_its_number_however_old_it_is(client: TestClient, connection: psycopg.Connection) -> None:
    long_ago = report(connection, at=datetime.now(UTC) - timedelta(days=400))
    number = client.get(f"/api/tickets/{long_ago}").json()["number"]
    assert [one["id"] for one in client.get(f"/api/tickets?q={number}").json()["items"]] == [str(long_ago)]


def test_words_are_looked_for_in_the_last_month_unless_told(client: TestClient, connection: psycopg.Connection) -> None:
    report(connection, at=datetime.now(UTC) - timedelta(days=31))
    assert client.get("/api/tickets?q=路灯").json()["items"] == []
    assert len(client.get("/api/tickets?q=路灯&from=2020-01-01T00:00:00Z").json()["items"]) == 1


def test_a_search_has_pages_too(client: TestClient, connection: psycopg.Connection) -> None:
    wanted = [str(report(connection)) for _ in range(5)]
    report(connection, "gas_leak")
    found, cursor = [], ""
    for _ in range(3):
        page = client.get(f"/api/tickets?severity=minor&limit=2{cursor}").json()
        found += [one["id"] for one in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert (found, page["next"]) == (wanted[::-1], None)


def test_whoever_asks_is_told_what_they_may_do(client: TestClient, connection: psycopg.Connection) -> None:
    ticket, now = report(connection), datetime.now(UTC)
    accounts.add_person(connection, Person("sun", Role.SUPERVISOR), "a long enough one", "root", now)
    own = {"Authorization": f"Bearer {accounts.make_token(connection, 'sun', 'root', now)}"}
    assert client.get(f"/api/tickets/{ticket}/actions", headers=own).json() == [
        "regrade", "escalate", "grade", "withdraw", "acknowledge", "comment",
    ]  # fmt: skip
    assert "confirm" in client.get(f"/api/tickets/{ticket}/actions").json()


def test_pages_show_every_ticket_once_newest_first(client: TestClient, connection: psycopg.Connection) -> None:
    now = datetime.now(UTC)
    made = [report(connection, at=now - timedelta(seconds=n // 2)) for n in range(7)]
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get("/api/tickets", params={"limit": 3, **({"cursor": cursor} if cursor else {})}).json()
        seen += page["items"]
        cursor = page["next"]
    assert {ticket["id"] for ticket in seen} == {str(ticket) for ticket in made}
    assert len(seen) == len(made)
    assert [ticket["opened_at"] for ticket in seen] == sorted((t["opened_at"] for t in seen), reverse=True)


@pytest.mark.parametrize("cursor", ["x", "!!!!", base64.urlsafe_b64encode(b"now then").decode()])
def test_a_made_up_cursor_is_a_problem(client: TestClient, cursor: str) -> None:
    assert client.get("/api/tickets", params={"cursor": cursor}).status_code == 422


def test_a_report_opens_a_ticket_with_its_photo(client: TestClient) -> None:
    body = {
        "kind": "rubbish",
        "title": "垃圾",
        "position": [104.395, 31.125],
        "photos": [base64.b64encode(PNG).decode()],
    }
    answer = client.post("/api/tickets", json=body)
    assert answer.status_code == 201
    (photo,) = answer.json()["evidence"]
    picture = client.get(photo["full_url"])
    assert (picture.content, picture.headers["content-type"]) == (PNG, "image/png")
    assert client.get(photo["full_url"].replace("png", "jpg")).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "nonsense"},
        {"title": ""},
        {"title": "a\0b"},
        {"position": [200, 0]},
        {"position": None},
        {"photos": ["bm90IGEgcGljdHVyZQ=="]},
        {"extra": 1},
    ],
)
def test_a_report_that_cannot_be_used_changes_nothing(client: TestClient, change: dict[str, object]) -> None:
    body = {"kind": "rubbish", "title": "垃圾", "position": [104.395, 31.125]} | change
    answer = client.post("/api/tickets", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert client.get("/api/tickets").json()["items"] == []


def test_a_forbidden_move_names_those_allowed(client: TestClient, connection: psycopg.Connection) -> None:
    answer = client.post(f"/api/tickets/{report(connection)}/close")
    assert answer.status_code == 409
    assert answer.json()["allowed"][:3] == ["confirm", "reject", "merge"]
    assert not {"accept", "handle", "close"} & set(answer.json()["allowed"])
    assert "confirm, reject, merge" in answer.json()["detail"]


def test_an_order_moves_the_ticket_and_is_on_its_timeline(client: TestClient, connection: psycopg.Connection) -> None:
    ticket = report(connection)
    order = {"actor": "王芳", "reason": "test", "note": "演练"}
    assert client.post(f"/api/tickets/{ticket}/reject", json=order).json()["state"] == "rejected"
    opened, rejected = client.get(f"/api/tickets/{ticket}/timeline").json()
    assert (opened["action"], opened["from_state"], opened["to_state"]) == ("open", None, "candidate")
    expected = {"actor": "王芳", "reason": "test", "note": "演练", "from_state": "candidate", "to_state": "rejected"}
    assert rejected.items() >= expected.items()


def test_that_a_script_gave_an_order_in_somebody_s_name_is_told(
    client: TestClient, connection: psycopg.Connection
) -> None:
    accounts.add_person(connection, Person("zhou", Role.DISPATCHER), "a long enough one", "root", datetime.now(UTC))
    own = {"Authorization": f"Bearer {accounts.make_token(connection, 'zhou', 'root', datetime.now(UTC))}"}
    ticket = report(connection)
    for body, headers in (({"actor": "zhou", "note": "x"}, None), ({"note": "x"}, own), ({"note": "x"}, None)):
        assert client.post(f"/api/tickets/{ticket}/comment", json=body, headers=headers).status_code == 200
    told = [(entry["actor"], entry["detail"]) for entry in client.get(f"/api/tickets/{ticket}/timeline").json()[1:]]
    assert told == [("zhou", {"via": "script"}), ("zhou", {}), ("script", {})]


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", "Basic YTpi", "Bearer ünï"])
def test_only_who_is_known_may_write(client: TestClient, connection: psycopg.Connection, given: str) -> None:
    ticket = report(connection)
    answer = client.post(f"/api/tickets/{ticket}/confirm", json={}, headers={"Authorization": given.encode()})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert client.get(f"/api/tickets/{ticket}").json()["state"] == "candidate"


def test_clocks_that_ran_out_are_overdue_until_their_step_is_done(
    client: TestClient, connection: psycopg.Connection
) -> None:
    ticket = report(connection, at=datetime.now(UTC) - timedelta(hours=3))

    def overdue() -> list[str]:
        return client.get(f"/api/tickets/{ticket}").json()["overdue"]

    assert overdue() == ["accept"]
    client.post(f"/api/tickets/{ticket}/confirm")
    assert overdue() == ["accept"]
    client.post(f"/api/tickets/{ticket}/accept")
    assert overdue() == []


def test_a_script_acts_for_nobody_who_is_gone_and_not_for_the_system(
    client: TestClient, connection: psycopg.Connection
) -> None:
    ticket, now = report(connection), datetime.now(UTC)
    accounts.add_person(connection, Person("wang", Role.WORKER), "a long enough one", "root", now)
    accounts.deactivate(connection, "wang", "root", now)
    for actor in ("wang", "dispatch"):
        answer = client.post(f"/api/tickets/{ticket}/comment", json={"actor": actor, "note": "x"})
        assert answer.status_code == 422
        assert "nobody acts in the name of" in answer.json()["detail"]
