import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

import cv2
import numpy as np
import psutil
import pytest

from edge.budget import WORST
from edge.camera import Camera
from edge.capture import Shot
from edge.jpeg import BEST
from edge.messages import DeviceConfig
from tests.conftest import ROOT
from tests.edge.pictures import mjpeg_camera, numbered
from tests.waiting import wait_for


@pytest.fixture
def start():
    """Start a camera that is closed in the end."""
    cameras = []

    def start(source, fps=10.0, masks=(), budget=None):
        cameras.append(Camera(DeviceConfig(str(source), fps, masks=[*masks], budget=budget), time.monotonic()))
        return cameras[-1]

    yield start
    for camera in cameras:
        camera.close()


@pytest.fixture
def clip(media):
    return media / "tfl_jamcam_5.mp4"


@pytest.fixture
def impatient(monkeypatch):
    """A camera that failed is tried again at once."""
    monkeypatch.setattr("edge.camera.Backoff.next", lambda _: 0.0)


def attend_until(camera, state, within_s=30):
    """Attend to the camera as the agent does, until it is in this state; return its report."""

    def attended():
        camera.attend(time.monotonic())
        return camera.state == state

    wait_for(attended, within_s)
    return camera.status(time.monotonic())


def next_shot(camera):
    report = camera.attend(time.monotonic())
    return report if isinstance(report, Shot) else None


def ended(pid):
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_camera_is_starting_until_its_first_picture(start, clip):
    camera = start(clip)
    assert camera.status(time.monotonic()).state == "starting"
    assert attend_until(camera, "online").error == ""


def test_shots_are_jpegs_with_the_time_of_their_capture(start, clip):
    camera = start(clip)
    before = time.time()
    shots = [wait_for(lambda: next_shot(camera), within_s=30) for _ in range(3)]
    assert before < shots[0].at < shots[1].at < shots[2].at < time.time()
    assert shots[0].moving
    assert cv2.imdecode(np.frombuffer(shots[0].jpeg, np.uint8), cv2.IMREAD_COLOR).shape == (288, 352, 3)


