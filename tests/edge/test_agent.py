import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from itertools import pairwise
from pathlib import Path

import cv2
import msgspec
import psutil
import pytest
from prometheus_client import CollectorRegistry

from deploy.embedded import free_port
from edge.agent import Agent, _names
from edge.journal import Journal
from edge.jpeg import BEST
from edge.messages import Frame, SensorStatus, Status, Telemetry, check_jpeg, decode
from edge.sqlite import SqliteError
from edge.topics import Share, Topic
from tests.conftest import ROOT
from tests.edge.centre import confirming
from tests.edge.fake_sensors import FakeSensors
from tests.edge.links import linked, listening
from tests.edge.modbus.servers import by_tcp
from tests.edge.pictures import numbered
from tests.waiting import wait_for

STATUS = str(Topic("tooley", "edge", "status"))


@contextlib.contextmanager
def running(url, folder=None):
    """An agent at work, with its registry; its journal is in the folder, or in one that goes when it ends."""
    with contextlib.ExitStack() as stack:
        place = folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        yield stack.enter_context(running_on(url, Journal(place / "journal", 64 << 20)))


@contextlib.contextmanager
def running_on(url, journal):
    registry, stop = CollectorRegistry(), threading.Event()
    agent = Agent(url, "tooley", "edge", "0.1.0", registry, journal)
    thread = threading.Thread(target=agent.run, args=(stop,))
    thread.start()
    try:
        yield agent, registry
    finally:
        stop.set()
        thread.join(timeout=15)
        assert not thread.is_alive()


@pytest.fixture
def clip(media):
    return str(media / "tfl_jamcam_5.mp4")


@pytest.fixture
def configure(mosquitto):
    """Publish a device's configuration, as ingest does: retained; none takes the device away."""
    with linked(mosquitto.url, "configurer") as link:

        def configure(device, **config):
            body = msgspec.json.encode(config) if config else b""
            assert link.publish(str(Topic("tooley", device, "config")), body, retain=True, wait_s=10)

        yield configure


@pytest.fixture
def frames(mosquitto):
    with listening(mosquitto.url, *Share().filters("frame"), name="frames") as heard:
        yield heard


@pytest.fixture
def telemetry(mosquitto):
    with listening(mosquitto.url, *Share().filters("telemetry"), name="telemetry") as heard:
        yield heard


@pytest.fixture
def statuses(mosquitto):
    with listening(mosquitto.url, STATUS, name="statuses") as heard:
        yield heard


def decoded(frames, device="cam-1"):
    own = str(Topic("tooley", device, "frame"))
    return [decode(delivery.payload, Frame) for delivery in frames.copy() if delivery.topic == own]


def packs(telemetry, device="level-1"):
    own = str(Topic("tooley", device, "telemetry"))
    return [decode(delivery.payload, Telemetry) for delivery in telemetry.copy() if delivery.topic == own]


def last(statuses):
    return decode(statuses[-1].payload, Status) if statuses else None


def states(statuses):
    status = last(statuses)
    return {device: camera.state for device, camera in status.cameras.items()} if status else None


def sensor_states(statuses):
    status = last(statuses)
    return {device: sensor.state for device, sensor in status.sensors.items()} if status else None


def test_a_retained_config_starts_a_camera_that_sends_numbered_frames(mosquitto, configure, frames, clip):
    configure("cam-1", camera=clip, fps=10)
    with running(mosquitto.url):
        wait_for(lambda: len(frames) >= 5, within_s=30)
    shots = decoded(frames)
    assert [shot.seq for shot in shots] == list(range(1, len(shots) + 1))
    assert len({shot.boot for shot in shots}) == 1
    assert [shot.at for shot in shots] == sorted(shot.at for shot in shots)
    for shot in shots:
        check_jpeg(shot.jpeg)


