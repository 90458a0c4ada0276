"""Two dispatch processes at once, as they are run: what one does the other does not do again."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

from psycopg import Connection

from dispatch import accounts, cases, modes_store
from dispatch.case import open_case
from dispatch.ledger import Clock
from dispatch.notices import Channel
from dispatch.notices_store import put_channel
from dispatch.people import Person
from dispatch.ticket import Ticket
from dispatch.transitions import Role
from tests.conftest import Broker
from tests.dispatch.matters import rows, terms, ticket
from tests.dispatch.receiver import Receiver
from tests.waiting import wait_for

TICKETS = 30
STREET = "510603003"
QUIET_S = 3  # some passes of each process


@contextmanager
def dispatch(broker: str, database: str, shard: str) -> Iterator[None]:
    environment = os.environ | {"YIHU_MQTT_URL": broker, "YIHU_DATABASE_URL": database, "YIHU_SHARD": shard}
    process = subprocess.Popen([sys.executable, "-m", "deploy.cli", "dispatch"], env=environment)
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(20) == 0


def overdue(connection: Connection, now: datetime) -> Ticket:
    """One whose three steps are all overdue."""
    received = now - timedelta(days=30)
    draft = ticket(severity="critical", opened_at=received, areas=[STREET])
    return cases.insert_case(connection, open_case(draft, "detect", terms())).ticket


def test_nothing_climbs_and_nobody_is_told_twice(
    mosquitto: Broker, database: str, connection: Connection, receiver: Receiver
) -> None:
    now = datetime.now(UTC)
    connection.execute("INSERT INTO areas VALUES (%s, '街道', 'street', NULL, '[]')", [STREET])
    accounts.add_person(connection, Person("li", Role.SUPERVISOR), "a long enough one", "root", now)
    put_channel(connection, "li", Channel(receiver.url))
    tickets = [overdue(connection, now) for _ in range(TICKETS)]
    modes_store.declare(connection, "flood", STREET, "rain", "root", now, now + timedelta(seconds=8))
    with ExitStack() as both:
        for shard in ("1/2", "2/2"):
            both.enter_context(dispatch(mosquitto.url, database, shard))
        wait_for(lambda: at_work(connection) == 2, within_s=60)
        wait_for(lambda: said(receiver)["结束"] == 1, within_s=60)
        wait_for(lambda: said(receiver)["督办"] == TICKETS * len(Clock), within_s=60)
        time.sleep(QUIET_S)
    assert said(receiver) == {"启动": 1, "结束": 1, "督办": TICKETS * len(Clock)}
    assert len(rows(connection, "audit", action="escalate")) == TICKETS * len(Clock)
    for one in tickets:
        ledger = sorted(rows(connection, "ledger", ticket=one.id), key=lambda row: row["number"])
        assert [row["pace"] for row in ledger] == [1, 4, 1]


def at_work(connection: Connection) -> int:
    """How many processes pass the clocks."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'yihu-clocks' AND datname = current_database()"
    )
    (found,) = connection.execute(query).fetchone() or (0,)
    return int(found)


def said(receiver: Receiver) -> Counter[str]:
    """How often each thing was told, in however many messages."""
    lines = [line for message in list(receiver.came) for line in message["message"].splitlines()]
    return Counter(word for line in lines for word in ("督办", "启动", "结束") if word in line)
