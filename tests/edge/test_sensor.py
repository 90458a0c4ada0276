import contextlib

import pytest

from edge.messages import DeviceConfig, SenmlRecord, SensorStatus
from edge.reader import Readout
from edge.sensor import Sensor, Sensors
from tests.edge.fake_sensors import FakeSensors
from tests.waiting import wait_for

GAS = DeviceConfig(sensor="sim://gas?events=none", every=0.1)
RECORD = SenmlRecord(n="gas", u="/100", v=1.0)


def readout(records=(), error=""):
    return Readout("gas-1", GAS, 0.0, list(records), error)


@pytest.fixture
def sensors():
    with contextlib.closing(Sensors()) as sensors:
        yield sensors


@pytest.fixture
def fakes(monkeypatch):
    fakes = FakeSensors()
    monkeypatch.setattr("edge.reader.connect", fakes.connect)
    yield fakes
    fakes.go_on.set()


def test_a_sensor_goes_from_starting_to_online_to_stalled_and_back():
    sensor = Sensor(GAS, 100)
    seen = []
    for now, said in [(110, None), (120, [RECORD]), (149, []), (151, None), (160, []), (170, [RECORD])]:
        if said is not None:
            sensor.hear(readout(said), now)
        sensor.look(now)
        seen.append(sensor.state)
    assert seen == ["starting", "online", "online", "stalled", "stalled", "online"]
    assert sensor.error == ""


def test_one_that_never_speaks_is_stalled_too():
    sensor = Sensor(GAS, 100)
    sensor.look(131)
    assert (sensor.state, sensor.error) == ("stalled", "no reading for 30 s: check its power and its line")


@pytest.mark.parametrize(("every", "patience"), [(1, 30), (10, 30), (60, 180)])
def test_patience_is_in_proportion_to_how_often_it_is_read(every, patience):
    sensor = Sensor(DeviceConfig(sensor="sim://gas", every=every), 0)
    sensor.hear(readout([RECORD]), 0)
    sensor.look(patience)
    assert sensor.state == "online"
    sensor.look(patience + 1)
    assert sensor.state == "stalled"


def test_an_error_is_told_until_it_speaks_again():
    sensor = Sensor(GAS, 0)
    sensor.hear(readout(error="no answer"), 1)
    sensor.look(100)
    assert (sensor.state, sensor.error) == ("offline", "no answer")
    sensor.hear(readout([RECORD]), 101)
    sensor.look(101)
    assert (sensor.state, sensor.error) == ("online", "")


def test_what_is_configured_is_read_and_reported(sensors):
    sensors.configure("gas-1", GAS, 0)
    assert sensors.news
    assert sensors.report() == {"gas-1": SensorStatus("starting")}
    assert not sensors.news
    assert sensors.silent() == ["gas-1"]
    (first, *_) = wait_for(lambda: [one for one in sensors.take(1) if one.records])
    assert (first.device, first.records[0].n, first.records[0].u) == ("gas-1", "gas", "/100")
    assert sensors.news
    assert sensors.report() == {"gas-1": SensorStatus("online")}
    assert (sensors.silent(), len(sensors)) == ([], 1)


@pytest.mark.parametrize("config", [None, DeviceConfig(), DeviceConfig(sensor="mqtt"), DeviceConfig("film.mp4")])
def test_what_is_no_sensor_of_ours_is_left_alone_and_one_taken_away_is_forgotten(sensors, config):
    sensors.configure("gas-1", config, 0)
    assert (len(sensors), sensors.news, sensors._readers) == (0, False, {})
    sensors.configure("gas-1", GAS, 0)
    sensors.configure("gas-1", config, 0)
    assert sensors.report() == {}


def test_the_same_config_again_changes_nothing_and_another_replaces_the_sensor(sensors, fakes):
    sensors.configure("a", DeviceConfig(sensor="bus://speaks", every=0.1), 0)
    wait_for(lambda: any(sensors.take(0)))
    sensors.configure("a", DeviceConfig(sensor="bus://speaks", every=0.1), 0)
    sensors.configure("b", DeviceConfig(sensor="bus://speaks", every=0.1), 0)
    sensors.configure("a", DeviceConfig(sensor="other://fails", every=0.1), 0)
    wait_for(lambda: list(sensors.take(0)) and sensors.report()["a"].state == "offline")
    assert sensors.report()["a"].error == "no answer from unit 3: check its wiring"
    assert fakes.connected[:3].count("bus://speaks") == 2


def test_a_driver_that_hangs_holds_up_no_other_driver(sensors, fakes):
    sensors.configure("slow", DeviceConfig(sensor="bus://hangs", every=0.1), 0)
    sensors.configure("good", DeviceConfig(sensor="other://speaks", every=0.1), 0)
    heard = []

    def several():
        heard.extend(sensors.take(0))
        return len(heard) >= 5

    wait_for(several)
    assert {one.device for one in heard} == {"good"}
    sensors.look(31)
    assert sensors.report()["slow"].state == "stalled"
    fakes.go_on.set()


@pytest.mark.usefixtures("fakes")
def test_what_is_on_one_line_is_read_in_turn_and_lines_beside_each_other(sensors):
    for number, line in enumerate(["10.0.0.7", "10.0.0.7", "10.0.0.8", "/dev/ttyUSB0", "/dev/ttyUSB0"]):
        config = DeviceConfig(sensor=f"modbus://{line}/{number + 1}/coil/0?metric=open", every=0.1)
        sensors.configure(f"door-{number}", config, 0)
    assert sorted(sensors._readers) == ["modbus:///dev/ttyUSB0", "modbus://10.0.0.7:502", "modbus://10.0.0.8:502"]


def test_when_it_closes_all_are_stopped(sensors):
    sensors.configure("gas-1", GAS, 0)
    assert sensors.close() == {"gas-1": SensorStatus("stopped")}
    assert not any(reader._thread.is_alive() for reader in sensors._readers.values())