def test_a_changed_config_replaces_the_camera_and_the_numbers_go_on(mosquitto, configure, frames, clip):
    configure("cam-1", camera=clip, fps=10)
    with running(mosquitto.url) as (agent, _):
        wait_for(lambda: len(frames) >= 2, within_s=30)
        before = agent._cameras["cam-1"]
        configure("cam-1", camera=clip, fps=8)
        wait_for(lambda: agent._cameras.get("cam-1") not in (None, before), within_s=30)
        assert before._process.exitcode is not None
        assert agent._cameras["cam-1"].config.fps == 8
        seen = len(frames)
        wait_for(lambda: len(frames) >= seen + 3, within_s=30)
    assert [shot.seq for shot in decoded(frames)] == list(range(1, len(frames) + 1))


def test_the_same_config_again_leaves_the_camera_alone(mosquitto, configure, frames, clip):
    configure("cam-1", camera=clip)
    with running(mosquitto.url) as (agent, _):
        wait_for(lambda: frames, within_s=30)
        before = agent._cameras["cam-1"]
        configure("cam-1", camera=clip, zones=["an edit that is detect's business"])
        configure("cam-2", camera=clip)
        wait_for(lambda: "cam-2" in agent._cameras, within_s=30)
        assert agent._cameras["cam-1"] is before


def test_an_empty_config_takes_the_camera_away(mosquitto, configure, statuses, clip):
    configure("cam-1", camera=clip)
    with running(mosquitto.url) as (agent, _):
        wait_for(lambda: states(statuses) == {"cam-1": "online"}, within_s=30)
        process = agent._cameras["cam-1"]._process
        configure("cam-1")
        wait_for(lambda: states(statuses) == {}, within_s=30)
        assert process.exitcode is not None


def test_other_agents_devices_and_sensors_that_push_are_not_ours(mosquitto, configure, statuses, clip):
    configure("cam-2", camera=clip, agent="edge-2")
    configure("level-1", sensor="sim://water_level", agent="edge-2")
    configure("level-2", sensor="mqtt")
    configure("cam-1", camera=clip)
    with running(mosquitto.url):
        wait_for(lambda: states(statuses) == {"cam-1": "online"}, within_s=30)
        assert last(statuses).sensors == {}


def test_a_sensor_sends_numbered_packs_in_its_unit(mosquitto, configure, telemetry):
    configure("level-1", sensor="sim://water_level?events=none", every=0.1)
    with running(mosquitto.url) as (agent, registry):
        wait_for(lambda: len(packs(telemetry)) >= 5)
        counted = registry.get_sample_value("yihu_edge_readings_total", {"sensor": "level-1"})
        assert counted >= len(packs(telemetry)) - 1
    sent = packs(telemetry)
    assert [pack.seq for pack in sent] == list(range(1, len(sent) + 1))
    assert {pack.boot for pack in sent} == {agent._boot}
    for pack in sent:
        (record,) = pack.senml
        assert (record.n, record.u) == ("water_level", "m")
        assert 0.02 < record.v < 0.22
        assert abs(record.bt - time.time()) < 30


def test_a_modbus_gauge_is_sent_as_any_other(mosquitto, configure, telemetry, statuses):
    with by_tcp() as (_, gateway), running(mosquitto.url):
        address = f"{gateway}/1/holding/100?metric=water_level&unit=m&type=float32"
        configure("level-1", sensor=address, every=0.1)
        configure("level-2", sensor=f"{gateway}/1/holding/500?metric=water_level&unit=m", every=0.1)
        wait_for(lambda: sensor_states(statuses) == {"level-1": "online", "level-2": "offline"}, within_s=20)
        assert "has nothing at holding/500: check its manual" in last(statuses).sensors["level-2"].error
    (record,) = packs(telemetry)[0].senml
    assert (record.n, record.u, record.v) == ("water_level", "m", 0.3)


def test_a_button_says_true_or_false(mosquitto, configure, telemetry):
    configure("sos-1", sensor="sim://sos?events=none", every=0.1)
    with running(mosquitto.url):
        wait_for(lambda: packs(telemetry, "sos-1"))
    (record,) = packs(telemetry, "sos-1")[0].senml
    assert (record.n, record.vb, record.v) == ("sos", False, None)


