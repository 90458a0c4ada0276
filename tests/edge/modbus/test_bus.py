import contextlib
import threading

import pytest

from edge.driver import SensorError, connect
from edge.modbus import bus
from tests.edge.modbus.servers import by_tcp, on_serial_line


@contextlib.contextmanager
def connected(*addresses):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(contextlib.closing(connect(address))) for address in addresses]


def value(driver):
    return driver.read(0)[0].v


@pytest.mark.parametrize("serve", [by_tcp, on_serial_line])
def test_sensors_of_one_line_share_its_connection(serve):
    with serve() as (devices, line):
        with connected(f"{line}/1/holding/0?metric=x", f"{line}/2/holding/0?metric=x") as (first, second):
            assert [value(driver) for driver in (first, second, first, second)] == [215, 216, 215, 216]
        assert devices.connections == 1
        assert bus._buses == {}


def test_threads_that_ask_at_once_get_each_its_own_answer():
    with by_tcp() as (devices, line), connected(*(f"{line}/{unit}/holding/0?metric=x" for unit in (1, 2))) as both:
        heard = {driver: [] for driver in both}
        threads = [
            threading.Thread(target=lambda it=driver: heard[it].extend(value(it) for _ in range(50))) for driver in both
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert [set(said) for said in heard.values()] == [{215}, {216}]
        assert devices.connections == 1


def test_the_line_closes_behind_its_last_sensor_only():
    with by_tcp() as (devices, line), connected(f"{line}/2/holding/0?metric=x") as (stays,):
        with connected(f"{line}/1/holding/0?metric=x") as (goes,):
            assert (value(goes), value(stays)) == (215, 216)
        assert value(stays) == 216
        assert devices.connections == 1


def test_an_exception_of_one_unit_costs_the_others_no_connection():
    with by_tcp() as (devices, line), connected(*(f"{line}/{unit}/holding/0?metric=x" for unit in (1, 2))) as both:
        devices.raises = 4
        with pytest.raises(SensorError, match=r"unit 1 .* failed"):
            both[0].read(0)
        assert value(both[1]) == 216
        assert devices.connections == 1


def test_a_line_is_read_with_the_same_settings_by_all():
    with (
        connected("modbus:///dev/ttyUSB7/1/coil/0?metric=x"),
        pytest.raises(SensorError, match=r"/dev/ttyUSB7 is read with .*baud=9600.*: give all its sensors the same"),
    ):
        connect("modbus:///dev/ttyUSB7/2/coil/0?metric=x&baud=19200")
    with connected("modbus:///dev/ttyUSB7/2/coil/0?metric=x&baud=19200"):
        pass


def test_a_serial_port_that_another_program_reads_is_told():
    with on_serial_line() as (_, line), connected(f"{line}/1/holding/0?metric=x") as (ours,):
        theirs = bus._open(bus.SerialLine(line.removeprefix("modbus://"), 1, 9600, "N", 1))
        with pytest.raises(SensorError, match=r"does not open .*lock.*: check that .* nobody else using it"):
            ours.read(0)
        theirs.close()
        assert value(ours) == 215
