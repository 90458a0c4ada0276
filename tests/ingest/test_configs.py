import json
import signal

import psycopg
import pytest

from edge.messages import DeviceConfig, decode
from edge.topics import Share, Topic
from ingest.configs import ConfigPublisher
from ingest.store import changed_configs
from tests.edge.links import linked, listening
from tests.waiting import wait_for

CONFIGS = "yihu/v1/+/tooley/+/config"


@pytest.fixture
def site(connection):
    """A site with two cameras; more can be added, and changed."""
    connection.execute("INSERT INTO sites (id, name, timezone, detector) VALUES ('tooley', '', 'Asia/Shanghai', '{}')")

    def add(device, at=connection):
        config = json.dumps({"camera": f"rtsp://{device}", "fps": 5})
        at.execute(
            "INSERT INTO devices (site, id, kind, name, config) VALUES ('tooley', %s, 'camera', '', %s)",
            [device, config],
        )

    add("cam-1")
    add("cam-2")
    return add


@pytest.fixture
def change(connection):
    def change(device, column, value):
        statement = psycopg.sql.SQL("UPDATE devices SET {} = %s WHERE id = %s")
        connection.execute(statement.format(psycopg.sql.Identifier(column)), [value, device])

    return change


@pytest.fixture
def link(mosquitto):
    with linked(mosquitto.url, "ingest") as link:
        yield link


@pytest.fixture
def heard(mosquitto):
    with listening(mosquitto.url, CONFIGS, "end") as heard:
        yield heard


@pytest.fixture
def publisher(link, monkeypatch):
    monkeypatch.setattr("ingest.configs.EVERY_S", 0)
    return ConfigPublisher(link, Share())


@pytest.fixture
def look(publisher, connection, link, heard):
    """Let it look once; return what it published, by device."""

    def look():
        heard.clear()
        publisher.publish_changes(connection)
        link.publish("end", b"")
        wait_for(lambda: heard and heard[-1].topic == "end")
        return {Topic.parse(one.topic).device: one.payload for one in heard[:-1]}

    return look


def test_of_a_citys_configs_no_more_wait_for_the_broker_than_may(mosquitto, site, publisher, link, heard, connection):
    for number in range(100):
        site(f"cam-{10 + number}")
    mosquitto._process.send_signal(signal.SIGSTOP)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.configs.WINDOW", 30)
        publisher.publish_changes(connection)
        assert (publisher.is_behind, link.unconfirmed) == (True, 30)
        publisher.publish_changes(connection)
        assert link.unconfirmed == 30
        mosquitto._process.send_signal(signal.SIGCONT)
        wait_for(lambda: publisher.publish_changes(connection) or not publisher.is_behind)
    wait_for(lambda: len(heard) == 102)
    assert len({one.topic for one in heard}) == 102


@pytest.mark.usefixtures("site")
def test_what_changes_back_while_it_waits_is_said_as_it_is(change, publisher, look, connection):
    look()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.configs.WINDOW", 0)
        change("cam-1", "config", '{"camera": "rtsp://other"}')
        publisher.publish_changes(connection)
        change("cam-1", "config", '{"camera": "rtsp://cam-1", "fps": 5}')
        publisher.publish_changes(connection)
    assert [*look()] == ["cam-1"]
    assert (
        decode(publisher._published[Topic("tooley", "cam-1", "config")].encode(), DeviceConfig).camera == "rtsp://cam-1"
    )


@pytest.mark.usefixtures("site")
def test_every_device_is_published_once(look):
    assert sorted(look()) == ["cam-1", "cam-2"]
    assert look() == {}


@pytest.mark.usefixtures("site")
def test_what_is_published_is_the_devices_config_with_the_sites_detector_and_timezone(look):
    payload = look()["cam-1"]
    assert json.loads(payload) == {"camera": "rtsp://cam-1", "fps": 5, "detector": {}, "timezone": "Asia/Shanghai"}
    assert decode(payload, DeviceConfig) == DeviceConfig("rtsp://cam-1", 5)


@pytest.mark.usefixtures("site")
def test_configs_are_retained(look, mosquitto):
    look()
    with listening(mosquitto.url, CONFIGS, name="late") as late:
        wait_for(lambda: len(late) == 2)


@pytest.mark.usefixtures("site")
def test_a_changed_device_alone_is_published_again(look, change):
    look()
    change("cam-2", "config", '{"camera": "rtsp://new"}')
    assert list(look()) == ["cam-2"]
    assert look() == {}


@pytest.mark.usefixtures("site")
def test_a_change_of_what_is_not_config_is_not_published(look, change):
    look()
    change("cam-2", "name", "Kerb")
    assert look() == {}


@pytest.mark.usefixtures("site")
def test_a_change_of_the_site_is_published_to_all_its_devices(look, connection):
    look()
    connection.execute("UPDATE sites SET detector = '{\"confidence\": 0.5}'")
    assert {json.loads(payload)["detector"]["confidence"] for payload in look().values()} == {0.5}


def test_a_device_added_by_a_transaction_that_took_long_is_not_missed(site, look, database):
    with psycopg.connect(database) as slow:
        site("cam-3", slow)
        site("cam-4")
        assert sorted(look()) == ["cam-1", "cam-2", "cam-4"]
        slow.commit()
    assert list(look()) == ["cam-3"]


@pytest.mark.usefixtures("site")
def test_what_was_published_is_not_read_again(look, publisher, connection):
    """A city's were, every second, as long as nothing else changed."""
    look()
    assert changed_configs(connection, publisher._since) == []


@pytest.mark.usefixtures("site")
def test_after_forgetting_all_is_published_again(look, publisher):
    look()
    publisher.forget()
    assert sorted(look()) == ["cam-1", "cam-2"]
    assert look() == {}


@pytest.mark.usefixtures("site")
def test_a_retired_device_is_taken_off_the_broker(look, change, mosquitto):
    look()
    change("cam-1", "retired", True)
    assert look() == {"cam-1": b""}
    assert look() == {}
    with listening(mosquitto.url, CONFIGS, name="late") as late:
        wait_for(lambda: late)
        assert [Topic.parse(one.topic).device for one in late] == ["cam-2"]


@pytest.mark.usefixtures("site")
def test_a_device_without_config_is_not_published(look, connection):
    connection.execute("INSERT INTO devices (site, id, kind, name) VALUES ('tooley', 'edge', 'agent', 'edge')")
    assert "edge" not in look()


def test_each_share_publishes_its_own_devices(site, connection, link, heard):
    for number in range(3, 10):
        site(f"cam-{number}")
    published = []
    for index in (1, 2):
        heard.clear()
        ConfigPublisher(link, Share(index, 2)).publish_changes(connection)
        link.publish("end", b"")
        wait_for(lambda: heard and heard[-1].topic == "end")
        published.append({one.topic for one in heard[:-1]})
        assert all(Topic.parse(topic) in Share(index, 2) for topic in published[-1])
    assert [len(topics) > 0 for topics in published] == [True, True]
    assert len(published[0] | published[1]) == 9


@pytest.mark.usefixtures("site")
def test_it_looks_no_more_often_than_told(look, change, monkeypatch):
    monkeypatch.setattr("ingest.configs.EVERY_S", 1000)
    look()
    change("cam-1", "retired", True)
    assert look() == {}