def test_a_changed_sensor_is_taken_up_at_once_and_the_numbers_go_on(mosquitto, configure, telemetry, statuses):
    configure("level-1", sensor="sim://water_level?events=none", every=0.1)
    with running(mosquitto.url):
        wait_for(lambda: packs(telemetry))
        configure("level-1", sensor="sim://gas?events=none", every=0.1)
        wait_for(lambda: packs(telemetry)[-1].senml[0].n == "gas")
        configure("level-1")
        wait_for(lambda: last(statuses).sensors == {})
        sent = [pack.seq for pack in packs(telemetry)]
    assert sent == list(range(1, len(sent) + 1))


def test_a_sensor_that_fails_is_reported_with_its_reason(mosquitto, configure, telemetry, statuses):
    configure("level-1", sensor="modem://7")
    configure("gas-1", sensor="sim://gas?events=none", every=0.1)
    with running(mosquitto.url) as (agent, registry):
        wait_for(lambda: sensor_states(statuses) == {"level-1": "offline", "gas-1": "online"}, within_s=20)
        assert last(statuses).sensors["level-1"].error.startswith("no driver for modem://7; known: modbus://, sim://")
        assert agent.health() == {"state": "degraded", "detail": "no reading from level-1"}
        assert registry.get_sample_value("yihu_edge_sensor_failures_total", {"sensor": "level-1"}) >= 1
        assert registry.get_sample_value("yihu_edge_sensors_online") == 1
        configure("level-1")
        wait_for(lambda: agent.health() == {"state": "ok", "detail": "0 cameras, 1 sensors"})
    wait_for(lambda: last(statuses).sensors == {"gas-1": SensorStatus("stopped")})
    assert packs(telemetry, "level-1") == []


def test_a_sensor_that_hangs_holds_up_no_camera(mosquitto, configure, frames, statuses, clip, monkeypatch):
    fakes = FakeSensors()
    monkeypatch.setattr("edge.reader.connect", fakes.connect)
    monkeypatch.setattr("edge.sensor.SILENCE_S", 2.0)
    configure("level-1", sensor="bus://hangs", every=0.1)
    configure("cam-1", camera=clip, fps=10)
    with running(mosquitto.url):
        wait_for(lambda: sensor_states(statuses) == {"level-1": "stalled"}, within_s=20)
        seen = len(frames)
        wait_for(lambda: len(frames) >= seen + 5, within_s=30)
        fakes.go_on.set()


def test_of_many_silent_devices_some_are_named():
    assert _names(["a", "b"]) == "a, b"
    assert _names([f"s{n}" for n in range(10, 33)]) == ", ".join(f"s{n}" for n in range(10, 20)) + " and 13 more"


def seconds(packs):
    return [pack.senml[0].bt for pack in packs]


def test_readings_said_while_the_broker_is_away_come_when_it_is_back_the_new_ones_first(
    mosquitto, configure, telemetry, tmp_path
):
    configure("level-1", sensor="sim://water_level?events=none", every=0.1)
    with running(mosquitto.url, tmp_path) as (agent, _):
        wait_for(lambda: telemetry)
        mosquitto.kill()
        wait_for(lambda: not agent._link.connected)
        cut_at = time.time()
        wait_for(lambda: agent._journal.count > 20, within_s=20)
        telemetry.clear()
        mosquitto.start()
        back_at = time.time()
        wait_for(lambda: any(at > back_at for at in seconds(packs(telemetry))), within_s=30)
        wait_for(lambda: len([at for at in seconds(packs(telemetry)) if cut_at < at < back_at]) >= 15, within_s=30)
    waited = [pack.seq for pack in packs(telemetry) if cut_at + 0.5 < pack.senml[0].bt < back_at]
    assert waited == list(range(waited[0], waited[-1] + 1))


