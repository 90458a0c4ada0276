"""Everything is killed at random while 200 devices speak and rules fire: what was said is there, and once."""

import contextlib
import logging
import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar
from uuid import UUID, uuid4

import psycopg
import pytest

from deploy.embedded import EmbeddedDatabase
from edge.messages import SenmlRecord, Telemetry, encode_json
from edge.topics import Topic
from ingest.migrate import migrate
from tests.conftest import Broker
from tests.edge.links import linked
from tests.journeys.chaos import (
    AGENTS,
    OF_AGENT,
    Number,
    add_buttons,
    add_street,
    arm,
    committed,
    duplicates,
    gaps,
    probed,
    started,
)
from tests.waiting import wait_for

Answer = TypeVar("Answer")

log = logging.getLogger(__name__)
CHAOS_S = float(os.environ.get("YIHU_TEST_CHAOS_S", "60"))
pytestmark = pytest.mark.timeout(CHAOS_S + 400)


@pytest.fixture
def seed() -> int:
    number = int(os.environ.get("YIHU_TEST_SEED", time.time()))
    log.warning("YIHU_TEST_SEED=%d", number)  # a test that fails shows it
    return number


class Victim(Protocol):
    def kill(self) -> None: ...

    def start(self) -> None: ...


class Server:
    """A PostgreSQL of this test's own, that it kills."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._embedded = EmbeddedDatabase(folder)
        self.url = self._embedded.url

    def kill(self) -> None:
        """Its other processes end when they see that the first is gone."""
        os.kill(int((self._folder / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def start(self) -> None:
        wait_for(self._is_up, within_s=60)

    def _is_up(self) -> bool:
        self._embedded.tend()
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.url):
            return True
        return False

    def stop(self) -> None:
        self._embedded.__exit__(None, None, None)


@pytest.fixture
def postgres(new_folder: Callable[[], Path]) -> Iterator[Server]:
    server = Server(new_folder() / "postgres")
    migrate(server.url)
    yield server
    server.stop()


def journalled(folder: Path, agent: str) -> set[Number]:
    """What an agent that is dead has on its disk."""
    rows: list[tuple[str, bytes, int]] = []
    file = folder / "edge" / f"tooley-{agent}.journal"
    with contextlib.closing(sqlite3.connect(file)) as journal, contextlib.suppress(sqlite3.OperationalError):
        rows = journal.execute("SELECT device, boot, seq FROM entries WHERE body IS NOT NULL").fetchall()
    return {(device, UUID(bytes=boot), seq) for device, boot, seq in rows}


def test_whatever_is_killed_nothing_that_was_journalled_is_lost_or_doubled(
    mosquitto: Broker, postgres: Server, tmp_path: Path, seed: int
) -> None:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        add_street(connection)
    common = {"YIHU_MQTT_URL": mosquitto.url, "YIHU_SITE": "tooley", "YIHU_DATA": str(tmp_path)}
    common |= {"YIHU_DATABASE_URL": postgres.url, "YIHU_LOG_LEVEL": "ERROR"}
    chance, promised, armed = random.Random(seed), set[Number](), 0
    with contextlib.ExitStack() as stack:
        stages = {name: stack.enter_context(started(name, common)) for name in ("ingest", "detect", "dispatch")}
        agents = {name: stack.enter_context(started("edge", common | {"YIHU_AGENT": name})) for name in AGENTS}
        victims = [mosquitto, postgres, *stages.values(), *agents.values()]
        wait_for(lambda: _ask(postgres, committed), within_s=60)
        until, due = time.monotonic() + CHAOS_S, list[Victim]()
        while time.monotonic() < until:
            armed = min(armed + 1, len(AGENTS) * OF_AGENT)
            _ask(postgres, partial(arm, number=armed - 1))  # its ticket is on the way when the next is killed
            time.sleep(chance.uniform(0.5, 3))
            due = due or chance.sample(victims, len(victims))
            fallen = [due.pop() for _ in range(min(len(due), chance.choice((1, 1, 2, 3))))]
            for victim in fallen:
                victim.kill()
            for name, agent in agents.items():
                if agent in fallen:
                    promised |= journalled(tmp_path, name)
            time.sleep(chance.uniform(0, 3))
            for victim in fallen:
                victim.start()
        wait_for(lambda: promised <= _ask(postgres, committed), within_s=180)
        wait_for(lambda: not _ask(postgres, gaps), within_s=180)
        wait_for(lambda: len(_ask(postgres, tickets)) == armed, within_s=60)
    assert promised
    assert _ask(postgres, duplicates) == []
    assert set(_ask(postgres, tickets).values()) == {1}
    assert _ask(postgres, strays) == 0


def test_an_alarm_that_is_over_outlives_broker_and_dispatch(
    mosquitto: Broker, postgres: Server, tmp_path: Path
) -> None:
    """While dispatch is dead, buttons are pressed and let go; then the broker dies, and forgets what it had for it."""
    buttons = [f"sos-{number}" for number in range(10)]
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        add_buttons(connection, buttons)
    common = {"YIHU_MQTT_URL": mosquitto.url, "YIHU_DATA": str(tmp_path), "YIHU_DATABASE_URL": postgres.url}
    boot = uuid4()
    with (
        started("ingest", common),
        started("dispatch", common) as dispatch,
        probed("detect", common) as (_, figure),
        linked(mosquitto.url, "street") as street,
    ):
        wait_for(lambda: figure("yihu_detect_sensors") == len(buttons), within_s=60)
        dispatch.kill()
        for number, button in enumerate(buttons * 2):
            pressed = SenmlRecord(n="sos", vb=number < len(buttons))
            topic = str(Topic("tooley", button, "telemetry"))
            pack = Telemetry(boot, 1 + number // len(buttons), [pressed])
            assert street.publish(topic, encode_json(pack), wait_s=10)
        wait_for(lambda: figure("yihu_detect_incidents_waiting") == 2 * len(buttons), within_s=30)
        mosquitto.kill()
        mosquitto.start()
        dispatch.start()
        wait_for(lambda: figure("yihu_detect_incidents_waiting") == 0, within_s=120)
    assert _ask(postgres, tickets) == dict.fromkeys(buttons, 1)


def _ask(postgres: Server, question: Callable[[psycopg.Connection], Answer]) -> Answer:
    with psycopg.connect(postgres.url) as connection:
        return question(connection)


def tickets(connection: psycopg.Connection) -> dict[str, int]:
    """How many there are of each sensor whose rule has fired."""
    kinds = ["gas_leak", "sos"]
    rows = connection.execute("SELECT device, count(*) FROM tickets WHERE kind = ANY (%s) GROUP BY device", [kinds])
    return dict(rows.fetchall())


def strays(connection: psycopg.Connection) -> int:
    """Incidents that are not of their device's ticket."""
    ((count,),) = connection.execute(
        "SELECT count(*) FROM incidents LEFT JOIN tickets ON tickets.id = incidents.ticket"
        " WHERE tickets.device IS DISTINCT FROM incidents.device"
    )
    return count
