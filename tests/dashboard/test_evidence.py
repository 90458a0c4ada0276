"""What of a picture is whose to see, and who has seen it."""

import dataclasses
import hashlib
from typing import Any

import cv2
import msgspec
import numpy as np
import psycopg
import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from uuid_utils.compat import uuid7

from dashboard.access import COOKIE
from dashboard.app import create_app
from detect.incident import Picture
from detect.privacy import redacted
from dispatch import accounts, intake, store
from dispatch.audit import verify
from dispatch.people import Person
from dispatch.store import Evidence
from dispatch.transitions import Role
from tests.dashboard.conftest import report, web_settings
from tests.dispatch.matters import JPEG, MP4, NOON, RECEIVED, incident

NOISE = np.random.default_rng(1).integers(0, 256, (90, 160, 3), np.uint8)
STREET = cv2.imencode(".jpg", NOISE)[1].tobytes()
FACE = (0.25, 0.25, 0.5, 0.5)


def put(connection: psycopg.Connection, redactions: list[Any] | None, data: bytes = STREET) -> str:
    """A ticket with a piece of evidence; its id."""
    ticket = report(connection)
    role, media_type = ("clip", "video/mp4") if data == MP4 else ("photo", "image/jpeg")
    piece = Evidence(uuid7(), role, RECEIVED, media_type, data, redactions=redactions)
    store.put_evidence(connection, ticket, piece)
    return str(ticket)


def shown(client: TestClient, ticket: str) -> dict[str, Any]:
    (piece,) = client.get(f"/api/tickets/{ticket}").json()["evidence"]
    return dict(piece)


def sign_in(connection: psycopg.Connection, role: Role) -> dict[str, str]:
    accounts.add_person(connection, Person("li", role), "a long password", "root", RECEIVED)
    token = accounts.make_token(connection, "li", "root", RECEIVED)
    return {"Authorization": f"Bearer {token}"}


def test_faces_are_hidden_and_may_be_kept_so_by_whoever_looks(
    client: TestClient, connection: psycopg.Connection
) -> None:
    piece = shown(client, put(connection, [FACE]))
    answer = client.get(piece["url"])
    assert answer.content == redacted(STREET, [FACE]) != STREET
    assert "immutable" in answer.headers["cache-control"]


def test_what_shows_nobody_is_as_it_was_taken_in(client: TestClient, connection: psycopg.Connection) -> None:
    piece = shown(client, put(connection, []))
    assert client.get(piece["url"]).content == STREET
    assert piece["full_url"] is None


def test_of_what_nobody_knows_all_is_coarse(client: TestClient, connection: psycopg.Connection) -> None:
    piece = shown(client, put(connection, None))
    assert client.get(piece["url"]).content == redacted(STREET, None) != STREET


def test_a_clip_is_shown_where_it_is_redacted_and_not_where_nobody_knows(
    client: TestClient, connection: psycopg.Connection
) -> None:
    hidden, unknown = (shown(client, put(connection, parts, MP4)) for parts in ([], None))
    assert client.get(hidden["url"]).content == MP4
    refused = client.get(unknown["url"])
    assert (refused.status_code, "in full" in refused.json()["detail"]) == (404, True)
    assert client.get(unknown["full_url"]).content == MP4


@pytest.mark.parametrize("redactions", [None, [FACE]])
def test_what_was_removed_after_its_time_is_told_to_be_gone(
    client: TestClient, connection: psycopg.Connection, redactions: list[Any] | None
) -> None:
    ticket = put(connection, redactions)
    before = shown(client, ticket)
    connection.execute("UPDATE evidence SET data = NULL, removed_at = '2026-06-01T12:00Z'")
    after = shown(client, ticket)
    assert after == before | {"removed_at": "2026-06-01T12:00:00Z", "full_url": None}
    for url in (before["url"], before["full_url"]):
        gone = client.get(url)
        assert (gone.status_code, gone.headers["content-type"]) == (410, "application/problem+json")
        assert "2026-06-01" in gone.json()["detail"]
    assert client.get(f"/api/tickets/{ticket}/looks").json() == []


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.SUPERVISOR, Role.WORKER])
def test_each_look_at_what_is_hidden_is_in_the_log(
    client: TestClient, connection: psycopg.Connection, role: Role
) -> None:
    ticket = put(connection, [FACE])
    piece, who = shown(client, ticket), sign_in(connection, role)
    assert client.get(f"/api/tickets/{ticket}/looks", headers=who).json() == []
    for _ in range(2):
        answer = client.get(piece["full_url"], headers=who)
        assert (answer.content, answer.headers["cache-control"]) == (STREET, "no-store")
    looks = client.get(f"/api/tickets/{ticket}/looks", headers=who).json()
    assert [(look["actor"], look["evidence"]) for look in looks] == [("li", piece["id"])] * 2
    assert "look" not in [entry["action"] for entry in client.get(f"/api/tickets/{ticket}/timeline").json()]
    assert verify(connection).broken_at is None


def test_a_look_says_what_was_shown_though_a_better_picture_takes_its_place(
    client: TestClient, connection: psycopg.Connection
) -> None:
    seen, who = incident(pictures=[Picture("best", NOON - 90, STREET, FACE)]), sign_in(connection, Role.SUPERVISOR)
    better = Picture("best", NOON - 60, JPEG, FACE)
    ticket, looked_at = str(intake.take_in(connection, seen, RECEIVED).id), []
    for word in (seen, msgspec.structs.replace(seen, phase="update", at=NOON + 15, pictures=[better])):
        intake.take_in(connection, word, RECEIVED)
        looked_at.append(shown(client, ticket))
        client.get(looked_at[-1]["full_url"], headers=who)
    looks = client.get(f"/api/tickets/{ticket}/looks", headers=who).json()
    assert [(look["evidence"], look["role"], look["taken_at"], look["sha256"]) for look in looks] == [
        (piece["id"], "best", piece["at"], hashlib.sha256(content).hexdigest())
        for piece, content in zip(looked_at, (STREET, JPEG), strict=True)
    ]
    assert looks[0]["taken_at"] != looks[1]["taken_at"]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.INSTALLER])
def test_whom_faces_do_not_concern_sees_none_and_leaves_no_trace(
    client: TestClient, connection: psycopg.Connection, role: Role
) -> None:
    ticket = put(connection, [FACE])
    piece, who = shown(client, ticket), sign_in(connection, role)
    assert client.get(piece["full_url"], headers=who).status_code == 403
    assert client.get(piece["url"], headers=who).content == redacted(STREET, [FACE])
    assert client.get(f"/api/tickets/{ticket}/looks").json() == []


def test_a_guest_is_nobody_who_could_be_asked_why_they_looked(database: str, connection: psycopg.Connection) -> None:
    ticket = put(connection, [FACE])
    accounts.add_person(connection, Person("hall", Role.SUPERVISOR), "a long password", "root", RECEIVED)
    settings = dataclasses.replace(web_settings(database), guest="hall")
    with TestClient(create_app(settings, CollectorRegistry())) as opened:
        piece = shown(opened, ticket)
        assert opened.get(piece["url"]).status_code == 200
        for cookie in ({}, {"Cookie": f"{COOKIE}=ended-long-ago"}):
            assert opened.get(piece["full_url"], headers=cookie).status_code == 403
            me = opened.get("/api/me", headers=cookie).json()
            assert (me["name"], me["unredacted"]) == ("hall", False)
