"""A day without a link: all of it comes afterwards, in its order, behind what is new."""

import logging
import time
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from edge.journal import Entry, Journal
from edge.messages import SenmlRecord, Telemetry, encode_json
from tests.conftest import Broker
from tests.journeys.chaos import SENSORS, add_sensors, gaps, started
from tests.waiting import wait_for

log = logging.getLogger(__name__)
pytestmark = pytest.mark.timeout(300)

CUT_S, EVERY_S = 86_400, 30
BEHIND_S = 10.0  # what a busy machine may take; docs/performance.md says what a quiet one does


def keep_a_day(folder: Path) -> int:
    """What an agent journalled while it was cut off, of a boot before; how many messages that is."""
    journal, boot, now = Journal(folder / "edge" / "tooley-edge.journal", 1 << 30), uuid4(), time.time()
    for number in range(CUT_S // EVERY_S):
        at = now - CUT_S + number * EVERY_S
        entries = []
        for sensor in range(SENSORS):
            record = SenmlRecord(bt=round(at, 3), n="water_level", u="m", v=float(number))
            body = encode_json(Telemetry(boot, number + 1, [record], late=True))
            entries.append(Entry(f"level-{sensor}", boot, number + 1, "telemetry", at, body))
        journal.add(entries)
    journal.close()
    return SENSORS * (CUT_S // EVERY_S)


def test_after_a_day_without_a_link_all_arrives_in_order_and_what_is_new_comes_first(
    mosquitto: Broker, database: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    add_sensors(connection)
    kept, connected_at = keep_a_day(tmp_path), time.time()
    common = {"YIHU_MQTT_URL": mosquitto.url, "YIHU_SITE": "tooley", "YIHU_DATA": str(tmp_path)}

    def old() -> int:
        ((count,),) = connection.execute("SELECT count(*) FROM readings WHERE at < to_timestamp(%s)", [connected_at])
        return count

    with started("ingest", common | {"YIHU_DATABASE_URL": database}), started("edge", common):
        wait_for(lambda: old() == kept, within_s=200)
        wait_for(lambda: not gaps(connection), within_s=30)
    ((turned,),) = connection.execute(
        "SELECT count(*) FROM (SELECT received_at < lag(received_at) OVER (PARTITION BY device ORDER BY at) AS turned"
        " FROM readings WHERE at < to_timestamp(%s)) AS old WHERE turned",
        [connected_at],
    )
    assert turned == 0
    ((meanwhile, behind_s, took_s),) = connection.execute(
        "SELECT count(*), max(extract(epoch FROM received_at - at))::float8,"
        " extract(epoch FROM max(received_at) - min(received_at))::float8 FROM readings"
        " WHERE at > to_timestamp(%(at)s)"
        " AND received_at < (SELECT max(received_at) FROM readings WHERE at < to_timestamp(%(at)s))",
        {"at": connected_at},
    )
    log.info("%d messages of a day in %.1f s; %d new ones meanwhile, %.2f s behind", kept, took_s, meanwhile, behind_s)
    assert meanwhile
    assert behind_s < BEHIND_S