def test_what_a_mask_covers_leaves_the_camera_s_process_on_no_shot(start, clip):
    camera = start(clip, masks=[[(0, 0), (1, 0), (1, 0.5), (0, 0.5)]])
    shots = [wait_for(lambda: next_shot(camera), within_s=30) for _ in range(3)]
    for shot in shots:
        picture = cv2.imdecode(np.frombuffer(shot.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert (np.abs(picture[:140].astype(int) - 96) <= 3).all()
        assert picture[150:].std() > 20


def test_the_rate_is_that_of_the_time_since_the_last_report(start, clip):
    camera = start(clip, fps=10)
    attend_until(camera, "online")
    begin = time.monotonic()
    camera.status(begin)
    while time.monotonic() < begin + 1:
        camera.attend(time.monotonic())
        time.sleep(0.01)
    status = camera.status(time.monotonic())
    assert 3 < status.rate < 15
    assert (status.sent, status.over_budget, status.quality) == (status.rate, 0, BEST)
    assert camera.status(time.monotonic()).rate == 0


def test_a_still_street_sends_little_and_is_not_silent(start, tmp_path, monkeypatch):
    cv2.imwrite(str(tmp_path / "still.png"), numbered(7))
    camera = start(tmp_path / "still.png", fps=20)
    attend_until(camera, "online")
    monkeypatch.setattr("edge.camera.SILENCE_S", 1.0)  # less than a heartbeat
    begin = time.monotonic()
    camera.status(begin)
    reports = []
    while time.monotonic() < begin + 5:
        reports.append(camera.attend(time.monotonic()))
        time.sleep(0.005)
    status = camera.status(time.monotonic())
    assert (status.state, status.restarts) == ("online", 0)
    assert status.rate > 5 * status.sent > 0
    shots = [report for report in reports if isinstance(report, Shot)]
    assert len(reports) > len(shots) >= 2
    assert len(shots[-1].held) > 10


def test_a_camera_beyond_its_budget_says_so(start, clip):
    camera = start(clip, fps=20, budget=30_000)
    attend_until(camera, "online")
    camera.status(time.monotonic())

    def is_cut():
        camera.attend(time.monotonic())
        status = camera.status(time.monotonic())
        return status.over_budget and status.quality == WORST

    wait_for(is_cut, within_s=30)


def test_a_killed_camera_is_offline_then_comes_back_and_the_restart_is_counted(start, clip):
    camera = start(clip)
    assert attend_until(camera, "online").restarts == 0
    os.kill(camera._process.pid, signal.SIGKILL)
    assert "ended with code -9" in attend_until(camera, "offline").error
    assert camera.pipe is None
    report = attend_until(camera, "online")
    assert (report.restarts, report.error) == (1, "")


def test_a_camera_that_cannot_be_opened_is_offline_with_the_reason(start):
    report = attend_until(start("/nowhere/film.mp4"), "offline")
    assert report.error == "/nowhere/film.mp4 is not there: check `camera:` in the site file"


@pytest.mark.usefixtures("impatient")
def test_a_camera_that_stays_broken_is_tried_again_and_stays_offline(start):
    camera = start("/nowhere/film.mp4")
    attend_until(camera, "offline")

    def tried_again():
        camera.attend(time.monotonic())
        assert camera.state == "offline"
        return camera.status(time.monotonic()).restarts >= 2

    wait_for(tried_again, within_s=30)


@pytest.mark.usefixtures("impatient")
def test_a_file_that_comes_to_be_there_is_taken_up(start, clip, tmp_path):
    camera = start(tmp_path / "late.mp4")
    attend_until(camera, "offline")
    (tmp_path / "late.mp4").write_bytes(clip.read_bytes())
    assert attend_until(camera, "online").error == ""


@pytest.fixture
def silent():
    """A server that accepts, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        yield server


def test_a_camera_that_accepts_and_stays_silent_is_stalled(start, silent, monkeypatch):
    monkeypatch.setattr("edge.camera.SILENCE_S", 0.4)
    monkeypatch.setattr("edge.camera.START_S", 0.8)
    camera = start(f"http://127.0.0.1:{silent.getsockname()[1]}/stream.mjpg")
    pid = camera._process.pid
    report = attend_until(camera, "stalled")
    assert "check the camera's power and network" in report.error
    assert ended(pid)


def test_a_camera_that_falls_silent_is_stalled(start, monkeypatch):
    with mjpeg_camera(last=20, hang=True) as url:
        camera = start(url, fps=30)
        attend_until(camera, "online")
        monkeypatch.setattr("edge.camera.SILENCE_S", 0.6)
        attend_until(camera, "stalled")


@pytest.mark.usefixtures("impatient")
def test_a_network_camera_that_hangs_up_is_offline_and_opened_anew(start):
    with mjpeg_camera(last=10) as url:
        camera = start(url, fps=30)
        attend_until(camera, "online")
        assert attend_until(camera, "offline").error == f"{url} stopped sending"
        assert attend_until(camera, "online").restarts == 1


def test_close_leaves_no_process(start, clip):
    camera = start(clip)
    attend_until(camera, "online")
    pid = camera._process.pid
    assert not ended(pid)
    camera.close()
    assert not psutil.pid_exists(pid)
    camera.close()


PARENT = """
import sys, time
from edge.camera import Camera
from edge.messages import DeviceConfig

if __name__ == "__main__":
    camera = Camera(DeviceConfig(sys.argv[1], 5), time.monotonic())
    print(camera._process.pid, flush=True)
    time.sleep(100)
"""


@contextlib.contextmanager
def killed_agent(folder, source):
    """The process of a camera whose agent is killed in the end."""
    (folder / "agent.py").write_text(PARENT)
    command = [sys.executable, folder / "agent.py", source]
    with subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE) as agent:
        pid = int(agent.stdout.readline())
        try:
            yield pid
        finally:
            agent.kill()


def test_a_camera_does_not_outlive_an_agent_that_was_killed(clip, tmp_path):
    with killed_agent(tmp_path, clip) as pid:
        wait_for(lambda: psutil.Process(pid).num_threads() > 1, within_s=30)
    wait_for(lambda: ended(pid))


def test_nor_does_one_that_hangs(tmp_path, silent):
    with killed_agent(tmp_path, f"http://127.0.0.1:{silent.getsockname()[1]}/stream.mjpg") as pid:
        connection, _ = silent.accept()
        assert not ended(pid)
    wait_for(lambda: ended(pid))
    connection.close()
