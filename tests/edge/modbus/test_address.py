import pytest

from edge.modbus.address import SerialLine, TcpLine, Where, read_address

TCP = "modbus://10.0.0.7/1/holding/100?metric=water_level"
SERIAL = "modbus:///dev/ttyUSB0/1/input/0?metric=water_level"


def test_an_address_by_tcp_says_where_a_value_is_and_how_to_read_it():
    point = read_address(
        "modbus://10.0.0.7:1502/3/holding/100?metric=water_level&unit=m&type=float32&order=cdab&scale=0.01&offset=-2"
        "&invalid=-9999&timeout=2&framing=rtu"
    )
    assert (point.line, point.where) == (TcpLine("10.0.0.7", 1502, 2, "rtu"), Where(3, "holding", 100))
    asked = point.asked
    assert (asked.metric, asked.unit, asked.type, asked.order) == ("water_level", "m", "float32", "cdab")
    assert (asked.scale, asked.offset, asked.invalid, point.width) == (0.01, -2, -9999, 2)


def test_one_on_a_serial_line_names_the_port_by_its_path():
    point = read_address(
        "modbus:///dev/serial/by-id/usb-FTDI_A1-port0/17/input/0?metric=gas&baud=19200&parity=E&stop=2"
    )
    assert point.line == SerialLine("/dev/serial/by-id/usb-FTDI_A1-port0", 1, 19200, "E", 2)
    assert point.where == Where(17, "input", 0)


def test_what_is_left_out_is_what_most_devices_have():
    assert read_address(TCP).line == TcpLine("10.0.0.7", 502, 1, "socket")
    assert read_address(SERIAL).line == SerialLine("/dev/ttyUSB0", 1, 9600, "N", 1)
    asked = read_address(TCP).asked
    assert (asked.type, asked.order, asked.scale, asked.offset, asked.unit) == ("uint16", "abcd", 1, 0, "")
    assert read_address("modbus://h/1/coil/0?metric=open").asked.type == "bool"
    assert read_address(f"{TCP}&unit=%RH").asked.unit == "%RH"
    assert read_address("modbus://[fd00::7]:1502/1/coil/0?metric=open").line.name == "fd00::7:1502"


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("modbus://10.0.0.7", "expected modbus://HOST:PORT/UNIT/TABLE/REGISTER"),
        ("modbus://10.0.0.7/1/holding?metric=x", "expected modbus://HOST"),
        ("modbus://10.0.0.7/dev/ttyUSB0/1/holding/0?metric=x", "expected modbus://HOST"),
        ("modbus:///1/holding/0?metric=x", "expected modbus://HOST"),
        ("modbus://me:secret@10.0.0.7/1/holding/0?metric=x", "expected modbus://HOST"),
        ("modbus://10.0.0.7/1/holding/0?metric=x#1", "expected modbus://HOST"),
        ("modbus://10.0.0.7:70000/1/holding/0?metric=x", "Port out of range"),
        ("modbus://10.0.0.7/256/holding/0?metric=x", r"<= 255 - at `\$.unit_id`"),
        ("modbus://10.0.0.7/1/register/0?metric=x", "no table 'register'; known: coil, discrete, holding, input$"),
        ("modbus://10.0.0.7/1/holding/x?metric=x", r"at `\$.register`"),
        ("modbus://10.0.0.7/1/holding/65536?metric=x", r"at `\$.register`"),
        ("modbus://10.0.0.7/1/holding/65535?metric=x&type=int32", "no 2 registers from 65535 on"),
        ("modbus://10.0.0.7/1/holding/0", "missing required field `metric`"),
        ("modbus://10.0.0.7/1/holding/0?metric=", r"at `\$.metric`"),
        ("modbus://10.0.0.7/1/holding/0?metric=水位", r"at `\$.metric`"),
        (f"{TCP}&type=float", "no type 'float'; known: bool, int16, "),
        (f"{TCP}&order=big", "no order 'big'; known: abcd, cdab, badc, dcba$"),
        (f"{TCP}&scale=x", r"at `\$.scale`"),
        (f"{TCP}&scale=nan", r"at `\$.scale`"),
        (f"{TCP}&invalid=inf", r"at `\$.invalid`"),
        (f"{TCP}&timeout=60", r"at `\$.timeout`"),
        (f"{TCP}&baud=9600", "there is no baud=; known: unit=, "),
        (f"{TCP}&bit=3", "bit= goes with type=bool"),
        (f"{TCP}&type=bool&scale=2", "scale= is for numbers"),
        (f"{SERIAL}&framing=rtu", "there is no framing="),
        (f"{SERIAL}&parity=even", "no parity 'even'; known: N, E, O$"),
        (f"{SERIAL}&stop=3", r"at `\$.stop`"),
        ("modbus:///dev/ttyUSB0/0/input/0?metric=x", "nobody answers"),
        ("modbus://10.0.0.7/1/coil/0?metric=x&type=int16", "a coil is a single bit"),
        ("modbus://10.0.0.7/1/discrete/0?metric=x&bit=1", "a discrete is a single bit"),
        ("modbus://10.0.0.7/1/coil/0?metric=x&invalid=1", "invalid= is for numbers"),
    ],
)
def test_a_wrong_address_is_refused_by_what_is_wrong(address: str, says: str):
    with pytest.raises(ValueError, match=says):
        read_address(address)
