import contextlib
import os
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit
from urllib.request import urlopen

import psycopg
import pytest
from prometheus_client import CollectorRegistry
from psycopg import sql
from psycopg.types.json import Jsonb

from deploy.embedded import free_port
from edge.agent import Agent
from edge.journal import Journal
from edge.messages import Ack, decode, encode_json
from edge.mqtt import MORE
from edge.topics import Share
from ingest.arrivals import Message
from ingest.service import Intake
from tests.conftest import ROOT
from tests.edge.links import linked, listening
from tests.ingest.arrived import BOOT, arrived, dropped, frame, pack, status, topic
from tests.waiting import wait_for

ACKS = "yihu/v1/+/+/+/ack"


@contextlib.contextmanager
def running(broker, database, share=Share()):  # noqa: B008 - frozen
    """An ingest stage at work; a function that reads its metrics."""
    registry, stop = CollectorRegistry(), threading.Event()
    intake = Intake(broker, database, share, registry)
    thread = threading.Thread(target=intake.run, args=(stop,))
    thread.start()
    try:
        wait_for(lambda: intake._link.is_answered)
        yield lambda name: registry.get_sample_value(f"yihu_ingest_{name}")
    finally:
        stop.set()
        thread.join(timeout=15)
        assert not thread.is_alive()


@pytest.fixture(autouse=True)
def _lively(monkeypatch):
    monkeypatch.setattr("ingest.service.IDLE_S", 0.05)  # else it takes half a second to stop


@pytest.fixture
def fetch(connection):
    return lambda sql, *values: connection.execute(sql, values).fetchall()


@pytest.fixture
def subscribed(mosquitto, database):
    """The broker, which knows ingest's subscriptions and keeps what comes until ingest is there."""
    with running(mosquitto.url, database):
        pass
    return mosquitto.url


def send(link, *messages):
    for message in messages:
        link.publish(message.topic, message.body)


def packs(*seqs):
    return [arrived(pack(seq, value=seq, at=0), "level-1") for seq in seqs]


def values(fetch):
    return [value for (value,) in fetch("SELECT value FROM readings ORDER BY 1")]


def acks(heard):
    return [decode(delivery.payload, Ack).seq for delivery in heard.copy()]


def test_what_the_street_sends_is_stored_and_acked(any_broker, database, fetch):
    with (
        running(any_broker.url, database) as metric,
        listening(any_broker.url, ACKS) as heard,
        linked(any_broker.url, "street") as street,
    ):
        send(street, arrived(status(), "edge"), *packs(1, 2), arrived(frame(1)))
        wait_for(lambda: metric("messages_total") == 4)
        wait_for(lambda: {one.topic for one in heard} == {topic("ack", "level-1"), topic("ack")})
    assert decode(heard[-1].payload, Ack).boot == BOOT
    assert max(acks(heard)) == 2
    assert values(fetch) == [1, 2]
    assert fetch("SELECT state FROM statuses") == [("online",)]
    assert fetch("SELECT device FROM pictures") == [("cam-1",)]


def test_what_the_broker_retains_of_an_agent_says_nothing_about_now(mosquitto, database, fetch):
    with linked(mosquitto.url, "street") as street:
        message = arrived(status(), "edge")
        assert street.publish(message.topic, message.body, retain=True, wait_s=10)
        with running(mosquitto.url, database) as metric:
            send(street, *packs(1))
            wait_for(lambda: metric("messages_total") == 1)
            time.sleep(0.3)
            assert fetch("SELECT FROM devices") == []
            send(street, message)
            wait_for(lambda: fetch("SELECT state FROM devices") == [("online",)])


def test_while_one_is_missing_the_ack_stays_below_it(mosquitto, database):
    with (
        running(mosquitto.url, database),
        listening(mosquitto.url, ACKS) as heard,
        linked(mosquitto.url, "street") as street,
    ):
        send(street, *packs(1, 3))
        wait_for(lambda: acks(heard)[-1:] == [1])
        send(street, *packs(2))
        wait_for(lambda: acks(heard)[-1:] == [3])


