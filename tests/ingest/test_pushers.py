import json
import time
import zlib
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec
import pytest
from paho.mqtt import publish
from psycopg.types.json import Jsonb

from edge.messages import Ack, SensorStatus, decode
from ingest.arrivals import sort_arrivals
from ingest.pushers import Pushers
from ingest.store import Store
from ingest.times import utc
from tests.edge.links import listening
from tests.ingest.arrived import NOW, arrived, pack, status, topic
from tests.ingest.test_service import running
from tests.waiting import wait_for

SILENT = {"error": "no reading for 30 s: check its power and its line"}


@pytest.fixture
def install(connection):
    """Add a sensor, as the site file does, at NOW."""

    def install(name="level-1", sensor="mqtt", every=10.0, *, retired=False, changed_at=NOW):
        connection.execute(
            "INSERT INTO devices (site, id, kind, name, config, retired, changed_at)"
            " VALUES ('tooley', %s, 'sensor', '', %s, %s, %s)",
            [name, Jsonb({"sensor": sensor, "every": every}), retired, utc(changed_at)],
        )

    return install


@pytest.fixture
def fares(connection):
    """How a device is: its state, since when, when it was last seen, what is wrong with it."""
    query = "SELECT state, state_at, seen_at, detail FROM devices WHERE id = %s"
    return lambda name="level-1": connection.execute(query, [name]).fetchone()


@pytest.fixture
def pass_time(connection):
    """Let Pushers look every five seconds until some time; whoever `speaks` does so before every look."""
    pushers = Pushers()
    clock = [NOW - 5]

    def pass_time(until, *speaks, connected=True):
        while clock[0] < NOW + until:
            clock[0] += 5
            pushers.hear(sort_arrivals([arrived(pack(1, at=0), device) for device in speaks], clock[0]))
            pushers.look(connection, clock[0], connected=connected)

    return pass_time


def test_it_is_online_while_its_readings_come_and_stalled_when_they_end(install, fares, pass_time):
    install()
    pass_time(0)
    assert fares() == ("unknown", None, None, {})
    pass_time(10, "level-1")
    assert fares() == ("online", utc(NOW + 5), utc(NOW + 10), {})
    pass_time(40)
    assert fares()[0] == "online"
    pass_time(60)
    assert fares() == ("stalled", utc(NOW + 45), utc(NOW + 10), SILENT)
    pass_time(65, "level-1")
    assert fares() == ("online", utc(NOW + 65), utc(NOW + 65), {})


def test_one_that_never_speaks_is_stalled_too(install, fares, pass_time):
    install()
    pass_time(35)
    assert fares() == ("stalled", utc(NOW + 35), None, SILENT)


def test_one_that_speaks_seldom_is_waited_for(install, fares, pass_time):
    install(every=60.0)
    pass_time(5, "level-1")
    pass_time(185)
    assert fares()[0] == "online"
    pass_time(190)
    assert fares()[0] == "stalled"


def test_while_nobody_could_hear_it_no_sensor_is_silent(install, fares, pass_time, connection):
    install(changed_at=NOW - 3600)
    pass_time(0, "level-1")
    pass_time(600, connected=False)
    pass_time(630)
    assert fares()[0] == "online"
    pass_time(635)
    assert fares()[0] == "stalled"
    connection.execute("UPDATE devices SET state = 'online', seen_at = %s", [utc(NOW)])
    Pushers().look(connection, NOW + 3600, connected=True)  # after a restart
    assert fares()[0] == "online"


@pytest.mark.parametrize(
    "changes", [{"sensor": "sim://gas"}, {"sensor": "modbus://h/1/coil/0?metric=x"}, {"retired": True}]
)
def test_what_an_agent_reads_and_what_is_retired_is_left_alone(install, fares, pass_time, changes):
    install(**changes)
    pass_time(60, "level-1")
    assert fares() == ("unknown", None, None, {})


def test_a_reading_that_cannot_be_used_is_no_sign_of_life(install, fares, connection):
    install()
    pushers = Pushers()
    arrivals = sort_arrivals([arrived(pack(1, at=NOW - 10 * 366 * 86_400), "level-1")], NOW)
    assert len(arrivals.rejects) == 1
    pushers.hear(arrivals)
    pushers.look(connection, NOW, connected=True)
    assert fares()[0] == "unknown"


def test_one_that_an_agent_read_before_has_its_own_state(install, fares, pass_time, connection):
    install(sensor="sim://gas")
    report = msgspec.structs.replace(status(), sensors={"level-1": SensorStatus("offline", "no answer")})
    Store().write(connection, sort_arrivals([arrived(report, "edge")], NOW))
    connection.execute("UPDATE devices SET config = %s WHERE id = 'level-1'", [Jsonb({"sensor": "mqtt", "every": 10})])
    Store().write(connection, sort_arrivals([arrived(status(), "edge")], NOW))
    pass_time(5, "level-1")
    assert fares() == ("online", utc(NOW), utc(NOW + 5), {})


@pytest.fixture
def lively(monkeypatch):
    monkeypatch.setattr("ingest.service.IDLE_S", 0.05)
    monkeypatch.setattr("ingest.pushers.EVERY_S", 0.1)
    monkeypatch.setattr("ingest.store.SILENCE_S", 1.0)


@pytest.mark.usefixtures("lively")
def test_a_device_is_stored_acked_and_seen_that_publishes_as_the_manual_says(mosquitto, database, connection, install):
    """With another client than ours, and a body that is written by hand."""
    install(every=0.1, changed_at=time.time())
    broker = urlsplit(mosquitto.url)
    body = {"boot": str(uuid4()), "seq": 1, "senml": [{"n": "water_level", "u": "m", "v": 0.17}]}

    def state():
        return connection.execute("SELECT state FROM devices").fetchone()[0]

    with running(mosquitto.url, database), listening(mosquitto.url, topic("ack", "level-1")) as acks:
        publish.single(
            f"yihu/v1/{zlib.crc32(b'tooley/level-1') & 0xFF:02x}/tooley/level-1/telemetry",
            json.dumps(body),
            qos=1,
            hostname=broker.hostname,
            port=broker.port,
            auth={"username": broker.username, "password": broker.password},
        )
        (ack,) = wait_for(lambda: acks)
        assert (str(decode(ack.payload, Ack).boot), decode(ack.payload, Ack).seq) == (body["boot"], 1)
        assert connection.execute("SELECT device, metric, unit, value FROM readings").fetchall() == [
            ("level-1", "water_level", "m", 0.17)
        ]
        wait_for(lambda: state() == "online")
        wait_for(lambda: state() == "stalled")
