import pytest

from edge.driver import PUSHES, SensorError, connect, known_drivers, line_of, parse, scheme_of


def test_a_driver_is_known_by_its_module():
    assert "sim" in known_drivers()
    assert PUSHES not in known_drivers()
    assert connect("sim://gas").read(1_780_027_202.0)[0].n == "gas"


@pytest.mark.parametrize("address", ["modem://1", "gas", "", "..sim://gas", "sim.x://gas"])
def test_an_address_without_a_driver_is_refused(address):
    with pytest.raises(SensorError, match=r"no driver for .*; known: modbus://, sim:// and mqtt"):
        connect(address)


def test_the_scheme_is_what_stands_before_the_address():
    assert [scheme_of(address) for address in ("sim://gas", "mqtt", "")] == ["sim", "mqtt", ""]


def test_an_address_says_what_its_sensor_speaks_of():
    assert parse("sim://water_level") == ("water_level", "m", "", "")
    assert parse("modbus://h/1/coil/0?metric=open")[:3] == ("open", "", "h:502")
    assert parse("mqtt") is None


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("sim://water_level", "sim"),
        ("modbus://h/1/coil/0?metric=open", "modbus://h:502"),
        ("modbus://h/2/input/7?metric=gas&unit=/100", "modbus://h:502"),
        ("modbus:///dev/ttyUSB0/1/coil/0?metric=open", "modbus:///dev/ttyUSB0"),
        ("modbus://h", "modbus"),
        ("modem://1", "modem"),
    ],
)
def test_sensors_of_one_line_are_read_in_turn(address, line):
    assert line_of(address) == line