def test_what_comes_while_ingest_is_away_is_stored_when_it_is_back(subscribed, database, fetch):
    with linked(subscribed, "street") as street:
        send(street, *packs(*range(1, 101)))
    with running(subscribed, database) as metric:
        wait_for(lambda: metric("messages_total") == 100)
    assert values(fetch) == list(range(1, 101))


POISON = [
    Message.arrived(topic("status", "edge"), encode_json(status()).replace(old, new))
    for old, new in [(b"0.1.0", b"a\\u0000b"), (b'"clock":{}', b'"clock":{"\\u0000":1}')]
]


def test_what_only_the_database_refuses_is_set_aside_and_its_neighbours_are_stored(subscribed, database, fetch):
    batch = [*packs(*range(1, 14)), POISON[0], *packs(*range(14, 31)), POISON[1], *packs(*range(31, 41))]
    with linked(subscribed, "street") as street:
        send(street, *batch)
    with running(subscribed, database) as metric, listening(subscribed, ACKS) as heard:
        wait_for(lambda: metric("messages_total") == len(batch))
        wait_for(lambda: acks(heard)[-1:] == [40])
        assert metric("quarantined_total") == len(POISON)
    assert values(fetch) == list(range(1, 41))
    assert fetch("SELECT topic, head, size FROM quarantine ORDER BY size") == POISON
    assert all(reason.startswith("the database refuses it: ") for (reason,) in fetch("SELECT reason FROM quarantine"))


def test_what_is_malformed_is_set_aside_while_the_good_goes_on(mosquitto, database, fetch):
    truncated = arrived(pack(2), "level-1").body[:-4]
    corrupt = arrived(frame(1, jpeg=b"\xff\xd8 cut off")).body
    malformed = [
        (topic("telemetry", "level-1"), truncated),
        (topic("telemetry", "LEVEL_1"), packs(1)[0].body),
        (topic("frame"), bytes(50 << 20)),
        (topic("frame"), corrupt),
    ]
    with running(mosquitto.url, database) as metric, linked(mosquitto.url, "street") as street:
        for seq, (name, payload) in enumerate(malformed, start=1):
            send(street, *packs(seq))
            street.publish(name, payload)
        send(street, *packs(5))
        wait_for(lambda: metric("messages_total") == 9, within_s=30)
        assert metric("quarantined_total") == 4
    assert values(fetch) == [1, 2, 3, 4, 5]
    kept = fetch("SELECT topic, head, size FROM quarantine ORDER BY size")
    assert kept == sorted(((name, payload[:4096], len(payload)) for name, payload in malformed), key=lambda row: row[2])


def test_a_topic_that_no_database_takes_stops_nothing(amqtt, database, fetch):
    with running(amqtt.url, database) as metric, linked(amqtt.url, "street") as street:
        street.publish("yihu/v1/00/tooley/a\0b/telemetry", b"")
        send(street, *packs(1))
        wait_for(lambda: metric("messages_total") == 2)
    assert values(fetch) == [1]
    assert len(fetch("SELECT FROM quarantine")) == 1


def test_a_database_that_comes_later_gets_all_that_came_before_it(mosquitto, server, empty_database):
    name = sql.Identifier(urlsplit(empty_database).path[1:])
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {}").format(name))
        with running(mosquitto.url, empty_database) as metric, linked(mosquitto.url, "street") as street:
            send(street, *packs(*range(1, 51)))
            wait_for(lambda: metric("database_failures_total") >= 2)
            admin.execute(sql.SQL("CREATE DATABASE {}").format(name))
            wait_for(lambda: metric("messages_total") == 50, within_s=30)
    with psycopg.connect(empty_database) as connection:
        assert values(lambda sql: connection.execute(sql).fetchall()) == list(range(1, 51))


def cut(admin, database):
    """End ingest's sessions."""
    admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'yihu-ingest' AND datname = %s",
        [urlsplit(database).path[1:]],
    )


@contextlib.contextmanager
def shut(server, database):
    """The database throws ingest out and lets nobody in."""
    name = sql.Identifier(urlsplit(database).path[1:])
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        cut(admin, database)
        try:
            yield
        finally:
            admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


