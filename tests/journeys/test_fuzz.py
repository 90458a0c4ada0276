"""A hundred thousand payloads over every topic: nobody falls, nothing is stuck, and each is accounted for."""

import contextlib
import logging
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest
from psycopg.types.json import Jsonb

from deploy.bench.generator import Generator, packet
from edge.messages import SenmlRecord, Telemetry
from edge.topics import Topic
from ingest.arrivals import HEAD
from tests.conftest import Broker
from tests.journeys.chaos import probed
from tests.journeys.payloads import SITE, Fuzzer
from tests.waiting import wait_for

log = logging.getLogger(__name__)
pytestmark = pytest.mark.timeout(600)

COUNT = int(os.environ.get("N", "100000"))
STREAMS = {
    "ingest": {"telemetry", "status", "frame", "dropped"},
    "dispatch": {"incident"},
    "detect": {"telemetry", "frame", "config", "taken"},
}
OWN = (
    "SELECT sum(upper(span) - lower(span)) FROM sequences, unnest(settled - dropped) AS span"
    " WHERE boot = (SELECT boot FROM devices WHERE id = 'edge')"
)


def heard_by(stage: str, topics: Counter[str]) -> int:
    """Of so many messages of each topic, those that a stage subscribes to."""
    return sum(
        count
        for topic, count in topics.items()
        if len(parts := topic.split("/")) == 6 and parts[:2] == ["yihu", "v1"] and parts[5] in STREAMS[stage]
    )


def unaccounted(connection: psycopg.Connection, sent: dict[tuple[str, bytes], UUID]) -> list[tuple[str, bytes]]:
    """Of what ingest was sent, by topic and the head of its body, what is neither set aside nor stored by its boot."""
    set_aside = set(connection.execute("SELECT topic, head FROM quarantine", binary=True))
    boots = {boot for (boot,) in connection.execute("SELECT boot FROM sequences UNION SELECT boot FROM statuses")}
    return [one for one, boot in sent.items() if one not in set_aside and boot not in boots]


def pack(boot, seq: int, value: float) -> bytes:
    return msgspec.json.encode(Telemetry(boot, seq, [SenmlRecord(n="water_level", u="m", v=value, bt=time.time())]))


def test_whatever_is_sent_on_whatever_topic_stops_nobody_and_is_accounted_for(
    mosquitto: Broker, database: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    seed = int(os.environ.get("YIHU_TEST_SEED", time.time()))
    log.warning("YIHU_TEST_SEED=%d", seed)  # a test that fails shows it
    connection.execute("INSERT INTO sites (id, name, timezone, detector) VALUES (%s, '', 'UTC', '{}')", [SITE])
    common = {"YIHU_MQTT_URL": mosquitto.url, "YIHU_DATABASE_URL": database, "YIHU_SITE": SITE}
    common["YIHU_DATA"] = str(tmp_path)
    good, boot, topics = Topic(SITE, "good", "telemetry"), uuid4(), Counter[str]()
    with contextlib.ExitStack() as stack:
        stages = {stage: stack.enter_context(probed(stage, common)) for stage in (*STREAMS, "edge")}
        generator = stack.enter_context(Generator(mosquitto.url))
        sent = dict[tuple[str, bytes], UUID]()
        for seq, (topic, body, of) in enumerate(Fuzzer(seed).payloads(COUNT), 1):
            topics[topic] += 1
            if heard_by("ingest", Counter([topic])):
                sent[topic, body[:HEAD]] = of
            generator.publish([packet(topic, body)])
            if seq % 100 == 0:
                topics[str(good)] += 1
                generator.publish([packet(str(good), pack(boot, seq // 100, seq))])
        generator.wait()
        ingest, dispatch, detect = (stages[stage][1] for stage in ("ingest", "dispatch", "detect"))

        def taken_in() -> float:
            """Without what the agent says by itself."""
            ((own,),) = connection.execute(OWN)
            return ingest("yihu_ingest_messages_total") - float(own)

        wait_for(lambda: taken_in() == heard_by("ingest", topics), within_s=180)
        wait_for(
            lambda: (
                dispatch("yihu_dispatch_incidents_total") + dispatch("yihu_dispatch_quarantined_total")
                == heard_by("dispatch", topics)
            ),
            within_s=120,
        )
        add_sensor(connection, "level-1", {"sensor": "sim://water_level?events=none", "every": 0.2, "agent": "edge"})
        wait_for(lambda: connection.execute("SELECT FROM readings WHERE device = 'level-1'").fetchall(), within_s=60)
        add_sensor(connection, str(good.device), {"rules": [{"kind": "flood", "metric": "water_level", "above": 1e9}]})

        def is_heard() -> bool:
            generator.publish([packet(str(good), pack(uuid4(), 1, 0))])
            return detect("yihu_detect_readings_total") > 0

        wait_for(is_heard, within_s=60)
        set_aside = ingest("yihu_ingest_quarantined_total") + dispatch("yihu_dispatch_quarantined_total")
        assert {stage: process.is_alive() for stage, (process, _) in stages.items()} == dict.fromkeys(stages, True)
    assert connection.execute("SELECT count(*) FROM quarantine").fetchall() == [(set_aside,)]
    assert unaccounted(connection, sent) == []
    rows = connection.execute("SELECT value FROM readings WHERE device = 'good' AND value > 0 ORDER BY at").fetchall()
    assert rows == [(seq,) for seq in range(100, COUNT + 1, 100)]


def add_sensor(connection: psycopg.Connection, device: str, config: dict[str, Any]) -> None:
    connection.execute(
        "INSERT INTO devices (site, id, kind, name, config) VALUES (%s, %s, 'sensor', '', %s)"
        " ON CONFLICT (site, id) DO UPDATE SET config = excluded.config",
        [SITE, device, Jsonb(config)],
    )
