"""The cast against the real API."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from dashboard.app import create_app
from deploy.demo.people import Intent, make_cast
from deploy.demo.play import ORDERS, Play
from deploy.demo.town import load_town, write_site
from dispatch import accounts, claims, desk
from dispatch.people import Person
from dispatch.seed import seed
from dispatch.site import load_site
from dispatch.ticket import Position
from dispatch.transitions import Action, Role
from tests.dashboard.conftest import TOKEN, web_settings

TOWN = load_town()
CAST = make_cast(TOWN, seed=7)


class Clock:
    """Ahead of that by which the server stamps, so that all is due at once."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def web(database: str) -> Iterator[TestClient]:
    app = create_app(web_settings(database), CollectorRegistry())
    with TestClient(app, headers={"Authorization": f"Bearer {TOKEN}"}) as opened:
        yield opened


@pytest.fixture
def play(web: TestClient, connection: psycopg.Connection, tmp_path: Path, clock: Clock) -> Play:
    seed(connection, load_site(write_site(TOWN, tmp_path, 7, 8, "day", "clear")))
    return Play(web, TOWN, CAST, clock)


def told(connection: psycopg.Connection, play: Play, title: str = "Rubbish at the gate") -> str:
    """A ticket that the play has heard of."""
    matter = desk.Report("rubbish", title, Position(104.3771, 31.1221))
    name = str(desk.report(connection, matter, "resident", datetime.now(UTC)).id)
    play.hear("ticket", name, 0.0)
    return name


def timeline(web: TestClient, name: str) -> list[tuple[str, str]]:
    return [(entry["actor"], entry["action"]) for entry in web.get(f"/api/tickets/{name}/timeline").json()]


def test_people_bring_a_ticket_to_its_end(
    play: Play,
    web: TestClient,
    connection: psycopg.Connection,
    clock: Clock,
) -> None:
    name = told(connection, play)
    clock.ahead = 3600
    play._reported_to = clock()  # nobody reports an hour's matters at once
    for _ in range(12):
        play.go_on()
    done = timeline(web, name)
    assert done[-1][1] in ("close", "reject")
    assert {actor for actor, _ in done[1:]} <= CAST.people.keys()


def test_residents_report_what_they_see(play: Play, web: TestClient, clock: Clock) -> None:
    for _ in range(10):
        clock.ahead += 40
        play.go_on()
    told_of = web.get("/api/tickets").json()["items"]
    assert 9 <= len(told_of) <= 11
    assert all(ticket["area"] for ticket in told_of)
    clock.ahead += 8 * 3600  # the laptop slept
    play.go_on()
    assert len(web.get("/api/tickets").json()["items"]) <= len(told_of) + 2
    due = told_of[0]["due"]["accept"]
    assert (datetime.fromisoformat(due) - datetime.fromisoformat(told_of[0]["opened_at"])).total_seconds() == 90


def test_after_a_persons_verdict_the_queue_is_theirs_for_a_while(
    play: Play,
    web: TestClient,
    connection: psycopg.Connection,
    clock: Clock,
) -> None:
    mine, other = (told(connection, play, title) for title in ("mine", "other"))
    web.post(f"/api/tickets/{mine}/reject", json={"reason": "test"}).raise_for_status()
    for ahead, expected in ((250, 1), (310, 2)):
        clock.ahead, play._reported_to = ahead, time.time() + ahead
        play.go_on()
        assert len(timeline(web, other)) == expected


def test_whoever_signs_in_as_one_of_the_cast_is_a_person(
    play: Play,
    web: TestClient,
    connection: psycopg.Connection,
    clock: Clock,
) -> None:
    ticket, chen = told(connection, play), Person("陈静", Role.DISPATCHER)
    accounts.add_person(connection, chen, "a long enough one", "root", datetime.now(UTC))
    token = accounts.make_token(connection, chen.name, "root", datetime.now(UTC))
    for action in ("confirm", "recall"):
        order = {"reason": "I am not sure yet"}
        answer = web.post(f"/api/tickets/{ticket}/{action}", json=order, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text
    for ahead in (60, 400, 3600):
        clock.ahead, play._reported_to = ahead, time.time() + ahead
        play.go_on()
    assert [action for _, action in timeline(web, ticket)] == ["open", "confirm", "recall"]


def test_after_a_new_connection_all_tickets_are_looked_at(
    play: Play,
    web: TestClient,
    connection: psycopg.Connection,
    clock: Clock,
) -> None:
    name = told(connection, play)
    play._signalled.clear()
    play.hear("hello", "", 0.0)
    clock.ahead, play._reported_to = 60, time.time() + 60
    play.go_on()
    assert len(timeline(web, name)) == 2


def test_what_is_refused_is_left_at_that(play: Play, web: TestClient) -> None:
    play._post("/api/tickets", {"kind": "no such kind"})
    assert web.get("/api/tickets").json()["items"] == []


def test_what_somebody_has_on_their_desk_is_left_to_them(
    play: Play, web: TestClient, connection: psycopg.Connection, clock: Clock
) -> None:
    ticket = told(connection, play)
    claims.claim(connection, Person("visitor", Role.DISPATCHER), datetime.now(UTC))
    clock.ahead = 60
    play.go_on()
    assert web.get(f"/api/tickets/{ticket}").json()["state"] == "candidate"
    claims.leave(connection, Person("visitor", Role.DISPATCHER))
    play.go_on()
    assert web.get(f"/api/tickets/{ticket}").json()["state"] != "candidate"


def test_orders_that_are_refused_hold_up_no_others(
    play: Play,
    web: TestClient,
    connection: psycopg.Connection,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stuck = {told(connection, play, f"stuck {number}") for number in range(ORDERS)}
    play._read_signalled()
    others = {told(connection, play, f"other {number}") for number in range(ORDERS)}
    give = play._give

    def give_wrongly(name: str, intent: Intent) -> None:
        give(name, replace(intent, action=Action.CLOSE) if name in stuck else intent)

    monkeypatch.setattr(play, "_give", give_wrongly)
    clock.ahead = 60
    for _ in range(2):
        play._reported_to = clock()
        play.go_on()
    assert {len(timeline(web, name)) for name in stuck} == {1}
    assert {len(timeline(web, name)) for name in others} == {2}


def test_what_was_signalled_while_the_web_was_away_is_read_later() -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        if len(asked) == 1:
            raise httpx2.ConnectError("away")
        return httpx2.Response(404)

    http: Any = httpx2.Client(base_url="http://web", transport=httpx2.MockTransport(answer))
    play = Play(http, TOWN, CAST)
    play.hear("ticket", "one", 0.0)
    with http:
        with pytest.raises(httpx2.TransportError):
            play.go_on()
        play.go_on()
    assert asked[1] == "/api/tickets/one"