def test_while_the_database_is_away_nothing_is_lost_and_nothing_doubled(any_broker, database, server, fetch):
    with (
        running(any_broker.url, database) as metric,
        listening(any_broker.url, ACKS) as heard,
        linked(any_broker.url, "street") as street,
    ):
        for start in (1, 101, 201):
            send(street, *packs(*range(start, start + 50)))
            with shut(server, database):
                send(street, *packs(*range(start + 50, start + 100)))
                failures = metric("database_failures_total")
                wait_for(lambda: metric("database_failures_total") > failures)  # noqa: B023 - called at once
        wait_for(lambda: acks(heard)[-1:] == [300], within_s=30)
    assert values(fetch) == list(range(1, 301))


def test_while_the_database_takes_no_writes_nothing_is_lost(mosquitto, database, server, fetch):
    name = sql.Identifier(urlsplit(database).path[1:])
    with (
        running(mosquitto.url, database) as metric,
        linked(mosquitto.url, "street") as street,
        psycopg.connect(server, autocommit=True) as admin,
    ):
        admin.execute(sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(name))
        try:
            cut(admin, database)
            send(street, *packs(*range(1, 11)))
            wait_for(lambda: metric("database_failures_total") >= 3, within_s=20)
        finally:
            admin.execute(sql.SQL("ALTER DATABASE {} RESET default_transaction_read_only").format(name))
        wait_for(lambda: metric("messages_total") == 10, within_s=30)
    assert values(fetch) == list(range(1, 11))


def test_nothing_is_acked_before_it_is_committed(mosquitto, database, connection):
    def is_waiting():
        return connection.execute("SELECT FROM pg_locks WHERE NOT granted").fetchall()

    with (
        running(mosquitto.url, database),
        listening(mosquitto.url, ACKS) as heard,
        linked(mosquitto.url, "street") as street,
    ):
        send(street, *packs(1))
        wait_for(lambda: acks(heard)[-1:] == [1])
        with psycopg.connect(database) as other:
            other.execute("LOCK TABLE readings IN ACCESS EXCLUSIVE MODE")
            send(street, *packs(2))
            wait_for(is_waiting)
            time.sleep(0.3)  # as long as an ack might take that was told before
            assert acks(heard)[-1:] == [1]
        wait_for(lambda: acks(heard)[-1:] == [2])


def test_while_the_database_is_away_no_more_is_read_than_may_wait(mosquitto, database, server, monkeypatch):
    monkeypatch.setattr("ingest.inbox.MESSAGES", 100)
    with running(mosquitto.url, database) as metric, linked(mosquitto.url, "street", queue=0) as street:
        with shut(server, database):
            send(street, *packs(*range(1, 901)))
            wait_for(lambda: metric("waiting") >= 100)
            time.sleep(0.5)
            assert metric("waiting") <= 100 + MORE
        wait_for(lambda: metric("messages_total") == 900, within_s=30)


def test_connections_cut_again_and_again_lose_nothing_and_double_nothing(mosquitto, database, server, fetch):
    done = threading.Event()

    def cut_again_and_again():
        with psycopg.connect(server, autocommit=True) as admin:
            while not done.wait(0.05):
                cut(admin, database)

    cutter = threading.Thread(target=cut_again_and_again)
    with running(mosquitto.url, database) as metric, linked(mosquitto.url, "street") as street:
        cutter.start()
        for seq in range(1, 501):
            send(street, *packs(seq))
        wait_for(lambda: metric("database_failures_total") >= 3, within_s=30)
        done.set()
        cutter.join()
        wait_for(lambda: metric("messages_total") == 500, within_s=30)
    assert values(fetch) == list(range(1, 501))


@contextlib.contextmanager
def process(broker, database):
    """Ingest as a process of its own, killed in the end; a function that reads its metrics."""
    port = free_port()
    environment = {"YIHU_MQTT_URL": broker, "YIHU_DATABASE_URL": database, "YIHU_PROBE_PORT": str(port)}
    command = [sys.executable, "-m", "deploy.cli", "ingest"]

    def metric(name):
        with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return next(float(line.split()[1]) for line in answer.read().decode().splitlines() if line.startswith(name))
        return 0

    with subprocess.Popen(command, cwd=ROOT, env=os.environ | environment) as running:
        try:
            yield metric
        finally:
            running.kill()


