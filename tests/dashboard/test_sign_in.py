from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from fastapi.testclient import TestClient
from httpx import Response
from prometheus_client import CollectorRegistry

from dashboard.access import COOKIE
from dashboard.app import create_app
from dispatch import accounts
from dispatch.people import Person
from dispatch.transitions import Role
from tests.dashboard.conftest import report, web_settings

PASSWORD = "a long enough one"  # noqa: S105 - of an account that lives for one test


@pytest.fixture
def browser(database: str, connection: psycopg.Connection) -> Iterator[TestClient]:
    """Nobody yet; 李秀英 has an account."""
    accounts.add_person(connection, Person("李秀英", Role.SUPERVISOR), PASSWORD, "root", datetime.now(UTC))
    with TestClient(create_app(web_settings(database), CollectorRegistry())) as opened:
        yield opened


def sign_in(browser: TestClient, name: str = "李秀英", password: str = PASSWORD) -> int:
    return browser.post("/api/login", json={"name": name, "password": password}).status_code


def test_a_session_is_a_cookie_that_no_script_reads_and_no_other_site_sends(browser: TestClient) -> None:
    answer = browser.post("/api/login", json={"name": "李秀英", "password": PASSWORD})
    assert answer.json() == {
        "name": "李秀英", "role": "supervisor", "area": None, "department": None, "timezone": "Asia/Shanghai",
        "unredacted": True,
    }  # fmt: skip
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert browser.get("/api/me").json()["name"] == "李秀英"


def test_whoever_signed_in_is_told_where_the_site_keeps_its_clocks(
    browser: TestClient, connection: psycopg.Connection
) -> None:
    connection.execute(
        "INSERT INTO sites (id, name, timezone, detector) VALUES ('tooley', 'Tooley', 'Europe/London', '{}')"
    )
    sign_in(browser)
    assert browser.get("/api/me").json()["timezone"] == "Europe/London"


def test_the_server_and_not_the_cookie_says_when_a_session_ends(
    browser: TestClient, connection: psycopg.Connection
) -> None:
    """Browsers keep a cookie for 400 days at most, and are given it once."""
    answer = browser.post("/api/login", json={"name": "李秀英", "password": PASSWORD})
    assert f"max-age={400 * 86_400};" in answer.headers["set-cookie"].lower()
    connection.execute("UPDATE tokens SET used_at = %s", [datetime.now(UTC) - timedelta(days=6)])
    assert browser.get("/api/me").status_code == 200
    connection.execute("UPDATE tokens SET expires_at = %s", [datetime.now(UTC)])
    assert browser.get("/api/me").status_code == 401


@pytest.mark.parametrize("odd", ["a@b=1", "a,b=1", "theme{x}=1", "no value", ";=;"])
def test_other_cookies_may_be_as_odd_as_they_like(browser: TestClient, odd: str) -> None:
    sign_in(browser)
    cookies = {"Cookie": f"{odd}; {COOKIE}={browser.cookies[COOKIE]}"}
    browser.cookies.clear()
    assert browser.get("/api/me", headers=cookies).json()["name"] == "李秀英"
    assert browser.get("/api/me", headers={"Cookie": odd}).status_code == 401


def test_over_https_the_cookie_stays_there(database: str, connection: psycopg.Connection) -> None:
    accounts.add_person(connection, Person("li", Role.WORKER), PASSWORD, "root", datetime.now(UTC))
    with TestClient(create_app(web_settings(database), CollectorRegistry()), base_url="https://centre") as browser:
        answer = browser.post("/api/login", json={"name": "li", "password": PASSWORD})
    assert "secure" in answer.headers["set-cookie"].lower()


def test_signing_out_ends_the_session_itself_and_not_only_the_cookie(
    browser: TestClient, connection: psycopg.Connection
) -> None:
    sign_in(browser)
    token = browser.cookies[COOKIE]
    assert browser.post("/api/logout").status_code == 204
    browser.cookies.set(COOKIE, token)
    assert browser.get("/api/me").status_code == 401
    told = connection.execute("SELECT actor, action FROM audit ORDER BY seq DESC LIMIT 2").fetchall()
    assert told == [("李秀英", "sign_out"), ("李秀英", "sign_in")]


