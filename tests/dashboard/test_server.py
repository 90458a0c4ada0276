"""Who asks, and whether by HTTPS, as far as a proxy is trusted: over real connections from several addresses."""

from datetime import UTC, datetime

import httpx2
import psycopg
import pytest
from psycopg.types.json import Jsonb

from deploy.settings import load_settings
from dispatch import accounts
from dispatch.people import Person
from dispatch.transitions import Role
from tests.dashboard.conftest import INSIDE, ONE, add_camera, serving

OTHER = "127.0.0.2"  # every address of 127.0.0.0/8 is this machine's
LOOPBACK = load_settings().trusted_proxies  # unless told
PASSWORD = "a long enough one"  # noqa: S105 - of an account that lives for one test
LAMP = {"kind": "street_lamp", "title": "路灯不亮", "position": list(INSIDE)}


def ask(server: str, peer: str, path: str, body: object, **forwarded: str) -> httpx2.Response:
    """From that address of this machine's, as a proxy there forwards it."""
    headers = {f"X-Forwarded-{name.title()}": value for name, value in forwarded.items()}
    with httpx2.Client(transport=httpx2.HTTPTransport(local_address=peer), base_url=server) as client:
        return client.post(path, json=body, headers=headers)


@pytest.fixture
def site(connection: psycopg.Connection) -> None:
    """It takes one report an hour from one place; 李秀英 has an account."""
    connection.execute(
        "INSERT INTO sites (id, name, timezone, detector, reports) VALUES ('tooley', '', 'Asia/Shanghai', 'null', %s)",
        [Jsonb({"open": True, "per_hour": 1})],
    )
    add_camera(connection)
    accounts.add_person(connection, Person("李秀英", Role.SUPERVISOR), PASSWORD, "root", datetime.now(UTC))


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("trusted", "peer", "believed"),
    [
        (LOOPBACK, ONE, True),
        (LOOPBACK, OTHER, False),
        (OTHER, OTHER, True),
        (OTHER, ONE, False),
        ("10.0.0.0/8, 127.0.0.0/30", OTHER, True),
    ],
)
def test_what_a_peer_forwards_is_believed_where_it_is_trusted(
    database: str, trusted: str, peer: str, believed: bool
) -> None:
    with serving(database, trusted) as server:
        me = {"name": "李秀英", "password": PASSWORD}
        signed_in = ask(server, peer, "/api/login", me, proto="https")
        assert ("secure" in signed_in.headers["set-cookie"].lower()) == believed
        strangers = ["203.0.113.1", "203.0.113.2", "198.51.100.9, 203.0.113.2"]  # the last one says who he would be
        statuses = [ask(server, peer, "/api/tickets", LAMP, **{"for": one}).status_code for one in strangers]
        assert statuses == ([201, 201, 429] if believed else [201, 429, 429])


@pytest.mark.usefixtures("site")
def test_a_port_that_a_proxy_adds_makes_no_other_place(database: str) -> None:
    places = ["203.0.113.1:567", "203.0.113.1:568", "203.0.113.1", "[2001:db8::1]:567", "[2001:db8::2]:568"]
    with serving(database, LOOPBACK) as server:
        statuses = [ask(server, ONE, "/api/tickets", LAMP, **{"for": one}).status_code for one in places]
    assert statuses == [201, 429, 429, 201, 429]


@pytest.mark.usefixtures("site")
def test_without_a_proxy_who_asks_is_who_connects(database: str) -> None:
    with serving(database, LOOPBACK) as server:
        statuses = [ask(server, peer, "/api/tickets", LAMP).status_code for peer in (ONE, OTHER, ONE)]
        assert statuses == [201, 201, 429]
        signed_in = ask(server, ONE, "/api/login", {"name": "李秀英", "password": PASSWORD})
        assert "secure" not in signed_in.headers["set-cookie"].lower()
