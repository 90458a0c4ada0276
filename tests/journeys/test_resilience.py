"""What is killed comes back, what is bad is set aside, and what is stopped is gone."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import psutil
import psycopg
import pytest

from edge.messages import Ack, SenmlRecord, Telemetry, decode, encode_binary, encode_json
from edge.messages import Frame as FrameMessage
from edge.mqtt import Delivery, Link
from edge.topics import Share, Topic
from tests.conftest import Broker
from tests.journeys.conftest import City, Start, wait_until_well
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(300)

UNREADABLE = b"\xff\xd8 no picture at all \xff\xd9"


@pytest.fixture(scope="module")
def city(start_city: Start) -> City:
    started = start_city()
    wait_until_well(started)
    wait_for(started.parking_tickets, within_s=40)
    return started


class Sensor:
    """Sends a numbered reading every 20 ms and remembers what was acknowledged."""

    def __init__(self, broker: str) -> None:
        self.boot, self.sent, self.acked = uuid4(), 0, 0
        self._topic = Topic("tooley", "level-9", "telemetry")
        filters = Share().filters("ack", "tooley", "level-9")
        self._link = Link(broker, f"sensor-{self.boot}", filters=filters, receive=self._on_ack, queue=0)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._send)

    def __enter__(self) -> Self:
        self._link.start()
        wait_for(lambda: self._link.connected)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._link.stop()

    def pause(self) -> None:
        self._stop.set()
        self._thread.join()

    def _send(self) -> None:
        while not self._stop.wait(0.02):
            self.sent += 1
            reading = SenmlRecord(n="water_level", u="m", v=float(self.sent), t=time.time())
            self._link.publish(str(self._topic), encode_json(Telemetry(self.boot, self.sent, [reading])))

    def _on_ack(self, delivery: Delivery) -> None:
        delivery.ack()
        self.acked = max(self.acked, decode(delivery.payload, Ack).seq)


def kill_and_await_return(city: City, name: str) -> None:
    process = city.stage(name)
    process.kill()
    wait_for(lambda: not process.is_running() and city.is_well(), within_s=40)


def stored_values(city: City) -> list[float]:
    with psycopg.connect(city.environment("ingest")["YIHU_DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT value FROM readings WHERE device = 'level-9' ORDER BY value").fetchall()
    return [value for (value,) in rows]


def test_killed_stages_come_back_with_one_ticket_and_all_telemetry(city: City) -> None:
    broker = city.environment("ingest")["YIHU_MQTT_URL"]
    with Sensor(broker) as sensor:
        wait_for(lambda: sensor.acked > 20)
        for name in ("ingest", "detect", "ingest", "dispatch", "web", "edge"):
            kill_and_await_return(city, name)
        sensor.pause()
        wait_for(lambda: sensor.acked == sensor.sent, within_s=30)
    assert stored_values(city) == [float(number) for number in range(1, sensor.sent + 1)]
    wait_for(lambda: incidents_of_coach(city) >= 2, within_s=40)  # detect found it anew after its death
    assert len(city.parking_tickets()) == 1


def incidents_of_coach(city: City) -> int:
    return sum(len(ticket["incidents"]) for ticket in city.parking_tickets())


@pytest.fixture
def stranger(city: City) -> Iterator[Link]:
    link = Link(city.environment("ingest")["YIHU_MQTT_URL"], f"stranger-{uuid4()}", queue=0)
    link.start()
    wait_for(lambda: link.connected)
    yield link
    link.stop()


def test_bad_input_is_set_aside_while_everything_runs_on(city: City, stranger: Link) -> None:
    camera, sensor = Topic("tooley", "cam-2", "frame"), Topic("tooley", "level-8", "telemetry")
    stranger.publish(str(camera), frame_of(b"no JPEG"))
    stranger.publish(str(camera), frame_of(UNREADABLE)[:-20])
    stranger.publish(str(sensor), bytes(50 << 20))
    stranger.publish("yihu/v1/00/tooley/LEVEL_8!/telemetry", b"{}")

    wait_for(lambda: set_aside(city) >= {"not a JPEG", "not a Frame", "52428800 bytes", "is not a name"}, within_s=30)
    wait_for(lambda: drops_unreadable_frame(city, stranger))
    before = figure(city, "yihu_detect_frames_total")
    wait_for(lambda: figure(city, "yihu_detect_frames_total") > before)
    assert city.is_well()


def frame_of(picture: bytes) -> bytes:
    return encode_binary(FrameMessage(uuid4(), 1, time.time(), picture, moving=True))


def drops_unreadable_frame(city: City, stranger: Link) -> bool:
    """Whether detect dropped more than the truncated frame; sent anew, for a newer frame of the camera may pass it."""
    stranger.publish(str(Topic("tooley", "cam-1", "frame")), frame_of(UNREADABLE))
    return figure(city, 'yihu_detect_messages_dropped_total{stream="frame"}') >= 2


def set_aside(city: City) -> set[str]:
    """The known reasons among those in quarantine; no more than 4 KiB is kept of any message."""
    with psycopg.connect(city.environment("ingest")["YIHU_DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT reason, length(head) FROM quarantine").fetchall()
    assert all(size <= 4096 for _, size in rows)
    known = ("not a JPEG", "not a Frame", "52428800 bytes", "is not a name")
    return {words for words in known for reason, _ in rows if words in reason}


def figure(city: City, name: str) -> float:
    lines = city.http.get("/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


def test_the_database_comes_back_after_its_death(city: City) -> None:
    if "YIHU_TEST_DATABASE_URL" in psutil.Process().environ():
        pytest.skip("the database of YIHU_TEST_DATABASE_URL is not ours to kill")
    postmaster = int((city.data / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    psutil.Process(postmaster).kill()
    wait_for(lambda: not city.is_well())
    wait_for(city.is_well, within_s=40)
    assert len(city.parking_tickets()) == 1


def test_ctrl_c_stops_everything_within_five_seconds(city: City) -> None:
    running = processes_of(city)
    assert len(running) >= 6
    city.stop(signal.SIGINT, within_s=5)
    assert city.process.returncode == 0, city.log.read_text()[-2000:]
    assert not any(is_alive(process) for process in running)


def processes_of(city: City) -> set[psutil.Process]:
    """All that it started, those that left its family included."""
    named = (p for p in psutil.process_iter(["cmdline"]) if str(city.data) in " ".join(p.info["cmdline"] or []))
    return {process for process in (*city.descendants(), *named) if process.pid != city.process.pid}


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # it ended between the two questions
        return False


def test_after_the_launcher_was_killed_nothing_is_left_that_the_next_start_does_not_take_over(
    start_city: Start,
) -> None:
    first = start_city()
    wait_until_well(first)
    left_behind = processes_of(first)
    first.stop(signal.SIGKILL)
    ours = {process for process in left_behind if "postgres" not in process.name()}
    wait_for(lambda: not any(is_alive(process) for process in ours))
    second = start_city(data=first.data)
    wait_until_well(second)
    running = processes_of(second)
    second.stop(signal.SIGINT, within_s=5)
    assert not any(is_alive(process) for process in running | left_behind)


def test_the_whole_runs_on_the_other_broker_too(start_city: Start, amqtt: Broker) -> None:
    city = start_city(YIHU_MQTT_URL=amqtt.url)
    wait_until_well(city)
    wait_for(city.parking_tickets, within_s=40)
    with Sensor(amqtt.url) as sensor:
        wait_for(lambda: sensor.acked > 20)
        for name in ("ingest", "detect"):
            kill_and_await_return(city, name)
        sensor.pause()
    wait_for(lambda: incidents_of_coach(city) >= 2, within_s=40)
    assert len(city.parking_tickets()) == 1
    assert {float(number) for number in range(1, sensor.acked + 1)} <= set(stored_values(city))
    city.stop()


def test_a_wrong_site_file_names_every_mistake_and_starts_nothing(
    tooley: dict[str, Any], write_site: Callable[[dict[str, Any]], Path], tmp_path: Path
) -> None:
    wrong = deepcopy(tooley)
    wrong["devices"][0]["fps"] = -1
    wrong["devices"][0]["zones"][0]["rules"][0]["dwell"] = "soon"
    wrong["areas"][0]["levle"] = wrong["areas"][0].pop("level")
    data = tmp_path / "data"
    command = [sys.executable, "-m", "deploy.cli", "up", "--site", str(write_site(wrong)), "--data", str(data)]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 2
    for place in ("devices.0.fps", "devices.0.zones.0.rules.0", "dwell", "areas.0.level", "areas.0.levle"):
        assert place in refused.stderr
    assert not data.exists()
