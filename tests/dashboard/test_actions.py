"""Every action on a ticket in every state, for every role, inside and outside of its part of the tree.

Who may do what stands here once more, by the design and not by the code: a row that changes there must change here.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import psycopg
import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from psycopg.types.json import Jsonb

from dashboard.access import _connection
from dashboard.app import create_app
from dispatch import accounts, cases
from dispatch.case import Cause, follow
from dispatch.ticket import Area
from dispatch.transitions import Action, State
from dispatch.whistle import Letter, LetterState
from tests.conftest import migrated_database
from tests.dashboard.conftest import GRID, web_settings
from tests.dispatch.matters import RECEIVED, case

OPEN = "candidate dispatched accepted handled"
ALL = f"{OPEN} closed rejected merged"
MAY = [  # what, in which states, who beside an admin
    ("confirm", "candidate", "dispatcher"),
    ("reject", "candidate", "dispatcher"),
    ("merge", "candidate", "dispatcher"),
    ("unmerge", "merged", "dispatcher supervisor"),
    ("accept", "dispatched", "worker department"),
    ("recall", "dispatched", "dispatcher"),
    ("return", "dispatched", "worker department"),
    ("handle", "accepted", "worker department"),
    ("close", "handled", "dispatcher supervisor"),
    ("reopen", "handled rejected", "dispatcher supervisor"),
    ("reopen", "closed", "supervisor"),
    ("assign", "dispatched accepted", "dispatcher supervisor"),
    ("pause", "dispatched accepted", "dispatcher supervisor"),
    ("resume", "dispatched accepted", "dispatcher supervisor worker department"),
    ("regrade", OPEN, "dispatcher supervisor"),
    ("escalate", OPEN, "supervisor"),
    ("whistle", "dispatched accepted handled", "dispatcher supervisor"),
    ("check_in", OPEN, "department"),
    ("report_back", OPEN, "department"),
    ("grade", OPEN, "dispatcher supervisor"),
    ("withdraw", OPEN, "dispatcher supervisor"),
    ("acknowledge", OPEN, "operator dispatcher supervisor"),
    ("comment", ALL, "operator dispatcher worker department supervisor installer"),
]
ROLES = ["operator", "dispatcher", "worker", "department", "supervisor", "installer", "admin"]
ACTIONS, STATES = sorted({action for action, *_ in MAY}), ALL.split()

CODE, OTHER = "510603003001001", "510603003001002"
OFFICE, POLICE = "环卫所", "交警中队"
LATER = (datetime.now(UTC) + timedelta(hours=4)).isoformat()
TARGET, ME = uuid4(), "whoever asks"
BODIES: dict[str, dict[str, Any]] = {
    "reject": {"reason": "test"},
    "merge": {"into": str(TARGET)},
    "unmerge": {"reason": "two matters"},
    "recall": {"reason": "the wrong place"},
    "return": {"reason": "not mine"},
    "reopen": {"reason": "still there"},
    "assign": {"assignee": POLICE},
    "pause": {"reason": "a part is missing", "until": LATER},
    "regrade": {"reason": "worse", "severity": "major"},
    "escalate": {"reason": "slow"},
    "whistle": {"departments": [POLICE], "until": LATER, "note": "请到场"},
    "report_back": {"note": "已清运"},
    "grade": {"grade": "fair"},
    "withdraw": {"reason": "not needed"},
    "comment": {"note": "seen"},
}
LETTERS = {"check_in": "issued", "report_back": "checked_in", "grade": "reported", "withdraw": "issued"}


class Place(NamedTuple):
    """A server whose every change is taken back at once, and who is there: by role, and whether inside."""

    client: TestClient
    connection: psycopg.Connection
    tokens: dict[tuple[str, bool], str]

    def ask(self, action: str, state: str, role: str, *, inside: bool = True, **scene: Any) -> int:
        """The answer, on a ticket of which nothing speaks against the action, if not the scene."""
        usual = {
            "holder": OFFICE if role == "department" else name_of("worker"),
            "summoned": OFFICE,
            "letter": LETTERS.get(action, "graded"),
            "whistled": name_of(role),
            "paused": action == "resume",
        }
        there = usual | {key: name_of(role) if value == ME else value for key, value in scene.items()}
        body = BODIES.get(action, {}) | ({"letter": there["summoned"]} if action in LETTERS else {})
        headers = {"Authorization": f"Bearer {self.tokens[role, inside]}"}
        with self.connection.transaction(force_rollback=True):
            put(self.connection, ticket := uuid4(), state, **there)
            return self.client.post(f"/api/tickets/{ticket}/{action}", json=body, headers=headers).status_code


def name_of(role: str, *, inside: bool = True) -> str:
    return f"{role} {'inside' if inside else 'outside'}"


def put(
    connection: psycopg.Connection,
    ticket: UUID,
    state: str,
    *,
    holder: str | None = None,
    letter: str = "graded",
    summoned: str = OFFICE,
    whistled: str = "li",
    handled_by: str = "zhao",
    paused: bool = False,
) -> None:
    """A ticket of the grid in a state, with a letter of a whistle."""
    opened = case(
        State(state),
        id=ticket,
        area=Area(CODE, "第一网格"),
        areas=[CODE],
        assignee=holder,
        handled_by=handled_by,
        merged_into=TARGET if state == "merged" else None,
        paused_until=datetime.now(UTC) if paused else None,
    )
    summons = Letter(
        id=uuid4(),
        department=summoned,
        state=LetterState(letter),
        text="请到场",
        by=whistled,
        issued_at=RECEIVED,
        deadline=RECEIVED + timedelta(hours=4),
    )
    whistle = follow(opened, opened._replace(letters=(summons,)), Cause(RECEIVED, whistled))
    cases.save_case(connection, cases.insert_case(connection, opened), whistle)


def expected(action: str, state: str, role: str) -> int:
    may = [who.split() for what, states, who in MAY if what == action and state in states.split()]
    if not may:
        return 409
    return 200 if role in (*may[0], "admin") else 403


@pytest.fixture(scope="module")
def place(server: str, request: pytest.FixtureRequest) -> Iterator[Place]:
    with migrated_database(server, request) as database, psycopg.connect(database, autocommit=True) as connection:
        for code in (CODE, OTHER):
            connection.execute("INSERT INTO areas VALUES (%s, %s, 'grid', NULL, %s)", [code, code, Jsonb(GRID)])
        people = product(ROLES, (True, False))
        tokens = {(role, inside): sign_up(connection, role, inside=inside) for role, inside in people}
        put(connection, TARGET, "candidate")
        app = create_app(web_settings(database), CollectorRegistry())
        app.dependency_overrides[_connection] = lambda: connection
        with TestClient(app) as client:
            yield Place(client, connection, tokens)


def sign_up(connection: psycopg.Connection, role: str, *, inside: bool) -> str:
    """A token of an account of that role; an admin's is of the whole tree."""
    name, now = name_of(role, inside=inside), datetime.now(UTC)
    area, department = None if role == "admin" else CODE if inside else OTHER, OFFICE if role == "department" else None
    connection.execute(
        "INSERT INTO people (name, role, area, department) VALUES (%s, %s, %s, %s)", [name, role, area, department]
    )
    return accounts.make_token(connection, name, "root", now)


