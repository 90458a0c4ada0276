"""Cameras and sensors, opened as the agent opens them."""

from pathlib import Path

import pytest

from edge.doctor import devices
from edge.doctor.devices import in_use, try_cameras, try_sensors
from edge.doctor.finding import Grade
from edge.messages import CameraStatus, DeviceConfig, SensorStatus
from tests.edge.pictures import mjpeg_camera, write_film


def test_cameras_are_tried_at_once_and_each_is_named(tmp_path: Path) -> None:
    film = str(write_film(tmp_path / "film.avi", 30, 20))
    configs = {"good": DeviceConfig(film, fps=10.0), "dead": DeviceConfig("/nowhere.mp4")}
    good, dead = try_cameras(configs)
    assert (good.of, good.grade, good.facts["size"]) == ("good", Grade.WELL, "160 × 120")
    assert float(good.facts["rate"]) == pytest.approx(10, abs=2.5)
    assert (dead.of, dead.what, "/nowhere.mp4" in str(dead.facts["error"])) == ("dead", "camera_dead", True)


def test_a_camera_that_sends_less_than_is_asked_for_is_slow() -> None:
    with mjpeg_camera(rate=4.0) as url:
        (slow,) = try_cameras({"slow": DeviceConfig(url, fps=20.0)})
    assert (slow.what, slow.grade, slow.facts["asked"]) == ("camera_slow", Grade.WARN, 20.0)


def test_a_camera_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "PATIENCE_S", 0.0)
    (silent,) = try_cameras({"slow": DeviceConfig("sim://kerb?seed=7")})
    assert (silent.what, silent.grade) == ("camera_silent", Grade.BROKEN)


def test_each_sensor_is_read_once() -> None:
    well, pushes, unknown = try_sensors(
        {
            "level": DeviceConfig(sensor="sim://water_level?events=none"),
            "own": DeviceConfig(sensor="mqtt"),
            "odd": DeviceConfig(sensor="nix://level"),
        }
    )
    assert well.what in ("sensor_well", "sensor_quiet")  # as a real one it may just now say nothing
    assert (pushes.what, pushes.grade) == ("sensor_pushes", Grade.WELL)
    assert (unknown.of, unknown.grade) == ("odd", Grade.BROKEN)
    assert "no driver for nix://level" in str(unknown.facts["error"])


def test_a_reading_is_told_with_its_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "edge.sim.sensors.SimulatedSensor.readings", lambda *_: [devices.SenmlRecord(n="a", u="m", v=2.5)]
    )
    (reading,) = try_sensors({"level": DeviceConfig(sensor="sim://water_level")})
    assert reading.facts["reading"] == "a 2.5 m"


def test_a_sensor_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "PATIENCE_S", 0.0)
    monkeypatch.setattr(devices, "_try_line", lambda *_: None)
    (silent,) = try_sensors({"level": DeviceConfig(sensor="sim://water_level")})
    assert (silent.what, silent.of) == ("sensor_dead", "level")


@pytest.mark.parametrize(
    ("status", "what", "grade"),
    [
        (CameraStatus("online"), "used_well", Grade.WELL),
        (SensorStatus("starting"), "used_well", Grade.WELL),
        (CameraStatus("stalled", error="no picture"), "used_broken", Grade.BROKEN),
        (None, "used_unknown", Grade.WARN),
    ],
)
def test_what_the_agent_has_open_is_not_opened_again(status: CameraStatus | None, what: str, grade: Grade) -> None:
    finding = in_use("camera", "cam-1", status)
    assert (finding.what, finding.grade, finding.of) == (what, grade, "cam-1")
