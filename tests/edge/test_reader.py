import contextlib
import queue
import threading
import time

import pytest

from edge.messages import DeviceConfig
from edge.reader import Reader
from tests.edge.fake_sensors import FakeSensors
from tests.waiting import wait_for


@pytest.fixture
def fakes(monkeypatch):
    fakes = FakeSensors()
    monkeypatch.setattr("edge.reader.connect", fakes.connect)
    yield fakes
    fakes.go_on.set()


@contextlib.contextmanager
def reading(**addresses):
    """A reader of these sensors, ten times a second each, and what it has read."""
    out, heard = queue.SimpleQueue(), []
    reader = Reader("test", out)

    def read():
        while not out.empty():
            heard.append(out.get())
        return heard

    for device, address in addresses.items():
        reader.watch(device, DeviceConfig(sensor=address, every=0.1))
    try:
        yield reader, read
    finally:
        reader.stop(5)
        assert not reader._thread.is_alive()


def of(device, readouts):
    return [one for one in readouts if one.device == device]


def test_a_sensor_is_read_as_often_as_it_should():
    with reading(a="sim://gas?events=none") as (_, read):
        wait_for(lambda: len(read()) >= 11)
        times = [one.at for one in read()]
    assert 0.8 < times[10] - times[0] < 3
    assert all(one.error == "" for one in read())


def test_hundreds_of_sensors_take_one_thread_and_next_to_no_time():
    addresses = {f"noise-{n}": f"sim://noise?seed={n}" for n in range(300)}
    threads, spent = threading.active_count(), time.process_time()
    with reading() as (reader, read):
        for device, address in addresses.items():
            reader.watch(device, DeviceConfig(sensor=address, every=2))
        wait_for(lambda: len({one.device for one in read()}) == 300)
        assert threading.active_count() == threads + 1
        assert time.process_time() - spent < 1
        begin = min(one.at for one in read())
        assert sum(one.at < begin + 1 for one in read()) < 200  # they do not speak all at once


def test_without_sensors_a_reader_sleeps():
    with reading():
        spent = time.process_time()
        time.sleep(0.5)
        assert time.process_time() - spent < 0.1


@pytest.mark.parametrize(
    ("does", "error"),
    [("fails", "no answer from unit 3: check its wiring"), ("is-cut", "timed out")],
)
def test_a_sensor_that_fails_is_told_with_its_reason_and_opened_again(fakes, monkeypatch, does, error):
    monkeypatch.setattr("edge.reader.Backoff.next", lambda _: 0.0)
    with reading(bad=f"bus://{does}", good="bus://speaks") as (_, read):
        wait_for(lambda: len(of("bad", read())) >= 3 and len(of("good", read())) >= 3)
    assert {one.error for one in of("bad", read())} == {error}
    assert {one.error for one in of("good", read())} == {""}
    assert fakes.connected.count(f"bus://{does}") == fakes.closed.count(f"bus://{does}") >= 3
    assert fakes.connected.count("bus://speaks") == 1


@pytest.mark.usefixtures("fakes")
def test_a_sensor_that_keeps_failing_is_asked_less_and_less():
    with reading(bad="bus://fails", good="bus://speaks") as (_, read):
        wait_for(lambda: len(of("good", read())) >= 15)
    assert len(of("bad", read())) <= 4


@pytest.mark.usefixtures("fakes")
def test_a_bug_in_a_driver_is_loud_and_stops_nobody_else(caplog):
    with reading(bad="bus://breaks", good="bus://speaks") as (_, read):
        wait_for(lambda: of("bad", read()) and len(of("good", read())) >= 3)
    assert of("bad", read())[0].error == "KeyError in its driver: see the agent's log"
    assert "the driver of sensor bad has a bug" in caplog.text


def test_orders_are_followed_at_once(fakes):
    with reading(a="bus://speaks") as (reader, read):
        wait_for(lambda: of("a", read()))
        reader.watch("a", DeviceConfig(sensor="bus://is-mute", every=0.1))
        wait_for(lambda: read()[-1].records == [])
        reader.watch("a", None)
        wait_for(lambda: fakes.closed == ["bus://speaks", "bus://is-mute"])
        seen = len(read())
        time.sleep(0.3)
        assert len(read()) == seen
        reader.watch("a", DeviceConfig(sensor="bus://speaks", every=0.1))
        wait_for(lambda: read()[-1].records)


def test_a_slow_sensor_is_not_asked_again_for_what_was_missed(fakes):
    with reading(slow="bus://hangs") as (_, read):
        wait_for(lambda: fakes.connected)
        time.sleep(0.5)
        fakes.go_on.set()
        wait_for(read)
        released = time.time()
        wait_for(lambda: len(read()) >= 4)
    assert read()[3].at - released > 0.2


def test_a_reader_that_hangs_is_left_behind(fakes):
    reader = Reader("test", queue.SimpleQueue())
    reader.watch("slow", DeviceConfig(sensor="bus://hangs", every=0.1))
    wait_for(lambda: fakes.connected)
    begin = time.monotonic()
    reader.stop(0.2)
    assert time.monotonic() - begin < 2
    fakes.go_on.set()
    reader._thread.join(5)