def test_an_agent_that_starts_while_the_broker_is_away_goes_on_with_what_it_was(mosquitto, configure, tmp_path):
    configure("level-1", sensor="sim://water_level?events=none", every=0.1)
    configure("level-2", sensor="sim://water_level?events=none", every=0.1)
    with running(mosquitto.url, tmp_path) as (agent, _):
        wait_for(lambda: len(agent._sensors) == 2, within_s=20)
        configure("level-2")
        wait_for(lambda: len(agent._sensors) == 1)
    mosquitto.kill()
    with running(mosquitto.url, tmp_path) as (agent, _):
        before = agent._journal.count
        wait_for(lambda: agent._journal.count > before + 5, within_s=20)
        assert len(agent._sensors) == 1
    mosquitto.start()


def test_what_the_centre_confirms_is_forgotten(any_broker, tmp_path, monkeypatch):
    monkeypatch.setattr("edge.outbox.PATIENCE_S", 2.0)
    with linked(any_broker.url, "configurer") as link:
        for number in range(40):
            body = msgspec.json.encode({"sensor": "sim://water_level?events=none", "every": 0.5})
            assert link.publish(str(Topic("tooley", f"level-{number}", "config")), body, retain=True, wait_s=10)
    with running(any_broker.url, tmp_path) as (agent, _):
        wait_for(lambda: agent._journal.count >= 100, within_s=20)
        with confirming(any_broker.url) as centre:
            wait_for(lambda: len({device for device, _, _ in centre.came}) == 41, within_s=20)
            wait_for(lambda: agent._journal.count <= 41, within_s=20)


def test_an_agent_whose_clock_is_off_says_so_and_corrects_its_times(mosquitto, configure, statuses, tmp_path):
    configure("level-1", sensor="sim://water_level?events=none", every=0.1)
    with running(mosquitto.url, tmp_path), confirming(mosquitto.url, ahead_s=100.0) as centre:
        wait_for(lambda: any(message.clock for _, stream, message in centre.came if stream == "telemetry"), within_s=20)
        wait_for(lambda: last(statuses).clock, within_s=20)
    corrected = [message for _, stream, message in centre.came if stream == "telemetry" and message.clock]
    for pack in corrected:
        assert abs(pack.clock - 100) < 2
        assert abs(pack.senml[0].bt - pack.clock - time.time()) < 60
    assert abs(last(statuses).clock["offset_s"] - 100) < 2
    assert last(statuses).at > time.time() + 50


def test_the_time_of_a_picture_is_corrected_too(mosquitto, configure, frames, clip, tmp_path):
    configure("cam-1", camera=clip, fps=10)
    with running(mosquitto.url, tmp_path), confirming(mosquitto.url, ahead_s=100.0):
        wait_for(lambda: any(shot.clock for shot in decoded(frames)), within_s=30)
    shot = next(shot for shot in decoded(frames) if shot.clock)
    assert abs(shot.clock - 100) < 2
    assert abs(shot.at - shot.clock - time.time()) < 60


def test_what_waits_in_the_journal_is_in_the_status_and_in_the_metrics(mosquitto, configure, statuses):
    configure("level-1", sensor="sim://water_level?events=none", every=0.1)
    with running(mosquitto.url) as (_, registry):  # nobody confirms anything
        wait_for(lambda: statuses and last(statuses).journal.get("waiting", 0) > 10, within_s=20)
        told = last(statuses).journal
        assert told["limit"] == 64 << 20
        assert told["bytes"] > told["waiting"]
        assert registry.get_sample_value("yihu_edge_journal", {"of": "waiting"}) >= 10


def test_readings_that_can_be_neither_kept_nor_sent_are_counted_and_told(mosquitto, configure, monkeypatch):
    def refuse(*_):
        raise SqliteError("the journal cannot be written (disk full): make room on its disk")

    configure("level-1", sensor="sim://water_level?events=none", every=0.1)
    with running(mosquitto.url) as (agent, registry):
        wait_for(lambda: agent._journal.count, within_s=20)
        mosquitto.kill()
        wait_for(lambda: not agent._link.connected)
        monkeypatch.setattr(agent._journal, "add", refuse)
        dropped = {"sensor": "level-1"}
        wait_for(lambda: registry.get_sample_value("yihu_edge_readings_dropped_total", dropped), within_s=20)
        mosquitto.start()
        wait_for(lambda: "make room on its disk" in agent.health()["detail"], within_s=20)
        assert agent.health()["state"] == "degraded"


