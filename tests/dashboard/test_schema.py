"""The API against its own document: nothing that Schemathesis thinks of makes it fail, or leaves half of an action."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import hypothesis
import hypothesis.strategies as st
import psycopg
import pytest
import schemathesis
import uvicorn
from prometheus_client import CollectorRegistry
from psycopg.types.json import Jsonb
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dashboard.app import create_app
from deploy.embedded import free_port, wait_for_port
from dispatch import accounts, audit, desk, modes_store, residents
from dispatch.people import Person
from dispatch.ticket import GRADES, Order, Position
from dispatch.transitions import Action, Role
from dispatch.whistle import Grade
from ingest.migrate import migrate
from tests.conftest import ROOT, new_database
from tests.dashboard.conftest import GRID, INSIDE, TOKEN, add_camera, report, web_settings
from tests.dispatch.matters import PNG

EXAMPLES = 40
LOOPBACK = "127.0.0.1"
PASSWORD = "a long enough one"  # noqa: S105 - of accounts that live for one test
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ROOT_PERSON, WANG = Person("root", Role.ADMIN), Person("wang", Role.WORKER, "510603003001001")
DOCUMENT = ROOT / "dashboard" / "web" / "openapi.json"
STAFF, STRANGER = ["script", "zhou", "wang"], "a stranger"  # an admin, a dispatcher, a worker; a resident
ZONE = {"id": "kerb", "polygon": [[0, 0], [1, 0], [1, 1]], "rules": [{"kind": "fire"}]}
ORDERS = "/api/tickets/{ticket}/{action}"
UNENDING, UNWELL = "/api/stream", "/api/health"  # the town has no broker, so it answers 503
SCHEMA = schemathesis.openapi.from_path(DOCUMENT).exclude(path=UNENDING).exclude(path=UNWELL)

WRITTEN = """SELECT (SELECT seq FROM audit_head), (SELECT count(*) FROM tickets), (SELECT count(*) FROM ledger),
    (SELECT count(*) FROM letters), (SELECT count(*) FROM evidence), (SELECT count(*) FROM reports),
    (SELECT count(*) FROM notices), (SELECT count(*) FROM people), (SELECT count(*) FROM modes)"""
TORN = """SELECT tickets.id FROM tickets
    JOIN LATERAL (SELECT state, severity, holder, pace, ended_at FROM ledger WHERE ledger.ticket = tickets.id
                  ORDER BY number DESC LIMIT 1) AS last ON true
    JOIN LATERAL (SELECT to_state FROM audit WHERE audit.ticket = tickets.id AND subject = 'ticket'
                  ORDER BY seq DESC LIMIT 1) AS told ON true
    WHERE (tickets.state, tickets.severity, tickets.pace) IS DISTINCT FROM (last.state, last.severity, last.pace)
       OR tickets.assignee IS DISTINCT FROM last.holder OR last.ended_at IS NOT NULL
       OR told.to_state IS DISTINCT FROM tickets.state"""


class Town:
    """A server with some of everything in its database."""

    def __init__(self, url: str, connection: psycopg.Connection) -> None:
        self.url, self.connection = url, connection
        self.known = _furnish(connection)
        self.words = _words(self.known["ticket"])
        self._tokens = {
            "script": TOKEN,
            "zhou": accounts.make_token(connection, "zhou", "root", datetime.now(UTC)),
            "wang": accounts.make_token(connection, "wang", "root", datetime.now(UTC)),
        }

    def headers(self, who: str) -> dict[str, str]:
        """What somebody shows; a stranger nothing."""
        token = self._tokens.get(who)
        return {"Authorization": f"Bearer {token}"} if token else {}

    def written(self) -> tuple[Any, ...] | None:
        return self.connection.execute(WRITTEN).fetchone()

    def torn(self) -> list[Any]:
        """Tickets that are not as their ledger and the audit log have them."""
        return self.connection.execute(TORN).fetchall()

    def name_what_is_there(self, case: schemathesis.Case, dice: Random) -> None:
        """Most of what is thought of leads nowhere: let three of four names and words lead somewhere."""
        given = case.path_parameters or {}
        _put_some(given, {name: there for name, there in self.known.items() if name in given}, dice)
        if isinstance(case.body, dict):
            _put_some(case.body, self.words.get(case.operation.path, {}), dice)


def _put_some(given: dict[str, Any], known: dict[str, list[Any]], dice: Random) -> None:
    given |= {name: dice.choice(there) for name, there in known.items() if dice.random() < 3 / 4}


def _words(tickets: list[UUID]) -> dict[str, dict[str, list[Any]]]:
    """What a body may say that makes sense there, by path."""
    order = {
        "reason": ["test"], "note": ["x"], "until": [(datetime.now(UTC) + timedelta(days=1)).isoformat()],
        "assignee": ["wang", "环卫所"], "departments": [["交警中队"]], "letter": ["环卫所", "交警中队"],
        "into": [str(ticket) for ticket in tickets], "severity": GRADES, "grade": list(Grade), "actor": [None],
    }  # fmt: skip
    setup = {"zones": [[ZONE], [ZONE | {"id": "lane"}]], "rules": [[]]}
    of_device = {f"/api/devices/{{site}}/{{device}}/{what}": setup for what in ("setup", "trial")}
    return of_device | {ORDERS: order, "/api/tickets": {"kind": ["street_lamp", "flood"], "position": [list(INSIDE)]}}


def _furnish(connection: psycopg.Connection) -> dict[str, list[Any]]:
    now, grid = datetime.now(UTC), WANG.area
    connection.execute(
        "INSERT INTO areas (code, name, level, polygon) VALUES (%s, '第一网格', 'grid', %s)", [grid, Jsonb(GRID)]
    )
    connection.execute(
        "INSERT INTO sites (id, name, timezone, detector, reports) VALUES ('tooley', 's', 'Asia/Shanghai', 'null', %s)",
        [Jsonb({"open": True, "per_hour": 1000})],
    )
    add_camera(connection)
    connection.execute("UPDATE devices SET config = %s", [Jsonb({"camera": "rtsp://x", "fps": 5.0, "zones": []})])
    for person in (
        Person("patrol", Role.WORKER, grid),
        Person("he", Role.DEPARTMENT, None, "环卫所"),
        Person("zhou", Role.DISPATCHER, grid),
        WANG,
    ):
        accounts.add_person(connection, person, PASSWORD, "root", now)
    tickets = [report(connection, photos=[PNG]) for _ in range(24)]
    _let_live(connection, tickets, now)
    lamp = desk.Report("street_lamp", "路灯不亮", Position(*GRID[0]))
    token = residents.receive(connection, lamp, None, "10.0.0.1", now).token
    flood = modes_store.declare(connection, "flood", grid, "rain", "root", now, now + timedelta(hours=9))
    photos = connection.execute("SELECT id FROM evidence").fetchall()
    return {
        "ticket": tickets, "token": [token], "mode": [flood.id], "name": ["patrol", "he"], "suffix": ["png"],
        "evidence": [row[0] for row in photos], "site": ["tooley"], "device": ["cam-1"], "holder": ["环卫所", "patrol"],
    }  # fmt: skip


def _let_live(connection: psycopg.Connection, tickets: list[UUID], now: datetime) -> None:
    """A fifth of them stay candidates, the others come as far as one more step each."""
    steps = (
        {"action": Action.CONFIRM, "assignee": "wang"},
        {"action": Action.ACCEPT, "by": WANG},
        {"action": Action.HANDLE, "by": WANG},
        {"action": Action.WHISTLE, "departments": ("环卫所",), "until": now + timedelta(days=1), "note": "请到场"},
    )
    for number, ticket in enumerate(tickets):
        for step in steps[: number % (len(steps) + 1)]:
            desk.act(connection, ticket, Order(at=now, **{"by": ROOT_PERSON} | step), [])  # type: ignore[arg-type]  # as each is


@pytest.fixture(scope="module")
def town(server: str) -> Iterator[Town]:
    with new_database(server) as database:
        migrate(database)
        app = create_app(web_settings(database), CollectorRegistry())
        web = uvicorn.Server(uvicorn.Config(app, LOOPBACK, port := free_port(), log_config=None))
        thread = threading.Thread(target=web.run)
        thread.start()
        assert wait_for_port(port, within_s=15)
        with psycopg.connect(database, autocommit=True) as connection:
            yield Town(f"http://{LOOPBACK}:{port}", connection)
            assert audit.verify(connection).broken_at is None
        web.should_exit = True
        thread.join(20)


def check(case: schemathesis.Case, town: Town, who: str, dice: Random) -> None:
    town.name_what_is_there(case, dice)
    before = town.written()
    answer = case.call(base_url=town.url, headers=town.headers(who))
    case.validate_response(answer, checks=CHECKS)
    if answer.status_code >= 400:
        assert town.written() == before
    assert town.torn() == []


@SCHEMA.exclude(path=ORDERS).parametrize()
@SCHEMA.given(who=st.sampled_from([*STAFF, STRANGER]), dice=st.randoms())
@hypothesis.settings(max_examples=EXAMPLES)
def test_nothing_makes_it_fail(case: schemathesis.Case, town: Town, who: str, dice: Random) -> None:
    check(case, town, who, dice)


@SCHEMA.include(path=ORDERS).parametrize()
@SCHEMA.given(who=st.sampled_from(STAFF), dice=st.randoms())
@hypothesis.settings(max_examples=4 * EXAMPLES)
def test_no_action_fails_or_is_left_half_done(case: schemathesis.Case, town: Town, who: str, dice: Random) -> None:
    check(case, town, who, dice)
