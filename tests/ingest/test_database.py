import threading
import time

import psycopg
import pytest
from prometheus_client import CollectorRegistry
from psycopg import sql

from deploy.embedded import free_port
from edge.mqtt import Link
from ingest.database import Database
from tests.edge.links import linked
from tests.waiting import wait_for


@pytest.fixture
def registry():
    return CollectorRegistry()


@pytest.fixture
def stage(database, registry):
    stage = Database(database, "ingest", registry)
    yield stage
    stage.close()


def sessions(connection):
    statement = (
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'yihu-ingest' AND datname = current_database()"
    )
    return [pid for (pid,) in connection.execute(statement)]


def test_the_connection_is_opened_once_and_named_after_the_stage(stage, connection):
    assert stage.connect() is stage.connect()
    assert sessions(connection) == [stage.connect().info.backend_pid]
    assert stage.connect().autocommit


def test_an_empty_database_is_migrated(empty_database, registry):
    stage = Database(empty_database, "ingest", registry)
    assert stage.connect().execute("SELECT count(*) FROM readings").fetchone() == (0,)
    stage.close()


def test_a_connection_that_broke_is_given_up_and_opened_anew(stage, connection, registry):
    connection.execute("SELECT pg_terminate_backend(%s)", [stage.connect().info.backend_pid])
    with pytest.raises(psycopg.OperationalError) as caught:
        stage.connect().execute("SELECT 1")
    stage.rest(caught.value, threading.Event())
    assert stage.connect().execute("SELECT 1").fetchone() == (1,)
    assert registry.get_sample_value("yihu_ingest_database_failures_total") == 1


def test_its_days_are_of_utc_whatever_the_servers_are(stage, connection):
    name = sql.Identifier(connection.info.dbname)
    connection.execute(sql.SQL("ALTER DATABASE {} SET TimeZone TO 'Europe/London'").format(name))
    try:
        assert stage.connect().execute("SHOW TimeZone").fetchone() == ("UTC",)
    finally:
        connection.execute(sql.SQL("ALTER DATABASE {} RESET TimeZone").format(name))


def test_a_closed_stage_leaves_no_session(stage, connection):
    stage.connect()
    stage.close()
    wait_for(lambda: sessions(connection) == [])


def test_a_database_that_is_away_is_told_as_an_operational_error(registry):
    stage = Database(f"postgresql://127.0.0.1:{free_port()}/yihu", "ingest", registry)
    with pytest.raises(psycopg.OperationalError):
        stage.connect()


def test_a_rest_ends_when_the_stage_shall_stop(stage):
    stage._backoff.tries = 20
    stop = threading.Event()
    stop.set()
    before = time.monotonic()
    stage.rest(psycopg.OperationalError("gone"), stop)
    assert time.monotonic() - before < 2


def test_health_tells_what_is_wrong_first_the_broker_then_the_database(stage, mosquitto):
    assert stage.health(Link(mosquitto.url, "ingest"), 0) == {"state": "down", "detail": "no link to the broker"}
    with linked(mosquitto.url) as link:
        assert stage.health(link, 0) == {"state": "down", "detail": "not connected to the database yet"}
        stage.connect()
        assert stage.health(link, 7) == {"state": "ok", "detail": "7 messages waiting"}
        stage.rest(psycopg.OperationalError("gone"), threading.Event())
        assert stage.health(link, 7) == {"state": "down", "detail": "the database cannot be used: gone"}
        stage.connect()
        assert stage.health(link, 7)["state"] == "ok"