def test_what_an_agent_had_not_confirmed_is_sent_by_the_next(mosquitto, configure, telemetry, tmp_path):
    configure("level-1", sensor="sim://water_level?events=none", every=0.1)
    with running(mosquitto.url, tmp_path):
        wait_for(lambda: len(packs(telemetry)) >= 3)
        configure("level-1")
    first = packs(telemetry)
    telemetry.clear()
    with running(mosquitto.url, tmp_path):
        wait_for(lambda: len(packs(telemetry)) >= 3)
    again = {pack.seq for pack in packs(telemetry) if pack.boot == first[0].boot}
    assert {pack.seq for pack in first} <= again


def test_a_malformed_ack_is_refused_and_counted(mosquitto, configure, telemetry, tmp_path):
    configure("level-1", sensor="sim://water_level?events=none", every=0.1)
    with running(mosquitto.url, tmp_path) as (_, registry), linked(mosquitto.url, "centre") as centre:
        wait_for(lambda: telemetry)
        centre.publish(str(Topic("tooley", "level-1", "ack")), b"{}")
        wait_for(lambda: registry.get_sample_value("yihu_edge_messages_refused_total") == 1)


def test_a_malformed_config_is_refused_and_counted_and_all_else_goes_on(mosquitto, configure, frames, clip):
    configure("cam-1", camera=clip, fps=10)
    with running(mosquitto.url) as (_, registry):
        wait_for(lambda: frames, within_s=30)
        for refused in ({"camera": 7}, {"camera": clip, "fps": 0}, {"camera": clip, "fps": "fast"}):
            configure("cam-1", **refused)
        configure("CAM_2", camera=clip)
        configure("cam-3", camera=clip)
        wait_for(lambda: registry.get_sample_value("yihu_edge_messages_refused_total") == 4)
        wait_for(lambda: decoded(frames, "cam-3"), within_s=30)
        seen = len(decoded(frames))
        wait_for(lambda: len(decoded(frames)) > seen, within_s=30)


def test_the_status_is_retained_with_every_camera_and_its_trouble(mosquitto, configure, clip):
    configure("cam-1", camera=clip, fps=10)
    configure("cam-2", camera="/nowhere/film.mp4")
    with running(mosquitto.url) as (agent, registry):
        wait_for(lambda: registry.get_sample_value("yihu_edge_cameras_online") == 1, within_s=30)
        wait_for(lambda: agent._reported.get("cam-2") == "offline", within_s=30)
        with listening(mosquitto.url, STATUS) as heard:
            wait_for(lambda: states(heard) == {"cam-1": "online", "cam-2": "offline"})
            status = last(heard)
        assert (status.state, status.boot, status.version) == ("online", agent._boot, "0.1.0")
        assert status.cameras["cam-2"].error == "/nowhere/film.mp4 is not there: check `camera:` in the site file"
        assert agent.health() == {"state": "degraded", "detail": "no picture from cam-2"}


def test_a_still_street_sends_heartbeats_that_tell_of_what_stayed_behind(
    mosquitto, configure, frames, statuses, tmp_path
):
    cv2.imwrite(str(tmp_path / "still.png"), numbered(7))
    configure("cam-1", camera=str(tmp_path / "still.png"), fps=10, heartbeat=0.8)
    with running(mosquitto.url) as (_, registry):
        wait_for(lambda: len([frame for frame in decoded(frames) if frame.held]) >= 3, within_s=30)
        labels = {"camera": "cam-1", "why": "still"}
        assert registry.get_sample_value("yihu_edge_frames_held_total", labels) >= 15
        assert registry.get_sample_value("yihu_edge_jpeg_quality", {"camera": "cam-1"}) == BEST
        wait_for(
            lambda: last(statuses).cameras["cam-1"].rate > 2 * last(statuses).cameras["cam-1"].sent > 0, within_s=20
        )
    beats = [frame for frame in decoded(frames) if frame.held]
    for before, beat in pairwise(beats):
        assert before.at < beat.held[0] < beat.held[-1] < beat.at
        assert not beat.moving


