"""The agent: keeps its cameras and sensors as their configuration says, publishes what they say and its own status."""

import logging
import math
import queue
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from uuid import UUID, uuid4

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge

from edge.camera import Camera
from edge.capture import Shot
from edge.messages import (
    AgentState,
    BadMessageError,
    CameraStatus,
    DeviceConfig,
    Frame,
    SensorStatus,
    Status,
    Telemetry,
    decode,
    encode_binary,
    encode_json,
)
from edge.mqtt import Delivery, Link, Will
from edge.probe import Health
from edge.reader import Readout
from edge.sensor import Sensors
from edge.topics import Share, Topic

log = logging.getLogger(__name__)

REPORT_EVERY_S = 5.0
GATHER_S = 1.0  # sensors are many: what changes within so long is reported at once
TICK_S = 0.2
WAITING = 100  # frames and packs that wait for the broker; beyond, the newest are dropped and counted
NAMED = 10  # silent devices that are named, before the rest is only counted


class Meters:
    """The agent's figures."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def count(name: str, meaning: str, *labels: str) -> Counter:
            return Counter(f"yihu_edge_{name}", meaning, labels, registry=registry)

        self.frames = count("frames", "Frames published", "camera")
        self.frames_dropped = count("frames_dropped", "Frames dropped: broker too slow or away", "camera")
        self.readings = count("readings", "Readings published", "sensor")
        self.readings_dropped = count("readings_dropped", "Readings dropped: broker too slow or away", "sensor")
        self.failures = count("sensor_failures", "Readings that failed, by sensor", "sensor")
        self.refused = count("configs_refused", "Configurations not understood")
        self.cameras = Gauge("yihu_edge_cameras_online", "Cameras that send pictures", registry=registry)
        self.sensors = Gauge("yihu_edge_sensors_online", "Sensors that send readings", registry=registry)


class Agent:
    """Reads `config` of its site from the broker; runs until `stop` is set."""

    def __init__(self, broker: str, site: str, name: str, version: str, registry: CollectorRegistry) -> None:
        self._site, self._name, self._version = site, name, version
        self._boot: UUID = uuid4()
        self._topic = str(Topic(site, name, "status"))
        self._cameras: dict[str, Camera] = {}
        self._sensors = Sensors()
        self._sequence: dict[str, int] = {}
        self._configs: queue.SimpleQueue[tuple[str, DeviceConfig]] = queue.SimpleQueue()
        self._reported: dict[str, str] = {}
        self._greeted = threading.Event()
        self._meters = Meters(registry)
        self._link = Link(
            broker,
            f"yihu-edge-{site}-{name}",
            filters=Share().filters("config", site),
            receive=self._on_config,
            greet=lambda _link: self._greeted.set(),
            will=Will(self._topic, self._status("offline", {}, {})),
            queue=WAITING,
        )

    def run(self, stop: threading.Event) -> None:
        self._link.start()
        reported_at = -math.inf
        while not stop.is_set():
            now = time.monotonic()
            self._configure(now)
            self._attend(now)
            if self._has_news(now - reported_at):
                self._report(now)
                reported_at = now
        self._close()

    def health(self) -> Health:
        silent = sorted(name for name, camera in self._cameras.copy().items() if camera.state != "online")
        if not self._link.connected:
            return Health(state="down", detail="no link to the broker")
        trouble = [f"no picture from {_names(silent)}"] if silent else []
        if unheard := self._sensors.silent():
            trouble.append(f"no reading from {_names(unheard)}")
        if trouble:
            return Health(state="degraded", detail="; ".join(trouble))
        sensors = f", {len(self._sensors)} sensors" if len(self._sensors) else ""
        return Health(state="ok", detail=f"{len(self._cameras)} cameras{sensors}")

    def _on_config(self, delivery: Delivery) -> None:
        delivery.ack()
        try:
            device = Topic.parse(delivery.topic).device
            config = decode(delivery.payload, DeviceConfig) if delivery.payload else DeviceConfig()
        except BadMessageError as error:
            self._meters.refused.inc()
            log.error("configuration on %s refused: %s", delivery.topic, error)
            return
        self._configs.put((device, config))

    def _configure(self, now: float) -> None:
        while not self._configs.empty():
            device, config = self._configs.get()
            ours = config if config.agent == self._name else None
            self._configure_camera(device, ours, now)
            self._sensors.configure(device, ours, now)

    def _configure_camera(self, device: str, config: DeviceConfig | None, now: float) -> None:
        known = self._cameras.get(device)
        if known and known.config == config:
            return
        if known:
            self._cameras.pop(device).close()
        if config and config.camera:
            self._cameras[device] = Camera(config, now)
            log.info("camera %s: %s at %g frames/s", device, config.camera, config.fps)

    def _attend(self, now: float) -> None:
        pipes = [camera.pipe for camera in self._cameras.values() if camera.pipe]
        if pipes:
            wait(pipes, timeout=TICK_S)
        else:
            time.sleep(TICK_S)
        for device, camera in self._cameras.items():
            shot = camera.attend(now)
            if shot:
                self._publish_shot(device, shot)
        for readout in self._sensors.take(now):
            self._publish_readout(readout)

    def _publish_shot(self, device: str, shot: Shot) -> None:
        sent = self._publish(
            device, "frame", lambda seq: encode_binary(Frame(self._boot, seq, shot.at, shot.jpeg, shot.moving))
        )
        (self._meters.frames if sent else self._meters.frames_dropped).labels(device).inc()

    def _publish_readout(self, readout: Readout) -> None:
        device, records = readout.device, readout.records
        if readout.error:
            self._meters.failures.labels(device).inc()
        if not records:
            return
        pack = [msgspec.structs.replace(records[0], bt=round(readout.at, 3)), *records[1:]]
        sent = self._publish(device, "telemetry", lambda seq: encode_json(Telemetry(self._boot, seq, pack)))
        (self._meters.readings if sent else self._meters.readings_dropped).labels(device).inc(len(records))

    def _publish(self, device: str, stream: str, body: Callable[[int], bytes]) -> bool:
        sequence = self._sequence.get(device, 0) + 1
        sent = self._link.publish(str(Topic(self._site, device, stream)), body(sequence))
        if sent:
            self._sequence[device] = sequence  # a dropped message leaves no gap: its number is used again
        return sent

    def _has_news(self, silent_s: float) -> bool:
        states = {device: camera.state for device, camera in self._cameras.items()}
        heard = self._greeted.is_set() or states != self._reported
        return heard or silent_s >= REPORT_EVERY_S or (self._sensors.news and silent_s >= GATHER_S)

    def _report(self, now: float) -> None:
        self._greeted.clear()
        before, self._reported = self._reported, {d: camera.state for d, camera in self._cameras.items()}
        for device in (d for d, state in self._reported.items() if before.get(d) != state):
            log.info("camera %s is %s", device, self._reported[device])
        self._meters.cameras.set(sum(state == "online" for state in self._reported.values()))
        cameras = {device: camera.status(now) for device, camera in self._cameras.items()}
        sensors = self._sensors.report(now)
        self._meters.sensors.set(sum(sensor.state == "online" for sensor in sensors.values()))
        self._link.publish(self._topic, self._status("online", cameras, sensors), retain=True)

    def _status(self, state: AgentState, cameras: dict[str, CameraStatus], sensors: dict[str, SensorStatus]) -> bytes:
        return encode_json(Status(state, self._boot, time.time(), self._version, cameras=cameras, sensors=sensors))

    def _close(self) -> None:
        for camera in self._cameras.values():
            camera.close()
        stopped = {device: CameraStatus("stopped") for device in self._cameras}
        self._link.publish(self._topic, self._status("stopped", stopped, self._sensors.close()), retain=True, wait_s=1)
        self._link.stop()


def _names(devices: list[str]) -> str:
    more = len(devices) - NAMED
    return ", ".join(devices[:NAMED]) + (f" and {more} more" if more > 0 else "")
