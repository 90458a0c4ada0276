"""Every route, for every role, inside and outside of its part of the tree."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from psycopg.types.json import Jsonb

from dashboard.access import COOKIE
from dashboard.app import create_app
from dispatch import accounts
from dispatch.people import Person
from dispatch.ticket import Position
from dispatch.transitions import Role
from tests.dashboard.conftest import GRID, TOKEN, add_camera, report, web_settings
from tests.dispatch.matters import PNG

NOW = datetime.now(UTC)
PASSWORD = "a long enough one"  # noqa: S105 - of accounts that live for one test
CODE, OTHER = "510603003001001", "510603003001002"
ELSEWHERE = [[105.0, 32.0], [105.1, 32.0], [105.1, 32.1], [105.0, 32.1]]
ROLES = sorted(accounts.ROLES)

# what each route asks of who calls it; a route that stands nowhere fails the test
OPEN, KNOWN, ADMIN, HEAD, TICKET, DEVICE, STREAM = "open", "known", "admin", "head", "ticket", "device", "stream"
ROTA, OFFICE, CHECK, FIELD, SETUP, SITE = "rota", "office", "check", "field", "setup", "site"
UNREDACTED = "unredacted"
LIMITED = {ADMIN: {"admin"}, HEAD: {"admin", "supervisor"}, OFFICE: {"admin", "dispatcher"}}
LIMITED[FIELD] = {"admin", "worker", "department"}
ROUTES = {
    ("GET", "/api/health"): OPEN,
    ("POST", "/api/login"): OPEN,
    ("POST", "/api/enrol"): OPEN,  # by a token of its own
    ("POST", "/api/acknowledgements"): OPEN,  # by name and password
    ("POST", "/api/tickets"): OPEN,
    ("GET", "/api/nearby"): OPEN,
    ("GET", "/api/matters"): OPEN,
    ("GET", "/api/areas"): OPEN,  # where strangers may report
    ("GET", "/api/mine"): FIELD,
    ("GET", "/api/follow/{token}"): OPEN,
    ("POST", "/api/follow/{token}"): OPEN,
    ("POST", "/api/logout"): KNOWN,
    ("GET", "/api/me"): KNOWN,
    ("GET", "/api/tickets"): KNOWN,
    ("GET", "/api/tickets.csv"): KNOWN,
    ("GET", "/api/tickets.xlsx"): KNOWN,
    ("POST", "/api/desk"): OFFICE,
    ("DELETE", "/api/desk"): OFFICE,
    ("GET", "/api/tickets/{ticket}/posts"): CHECK,
    ("GET", "/api/rates"): KNOWN,
    ("GET", "/api/offenders"): KNOWN,
    ("GET", "/api/precision"): KNOWN,
    ("GET", "/api/insight/breakdown"): KNOWN,
    ("GET", "/api/insight/missed"): KNOWN,
    ("GET", "/api/insight/recurrences"): KNOWN,
    ("GET", "/api/insight/hotspots"): KNOWN,
    ("GET", "/api/insight/blindness"): KNOWN,
    ("GET", "/api/modes"): KNOWN,
    ("GET", "/api/duties"): KNOWN,
    ("GET", "/api/notices"): KNOWN,
    ("GET", "/api/devices"): KNOWN,
    ("GET", "/api/wall"): KNOWN,
    ("GET", "/api/points"): KNOWN,
    ("GET", "/api/trends"): KNOWN,
    ("GET", "/api/map"): OPEN,  # as above
    ("GET", "/api/map/content"): OPEN,
    ("GET", "/api/stream"): STREAM,
    ("GET", "/api/people"): ADMIN,
    ("POST", "/api/people"): ADMIN,
    ("PUT", "/api/people/{name}/password"): ADMIN,
    ("DELETE", "/api/people/{name}"): ADMIN,
    ("GET", "/api/people/{name}/duty"): ROTA,
    ("PUT", "/api/people/{name}/duty"): ROTA,
    ("POST", "/api/people/{name}/absences"): ROTA,
    ("DELETE", "/api/people/{name}/absences"): ROTA,
    ("PUT", "/api/channels/{holder}"): ADMIN,
    ("GET", "/api/channels/{holder}"): ADMIN,
    ("DELETE", "/api/channels/{holder}"): ADMIN,
    ("PUT", "/api/duties"): ADMIN,
    ("POST", "/api/areas/mergers"): ADMIN,
    ("POST", "/api/modes"): HEAD,
    ("POST", "/api/modes/{mode}/end"): HEAD,
    ("GET", "/api/tickets/{ticket}"): TICKET,
    ("GET", "/api/tickets/{ticket}/timeline"): TICKET,
    ("GET", "/api/tickets/{ticket}/ledger"): TICKET,
    ("GET", "/api/tickets/{ticket}/letters"): TICKET,
    ("GET", "/api/tickets/{ticket}/actions"): TICKET,
    ("POST", "/api/tickets/{ticket}/{action}"): TICKET,
    ("GET", "/api/evidence/{evidence}/masked.{suffix}"): TICKET,
    ("GET", "/api/evidence/{evidence}/full.{suffix}"): UNREDACTED,
    ("GET", "/api/tickets/{ticket}/looks"): TICKET,
    ("GET", "/api/rules"): KNOWN,
    ("GET", "/api/devices/{site}/{device}/setup"): SETUP,
    ("PUT", "/api/devices/{site}/{device}/setup"): SETUP,
    ("POST", "/api/devices/{site}/{device}/trial"): SETUP,
    ("GET", "/api/sites/{site}/file"): SITE,
    ("POST", "/api/sites/{site}/enrolments"): SITE,
    ("GET", "/api/sites/{site}/enrolments"): SITE,
    ("DELETE", "/api/sites/{site}/enrolments/{id}"): SITE,
    ("GET", "/api/devices/{site}/{device}/picture.jpg"): DEVICE,
    ("GET", "/api/devices/{site}/{device}/gaps"): DEVICE,
    ("GET", "/api/devices/{site}/{device}/readings"): DEVICE,
}
AWAY = {"begin": "2099-10-01T00:00:00Z", "end": "2099-10-08T00:00:00Z"}
CAMERA = {"camera": "rtsp://10.0.0.1/live", "fps": 5.0, "zones": [], "position": [104.395, 31.125]}
BODIES: dict[str, dict[str, Any]] = {
    "comment": {"note": "seen"},
    "enrol": {"token": "made up"},
    "enrolments": {"agent": "box-1"},
    "password": {"password": "another long one"},
    "duty": {"hours": "08:00-18:00", "days": [1]},
    "absences": AWAY,
    "patrol": {"url": "json://localhost"},
    "mergers": {"codes": [CODE, OTHER], "code": "510603003001101", "name": "综合网格"},
}


@pytest.fixture
def stranger(database: str) -> Iterator[TestClient]:
    with TestClient(create_app(web_settings(database), CollectorRegistry())) as opened:
        yield opened


@pytest.fixture
def street(connection: psycopg.Connection) -> UUID:
    """Two grids, and in the first a ticket with a photo, a camera with a picture, and somebody on patrol."""
    for code, name, polygon in ((CODE, "第一网格", GRID), (OTHER, "第二网格", ELSEWHERE)):
        connection.execute(
            "INSERT INTO areas (code, name, level, polygon) VALUES (%s, %s, 'grid', %s)", [code, name, Jsonb(polygon)]
        )
    add_camera(connection)
    connection.execute("UPDATE devices SET config = %s", [Jsonb(CAMERA)])
    connection.execute(
        "INSERT INTO sites (id, name, timezone, detector, reports) VALUES ('tooley', 's', 'Asia/Shanghai', 'null', %s)",
        [Jsonb({"open": True})],
    )
    accounts.add_person(connection, Person("patrol", Role.WORKER, CODE), PASSWORD, "root", NOW)
    connection.execute(
        "INSERT INTO pictures (site, device, at, received_at, jpeg) VALUES ('tooley', 'cam-1', now(), now(), 'x')"
    )
    return report(connection, photos=[PNG])


def sign_up(connection: psycopg.Connection, role: str, area: str | None) -> str:
    """A token of an account of that role; an admin's is of the whole tree."""
    area = None if role == "admin" else area
    person = Person(f"{role} of {area}", Role(role), area, "环卫所" if role == "department" else None)
    if accounts.find_person(connection, person.name) is None:
        accounts.add_person(connection, person, PASSWORD, "root", NOW)
    return accounts.make_token(connection, person.name, "root", NOW)