def test_a_stop_is_told_and_leaves_no_process(mosquitto, configure, statuses, clip):
    configure("cam-1", camera=clip)
    with running(mosquitto.url) as (agent, _):
        wait_for(lambda: states(statuses) == {"cam-1": "online"}, within_s=30)
        pid = agent._cameras["cam-1"]._process.pid
    wait_for(lambda: last(statuses).state == "stopped")
    assert states(statuses) == {"cam-1": "stopped"}
    assert not psutil.pid_exists(pid)
    with listening(mosquitto.url, STATUS) as heard:
        wait_for(lambda: last(heard))
        assert last(heard).state == "stopped"


def test_after_the_broker_was_away_the_status_stands_there_again(mosquitto, configure, clip):
    configure("cam-1", camera=clip)
    with running(mosquitto.url):
        mosquitto.kill()
        mosquitto.start()
        with listening(mosquitto.url, STATUS) as heard:
            wait_for(lambda: last(heard), within_s=20)


def test_moving_pictures_of_a_broken_link_come_late_and_still_ones_are_counted(
    mosquitto, configure, frames, clip, tmp_path, monkeypatch
):
    for name in ("PATIENCE_S", "MOST_PATIENCE_S"):  # a killed broker forgets what the centre had not heard yet
        monkeypatch.setattr(f"edge.outbox.{name}", 2.0)
    configure("cam-1", camera=clip, fps=20)
    with running(mosquitto.url, tmp_path) as (agent, registry), confirming(mosquitto.url):
        wait_for(lambda: frames, within_s=30)
        mosquitto.kill()
        wait_for(lambda: not agent._link.connected)
        cut_at, unconfirmed = time.time(), agent._journal.count
        wait_for(lambda: registry.get_sample_value("yihu_edge_frames_dropped_total", {"camera": "cam-1"}), within_s=20)
        wait_for(lambda: agent._journal.count >= unconfirmed + 30, within_s=30)
        frames.clear()
        mosquitto.start()
        back_at = time.time()
        wait_for(lambda: any(shot.at > back_at for shot in decoded(frames)), within_s=30)
        wait_for(lambda: len([shot for shot in decoded(frames) if cut_at < shot.at < back_at]) >= 15, within_s=60)
    late = [shot for shot in decoded(frames) if cut_at + 0.5 < shot.at < back_at]
    assert all(shot.moving for shot in late)
    once = list(dict.fromkeys(shot.seq for shot in late))  # what is not confirmed in time comes again
    assert once == list(range(once[0], once[-1] + 1))


def test_without_a_broker_the_agent_is_down():
    with running(f"mqtt://127.0.0.1:{free_port()}") as (agent, _):
        assert agent.health() == {"state": "down", "detail": "no link to the broker"}


def test_with_all_cameras_online_the_agent_is_well(mosquitto, configure, clip):
    configure("cam-1", camera=clip)
    with running(mosquitto.url) as (agent, _):
        wait_for(lambda: agent.health() == {"state": "ok", "detail": "1 cameras"}, within_s=30)


def test_of_an_agent_that_was_killed_the_broker_says_offline(any_broker):
    environment = {"YIHU_MQTT_URL": any_broker.url, "YIHU_SITE": "tooley"}
    command = [sys.executable, "-m", "deploy.cli", "edge"]
    with listening(any_broker.url, STATUS) as heard:
        with subprocess.Popen(command, cwd=ROOT, env=os.environ | environment) as process:
            wait_for(lambda: last(heard) and last(heard).state == "online", within_s=30)
            process.kill()
        boot = last(heard).boot
        wait_for(lambda: last(heard).state == "offline")
        assert last(heard).boot == boot
    with listening(any_broker.url, STATUS, name="late") as late:
        wait_for(lambda: last(late) and last(late).state == "offline")
