"""What waits for who is in the field."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
from fastapi.testclient import TestClient
from psycopg import Connection

from dashboard import mine
from dispatch import desk
from dispatch.figures import reach_of
from dispatch.people import Person
from dispatch.ticket import Order
from dispatch.transitions import Action, Role
from tests.dashboard.conftest import INSIDE, OUTSIDE, report
from tests.dashboard.test_desk import sign_in

NOW = datetime.now(UTC)
CHIEF = Person("li", Role.SUPERVISOR)
ZHOU = Person("zhou", Role.DISPATCHER)
CREW = Person("环卫一队", Role.DEPARTMENT, department="环卫所")


def order(connection: Connection, ticket: UUID, action: Action, by: Person = ZHOU, **more: Any) -> None:
    desk.act(connection, ticket, Order(action=action, at=datetime.now(UTC), by=by, **more), [])


def ask(client: TestClient, headers: dict[str, str]) -> list[tuple[str, str]]:
    answer = client.get("/api/mine", headers=headers)
    assert answer.status_code == 200, answer.text
    assert [one["due"] for one in answer.json()] == sorted(one["due"] for one in answer.json())
    return [(one["hold"], one["ticket"]["id"]) for one in answer.json()]


def sent_out(connection: Connection, assignee: str | None = None, hours_ago: float = 0, **where: Any) -> UUID:
    ticket = report(connection, at=NOW - timedelta(hours=hours_ago), **where)
    order(connection, ticket, Action.CONFIRM, assignee=assignee)
    return ticket


def test_a_worker_is_given_their_own_and_what_nobody_has_in_their_grid(
    client: TestClient, connection: Connection, grid: str
) -> None:
    free = sent_out(connection, hours_ago=0.5)  # while nobody is on duty
    away = sent_out(connection, position=OUTSIDE)
    wang = Person("wang", Role.WORKER, grid)
    headers = sign_in(connection, wang)
    mine_ = sent_out(connection, "wang", hours_ago=1)
    sign_in(connection, Person("zhao", Role.WORKER, grid))
    of_zhao = sent_out(connection, "zhao")
    candidate = report(connection)
    assert ask(client, headers) == [("mine", str(mine_)), ("free", str(free))]
    order(connection, mine_, Action.ACCEPT, wang)
    assert ask(client, headers) == [("free", str(free)), ("mine", str(mine_))]  # handled within a day, not two hours
    order(connection, mine_, Action.HANDLE, wang)
    assert ask(client, headers) == [("free", str(free))]
    assert {str(away), str(of_zhao), str(candidate)} & {ticket for _, ticket in ask(client, headers)} == set()


def test_what_was_reopened_is_due_to_be_handled_not_to_be_accepted_again(
    client: TestClient, connection: Connection
) -> None:
    wang = Person("wang", Role.WORKER)
    headers = sign_in(connection, wang)
    ticket = sent_out(connection, "wang", hours_ago=4)
    order(connection, ticket, Action.ACCEPT, wang)
    order(connection, ticket, Action.HANDLE, wang, note="修好了")
    order(connection, ticket, Action.REOPEN, CHIEF, reason="又坏了")
    (task,) = client.get("/api/mine", headers=headers).json()
    assert (task["ticket"]["state"], task["due"]) == ("dispatched", task["ticket"]["due"]["handle"])
    connection.execute("UPDATE tickets SET assignee = NULL")
    (free,) = client.get("/api/mine", headers=headers).json()
    assert (free["hold"], free["due"]) == ("free", task["due"])


def test_a_department_is_given_its_letters_until_it_answers(client: TestClient, connection: Connection) -> None:
    headers = sign_in(connection, CREW)
    called, theirs, free = sent_out(connection), sent_out(connection, "环卫所"), sent_out(connection)
    until = datetime.now(UTC) + timedelta(hours=1)
    order(connection, called, Action.WHISTLE, CHIEF, departments=("环卫所", "交警中队"), until=until, note="请到场")
    assert ask(client, headers) == [("letter", str(called)), ("mine", str(theirs))]
    (letter, own) = client.get("/api/mine", headers=headers).json()
    assert (letter["letter"]["department"], letter["letter"]["state"], own["letter"]) == ("环卫所", "issued", None)
    order(connection, called, Action.CHECK_IN, CREW, letter="环卫所")
    assert client.get("/api/mine", headers=headers).json()[0]["letter"]["state"] == "checked_in"
    order(connection, called, Action.REPORT_BACK, CREW, letter="环卫所", note="已清运")
    assert ask(client, headers) == [("mine", str(theirs))]
    assert str(free) not in dict(map(reversed, ask(client, headers)))


def test_what_is_as_it_was_is_not_sent_again(client: TestClient, connection: Connection) -> None:
    headers = sign_in(connection, Person("wang", Role.WORKER))
    first = client.get("/api/mine", headers=headers)
    again = headers | {"If-None-Match": first.headers["etag"]}
    assert client.get("/api/mine", headers=again).status_code == 304
    sent_out(connection)
    assert client.get("/api/mine", headers=again).status_code == 200


def test_what_has_ended_costs_nothing(connection: psycopg.Connection, grid: str) -> None:
    for _ in range(2):
        sent_out(connection, position=INSIDE)
    (columns,) = connection.execute(
        "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns WHERE table_name = 'tickets'"
        " AND is_generated = 'NEVER' AND column_name NOT IN ('id', 'number', 'state', 'ended_at', 'assignee')"
    ).fetchone() or ("",)
    connection.execute(
        f"INSERT INTO tickets (id, number, state, ended_at, assignee, {columns})"  # noqa: S608 - names of columns
        f" SELECT gen_random_uuid(), 'n' || n, 'closed', now(), 'wang', {columns}"
        " FROM (SELECT * FROM tickets LIMIT 1) AS one, generate_series(1, 3000) AS n"
    )
    connection.execute("ANALYZE tickets")
    asked = reach_of(Person("wang", Role.WORKER, grid)) | {"department": None, "limit": 100}
    plan = "\n".join(row[0] for row in connection.execute("EXPLAIN " + mine.SQL["tasks"], asked))
    assert "Seq Scan on tickets" not in plan, plan


def test_an_order_that_comes_again_is_carried_out_once(client: TestClient, connection: Connection) -> None:
    connection.execute("INSERT INTO areas (code, name, level, polygon) VALUES ('510603003001009', '', 'grid', '[]')")
    headers = sign_in(connection, Person("wang", Role.WORKER, area="510603003001009"))  # the ticket lies elsewhere
    ticket = sent_out(connection, "wang")
    for action, said in (("comment", {"note": "路上"}), ("return", {"reason": "不在我的网格"})):
        body = said | {"id": str(uuid4())}
        answers = [client.post(f"/api/tickets/{ticket}/{action}", json=body, headers=headers) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]  # though by then it is out of their reach
    actions = [row[0] for row in connection.execute("SELECT action FROM audit WHERE ticket = %s", [ticket])]
    assert sorted(actions) == ["comment", "confirm", "open", "return"]
    fresh = client.post(f"/api/tickets/{ticket}/comment", json={"note": "路上", "id": str(uuid4())}, headers=headers)
    assert fresh.status_code == 404