def test_what_an_ingest_that_was_killed_had_not_committed_comes_again(any_broker, database, server, fetch):
    with linked(any_broker.url, "street") as street:
        with process(any_broker.url, database) as metric:
            first = packs(1)

            def committed():
                send(street, *first)
                return metric("yihu_ingest_messages_total")

            wait_for(committed, within_s=30)
            with shut(server, database):
                send(street, *packs(*range(2, 51)))
                wait_for(lambda: metric("yihu_ingest_database_failures_total"), within_s=30)
        with process(any_broker.url, database):
            wait_for(lambda: values(fetch) == list(range(1, 51)), within_s=30)


def test_after_the_broker_was_away_configs_stand_there_again(mosquitto, database, connection):
    connection.execute("INSERT INTO sites (id, name, timezone, detector) VALUES ('tooley', '', 'UTC', '{}')")
    connection.execute(
        "INSERT INTO devices (site, id, kind, name, config) VALUES ('tooley', 'cam-1', 'camera', '', '{}')"
    )
    with running(mosquitto.url, database):
        for _ in range(2):
            with listening(mosquitto.url, topic("config")) as heard:
                wait_for(lambda: heard, within_s=20)
            mosquitto.kill()
            mosquitto.start()


def test_a_sensors_readings_land_in_the_database_and_leave_the_journal(
    mosquitto, database, connection, fetch, tmp_path
):
    config = Jsonb({"sensor": "sim://water_level?events=none", "every": 0.2})
    connection.execute("INSERT INTO sites (id, name, timezone, detector) VALUES ('tooley', '', 'UTC', '{}')")
    connection.execute(
        "INSERT INTO devices (site, id, kind, name, config) VALUES ('tooley', 'level-1', 'sensor', '', %s)", [config]
    )
    stop, registry, journal = threading.Event(), CollectorRegistry(), Journal(tmp_path / "journal", 1 << 20)
    agent = threading.Thread(
        target=Agent(mosquitto.url, "tooley", "edge", "0.1.0", registry, journal).run, args=(stop,)
    )
    with running(mosquitto.url, database):
        agent.start()
        wait_for(lambda: len(values(fetch)) >= 3, within_s=20)
        wait_for(lambda: fetch("SELECT state, agent FROM devices WHERE id = 'level-1'") == [("online", "edge")])
        said = len(values(fetch)) + 5
        wait_for(lambda: len(values(fetch)) >= said and journal.count <= 1)
        stop.set()
        agent.join()
    assert fetch("SELECT DISTINCT device, metric, unit FROM readings") == [("level-1", "water_level", "m")]
    assert all(0.02 < value < 0.22 for value in values(fetch))
    assert fetch("SELECT FROM readings WHERE abs(extract(epoch FROM received_at - at)) > 10") == []
    assert fetch("SELECT reason FROM quarantine") == []


def test_what_is_missing_is_counted_until_it_has_come_or_is_given_up(mosquitto, database, monkeypatch):
    monkeypatch.setattr("ingest.gaps.EVERY_S", 0.1)
    with running(mosquitto.url, database) as figure, linked(mosquitto.url, "street") as street:
        send(street, arrived(pack(1, at=0), "level-1"), arrived(pack(6, at=0), "level-1"), arrived(frame(3)))
        wait_for(lambda: (figure("missing"), figure("boots_with_gaps")) == (6, 2))
        send(street, arrived(pack(4, at=0), "level-1"), arrived(dropped((1, 2))))
        wait_for(lambda: (figure("missing"), figure("boots_with_gaps")) == (3, 1))


def test_two_shares_store_everything_once(mosquitto, database, fetch):
    with (
        running(mosquitto.url, database, Share(1, 2)) as first,
        running(mosquitto.url, database, Share(2, 2)) as second,
        linked(mosquitto.url, "street") as street,
    ):
        send(street, *(arrived(pack(1, at=0), f"level-{number}") for number in range(40)))
        wait_for(lambda: first("messages_total") + second("messages_total") == 40)
        assert first("messages_total") > 0 < second("messages_total")
    assert fetch("SELECT count(*), count(DISTINCT device) FROM readings") == [(40, 40)]


def test_what_is_kept_for_how_long_is_seen_to_beside_it(subscribed, database):
    with running(subscribed, database) as metric:
        wait_for(lambda: metric("upkeep_done"), within_s=15)