def test_every_action_state_and_role_is_walked() -> None:
    assert set(ACTIONS) == set(Action)
    assert set(STATES) == set(State)
    assert set(ROLES) == accounts.ROLES


@pytest.mark.parametrize("role", ROLES)
def test_inside_its_area_each_role_takes_its_own_actions(place: Place, role: str) -> None:
    walk = [(action, state) for action in ACTIONS for state in STATES]
    answers = {(action, state): place.ask(action, state, role) for action, state in walk}
    assert answers == {(action, state): expected(action, state, role) for action, state in walk}


@pytest.mark.parametrize("role", ROLES)
def test_outside_its_area_there_is_nothing_for_any_role_but_an_admin(place: Place, role: str) -> None:
    walk = [(action, states.split()[0]) for action, states, _ in MAY]
    answers = {(action, state): place.ask(action, state, role, inside=False) for action, state in walk}
    assert set(answers.values()) == {200 if role == "admin" else 404}, answers


IN_HAND, NOBODYS, ANOTHERS = {"holder": ME}, {"holder": None}, {"holder": "zhao"}
MINE, UNGRADED = {"handled_by": ME}, {"letter": "reported"}
OF_ZHAO = UNGRADED | {"whistled": "zhao"}


@pytest.mark.parametrize(
    ("role", "action", "state", "scene", "answer"),
    [
        # what somebody has only they work at
        ("worker", "accept", "dispatched", ANOTHERS, 409),
        ("worker", "return", "dispatched", ANOTHERS, 409),
        ("worker", "handle", "accepted", ANOTHERS, 409),
        ("department", "handle", "accepted", ANOTHERS, 409),
        ("admin", "handle", "accepted", ANOTHERS, 200),
        ("worker", "resume", "accepted", ANOTHERS, 409),
        ("department", "resume", "accepted", ANOTHERS, 409),
        ("dispatcher", "resume", "accepted", ANOTHERS, 200),
        # what nobody has the grid workers take, and no department that was only whistled for
        ("worker", "accept", "dispatched", NOBODYS, 200),
        ("department", "accept", "dispatched", NOBODYS, 409),
        ("department", "return", "dispatched", NOBODYS, 409),
        ("department", "handle", "accepted", NOBODYS, 409),
        ("department", "resume", "accepted", NOBODYS, 409),
        ("worker", "return", "dispatched", NOBODYS, 200),
        ("worker", "handle", "accepted", NOBODYS, 200),
        # nobody checks their own work, nor stops their own clock
        ("dispatcher", "close", "handled", MINE, 409),
        ("supervisor", "close", "handled", MINE, 409),
        ("admin", "close", "handled", MINE, 409),
        ("dispatcher", "pause", "accepted", IN_HAND, 403),
        ("supervisor", "pause", "accepted", IN_HAND, 403),
        ("admin", "pause", "accepted", IN_HAND, 403),
        # a letter is answered by whom it is addressed to, graded by who whistled, and holds its ticket open
        ("department", "check_in", "accepted", {"summoned": POLICE}, 403),
        ("department", "report_back", "accepted", {"summoned": POLICE}, 403),
        ("dispatcher", "grade", "accepted", OF_ZHAO, 403),
        ("supervisor", "grade", "accepted", OF_ZHAO, 403),
        ("admin", "grade", "accepted", OF_ZHAO, 200),
        ("supervisor", "withdraw", "accepted", OF_ZHAO, 200),
        ("dispatcher", "close", "handled", UNGRADED, 409),
        ("dispatcher", "reject", "candidate", UNGRADED, 409),
        ("dispatcher", "merge", "candidate", UNGRADED, 409),
    ],
)  # fmt: skip
def test_what_an_action_asks_beyond_its_row(
    place: Place, role: str, action: str, state: str, scene: dict[str, Any], answer: int
) -> None:
    assert place.ask(action, state, role, **scene) == answer


@pytest.mark.parametrize(("role", "answer"), [("worker", 200), ("department", 404)])
def test_a_worker_goes_where_they_are_sent_and_a_department_s_people_stay_in_their_area(
    place: Place, role: str, answer: int
) -> None:
    holder = OFFICE if role == "department" else name_of(role, inside=False)
    assert place.ask("handle", "accepted", role, inside=False, holder=holder) == answer


def test_a_stranger_does_nothing(place: Place) -> None:
    answers = {place.client.post(f"/api/tickets/{TARGET}/{action}").status_code for action in ACTIONS}
    assert answers == {401}
