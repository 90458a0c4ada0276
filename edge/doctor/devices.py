"""Cameras and sensors: opened as the agent opens them, or, while it has them in use, what it says of them."""

import threading
import time
from collections.abc import Mapping
from multiprocessing.connection import wait

import cv2
import numpy as np

from edge.camera import Camera
from edge.capture import Shot
from edge.doctor.finding import Finding, Grade
from edge.driver import PUSHES, SensorError, connect, scheme_of
from edge.messages import CameraStatus, DeviceConfig, SenmlRecord, SensorStatus

Configs = Mapping[str, DeviceConfig]

PATIENCE_S = 20.0  # for a camera's first picture, and a sensor's answer
WATCHED_S = 2.0  # after it, for the rate
TICK_S = 0.2
FAIR = 0.7  # of the rate that is asked for


class _Watched:
    """One camera that is being tried; times in monotonic seconds."""

    def __init__(self, config: DeviceConfig) -> None:
        self._begun_at = time.monotonic()
        self.camera = Camera(config, self._begun_at)
        self._first: Shot | None = None
        self._first_at, self._more = 0.0, 0
        self._fps = config.fps
        self.finding: Finding | None = None

    def attend(self, now: float) -> None:
        taken = self.camera.attend(now)
        if isinstance(taken, Shot) and self._first is None:
            self._first, self._first_at = taken, now
        elif taken:
            self._more += 1  # whether it would be sent or not
        if self._first and now - self._first_at >= WATCHED_S:
            self.finding = self._judge(self._first)
        elif self.camera.state in ("offline", "stalled"):
            self.finding = Finding("camera", Grade.BROKEN, "camera_dead", {"error": self.camera.status(now).error})
        elif self._first is None and now - self._begun_at > PATIENCE_S:
            self.finding = Finding("camera", Grade.BROKEN, "camera_silent", {"seconds": PATIENCE_S})

    def _judge(self, shot: Shot) -> Finding:
        rate = self._more / WATCHED_S
        slow = rate < FAIR * self._fps
        facts: dict[str, str | float] = {"size": _size(shot.jpeg), "rate": rate, "asked": self._fps}
        facts["seconds"] = self._first_at - self._begun_at
        return Finding("camera", Grade.WARN if slow else Grade.WELL, "camera_slow" if slow else "camera_well", facts)


def _size(jpeg: bytes) -> str:
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    height, width = (0, 0) if picture is None else picture.shape
    return f"{width} × {height}"


def try_cameras(configs: Configs) -> list[Finding]:
    """All at once, each in a process of its own."""
    watched = {device: _Watched(config) for device, config in configs.items()}
    try:
        while waiting := [one for one in watched.values() if one.finding is None]:
            wait([one.camera.pipe for one in waiting if one.camera.pipe], timeout=TICK_S)
            for one in waiting:
                one.attend(time.monotonic())
    finally:
        for one in watched.values():
            one.camera.close()
    return [one.finding._replace(of=device) for device, one in watched.items() if one.finding]


def try_sensors(configs: Configs) -> list[Finding]:
    """Each once; those of one driver after one another, as on its field bus."""
    findings: dict[str, Finding] = {}
    lines: dict[str, dict[str, DeviceConfig]] = {}
    for device, config in configs.items():
        lines.setdefault(scheme_of(config.sensor or ""), {})[device] = config
    threads = [threading.Thread(target=_try_line, args=(line, findings), daemon=True) for line in lines.values()]
    for thread in threads:
        thread.start()
    for thread, line in zip(threads, lines.values(), strict=True):
        thread.join(PATIENCE_S * len(line))  # a driver that hangs is left behind
    silent = Finding("sensor", Grade.BROKEN, "sensor_dead", {"error": f"no answer within {PATIENCE_S:.0f} s"})
    return [findings.get(device, silent)._replace(of=device) for device in configs]


def _try_line(line: Configs, findings: dict[str, Finding]) -> None:
    for device, config in line.items():
        findings[device] = _try_sensor(config.sensor or "")


def _try_sensor(address: str) -> Finding:
    if scheme_of(address) == PUSHES:
        return Finding("sensor", Grade.WELL, "sensor_pushes")
    try:
        driver = connect(address)
        try:
            records = driver.read(time.time())
        finally:
            driver.close()
    except (SensorError, OSError) as error:
        return Finding("sensor", Grade.BROKEN, "sensor_dead", {"error": str(error)})
    if not records:
        return Finding("sensor", Grade.WARN, "sensor_quiet")
    return Finding("sensor", Grade.WELL, "sensor_well", {"reading": ", ".join(map(_told, records))})


def _told(record: SenmlRecord) -> str:
    value = next((one for one in (record.v, record.vs, record.vb) if one is not None), "")
    return " ".join(filter(None, (f"{record.bn}{record.n}", str(value), record.u or record.bu)))


def in_use(part: str, device: str, status: CameraStatus | SensorStatus | None) -> Finding:
    """What the agent says of a device that it has open: nobody else may open it meanwhile."""
    if status is None:
        return Finding(part, Grade.WARN, "used_unknown", of=device)
    if status.state in ("online", "starting"):
        return Finding(part, Grade.WELL, "used_well", of=device)
    return Finding(part, Grade.BROKEN, "used_broken", {"state": status.state, "error": status.error}, of=device)
