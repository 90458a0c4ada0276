"""The agent: keeps its cameras running as their configuration says, publishes their frames and its own status."""

import logging
import queue
import threading
import time
from multiprocessing.connection import wait
from uuid import UUID, uuid4

from prometheus_client import CollectorRegistry, Counter, Gauge

from edge.camera import Camera
from edge.capture import Shot
from edge.messages import (
    AgentState,
    BadMessageError,
    CameraStatus,
    DeviceConfig,
    Frame,
    Status,
    decode,
    encode_binary,
    encode_json,
)
from edge.mqtt import Delivery, Link, Will
from edge.probe import Health
from edge.topics import Share, Topic

log = logging.getLogger(__name__)

REPORT_EVERY_S = 5.0
TICK_S = 0.2
FRAMES_WAITING = 100  # frames that wait for the broker; beyond, the newest are dropped and counted


class Agent:
    """Reads `config` of its site from the broker; runs until `stop` is set."""

    def __init__(self, broker: str, site: str, name: str, version: str, registry: CollectorRegistry) -> None:
        self._site, self._name, self._version = site, name, version
        self._boot: UUID = uuid4()
        self._topic = str(Topic(site, name, "status"))
        self._cameras: dict[str, Camera] = {}
        self._sequence: dict[str, int] = {}
        self._configs: queue.SimpleQueue[tuple[str, DeviceConfig]] = queue.SimpleQueue()
        self._reported: dict[str, str] = {}
        self._greeted = threading.Event()
        self._frames = Counter("yihu_edge_frames", "Frames published", ["camera"], registry=registry)
        self._dropped = Counter(
            "yihu_edge_frames_dropped", "Frames dropped: broker too slow or away", ["camera"], registry=registry
        )
        self._online = Gauge("yihu_edge_cameras_online", "Cameras that send pictures", registry=registry)
        self._refused = Counter("yihu_edge_configs_refused", "Configurations not understood", registry=registry)
        self._link = Link(
            broker,
            f"yihu-edge-{site}-{name}",
            filters=Share().filters("config", site),
            receive=self._on_config,
            greet=lambda _link: self._greeted.set(),
            will=Will(self._topic, self._status("offline", {})),
            queue=FRAMES_WAITING,
        )

    def run(self, stop: threading.Event) -> None:
        self._link.start()
        report_at = 0.0
        while not stop.is_set():
            now = time.monotonic()
            self._configure(now)
            self._attend(now)
            if now >= report_at or self._news():
                self._report(now)
                report_at = now + REPORT_EVERY_S
        self._close()

    def health(self) -> Health:
        silent = sorted(name for name, camera in self._cameras.copy().items() if camera.state != "online")
        if not self._link.connected:
            return Health(state="down", detail="no link to the broker")
        if silent:
            return Health(state="degraded", detail=f"no picture from {', '.join(silent)}")
        return Health(state="ok", detail=f"{len(self._cameras)} cameras")

    def _on_config(self, delivery: Delivery) -> None:
        delivery.ack()
        try:
            device = Topic.parse(delivery.topic).device
            config = decode(delivery.payload, DeviceConfig) if delivery.payload else DeviceConfig()
        except BadMessageError as error:
            self._refused.inc()
            log.error("configuration on %s refused: %s", delivery.topic, error)
            return
        self._configs.put((device, config))

    def _configure(self, now: float) -> None:
        while not self._configs.empty():
            device, config = self._configs.get()
            known = self._cameras.get(device)
            if known and known.config == config:
                continue
            if known:
                self._cameras.pop(device).close()
            if config.camera and config.agent == self._name:
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
                self._publish(device, shot)

    def _publish(self, device: str, shot: Shot) -> None:
        sequence = self._sequence.get(device, 0) + 1
        frame = Frame(self._boot, sequence, shot.at, shot.jpeg, shot.moving)
        if self._link.publish(str(Topic(self._site, device, "frame")), encode_binary(frame)):
            self._sequence[device] = sequence  # a dropped frame leaves no gap: its number is used again
            self._frames.labels(device).inc()
        else:
            self._dropped.labels(device).inc()

    def _news(self) -> bool:
        states = {device: camera.state for device, camera in self._cameras.items()}
        return self._greeted.is_set() or states != self._reported

    def _report(self, now: float) -> None:
        self._greeted.clear()
        before, self._reported = self._reported, {d: camera.state for d, camera in self._cameras.items()}
        for device in (d for d, state in self._reported.items() if before.get(d) != state):
            log.info("camera %s is %s", device, self._reported[device])
        self._online.set(sum(state == "online" for state in self._reported.values()))
        cameras = {device: camera.status(now) for device, camera in self._cameras.items()}
        self._link.publish(self._topic, self._status("online", cameras), retain=True)

    def _status(self, state: AgentState, cameras: dict[str, CameraStatus]) -> bytes:
        return encode_json(Status(state, self._boot, time.time(), self._version, cameras=cameras))

    def _close(self) -> None:
        for camera in self._cameras.values():
            camera.close()
        stopped = {device: CameraStatus("stopped") for device in self._cameras}
        self._link.publish(self._topic, self._status("stopped", stopped), retain=True, wait_s=1)
        self._link.stop()