@pytest.mark.parametrize(("name", "password"), [("李秀英", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_login_tells_nothing_and_starts_nothing(browser: TestClient, name: str, password: str) -> None:
    answer = browser.post("/api/login", json={"name": name, "password": password})
    assert (answer.status_code, answer.json()["detail"]) == (401, "name or password is wrong")
    assert COOKIE not in browser.cookies


def test_ones_own_password_is_changed_by_oneself(browser: TestClient) -> None:
    sign_in(browser)
    assert browser.put("/api/people/李秀英/password", json={"password": "another long one"}).status_code == 204
    assert browser.get("/api/me").status_code == 401  # every session has ended
    assert sign_in(browser) == 401
    assert sign_in(browser, password="another long one") == 200  # noqa: S106 - as above
    assert browser.put("/api/people/root/password", json={"password": "another long one"}).status_code == 403


def test_an_admin_makes_and_removes_accounts(browser: TestClient, connection: psycopg.Connection) -> None:
    accounts.add_person(connection, Person("root", Role.ADMIN), PASSWORD, "first start", datetime.now(UTC))
    sign_in(browser, "root")
    body = {"name": "环卫一队", "role": "department", "department": "环卫所", "password": PASSWORD}
    assert browser.post("/api/people", json=body).status_code == 201
    assert [one["name"] for one in browser.get("/api/people").json()] == ["root", "李秀英", "环卫一队"]
    assert browser.post("/api/people", json=body).json()["detail"] == "there is an account 环卫一队 already"
    assert browser.delete("/api/people/环卫一队").status_code == 204
    assert browser.delete("/api/people/环卫一队").status_code == 422
    assert sign_in(browser, "环卫一队") == 401


def acknowledge(browser: TestClient, ticket: UUID, name: str = "李秀英", password: str = PASSWORD) -> Response:
    answer: Response = browser.post(
        "/api/acknowledgements", json={"ticket": str(ticket), "name": name, "password": password}
    )
    return answer


def test_who_acknowledges_by_name_and_password_is_told_as_that_and_begins_no_session(
    browser: TestClient, connection: psycopg.Connection
) -> None:
    answer = acknowledge(browser, ticket := report(connection))
    assert (answer.status_code, answer.json()["acknowledged_by"]) == (200, "李秀英")
    assert "set-cookie" not in answer.headers
    assert browser.get("/api/me").status_code == 401
    assert connection.execute("SELECT count(*) FROM tokens").fetchone() == (0,)
    query = "SELECT actor, action FROM audit WHERE ticket = %s ORDER BY seq DESC LIMIT 1"
    assert connection.execute(query, [ticket]).fetchone() == ("李秀英", "acknowledge")


def test_who_may_not_acknowledge_is_told_so_and_whoever_is_signed_in_there_stays_that(
    browser: TestClient, connection: psycopg.Connection
) -> None:
    for name, role, area in (("wu", Role.INSTALLER, None), ("far", Role.OPERATOR, "99")):
        connection.execute(
            "INSERT INTO areas (code, name, level, polygon) VALUES ('99', 'f', 'grid', '[]') ON CONFLICT DO NOTHING"
        )
        accounts.add_person(connection, Person(name, role, area), PASSWORD, "root", datetime.now(UTC))
    ticket = report(connection)
    sign_in(browser, "wu")
    assert acknowledge(browser, ticket, "wu").status_code == 403
    assert acknowledge(browser, ticket, "far").status_code == 404
    assert acknowledge(browser, ticket, password="wrong").status_code == 401  # noqa: S106 - of no account
    assert acknowledge(browser, ticket).status_code == 200
    assert browser.get("/api/me").json()["name"] == "wu"


def test_who_guesses_at_an_acknowledgement_waits_as_at_the_login(
    browser: TestClient, connection: psycopg.Connection
) -> None:
    ticket = report(connection)
    for _ in range(accounts.FREE_TRIES + 1):
        acknowledge(browser, ticket, password="wrong")  # noqa: S106 - of no account
    assert "too many tries" in acknowledge(browser, ticket).json()["detail"]
    assert sign_in(browser) == 401
