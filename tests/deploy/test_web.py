"""`yihu web` with its settings, as its users start it."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import httpx2
import psycopg
import pytest

from deploy.embedded import free_port, wait_for_port
from dispatch import accounts
from dispatch.people import Person
from dispatch.transitions import Role

PASSWORD = "a long enough one"  # noqa: S105 - of an account that lives for one test
PROXY, OTHER = "127.0.0.2", "127.0.0.1"


@pytest.mark.parametrize(("peer", "believed"), [(PROXY, True), (OTHER, False)])
def test_only_the_proxy_that_is_named_says_that_somebody_came_by_https(
    database: str, connection: psycopg.Connection, peer: str, believed: bool
) -> None:
    accounts.add_person(connection, Person("li", Role.WORKER), PASSWORD, "root", datetime.now(UTC))
    environment = {
        "YIHU_DATABASE_URL": database, "YIHU_MQTT_URL": "mqtt://127.0.0.1:1", "YIHU_TOKEN": "a-token-for-one-test",
        "YIHU_PORT": str(port := free_port()), "YIHU_TRUSTED_PROXIES": PROXY,
    }  # fmt: skip
    with subprocess.Popen([sys.executable, "-m", "deploy.cli", "web"], env=os.environ | environment) as web:
        assert wait_for_port(port, within_s=30)
        with httpx2.Client(transport=httpx2.HTTPTransport(local_address=peer)) as client:
            answer = client.post(
                f"http://127.0.0.1:{port}/api/login",
                json={"name": "li", "password": PASSWORD},
                headers={"X-Forwarded-Proto": "https"},
            )
        web.terminate()
    assert ("secure" in answer.headers["set-cookie"].lower()) == believed