def all_routes(client: TestClient) -> list[tuple[str, str]]:
    app: Any = client.app
    return [(method.upper(), path) for path, methods in app.openapi()["paths"].items() for method in methods]


def test_every_route_is_walked(stranger: TestClient) -> None:
    assert set(all_routes(stranger)) == set(ROUTES)


def call(client: TestClient, route: tuple[str, str], connection: psycopg.Connection, ticket: UUID, token: str) -> int:
    (method, path), asks = route, ROUTES[route]
    (photo,) = connection.execute("SELECT id FROM evidence LIMIT 1").fetchone() or (None,)
    names: dict[str, object] = {
        "ticket": ticket, "action": "comment", "evidence": photo, "suffix": "png", "site": "tooley", "device": "cam-1",
        "token": "x", "mode": ticket, "name": "patrol" if route in PLANNED else "nobody", "holder": "patrol",
        "id": "gone",
    }  # fmt: skip
    path = path.format(**names)
    query = {"kind": "rubbish", "longitude": 104, "latitude": 31} if path == "/api/nearby" else AWAY
    (version,) = connection.execute("SELECT md5(config::text) FROM devices WHERE id = 'cam-1'").fetchone() or ("",)
    body = BODIES.get(path.rpartition("/")[2], {}) | ({"version": version} if method == "PUT" and asks == SETUP else {})
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    extra = {"json": body} if method in ("POST", "PUT") else {}
    return client.request(method, path, params=query, headers=headers, **extra).status_code


