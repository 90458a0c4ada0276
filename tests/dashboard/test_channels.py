"""Where people are told, over the API."""

from datetime import UTC, datetime

import psycopg
import pytest
from fastapi.testclient import TestClient

from dispatch import accounts
from dispatch.notices import Channel
from dispatch.notices_store import find_channel
from dispatch.people import Person
from dispatch.transitions import Role

URL = "json://li:s3cret@localhost/"


@pytest.fixture
def he(connection: psycopg.Connection) -> dict[str, str]:
    """What the requests of somebody of 环卫所 carry."""
    now = datetime.now(UTC)
    person = Person("he", Role.DEPARTMENT, None, "环卫所")
    accounts.add_person(connection, person, "a long enough one", "root", now)
    return {"Authorization": f"Bearer {accounts.make_token(connection, 'he', 'root', now)}"}


def test_a_channel_is_set_seen_without_its_address_and_taken_back(
    client: TestClient, connection: psycopg.Connection
) -> None:
    path = "/api/channels/环卫所"
    assert client.get(path).status_code == 404
    answer = client.put(path, json={"url": URL, "digest_s": 900})
    shown = {"holder": "环卫所", "scheme": "json", "quiet": "22:00-07:00", "digest_s": 900, "timezone": "Asia/Shanghai"}
    assert answer.json() == client.get(path).json() == shown
    assert "s3cret" not in answer.text
    assert find_channel(connection, "环卫所") == Channel(URL, digest_s=900)
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 422


def test_each_sees_their_own_and_none_but_an_admin_sets_one(client: TestClient, he: dict[str, str]) -> None:
    assert client.put("/api/channels/环卫所", json={"url": URL}).status_code == 200
    assert client.get("/api/channels/环卫所", headers=he).status_code == 200
    for holder in ("he", "交警中队", "nobody"):
        assert client.get(f"/api/channels/{holder}", headers=he).status_code == 403
    for method in ("PUT", "DELETE"):
        answer = client.request(method, "/api/channels/环卫所", json={"url": URL}, headers=he)
        assert answer.status_code == 403


def test_what_would_not_work_is_refused_without_being_repeated(client: TestClient) -> None:
    for body in (
        {"url": "nowhere://s3cret"},
        {"url": "s3cret"},
        {"url": URL, "quiet": "late"},
        {"url": URL, "digest_s": 1e9},
        {"url": URL, "timezone": "Sichuan"},
    ):
        answer = client.put("/api/channels/环卫所", json=body)
        assert answer.status_code == 422, body
        assert "s3cret" not in answer.text
    assert client.put("/api/channels/nobody", json={"url": URL}).status_code == 422
