"""An agent, the broker and ingest are killed at random: whatever was said is in the database, and once."""

import contextlib
import logging
import os
import random
import sqlite3
import time
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from tests.conftest import Broker
from tests.journeys.chaos import Number, add_sensors, committed, duplicates, gaps, started
from tests.waiting import wait_for

log = logging.getLogger(__name__)
pytestmark = pytest.mark.timeout(300)

CHAOS_S = 20.0
JOURNAL = Path("edge") / "tooley-edge.journal"


@pytest.fixture
def seed() -> int:
    number = int(os.environ.get("YIHU_TEST_SEED", time.time()))
    log.info("YIHU_TEST_SEED=%d", number)
    return number


def journalled(folder: Path) -> set[Number]:
    """What an agent that is dead has on its disk."""
    with contextlib.closing(sqlite3.connect(folder / JOURNAL)) as journal:
        rows = journal.execute("SELECT device, boot, seq FROM entries WHERE body IS NOT NULL").fetchall()
    return {(device, UUID(bytes=boot), seq) for device, boot, seq in rows}


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
