"""An agent, the broker and ingest are killed at random: whatever was said is in the database, and once."""

import contextlib
import logging
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.conftest import ROOT, Broker
from tests.waiting import wait_for

log = logging.getLogger(__name__)
pytestmark = pytest.mark.timeout(300)

SENSORS, EVERY_S, CHAOS_S = 8, 0.1, 20.0
JOURNAL = Path("edge") / "tooley-edge.journal"
Number = tuple[str, UUID, int]  # a device, its boot and a number


class Process:
    """A stage that a test kills without warning, and starts again."""

    def __init__(self, stage: str, environment: dict[str, str]) -> None:
        self._command = [sys.executable, "-m", "deploy.cli", stage]
        self._environment = os.environ | environment
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, cwd=ROOT, env=self._environment)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def seed() -> int:
    number = int(os.environ.get("YIHU_TEST_SEED", time.time()))
    log.info("YIHU_TEST_SEED=%d", number)
    return number


@contextlib.contextmanager
def started(stage: str, environment: dict[str, str]) -> Iterator[Process]:
    process = Process(stage, environment)
    try:
        yield process
    finally:
        process.kill()


def journalled(folder: Path) -> set[Number]:
    """What an agent that is dead has on its disk."""
    with contextlib.closing(sqlite3.connect(folder / JOURNAL)) as journal:
        rows = journal.execute("SELECT device, boot, seq FROM entries WHERE body IS NOT NULL").fetchall()
    return {(device, UUID(bytes=boot), seq) for device, boot, seq in rows}


def committed(connection: psycopg.Connection) -> set[Number]:
    rows = connection.execute(
        "SELECT device, boot, generate_series(lower(span), upper(span) - 1) FROM sequences, unnest(received) AS span"
    )
    return set(rows.fetchall())


def add_sensors(connection: psycopg.Connection) -> None:
    connection.execute("INSERT INTO sites (id, name, timezone, detector) VALUES ('tooley', '', 'UTC', '{}')")
    for number in range(SENSORS):
        config = Jsonb({"sensor": f"sim://water_level?seed={number}&events=none", "every": EVERY_S})
        connection.execute(
            "INSERT INTO devices (site, id, kind, name, config) VALUES ('tooley', %s, 'sensor', '', %s)",
            [f"level-{number}", config],
        )


def test_whatever_an_agent_journalled_is_in_the_database_once(
    mosquitto: Broker, database: str, connection: psycopg.Connection, tmp_path: Path, seed: int
) -> None:
    add_sensors(connection)
    common = {"YIHU_MQTT_URL": mosquitto.url, "YIHU_SITE": "tooley", "YIHU_DATA": str(tmp_path)}
    chance, promised = random.Random(seed), set[Number]()
    with started("ingest", common | {"YIHU_DATABASE_URL": database}) as ingest, started("edge", common) as edge:
        wait_for(lambda: committed(connection), within_s=40)
        until = time.monotonic() + CHAOS_S
        while time.monotonic() < until:
            victim = chance.choice([edge, edge, ingest, mosquitto])
            victim.kill()
            if victim is edge:
                promised |= journalled(tmp_path)
            time.sleep(chance.uniform(0, 2))
            victim.start()
            time.sleep(chance.uniform(0.5, 4))
        wait_for(lambda: promised <= committed(connection), within_s=120)
        wait_for(lambda: not gaps(connection), within_s=120)
    assert promised
    assert duplicates(connection) == []


def gaps(connection: psycopg.Connection) -> list[tuple[str, str]]:
    return connection.execute(
        "SELECT device, missing_of(received + dropped)::text FROM sequences"
        " WHERE NOT isempty(missing_of(received + dropped))"
    ).fetchall()


def duplicates(connection: psycopg.Connection) -> list[tuple[str, int, int]]:
    """Sensors of which there are more or fewer readings than numbers."""
    return connection.execute(
        "WITH numbers AS (SELECT device, sum(upper(span) - lower(span)) AS count"
        " FROM sequences, unnest(received) AS span WHERE device LIKE 'level-%' GROUP BY device)"
        " SELECT device, count, (SELECT count(DISTINCT at) FROM readings WHERE readings.device = numbers.device)"
        " FROM numbers WHERE count <> (SELECT count(*) FROM readings WHERE readings.device = numbers.device)"
        " OR count <> (SELECT count(DISTINCT at) FROM readings WHERE readings.device = numbers.device)"
    ).fetchall()