PLANNED = [route for route, asks in ROUTES.items() if asks == ROTA]
WALKED = [route for route, asks in ROUTES.items() if asks != STREAM]


@pytest.mark.parametrize("route", WALKED, ids=" ".join)
def test_a_stranger_gets_into_nothing_but_what_is_open(
    stranger: TestClient, connection: psycopg.Connection, street: UUID, route: tuple[str, str]
) -> None:
    status = call(stranger, route, connection, street, "")
    assert (status == 401) == (ROUTES[route] != OPEN), status
    assert call(stranger, route, connection, street, "a made up token") == status


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_is_its_own_inside_its_area_and_nothing_outside(
    stranger: TestClient, connection: psycopg.Connection, street: UUID, role: str
) -> None:
    inside, outside = (sign_up(connection, role, area) for area in (CODE, OTHER))
    for route in WALKED:
        asks = ROUTES[route]
        here, there = (call(stranger, route, connection, street, token) for token in (inside, outside))
        if asks == TICKET:
            reaches = role != "department"  # nobody has summoned it
            assert (here == 404) != reaches, (route, here)
            assert (there == 404) == (role != "admin"), (route, there)
        elif asks == UNREDACTED:
            blind = role in {"operator", "installer"}
            assert here == (403 if blind else 404 if role == "department" else 200), (route, here)
            assert there == (200 if role == "admin" else 403 if blind else 404), (route, there)
        elif asks == DEVICE:
            assert (here, there) == (200, 200 if role == "admin" else 404), (route, here, there)
        elif asks in (SETUP, SITE):
            allowed, beyond = role in {"admin", "installer"}, 404 if asks == SETUP else 403
            done = 404 if "{id}" in route[1] else 201 if route[0] == "POST" and asks == SITE else 200
            assert here == (done if allowed else 403), (route, here)
            assert there == (done if role == "admin" else beyond if allowed else 403), (route, there)
        elif asks == ROTA:
            assert (here < 300) == (role in {"admin", "supervisor"}), (route, here)
            assert (there == 403) == (role != "admin"), (route, there)
        elif asks == CHECK:
            allowed = role in LIMITED[HEAD] | LIMITED[OFFICE]
            assert here == (200 if allowed else 403), (route, here)
            assert there == (200 if role == "admin" else 404 if allowed else 403), (route, there)
        elif asks in LIMITED:
            assert (here == 403) == (role not in LIMITED[asks]), (route, here)
            assert (there == 403) == (role not in LIMITED[asks]), (route, there)
        else:
            assert 401 not in (here, there), route
            assert 403 not in (here, there), route


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_its_own_tickets_and_cameras_only(
    stranger: TestClient, connection: psycopg.Connection, street: UUID, role: str
) -> None:
    for area, sees in ((CODE, role != "department"), (OTHER, role == "admin")):
        headers = {"Authorization": f"Bearer {sign_up(connection, role, area)}"}
        shown = [one["id"] for one in stranger.get("/api/tickets", headers=headers).json()["items"]]
        wall = stranger.get("/api/wall", headers=headers).json()
        assert (str(street) in shown) == (str(street) in [one["id"] for one in wall["tickets"]]) == sees
        assert wall["counts"]["open"] == int(sees)
        assert (len(stranger.get("/api/devices", headers=headers).json()) == 1) == (area == CODE or role == "admin")


def test_a_supervisor_s_word_ends_where_their_area_does(
    stranger: TestClient, connection: psycopg.Connection, street: UUID
) -> None:
    here, there = ({"Authorization": f"Bearer {sign_up(connection, 'supervisor', area)}"} for area in (CODE, OTHER))
    flood = {"kind": "flood", "area": CODE, "reason": "rain", "until": (NOW + timedelta(hours=4)).isoformat()}
    assert stranger.post("/api/modes", json=flood, headers=there).status_code == 403
    declared = stranger.post("/api/modes", json=flood, headers=here)
    assert declared.status_code == 201
    end = f"/api/modes/{declared.json()['id']}/end"
    assert stranger.post(end, json={"reason": "x"}, headers=there).status_code == 403
    assert stranger.post(end, json={"reason": "x"}, headers=here).status_code == 200
    connection.execute(
        "INSERT INTO notices (id, key, holder, ticket, about, severity, zh, en, made_at, tries, error)"
        " VALUES (gen_random_uuid(), 'k', 'wang', %s, 'press', 'minor', '独居老人', 'x', now(), 1, 'refused')",
        [street],
    )
    seen = [len(stranger.get("/api/notices", headers=who).json()) for who in (here, there)]
    assert seen == [3, 0]  # of the emergency's beginning and end, and of what did not get through


