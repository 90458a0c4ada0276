from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from dispatch import accounts, desk
from dispatch.intake import take_in
from dispatch.people import Person
from dispatch.ticket import Order
from dispatch.transitions import Action, Role
from tests.dashboard.conftest import INSIDE, report
from tests.dispatch.matters import incident

LI, ZHAO = Person("li", Role.DISPATCHER), Person("zhao", Role.DISPATCHER)


def sign_in(connection: Connection, person: Person) -> dict[str, str]:
    now = datetime.now(UTC)
    accounts.add_person(connection, person, "a long enough one", "root", now)
    return {"Authorization": f"Bearer {accounts.make_token(connection, person.name, 'root', now)}"}


def sit_down(client: TestClient, headers: dict[str, str], **asked: Any) -> Any:
    answer = client.post("/api/desk", json=asked, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_empty_desk_says_so(client: TestClient, connection: Connection):
    assert sit_down(client, sign_in(connection, LI)) == {"candidate": None, "queue": [], "waiting": 0}


def test_each_dispatcher_sees_who_has_what(client: TestClient, connection: Connection, grid: str):
    grave, other = report(connection, "gas_leak"), report(connection)
    li, zhao = sign_in(connection, LI), sign_in(connection, ZHAO)
    assert sit_down(client, li)["candidate"]["ticket"]["id"] == str(grave)
    desk_of_zhao = sit_down(client, zhao)
    assert desk_of_zhao["candidate"]["ticket"]["id"] == str(other)
    assert [(one["id"], one["held_by"]) for one in desk_of_zhao["queue"]] == [(str(grave), "li"), (str(other), "zhao")]
    assert desk_of_zhao["waiting"] == 2
    assert desk_of_zhao["queue"][0]["area"]["code"] == grid
    taken = client.post("/api/desk", json={"wanted": str(grave)}, headers=zhao)
    assert (taken.status_code, taken.json()["detail"]) == (409, "li is looking at it")
    assert client.delete("/api/desk", headers=li).status_code == 204
    assert sit_down(client, zhao, wanted=str(grave))["candidate"]["ticket"]["id"] == str(grave)


def test_what_was_accepted_once_and_called_back_has_to_be_handled_next(client: TestClient, connection: Connection):
    ticket, li = report(connection), sign_in(connection, LI)
    (fresh,) = sit_down(client, li)["queue"]
    for action in ("confirm", "accept", "handle", "reopen", "recall"):
        body = {"actor": "wang", "note": "done", "reason": "still dark"}
        assert client.post(f"/api/tickets/{ticket}/{action}", json=body).status_code == 200
    (queued,) = sit_down(client, li)["queue"]
    due = client.get(f"/api/tickets/{ticket}").json()["due"]
    assert (fresh["clock"], fresh["due"]) == ("accept", due["accept"])
    assert (queued["clock"], queued["due"]) == ("handle", due["handle"])


def test_a_candidate_tells_who_would_get_it(client: TestClient, connection: Connection, grid: str):
    report(connection)
    li = sign_in(connection, LI)
    assert sit_down(client, li)["candidate"]["prospect"]["holder"] is None
    sign_in(connection, Person("wang", Role.WORKER, area=grid))
    found = sit_down(client, li)["candidate"]["prospect"]
    assert found["holder"] == "wang"


def test_a_candidate_tells_what_was_decided_of_its_like(client: TestClient, connection: Connection):
    def seen(device: str = "cam-1") -> Any:
        with connection.transaction():
            return take_in(connection, incident(device=device, zone=f"zone {device}", position=None), datetime.now(UTC))

    def judge(ticket: Any, action: Action, **more: Any) -> None:
        desk.act(connection, ticket.id, Order(action=action, at=datetime.now(UTC), by=ZHAO, **more), [])

    judge(seen(), Action.REJECT, reason="reflection")
    judge(seen("cam-2"), Action.REJECT, reason="test")
    seen()
    (verdict,) = sit_down(client, sign_in(connection, LI))["candidate"]["verdicts"]
    assert (verdict["state"], verdict["reason"]) == ("rejected", "reflection")


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.DISPATCHER, Role.ADMIN, Role.RESIDENT, Role.SYSTEM)]
)
def test_a_desk_is_for_dispatchers(client: TestClient, connection: Connection, role: Role):
    department = "环卫所" if role is Role.DEPARTMENT else None
    own = sign_in(connection, Person("somebody", role, department=department))
    assert client.post("/api/desk", json={}, headers=own).status_code == 403


def test_a_ticket_within_another_part_of_the_tree_comes_to_no_desk_here(
    client: TestClient, connection: Connection, grid: str
):
    report(connection, position=INSIDE)
    assert sit_down(client, sign_in(connection, Person("sun", Role.DISPATCHER, area=grid)))["waiting"] == 1
    connection.execute("UPDATE tickets SET areas = '{}'")
    found = sit_down(client, sign_in(connection, Person("wu", Role.DISPATCHER, area=grid)))
    assert found == {"candidate": None, "queue": [], "waiting": 0}
