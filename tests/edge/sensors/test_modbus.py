import contextlib
import subprocess
import sys

import pytest
from pymodbus import FramerType

from edge.driver import SensorError, connect, line_of, parse
from edge.messages import SenmlRecord
from tests.edge.modbus.servers import by_tcp, on_serial_line

VALUES = [
    ("1/holding/0?metric=t&unit=Cel&scale=0.1", SenmlRecord(n="t", u="Cel", v=21.5)),
    ("2/holding/0?metric=t&scale=0.1&offset=-40", SenmlRecord(n="t", v=-18.4)),
    ("1/holding/1?metric=x", SenmlRecord(n="x", v=0x8000)),
    ("1/holding/100?metric=level&unit=m&type=float32", SenmlRecord(n="level", u="m", v=0.3)),
    ("1/holding/110?metric=level&type=float32&order=cdab", SenmlRecord(n="level", v=0.3)),
    ("1/input/5?metric=x&type=int16", SenmlRecord(n="x", v=-70)),
    ("1/holding/2?metric=door&type=bool&bit=2", SenmlRecord(n="door", vb=True)),
    ("1/holding/2?metric=door&type=bool&bit=1", SenmlRecord(n="door", vb=False)),
    ("1/holding/2?metric=door&type=bool", SenmlRecord(n="door", vb=True)),
    ("1/coil/0?metric=door", SenmlRecord(n="door", vb=True)),
    ("1/coil/1?metric=door", SenmlRecord(n="door", vb=False)),
    ("1/discrete/3?metric=door", SenmlRecord(n="door", vb=True)),
]


@pytest.fixture(scope="module", params=[by_tcp, on_serial_line])
def line(request):
    """The address of a gateway, and of a serial line."""
    with request.param() as (_, address):
        yield address


@pytest.fixture
def gateway():
    with by_tcp() as found:
        yield found


def read(address):
    with contextlib.closing(connect(address)) as driver:
        return driver.read(0)


@pytest.mark.parametrize(("place", "record"), VALUES)
def test_it_says_what_the_device_holds(line, place, record):
    assert read(f"{line}/{place}") == [record]


def test_it_is_read_through_a_converter_that_only_passes_on():
    with by_tcp(FramerType.RTU) as (_, address):
        assert read(f"{address}/1/holding/0?metric=x&framing=rtu") == [SenmlRecord(n="x", v=215)]


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("1/holding/1?metric=x&invalid=32768", "says 32768, which is no value: check its probe"),
        ("1/holding/120?metric=x&type=float32", "says nan, which is no value: check its probe"),
        ("1/holding/500?metric=x", "has nothing at holding/500: check its manual; registers count from 0"),
        ("1/holding/2?metric=x&type=float64", "has nothing at holding/2"),
        ("1/discrete/300?metric=x", "has nothing at discrete/300"),
    ],
)
def test_what_is_no_value_is_told_with_what_to_do(line, place, says):
    with pytest.raises(SensorError, match=f"^unit 1 at .* {says}"):
        read(f"{line}/{place}")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (1, "does not know the table holding: try another"),
        (3, "does not give so much at once, 1 from holding/0 on: check type="),
        (4, "failed: look at the device"),
        (6, "is busy: give a longer `every:`"),
        (10, "cannot be reached by its gateway: check the unit id, and the gateway's serial settings"),
        (11, "does not answer its gateway: check the unit id, its power and wiring, and "),
        (8, "answers with exception 8: see its manual"),
    ],
)
def test_an_exception_of_a_device_is_told_with_what_to_do(gateway, code, says):
    devices, address = gateway
    devices.raises = code
    with pytest.raises(SensorError, match=f"^unit 1 at 127.0.0.1:[0-9]+ {says}"):
        read(f"{address}/1/holding/0?metric=x")


@pytest.mark.parametrize(
    ("serve", "hint"),
    [
        (by_tcp, "its wiring, if this is a gateway, and timeout=0.5&framing=socket"),
        (on_serial_line, r"its wiring \(A and B\), and timeout=0.5&baud=9600&parity=N&stop=1"),
    ],
)
def test_silence_is_told_with_what_to_check_and_ends_when_the_device_speaks(serve, hint):
    with (
        serve() as (devices, address),
        contextlib.closing(connect(f"{address}/1/holding/0?metric=x&timeout=0.5")) as it,
    ):
        devices.mute = True
        with pytest.raises(SensorError, match=f"^no answer from unit 1 at .*: check the unit id, its power, {hint}$"):
            it.read(0)
        devices.mute = False
        assert it.read(0) == [SenmlRecord(n="x", v=215)]


def test_a_gateway_that_is_away_is_told_and_read_again_when_it_is_back(gateway):
    devices, address = gateway
    with contextlib.closing(connect(f"{address}/1/holding/0?metric=x")) as it:
        assert it.read(0)
        devices.stop()
        with pytest.raises(SensorError, match=r"^no connection to 127.0.0.1:\d+ \(.*refused.*\): check the address"):
            it.read(0)
        devices.start()
        assert it.read(0)


def test_a_gateway_that_ended_an_idle_connection_is_asked_anew(gateway):
    devices, address = gateway
    with contextlib.closing(connect(f"{address}/1/holding/0?metric=x")) as it:
        assert it.read(0)
        devices.stop()
        devices.start()
        assert it.read(0)


def test_a_serial_port_that_is_not_there_is_told():
    says = r"^/dev/ttyLOST does not open \(.*No such file.*\): check that its adapter is plugged in"
    with pytest.raises(SensorError, match=says):
        read("modbus:///dev/ttyLOST/1/holding/0?metric=x")


def test_what_is_on_a_line_is_read_in_turn(line):
    assert parse(f"{line}/1/coil/0?metric=door").line == line.removeprefix("modbus://")
    assert line_of(f"{line}/1/coil/0?metric=door") == line


def test_a_wrong_address_is_told_when_it_connects():
    with pytest.raises(SensorError, match=r"no table 'holdin'.*: check `sensor:` in the site file"):
        connect("modbus://10.0.0.7/1/holdin/0?metric=x")


def test_an_address_is_checked_where_no_driver_is_installed():
    check = (
        "import sys\n"
        "from edge.driver import parse\n"
        "assert parse('modbus:///dev/ttyUSB0/1/input/0?metric=gas').metric == 'gas'\n"
        "assert not {'pymodbus', 'serial'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", check], check=True)