def test_nothing_is_merged_into_what_is_out_of_reach(
    stranger: TestClient, connection: psycopg.Connection, street: UUID
) -> None:
    away = report(connection, position=Position(105.05, 32.05))
    office = {"Authorization": f"Bearer {sign_up(connection, 'dispatcher', CODE)}"}
    assert stranger.post(f"/api/tickets/{street}/merge", json={"into": str(away)}, headers=office).status_code == 404
    assert stranger.get(f"/api/tickets/{street}", headers=office).json()["state"] == "candidate"


def test_a_department_reaches_what_it_is_summoned_to_and_answers(
    stranger: TestClient, connection: psycopg.Connection, street: UUID
) -> None:
    department = {"Authorization": f"Bearer {sign_up(connection, 'department', None)}"}
    chief = {"Authorization": f"Bearer {sign_up(connection, 'supervisor', CODE)}"}
    script = {"Authorization": f"Bearer {TOKEN}"}

    def order(action: str, who: dict[str, str], **body: Any) -> int:
        return stranger.post(f"/api/tickets/{street}/{action}", json=body, headers=who).status_code

    assert order("confirm", script) == 200
    assert order("comment", department, note="x") == 404
    until = (NOW + timedelta(hours=4)).isoformat()
    assert order("whistle", chief, departments=["环卫所"], until=until, note="请到场") == 200
    assert order("check_in", department, letter="环卫所") == 200
    assert order("report_back", department, letter="环卫所", note="已清运") == 200
    assert order("grade", department, letter="环卫所", grade="satisfied") == 403
    assert order("grade", chief, letter="环卫所", grade="satisfied") == 200
    (letter,) = stranger.get(f"/api/tickets/{street}/letters", headers=chief).json()
    assert (letter["state"], letter["grade"], letter["answer"]) == ("graded", "satisfied", "已清运")


def test_only_the_servers_own_token_acts_for_others(
    stranger: TestClient, connection: psycopg.Connection, street: UUID
) -> None:
    admin = {"Authorization": f"Bearer {sign_up(connection, 'admin', None)}"}
    body = {"actor": "李秀英", "note": "x"}
    assert stranger.post(f"/api/tickets/{street}/comment", json=body, headers=admin).status_code == 403
    script = {"Authorization": f"Bearer {TOKEN}"}
    assert stranger.post(f"/api/tickets/{street}/comment", json=body, headers=script).status_code == 200


def test_a_token_in_the_name_of_an_account_may_do_what_that_account_may(
    stranger: TestClient, connection: psycopg.Connection, street: UUID
) -> None:
    sign_up(connection, "worker", OTHER)
    script = {"Authorization": f"Bearer {TOKEN}"}
    body = {"actor": f"worker of {OTHER}", "note": "x"}
    assert stranger.post(f"/api/tickets/{street}/comment", json=body, headers=script).status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://testserver"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://["}, 403),
    ],
)
def test_another_sites_page_does_not_act_in_a_session(
    stranger: TestClient, connection: psycopg.Connection, street: UUID, headers: dict[str, str], status: int
) -> None:
    stranger.cookies.set(COOKIE, sign_up(connection, "dispatcher", None))
    answer = stranger.post(f"/api/tickets/{street}/comment", json={"note": "x"}, headers=headers)
    assert answer.status_code == status


def test_a_server_with_a_guest_lets_strangers_read_as_that_account_and_write_nothing(
    database: str, connection: psycopg.Connection, street: UUID
) -> None:
    sign_up(connection, "operator", CODE)
    settings = web_settings(database)
    guest = type(settings)(settings.database, settings.broker, settings.token, "1", guest=f"operator of {CODE}")
    with TestClient(create_app(guest, CollectorRegistry())) as client:
        assert client.get(f"/api/tickets/{street}").status_code == 200
        assert client.get("/api/me").json()["role"] == "operator"
        assert client.get("/api/people").status_code == 403
        assert client.post(f"/api/tickets/{street}/comment", json={"note": "x"}).status_code == 401
        assert client.get("/api/me", headers={"Authorization": "Bearer wrong"}).status_code == 401
